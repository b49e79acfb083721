"""The queue: huey on SQLite, Redis or PostgreSQL by `QUEUE_URL`. A message is a job's id and nothing else.

A message is gone once a worker has taken it, so it is a hint only; the jobs table is the truth.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from huey import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey
from huey.consumer import Worker
from huey.serializer import SignedSerializer
from sqlalchemy.engine import make_url

from movie_recommender.errors import SettingError

log = logging.getLogger(__name__)
JUST_RATED, LATER, LAST = 100, 10, 1  # priorities: somebody waits; imports and repairs; lists of an older engine
POLL_SECONDS = 0.5  # how often SQLite is asked, besides at every message that this process sends


class Lane:
    """One queue with worker threads of its own, so that long work never stands before short work."""

    def __init__(self, name: str, url: str, key: str, perform: Callable[[str], None], workers: int) -> None:
        self.name = name
        self._huey = _connect(name, url, key)
        self._task = self._huey.task(name="perform")(perform)
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._news = threading.Semaphore(0)

    def send(self, job_id: str, priority: int) -> None:
        """Put a job's id into the queue."""
        self._huey.enqueue(self._task.s(job_id, priority=priority))
        self._news.release()

    def waiting(self) -> int:
        """How many messages wait."""
        return int(self._huey.storage.queue_size())

    def clear(self) -> None:
        """Throw all messages away."""
        self._huey.storage.flush_queue()

    def start(self) -> None:
        for number in range(self._workers):
            worker = _Worker(self._huey, self._stopping, self._news)
            thread = threading.Thread(target=self._run, args=(worker,), name=f"{self.name}-{number + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, worker: Worker) -> None:
        while not self._stopping.is_set():
            worker.loop()

    def stop(self, seconds: float) -> bool:
        """Take no further message; wait for the running jobs. Returns whether all came to an end in time."""
        self._stopping.set()
        for _ in self._threads:
            self._news.release()
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)


class _Worker(Worker):
    """Huey's worker, woken by a message of its own process instead of polling often."""

    def __init__(self, huey: Huey, stop_flag: threading.Event, news: threading.Semaphore) -> None:
        super().__init__(huey, stop_flag, default_delay=POLL_SECONDS, max_delay=POLL_SECONDS, backoff=1.0)
        self._news = news

    def sleep(self) -> None:
        self._news.acquire(timeout=POLL_SECONDS)


def _connect(name: str, url: str, key: str) -> Huey:
    options = {"results": False, "serializer": SignedSerializer(secret=key, salt=f"movie-recommender.{name}")}
    name = f"movie-recommender-{name}"
    scheme = url.split("://", 1)[0].split("+", 1)[0]
    if scheme in ("redis", "rediss"):
        return PriorityRedisHuey(name, url=url, **options)
    if scheme == "postgresql":
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(name, dsn=dsn, table_prefix="queue", **options)
    if scheme != "sqlite":
        raise SettingError(f"QUEUE_URL={url!r} is neither sqlite://, redis:// nor postgresql://.")
    # Not flushed to the disk: a message is a hint, and one that is lost is sent again.
    return SqliteHuey(name, filename=str(_queue_file(url)), timeout=10, fsync=False, **options)


def _queue_file(url: str) -> Path:
    """The queue's file, which exists and is whole: a damaged one is put aside, for it only held hints."""
    path = Path(make_url(url).database or "")
    if not path.name:
        raise SettingError(f"QUEUE_URL={url!r} names no file. Write sqlite:////path/to/queue.sqlite3.")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(path, timeout=10)
        try:
            whole = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        log.warning("The queue %s is damaged; it is put aside and made anew. No list is lost by it.", path)
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.replace(path.with_name(f"{path.name}.damaged{suffix}"))
    return path
