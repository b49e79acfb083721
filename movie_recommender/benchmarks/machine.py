"""What the figures were measured on, and how to measure: CPU time of this thread, the best of several."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy

from movie_recommender.errors import InvalidInput

REPEATS = 5
LIBRARIES = (
    "numpy", "scipy", "numba", "scikit-learn", "Flask", "gunicorn", "waitress", "SQLAlchemy", "psycopg", "huey", "redis", "chromadb",
    "torch", "sentence-transformers",
)  # fmt: skip
POSTGRESQL = ("server_version", "fsync", "synchronous_commit")


def cpu_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The least CPU seconds of this thread that `work` took, without the garbage collector."""
    best = float("inf")
    with _no_collection():
        for _ in range(repeats):
            begin = time.thread_time()
            work()
            best = min(best, time.thread_time() - begin)
    return best


@contextmanager
def _no_collection() -> Iterator[None]:
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def read_bandwidth(megabytes: int = 400) -> float:
    """Bytes that one thread reads in a second from an array far larger than the caches."""
    array = np.ones(megabytes * 125_000)
    return array.nbytes / cpu_seconds(array.sum)


def resident_bytes() -> int:
    """This process' memory that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_bytes() -> int:
    """The most memory that this process has had in RAM."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def busy_seconds() -> float:
    """What all processors of this machine have worked since it started, for whomever."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, Path("/proc/stat").read_text("ascii").split(maxsplit=8)[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def description() -> str:
    """The processor, its cores and memory, and the versions that matter."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {versions}, SQLite {sqlite3.sqlite_version}"
    )


def today() -> str:
    """The day of this clock, as 2026-11-22."""
    return time.strftime("%Y-%m-%d")


def postgresql(url: str) -> str:
    """A server's version, and whether what is committed is on its disk.

    Raises:
        InvalidInput: It does not answer.
    """
    engine = sqlalchemy.create_engine(sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            version, fsync, waits = (connection.exec_driver_sql(f"SHOW {name}").scalar() for name in POSTGRESQL)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise InvalidInput(f"PostgreSQL does not answer: {error}") from error
    finally:
        engine.dispose()
    return f"PostgreSQL {version}, fsync {fsync}, synchronous_commit {waits}"


def load() -> str:
    """How many processes wanted a core in the last one and five minutes."""
    return "{:.1f} and {:.1f} in the last one and five minutes".format(*os.getloadavg())


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
