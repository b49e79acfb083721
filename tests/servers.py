"""Private servers for tests marked `servers`: PostgreSQL, Redis and Chroma, started once a worker and ended with it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import requests

from movie_recommender import create_app
from movie_recommender.storage import create_or_upgrade, db


def missing(what: str) -> None:
    """Skip the test, or fail it where every part has to be there (`REQUIRE_ALL_PARTS`, set by `.ci/run`)."""
    if os.environ.get("REQUIRE_ALL_PARTS"):
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"needs {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a PostgreSQL of our own; returns the URL of each."""
    with private_postgresql() as make:
        yield make


@contextmanager
def private_postgresql() -> Iterator[Callable[[], str]]:
    """A PostgreSQL of our own, on a socket in a temporary folder: makes empty databases and returns the URL of each."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").exists() else []
    binaries = folders[-1] if folders else Path(shutil.which("initdb") or "/nowhere/initdb").parent
    if not (binaries / "initdb").exists():
        missing("PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(folder, user)

    def run(*command: str) -> None:
        demoted: dict[str, Any] = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **demoted)
        assert done.returncode == 0, done.stdout + done.stderr

    data, log, numbers = str(folder / "data"), str(folder / "log"), itertools.count(1)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"

    def make() -> str:
        name = f"movies_{next(numbers)}"
        with psycopg.connect(f"host={folder} user=tests dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")  # type: ignore[arg-type]
        return f"postgresql+psycopg://tests@/{name}?host={folder}"

    try:
        run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "tests", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield make
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(new_database: Callable[[], str]) -> str:
    """The URL of an empty PostgreSQL database."""
    return new_database()


@pytest.fixture
def app_on_postgresql(postgresql: str, tmp_path: Path) -> Iterator[Any]:
    """The application on an empty, migrated PostgreSQL database; its context is pushed."""
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path, DATABASE_URL=postgresql, BACKGROUND_URL="http://127.0.0.1:9")
    with app.app_context():
        create_or_upgrade()
        yield app
        db.session.rollback()
        db.engine.dispose()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own, on a free port of this machine."""
    program, port = shutil.which("redis-server"), free_port()
    if program is None:
        missing("Redis")
    folder = str(tmp_path_factory.mktemp("redis"))
    command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    with _running(command, lambda: bool(redis.Redis(port=port).ping())):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server of our own, on a free port of this machine."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """The address of a Chroma server that keeps its data in the folder."""
    port = free_port()
    program = str(Path(sys.executable).parent / "chroma")
    command = [program, "run", "--host", "127.0.0.1", "--port", str(port), "--path", str(folder)]
    with _running(command, lambda: requests.get(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1).ok):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], is_up: Callable[[], bool], seconds: float = 60.0) -> Iterator[None]:
    """A server process, from when it answers."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + seconds
    try:
        while True:
            try:
                if is_up():
                    break
            except (redis.ConnectionError, requests.RequestException):
                assert server.poll() is None, f"{command[0]} ended with status {server.returncode}"
            assert time.monotonic() < limit, f"{command[0]} does not answer"
            time.sleep(0.05)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
