"""What the background API computes, and how far it is."""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class UserState(Base):
    """How far a member's list is behind: it is current when `computed_version` equals `version`."""

    __tablename__ = "user_states"
    __table_args__ = (
        Index(
            "ix_user_states_behind",
            "user_id",
            sqlite_where=text("computed_version < version"),
            postgresql_where=text("computed_version < version"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)  # raised by every change that the list depends on
    changed_at: Mapped[float] = mapped_column(Double, default=0.0, server_default="0", index=True)  # it, or his marks
    computed_version: Mapped[int] = mapped_column(BigInteger, default=0)
    queued_at: Mapped[float] = mapped_column(Double, default=0.0)  # the reconciler's lease
    attempts: Mapped[int] = mapped_column(default=0)  # failures since the last success
    retry_at: Mapped[float] = mapped_column(Double, default=0.0)  # not queued before (back-off)
    error: Mapped[str | None] = mapped_column(Text)  # the last failure


class RecommendationList(Base):
    """A person's last complete list in one compact row; `services.lists` packs and unpacks the payload."""

    __tablename__ = "recommendation_lists"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    engine: Mapped[str] = mapped_column(String(80))
    computed_at: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Job(Base):
    """A piece of background work, as its owner and the operator see it."""

    __tablename__ = "jobs"
    __table_args__ = (
        # One waiting job a person and kind: a second request joins the first.
        Index(
            "uq_jobs_one_waiting",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_jobs_state", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # recompute | refit | fillchroma | reindex
    subject: Mapped[int] = mapped_column(default=0)  # the user of a recompute; 1 for a fillchroma that rebuilds; else 0
    state: Mapped[str] = mapped_column(String(10), default="queued")  # queued | running | done | failed | dead
    done: Mapped[int] = mapped_column(default=0)  # progress: done of total
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[float] = mapped_column(Double)
    started_at: Mapped[float | None] = mapped_column(Double)
    heartbeat_at: Mapped[float | None] = mapped_column(Double)
    finished_at: Mapped[float | None] = mapped_column(Double)


class Revision(Base):
    """Counters raised by changes that the resident engine must notice: `catalogue`, `community`."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)
