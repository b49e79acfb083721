"""Whose list is behind: leases, attempts and the dead-letter state, all in `user_states`.

The lease keeps the reconciler from queueing a person again and again while he waits; the attempts are counted before
the work, so that a person whose list brings the process down is set aside too.
"""

from __future__ import annotations

import time

from flask import current_app
from sqlalchemy import and_, bindparam, exists, func, or_, select, update

from ..storage import db, writing
from ..storage.models import Job, RecommendationList, UserState

LONGEST_PAUSE = 300.0  # seconds between two attempts at most


def lease_behind(limit: int) -> list[int]:
    """Ids of people whose list is behind and whom nobody was asked to serve lately; they are leased from now on."""
    now, lease = time.time(), current_app.config["LEASE_SECONDS"]
    with writing() as session:
        due = (
            select(UserState.user_id)
            .where(
                UserState.computed_version < UserState.version,
                # A time in the future means that the clock was set back.
                or_(UserState.queued_at < now - lease, UserState.queued_at > now),
                or_(UserState.retry_at <= now, UserState.retry_at > now + LONGEST_PAUSE),
                UserState.attempts < current_app.config["MAX_ATTEMPTS"],
            )
            .limit(limit)
        )
        statement = update(UserState).where(UserState.user_id.in_(due)).values(queued_at=now).returning(UserState.user_id)
        return list(session.scalars(statement))


def of_another_engine(engine_version: str, limit: int) -> list[int]:
    """Ids of people whose list is current but came from another fit of the engine; leased from now on.

    Their page does not say "updating": they lose nothing by waiting, and they come after everybody else.
    """
    now, lease = time.time(), current_app.config["LEASE_SECONDS"]
    with writing() as session:
        due = (
            select(UserState.user_id)
            .join(RecommendationList, RecommendationList.user_id == UserState.user_id)
            .where(
                RecommendationList.engine != engine_version,
                UserState.computed_version >= UserState.version,
                or_(UserState.queued_at < now - lease, UserState.queued_at > now),
                or_(UserState.retry_at <= now, UserState.retry_at > now + LONGEST_PAUSE),
                UserState.attempts < current_app.config["MAX_ATTEMPTS"],
            )
            .limit(limit)
        )
        statement = update(UserState).where(UserState.user_id.in_(due)).values(queued_at=now).returning(UserState.user_id)
        return list(session.scalars(statement))


def note_attempt(user_id: int) -> None:
    """Count an attempt before it is made, and put off the next one."""
    now = time.time()
    with writing() as session:
        connection = session.connection()
        attempts = connection.execute(_ATTEMPTS, {"his": user_id}).scalar() or 0
        values = {"his": user_id, "more": attempts + 1, "now": now, "later": now + min(LONGEST_PAUSE, 2.0**attempts)}
        connection.execute(_ATTEMPTED, values)


_ATTEMPTS = select(UserState.attempts).where(UserState.user_id == bindparam("his"))
_ATTEMPTED = (
    update(UserState).where(UserState.user_id == bindparam("his"))
    .values(attempts=bindparam("more"), queued_at=bindparam("now"), retry_at=bindparam("later"))
)  # fmt: skip


def note_failure(user_id: int, error: str, is_his: bool = True) -> bool:
    """Keep what went wrong; returns whether the person is set aside now (no further attempt before the next rating).

    Args:
        is_his: Whether his list is what failed; what the database suffers from sets nobody aside.
    """
    most = current_app.config["MAX_ATTEMPTS"]
    with writing() as session:
        his = UserState.user_id == user_id
        attempts = session.scalar(update(UserState).where(his).values(error=error, queued_at=0.0).returning(UserState.attempts)) or 0
        if attempts >= most and not is_his:
            session.execute(update(UserState).where(his).values(attempts=most - 1))
    return is_his and attempts >= most


def forgive(user_id: int) -> None:
    """Give a person who was set aside another round of attempts: somebody asked for his list."""
    with writing() as session:
        session.connection().execute(_FORGIVEN, {"his": user_id, "most": current_app.config["MAX_ATTEMPTS"]})


_FORGIVEN = (
    update(UserState).where(UserState.user_id == bindparam("his"), UserState.attempts >= bindparam("most")).values(attempts=0, retry_at=0.0)
)


def end_leases() -> None:
    """Forget leases of people for whom no job waits or runs; right only when no other background API shares the database."""
    busy = exists().where(and_(Job.kind == "recompute", Job.subject == UserState.user_id, Job.state.in_(("queued", "running"))))
    with writing() as session:
        session.execute(update(UserState).where(UserState.queued_at > 0, ~busy).values(queued_at=0.0))


def count_behind() -> int:
    """How many people's lists are behind."""
    query = select(func.count()).select_from(UserState).where(UserState.computed_version < UserState.version)
    return db.session.scalar(query) or 0
