"""Personal history (watched films, marks, lists, undoable imports) and where metadata was asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrichments",
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_enrichments_movie_id_movies"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("movie_id", "provider", name=op.f("pk_enrichments")),
    )
    op.create_table(
        "film_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_film_lists_import_id_imports")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_film_lists_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film_lists")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_film_lists_user_id_name")),
    )
    with op.batch_alter_table("film_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_film_lists_import_id"), ["import_id"], unique=False)

    op.create_table(
        "marks",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_marks_import_id_imports")),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_marks_movie_id_movies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_marks_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "movie_id", "kind", name=op.f("pk_marks")),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marks_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_marks_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "replaced_ratings",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("half_stars", sa.SmallInteger(), nullable=False),
        sa.Column("rated_at", sa.BigInteger(), nullable=False),
        sa.Column("before_import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["before_import_id"], ["imports.id"], name=op.f("fk_replaced_ratings_before_import_id_imports")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_replaced_ratings_import_id_imports"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_replaced_ratings_movie_id_movies")),
        sa.PrimaryKeyConstraint("import_id", "movie_id", name=op.f("pk_replaced_ratings")),
    )
    with op.batch_alter_table("replaced_ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replaced_ratings_before_import_id"), ["before_import_id"], unique=False)

    op.create_table(
        "viewings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("watched_at", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_viewings_import_id_imports")),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_viewings_movie_id_movies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_viewings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "movie_id", "watched_at", name=op.f("pk_viewings")),
    )
    with op.batch_alter_table("viewings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_viewings_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_viewings_movie_id"), ["movie_id"], unique=False)

    op.create_table(
        "film_list_entries",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("movie_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_film_list_entries_import_id_imports")),
        sa.ForeignKeyConstraint(["list_id"], ["film_lists.id"], name=op.f("fk_film_list_entries_list_id_film_lists"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("fk_film_list_entries_movie_id_movies")),
        sa.PrimaryKeyConstraint("list_id", "movie_id", name=op.f("pk_film_list_entries")),
    )
    with op.batch_alter_table("film_list_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_film_list_entries_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_film_list_entries_movie_id"), ["movie_id"], unique=False)

    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="applied", nullable=False))
        batch_op.add_column(sa.Column("payload", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("movies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("poster", sa.String(length=300), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("movies", schema=None) as batch_op:
        batch_op.drop_column("poster")

    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_column("payload")
        batch_op.drop_column("state")

    with op.batch_alter_table("film_list_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_film_list_entries_movie_id"))
        batch_op.drop_index(batch_op.f("ix_film_list_entries_import_id"))

    op.drop_table("film_list_entries")
    with op.batch_alter_table("viewings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_viewings_movie_id"))
        batch_op.drop_index(batch_op.f("ix_viewings_import_id"))

    op.drop_table("viewings")
    with op.batch_alter_table("replaced_ratings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replaced_ratings_before_import_id"))

    op.drop_table("replaced_ratings")
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marks_movie_id"))
        batch_op.drop_index(batch_op.f("ix_marks_import_id"))

    op.drop_table("marks")
    with op.batch_alter_table("film_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_film_lists_import_id"))

    op.drop_table("film_lists")
    op.drop_table("enrichments")
