"""`flask doctor`: what is wrong with the instance, and how to mend it. Looking changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import func, inspect, or_, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from .. import storage
from ..errors import (
    BackgroundRunning,
    BackgroundUnavailable,
    DatabaseBusy,
    DatabaseDamaged,
    DiskFull,
    FolderReadOnly,
    MovieRecommenderError,
    PlotIndexBusy,
)
from ..storage import db
from ..storage.lockfile import FileLock
from ..storage.models import Job, PlotVector, UserState
from . import dispatch, jobs, operating

LEAST_FREE = 200 * 1024**2  # bytes
AHEAD_SECONDS = 60.0  # by which a time may lie ahead of the clock
STUCK_SECONDS = 120.0  # without a heartbeat
PATIENCE_SECONDS = 10.0  # for lists that are behind at this very moment
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and what to do about it."""

    what: str
    remedy: str


def faults(patience: float = PATIENCE_SECONDS) -> Iterator[Fault]:
    """Everything that is wrong, the gravest first; what needs a database is only looked at when there is one.

    Args:
        patience: Seconds for which a list may be behind while one looks.
    """
    yield from _folder()
    yield from _secrets()
    without_database = list(_database())
    yield from without_database
    yield from _snapshot()
    yield from _queue()
    up = list(_background_api())
    yield from up
    if not without_database:
        checks: tuple[Callable[[], Iterator[Fault]], ...] = (_clock, _set_aside, _stuck_jobs, _plot_index)
        for check in checks:
            yield from check()
        yield from _stale_lists(0.0 if up else patience)


def _instance() -> Path:
    return Path(current_app.config["INSTANCE_PATH"])


def _folder() -> Iterator[Fault]:
    # A folder that one may not enter cannot be asked whether these exist: not `Path.exists`, which raises then.
    folders = [_instance(), *(path for path in (_instance() / "logs", _instance() / "chroma") if os.path.exists(path))]
    for folder in folders:
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"x" * 65536)
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            yield Fault(
                f"Nothing can be written into {folder}: {error.strerror}.",
                "Make room on the disk, or give the folder to the user who runs the product (chown, chmod u+w); it goes on by itself.",
            )
    free = shutil.disk_usage(_instance()).free
    if free < LEAST_FREE:
        yield Fault(
            f"The disk is nearly full: {free // 1024**2} MB are free.",
            "Make room: old files under logs/, backups, downloads. What cannot be saved is refused with a message.",
        )


def _secrets() -> Iterator[Fault]:
    for name in ("secret_key", "background_key", "settings.toml"):
        path = _instance() / name
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield Fault(
                f"{path} can be read by others (mode {mode:03o}).",
                f"chmod 600 {path}; if others use this machine, delete the keys: the next start makes new ones, and all sign in again.",
            )


def _database() -> Iterator[Fault]:
    try:
        db.session.rollback()
        with db.engine.connect() as connection:
            if db.engine.dialect.name == "sqlite":
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                if found != "ok":
                    yield Fault(f"The database is damaged: {found}.", _RESTORE)
                    return
            if not inspect(connection).has_table("alembic_version"):
                yield Fault("The database is empty.", "Run `flask initdb`.")
                return
        if not storage.is_ready():
            yield Fault(
                "The database's schema is not that of this program.",
                "Run `flask initdb`; it upgrades and deletes nothing. If that says it cannot find a revision, the program is older than"
                " the database: update it.",
            )
            return
        with db.engine.connect().execution_options(writes=True) as connection:
            if db.engine.dialect.name == "sqlite":
                # The connection's own timeout is what a page waits; whoever holds the lock longer than that is the fault.
                connection.execute(text("SELECT 1"))
    except DBAPIError as error:
        trouble = storage.trouble_behind(error)
        where = make_url(current_app.config["DATABASE_URL"]).render_as_string(hide_password=True)
        what = trouble.message if trouble else str(error.orig)
        yield Fault(f"{what} ({where})", _REMEDIES.get(type(trouble), _START_IT))


_RESTORE = "Stop everything, keep a copy of the file, and bring back the last backup: `flask restore FILE`."
_START_IT = "Start the database server, or mend DATABASE_URL. Pages say so meanwhile, and go on by themselves."
_REMEDIES: dict[type[MovieRecommenderError] | type[None], str] = {
    DatabaseDamaged: _RESTORE,
    DatabaseBusy: "Find who holds it (`fuser FILE`, a backup tool, an open sqlite3 shell) and end that; nothing is lost meanwhile.",
    DiskFull: "Make room on the disk; it goes on by itself.",
    FolderReadOnly: "Give file and folder to the user who runs the product (chown, chmod u+w).",
}


def _snapshot() -> Iterator[Fault]:
    from ..storage import snapshots  # imports what computes

    path = _instance() / snapshots.NAME
    if wrong := snapshots.damage(path):
        yield Fault(
            f"The engine's snapshot {path} cannot be used: {wrong}.",
            "Delete it, or stop and start the background API, which then learns from the database and writes a new one: that start takes"
            " longer, and nothing is lost.",
        )


