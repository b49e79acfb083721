"""How a person steers his list, and ratings that he wants left out of it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "steers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_steers_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_steers")),
    )
    op.create_table(
        "ignored_ratings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("ignored_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_ignored_ratings_movie_id_movies"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ignored_ratings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "movie_id", name=op.f("pk_ignored_ratings")),
    )
    with op.batch_alter_table("ignored_ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ignored_ratings_movie_id"), ["movie_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ignored_ratings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ignored_ratings_movie_id"))

    op.drop_table("ignored_ratings")
    op.drop_table("steers")
