"""Private servers for tests marked `servers`: started for a session on sockets of their own, and ended with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def missing(what: str) -> None:
    """Skip the test, or fail it where every part has to be there (`REQUIRE_ALL_PARTS`, set by `.ci/run`)."""
    if os.environ.get("REQUIRE_ALL_PARTS"):
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty database on a PostgreSQL of our own: a socket in a temporary folder, no port."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").exists() else []
    binaries = folders[-1] if folders else Path(shutil.which("initdb") or "/nowhere/initdb").parent
    if not (binaries / "initdb").exists():
        missing("PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(folder, user)

    def run(*command: str) -> None:
        demoted = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
        done = subprocess.run([*demoted, *command], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    data, log = str(folder / "data"), str(folder / "log")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "tests", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            run(str(binaries / "createdb"), "-h", str(folder), "-U", "tests", "movies")
            yield f"postgresql+psycopg://tests@/movies?host={folder}"
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
