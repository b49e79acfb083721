"""Which films are parts of a series, and in which order.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("movies", sa.Column("series", sa.String(120), nullable=True))
    op.add_column("movies", sa.Column("part", sa.SmallInteger(), nullable=True))
    op.create_index("ix_movies_series", "movies", ["series"])


def downgrade() -> None:
    op.drop_index("ix_movies_series", "movies")
    op.drop_column("movies", "part")
    op.drop_column("movies", "series")
