"""The map of the films, and what members let one another see"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "atlases",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("made_of", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_atlases")),
    )
    op.create_table(
        "openness",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("as_neighbour", sa.Boolean(), nullable=False),
        sa.Column("tonight", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_openness_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_openness")),
    )


def downgrade() -> None:
    op.drop_table("openness")
    op.drop_table("atlases")