def _queue() -> Iterator[Fault]:
    url = current_app.config["QUEUE_URL"]
    if url.startswith(("redis", "rediss")):
        import redis

        try:
            redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2).ping()
        except redis.RedisError as error:
            yield Fault(
                f"The queue does not answer: {error}.", "Start Redis, or mend QUEUE_URL. No job is lost: the database knows them all."
            )


def _background_api() -> Iterator[Fault]:
    url = current_app.config["BACKGROUND_URL"]
    start = "Start it with `python -m background_api`, or everything with `make run`. Ratings are kept meanwhile, and old lists shown."
    try:
        dispatch.call("GET", "/jobs?limit=1", timeout=operating.LOOK_TIMEOUT)
    except BackgroundUnavailable as error:
        if error.answered == 401:
            yield Fault(
                f"At {url} listens the background API of another instance: it does not know our key.",
                "Give each instance a BACKGROUND_PORT of its own. If web and background API run on two machines, give both the same"
                " background_key, and set both clocks (`timedatectl`): a request is good for a minute.",
            )
        elif not error.answered and not _lock_is_held():
            yield Fault(f"The background API does not run (nobody answers at {url}).", start)
        else:
            yield Fault(
                f"The background API does not answer as it should at {url}: {error.message}",
                "Look into logs/background.log of the instance folder; stop and start it. Only one may run for an instance.",
            )
        return
    # With PostgreSQL there may be several, elsewhere too.
    if current_app.config["DATABASE_URL"].startswith("sqlite") and not _lock_is_held():
        yield Fault(
            f"A background API answers at {url}, and it does not serve this instance folder.",
            "Run one background API for one database, and give each instance its own folder and port.",
        )


def _lock_is_held() -> bool:
    path = _instance() / "background.lock"
    if not path.exists():
        return False
    lock = FileLock(path, BackgroundRunning())
    try:
        lock.acquire()
    except (BackgroundRunning, OSError):
        return True
    lock.release()
    return False


def _clock() -> Iterator[Fault]:
    ahead = time.time() + AHEAD_SECONDS
    jobs_ahead = select(func.count()).select_from(Job).where(or_(Job.created_at > ahead, Job.heartbeat_at > ahead, Job.started_at > ahead))
    leases_ahead = select(func.count()).select_from(UserState).where(UserState.queued_at > ahead)
    if count := (db.session.scalar(jobs_ahead) or 0) + (db.session.scalar(leases_ahead) or 0):
        yield Fault(
            f"{count} times lie in the future: the clock was set back, or is wrong now.",
            "Let the network set the clock (`timedatectl set-ntp true`). Times in the future count as over: no job waits for them.",
        )


def _set_aside() -> Iterator[Fault]:
    dead = db.session.scalar(select(func.count()).select_from(Job).where(Job.state == "dead")) or 0
    people = len(operating.set_aside())
    if dead or people:
        latest = db.session.scalar(select(Job.error).where(Job.state == "dead").order_by(Job.finished_at.desc()).limit(1))
        yield Fault(
            f"{dead} jobs and the lists of {people} people were set aside after too many failures; the last one: {latest or jobs.CUT_OFF}",
            "Mend the cause (logs/background.log tells more), then `flask retry`, or the button on the operator's page.",
        )


def _stuck_jobs() -> Iterator[Fault]:
    if stuck := jobs.cut_off(STUCK_SECONDS):
        yield Fault(
            f"{len(stuck)} jobs are said to run and give no sign of life.",
            "A background API that runs takes them up within a minute. If one runs and they stay, stop and start it.",
        )


def _stale_lists(patience: float) -> Iterator[Fault]:
    def behind() -> set[tuple[int, int]]:
        db.session.rollback()
        query = select(UserState.user_id, UserState.version).where(UserState.computed_version < UserState.version)
        return set(db.session.execute(query.where(UserState.attempts < current_app.config["MAX_ATTEMPTS"])).all())

    stale, until = behind(), time.monotonic() + patience
    while stale and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        stale &= behind()
    if stale:
        yield Fault(
            f"The lists of {len(stale)} people are behind what they rated.",
            "A background API that runs brings them up to date. If it runs, look into logs/background.log.",
        )


def _plot_index() -> Iterator[Fault]:
    if not db.session.scalar(select(func.count()).select_from(PlotVector)):
        yield Fault("No plots are encoded: lists do without plot similarity.", "Run `flask fillchroma`.")
        return
    from .plots import Plots  # imports what computes: only the commands and the background API do

    plots = Plots(current_app.config)
    rebuild = "Run `flask fillchroma --rebuild`. Meanwhile all plots are compared one by one: right, but slower."
    try:
        if not plots.is_indexed():
            yield Fault("The plot index is missing, or does not hold the plots of today.", rebuild)
        else:
            plots.probe()
    except PlotIndexBusy:
        # The background API holds it, and knows best.
        health = operating.health()
        if health and health["plots"]["state"] == "damaged":
            yield Fault("The plot index is damaged.", rebuild)
    except MovieRecommenderError as error:
        yield Fault(error.message, rebuild)
    finally:
        plots.close()
