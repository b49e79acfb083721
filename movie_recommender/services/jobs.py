"""Jobs as rows: what is to be done, what is running, how far it is, and what went wrong.

A row is the truth; a message in the queue is only the hint that somebody should look at it. Of each kind and subject
at most one job waits (a partial unique index): a second request joins the first.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from ..errors import InvalidInput, NotFound
from ..storage import db, upsert, writing
from ..storage.models import Job, UserState

log = logging.getLogger(__name__)
KINDS = ("recompute", "refit", "fillchroma", "reindex", "atlas")
STATES = ("queued", "running", "done", "failed", "dead")
ENDED = ("done", "failed", "dead")
LONGEST_PAUSE = 300.0  # seconds between two attempts at most
PERSONS_PAUSE = 30.0  # the same where a person waits and the process was killed often
KEEP_SECONDS = 7 * 86_400  # for which an ended job can be looked at
KEEP_JOBS = 5_000  # ended jobs beyond these go earlier
CUT_OFF = "The background API stopped while this ran."


def submit(kind: str, subject: int = 0) -> tuple[Job, bool]:
    """The waiting job of this kind and subject, and whether it was made just now (else it waited already).

    Raises:
        InvalidInput: There is no such kind of job.
        NotFound: There is no such person.
    """
    if kind not in KINDS:
        raise InvalidInput(f"There is no job of kind {kind!r}. Kinds: {', '.join(KINDS)}.")
    if kind == "recompute" and db.session.get(UserState, subject) is None:
        raise NotFound(f"There is no member {subject}.")
    while True:
        with writing() as session:
            values = {"id": uuid.uuid4().hex, "kind": kind, "subject": subject, "created_at": time.time(), "heartbeat_at": time.time()}
            session.connection().execute(_new(db.engine.dialect.name), values)
            job = session.scalar(_WAITING, {"kind": kind, "subject": subject})
        # None: on PostgreSQL a worker may take the other one's job between the two statements.
        if job is not None:
            return job, job.id == values["id"]


_WAITING = select(Job).where(Job.kind == bindparam("kind"), Job.subject == bindparam("subject"), Job.state == "queued")


@cache
def _new(_dialect: str) -> Any:
    return upsert(Job).on_conflict_do_nothing()


def begin(kind: str) -> Job:
    """Claim the waiting job of a kind without a subject, or make one that runs already."""
    with writing() as session:
        waiting = session.scalar(select(Job.id).where(Job.kind == kind, Job.subject == 0, Job.state == "queued"))
        if waiting is None or (job := claim(waiting)) is None:
            job = Job(
                id=uuid.uuid4().hex, kind=kind, subject=0, state="running", attempts=1,
                created_at=time.time(), started_at=time.time(), heartbeat_at=time.time(),
            )  # fmt: skip
            session.add(job)
    return job


def claim(job_id: str) -> Job | None:
    """Take a waiting job for oneself; None when somebody else has it, or it has ended."""
    with writing() as session:
        if session.connection().execute(_TAKEN, {"one": job_id, "now": time.time()}).first() is None:
            return None
        return session.get(Job, job_id, populate_existing=True)


_TAKEN = (
    update(Job).where(Job.id == bindparam("one"), Job.state == "queued")
    .values(state="running", started_at=bindparam("now"), heartbeat_at=bindparam("now"), attempts=Job.attempts + 1, error=None)
    .returning(Job.id)
)  # fmt: skip


def progress(job_id: str, done: int, total: int) -> None:
    """Note how far a running job is."""
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(done=done, total=total, heartbeat_at=time.time()))


def end(job_id: str, state: str, error: str | None = None) -> None:
    """Note how a running job ended."""
    with writing() as session:
        values = {"one": job_id, "how": state, "why": error, "now": time.time()}
        session.connection().execute(_ENDED, values)


_ENDED = (
    update(Job).where(Job.id == bindparam("one"), Job.state == "running")
    .values(state=bindparam("how"), error=bindparam("why"), finished_at=bindparam("now"))
)  # fmt: skip


def beat(job_ids: Collection[str]) -> None:
    """Note that these jobs are still being worked on."""
    if job_ids:
        with writing() as session:
            session.execute(update(Job).where(Job.id.in_(job_ids), Job.state == "running").values(heartbeat_at=time.time()))


def put_back(job_id: str, max_attempts: int) -> None:
    """A running job whose worker is gone waits again, unless one like it does or it was tried far too often.

    That it was running when the process died is no proof against it. After `max_attempts` it waits for a while each time, and
    only after twice as many it is given up: a job that brings the process down by itself does so a few times an hour, then no more.
    """
    with writing() as session:
        job = session.get(Job, job_id, populate_existing=True)
        if job is None or job.state != "running":
            return
        like_it = select(Job.id).where(Job.kind == job.kind, Job.subject == job.subject, Job.state == "queued")
        if job.attempts >= 2 * max_attempts:
            job.state, job.error, job.finished_at = "dead", CUT_OFF, time.time()
        elif job.kind == "refit" or session.scalar(like_it):
            job.state, job.error, job.finished_at = "failed", CUT_OFF, time.time()
        else:
            pause = PERSONS_PAUSE if job.kind == "recompute" else LONGEST_PAUSE
            job.state, job.started_at = "queued", None
            job.heartbeat_at = 0.0 if job.attempts < max_attempts else time.time() + pause


def retry(job_id: str) -> Job:
    """Let a job that failed or was set aside wait again, with all its attempts.

    Raises:
        NotFound: There is no such job.
        InvalidInput: It neither failed nor was set aside, or one like it waits already.
    """
    with writing() as session:
        job = get(job_id)
        like_it = select(Job.id).where(Job.kind == job.kind, Job.subject == job.subject, Job.state == "queued")
        if job.state not in ("failed", "dead") or session.scalar(like_it):
            raise InvalidInput("This job waits, runs or was done meanwhile, or one like it waits already. Look at the list again.")
        job.state, job.attempts, job.heartbeat_at, job.started_at, job.finished_at, job.error = "queued", 0, 0.0, None, None, None
    return job


def fail(job_id: str, error: str, max_attempts: int) -> str:
    """A running job that failed waits for its next attempt, each time longer, or is set aside; returns its state."""
    with writing() as session:
        job = session.get(Job, job_id, populate_existing=True)
        if job is None or job.state != "running":
            return ""
        like_it = select(Job.id).where(Job.kind == job.kind, Job.subject == job.subject, Job.state == "queued")
        job.error = error
        if job.attempts >= max_attempts or session.scalar(like_it):
            job.state, job.finished_at = ("dead" if job.attempts >= max_attempts else "failed"), time.time()
        else:
            # A waiting job's heartbeat says when it was sent; one that lies ahead, when it is to be sent.
            job.state, job.started_at, job.heartbeat_at = "queued", None, time.time() + min(LONGEST_PAUSE, 2.0**job.attempts)
        return job.state


def cut_off(silent_for: float) -> list[str]:
    """Ids of running jobs that gave no sign of life for so many seconds: their process was killed."""
    since = time.time() - silent_for
    # A heartbeat in the future is a clock that was set back; it proves nothing.
    silent = or_(Job.heartbeat_at.is_(None), Job.heartbeat_at < since, Job.heartbeat_at > time.time() + silent_for)
    return list(db.session.scalars(select(Job.id).where(Job.state == "running", silent)))


def unheard(older_than: float, limit: int) -> list[Job]:
    """Waiting jobs whose message must be lost, the least tried first, then the oldest; marks them as sent again now.

    A job that is tried and killed says little: most were only running when the process died. If it came first again at the next
    start, a few kills in a row would set aside whoever stands in front; coming last, only what kills by itself is tried so often.
    """
    now = time.time()
    with writing() as session:
        late = (
            select(Job.id).where(
                Job.state == "queued", Job.kind != "refit",
                # Further ahead than any pause: the clock was set back.
                or_(func.coalesce(Job.heartbeat_at, 0) <= now - older_than, Job.heartbeat_at > now + LONGEST_PAUSE),
            )
            .order_by(Job.attempts, Job.created_at, Job.id).limit(limit)
        )  # fmt: skip
        statement = update(Job).where(Job.id.in_(late), Job.state == "queued").values(heartbeat_at=now).returning(Job)
        found = list(session.scalars(statement, execution_options={"populate_existing": True}))
    return sorted(found, key=lambda job: (job.attempts, job.created_at, job.id))  # RETURNING knows no order


def is_waiting(kind: str) -> bool:
    """Whether a job of this kind waits."""
    return db.session.scalar(select(Job.id).where(Job.kind == kind, Job.state == "queued").limit(1)) is not None


def get(job_id: str) -> Job:
    """One job.

    Raises:
        NotFound: There is no such job; ended ones are forgotten after a week.
    """
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFound("There is no such job. Ended jobs are forgotten after a week.")
    return job


def latest(state: str | None = None, limit: int = 50) -> list[Job]:
    """Jobs, newest first.

    Raises:
        InvalidInput: There is no such state.
    """
    if state and state not in STATES:
        raise InvalidInput(f"There is no state {state!r}. States: {', '.join(STATES)}.")
    query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
    return list(db.session.scalars(query.where(Job.state == state) if state else query))


def prune() -> int:
    """Forget old ended jobs; returns how many."""
    old = time.time() - KEEP_SECONDS
    with writing() as session:
        newest = select(Job.created_at).where(Job.state.in_(ENDED)).order_by(Job.created_at.desc()).offset(KEEP_JOBS).limit(1)
        old = max(old, session.scalar(newest) or 0.0)
        forgotten = session.scalars(delete(Job).where(Job.state.in_(ENDED), Job.created_at < old).returning(Job.id)).all()
    return len(forgotten)
