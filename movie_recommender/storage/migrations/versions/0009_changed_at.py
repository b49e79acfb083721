"""When a person's version was raised last, so that every background API finds what it has not heard of.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_states") as batch:
        batch.add_column(sa.Column("changed_at", sa.Double(), nullable=False, server_default="0"))
        batch.create_index("ix_user_states_changed_at", ["changed_at"])


def downgrade() -> None:
    with op.batch_alter_table("user_states") as batch:
        batch.drop_index("ix_user_states_changed_at")
        batch.drop_column("changed_at")
