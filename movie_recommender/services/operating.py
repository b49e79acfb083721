"""What an operator sees and does: how the instance is, what failed, who is here."""

from __future__ import annotations

import contextlib
import shutil
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from ..errors import BackgroundUnavailable, InvalidInput, NotFound
from ..storage import db
from ..storage.models import Import, Job, Movie, Rating, User, UserState
from . import accounts, dispatch, jobs, reconcile

LOOK_TIMEOUT = (0.5, 3.0)  # seconds to connect, to answer
FOLDERS = ("chroma", "posters", "logs", "snapshots")  # of the instance, whose sizes are told
LOGS = ("web", "background")
TAIL = 200  # lines
TAIL_BYTES = 256 * 1024
SHOWN = 30  # rows of a table
EVALUATION = "evaluation.md"  # what `flask evaluate` leaves in the instance folder


@dataclass(frozen=True)
class SetAside:
    """A person for whom no list could be made, `attempts` times in a row."""

    user_id: int
    name: str
    attempts: int
    error: str


@dataclass(frozen=True)
class Ran:
    """An import: by whom (empty: the command line), of what, and what it brought."""

    who: str
    row: Import


def health() -> dict[str, Any] | None:
    """What the background API says of itself; None when it does not answer."""
    try:
        return dispatch.call("GET", "/health", timeout=LOOK_TIMEOUT)
    except BackgroundUnavailable:
        return None


def job_counts() -> dict[str, int]:
    """How many jobs are in each state."""
    counted = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    return {state: counted.get(state, 0) for state in jobs.STATES}


def set_aside() -> list[SetAside]:
    """People whose list failed too often, so that no further attempt is made by itself."""
    query = (
        select(User.id, User.name, UserState.attempts, UserState.error).join(UserState, UserState.user_id == User.id)
        .where(UserState.attempts >= current_app.config["MAX_ATTEMPTS"]).order_by(User.id).limit(SHOWN)
    )  # fmt: skip
    return [SetAside(user_id, name, attempts, error or jobs.CUT_OFF) for user_id, name, attempts, error in db.session.execute(query)]


def retry_job(job_id: str) -> None:
    """Let a job that failed or was set aside wait again; raises what `jobs.retry` raises."""
    job = jobs.retry(job_id)
    if job.kind == "recompute":
        reconcile.forgive(job.subject)


def retry_person(user_id: int) -> None:
    """Give a person who was set aside another round of attempts."""
    reconcile.forgive(user_id)


def retry_all() -> int:
    """Let everything that was set aside wait again; returns how many jobs and people that were."""
    count = 0
    while people := set_aside():
        for one in people:
            reconcile.forgive(one.user_id)
        count += len(people)
    for job in jobs.latest("dead", jobs.KEEP_JOBS):
        with contextlib.suppress(InvalidInput):  # one like it waits already
            retry_job(job.id)
            count += 1
    return count


def sizes() -> dict[str, int]:
    """What there is: counts of rows, and bytes (names in lower case) of database, folders and free space."""

    def count(model: Any, *where: Any) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    instance = Path(current_app.config["INSTANCE_PATH"])
    return {
        "Members": count(User, User.kind == "member"), "Community raters": count(User, User.kind == "community"),
        "Films": count(Movie), "Ratings": count(Rating), "database": _database_bytes(),
        **{name: _folder_bytes(instance / name) for name in FOLDERS if (instance / name).exists()},
        "free on the disk": shutil.disk_usage(instance).free,
    }  # fmt: skip


def _database_bytes() -> int:
    url = make_url(current_app.config["DATABASE_URL"])
    if url.get_backend_name() != "sqlite":
        return int(db.session.scalar(select(func.pg_database_size(func.current_database()))) or 0)
    path = Path(url.database or "")
    return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*") if part.is_file())


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def imports() -> list[Ran]:
    """The latest imports."""
    query = select(Import, User.name).outerjoin(User, User.id == Import.user_id).order_by(Import.id.desc()).limit(SHOWN)
    return [Ran(name or "", row) for row, name in db.session.execute(query)]


def last_evaluation() -> tuple[float, str] | None:
    """When `flask evaluate` ran last, and its report; None when it did not."""
    path = Path(current_app.config["INSTANCE_PATH"]) / EVALUATION
    try:
        return path.stat().st_mtime, path.read_text("utf-8", "replace")
    except OSError:
        return None


def log_tail(name: str) -> list[str]:
    """The last lines of a process' log.

    Raises:
        NotFound: There is no such log.
    """
    if name not in LOGS:
        raise NotFound(f"There is no such log. Logs: {', '.join(LOGS)}.")
    path = Path(current_app.config["INSTANCE_PATH"]) / "logs" / f"{name}.log"
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            return list(deque(file.read().decode("utf-8", "replace").splitlines(), TAIL))
    except FileNotFoundError:
        return []


def members() -> Sequence[Any]:
    """Everybody with an account: id, name, created_at, is_operator, how many ratings."""
    rated = select(func.count()).where(Rating.user_id == User.id).scalar_subquery()
    query = select(User.id, User.name, User.created_at, User.is_operator, rated.label("ratings")).where(User.kind == "member")
    return db.session.execute(query.order_by(User.name_key)).all()


def remove_member(operator: User, user_id: int) -> str:
    """Delete somebody's account with everything in it; returns the name.

    Raises:
        NotFound: There is no such member.
        InvalidInput: It is the operator's own account, which the account page deletes.
    """
    user = accounts.member(user_id)
    if user.id == operator.id:
        raise InvalidInput("This is your own account. Your account page deletes it.")
    name = user.name
    accounts.delete_account(user)
    return name
