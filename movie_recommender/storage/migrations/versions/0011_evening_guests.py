"""Guests of an evening, so that one can rate on his own phone.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evening_guests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("stars", sa.JSON(), nullable=False),
        sa.Column("unseen", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["users.id"], name=op.f("fk_evening_guests_host_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evening_guests")),
        sa.UniqueConstraint("nonce", name=op.f("uq_evening_guests_nonce")),
    )
    op.create_index(op.f("ix_evening_guests_host_id"), "evening_guests", ["host_id"])
    op.create_index(op.f("ix_evening_guests_expires_at"), "evening_guests", ["expires_at"])


def downgrade() -> None:
    op.drop_table("evening_guests")
