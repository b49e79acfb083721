"""What a person does not want to be offered: films and genres"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissals",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("dismissed_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_dismissals_movie_id_movies"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_dismissals_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_dismissals")),
    )
    with op.batch_alter_table("dismissals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dismissals_movie_id"), ["movie_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dismissals_until"), ["until"], unique=False)

    op.create_table(
        "dismissed_genres",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("genre_id", sa.Integer(), nullable=False),
        sa.Column("dismissed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["genre_id"], ["genres.id"], name=op.f("fk_dismissed_genres_genre_id_genres"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_dismissed_genres_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "genre_id", name=op.f("pk_dismissed_genres")),
    )
    with op.batch_alter_table("dismissed_genres", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dismissed_genres_genre_id"), ["genre_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("dismissed_genres", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dismissed_genres_genre_id"))

    op.drop_table("dismissed_genres")
    with op.batch_alter_table("dismissals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dismissals_until"))
        batch_op.drop_index(batch_op.f("ix_dismissals_movie_id"))

    op.drop_table("dismissals")
