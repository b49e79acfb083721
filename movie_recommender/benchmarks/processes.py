"""The product's processes as they run on an instance: started, waited for, looked at from outside."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select

from movie_recommender import settings, storage, supervisor
from movie_recommender.errors import MovieRecommenderError
from movie_recommender.storage import db
from movie_recommender.storage.models import Job

IDLE_LOOKS = 5  # seconds without any job before the measurement
START_SECONDS = 20.0


@contextmanager
def opened(instance: Path, durable: bool = True, **changed: Any) -> Iterator[Flask]:
    """An application on the instance with these settings, its context pushed, the schema up to date."""
    app = Flask(__name__)
    app.config.update(settings.load(INSTANCE_PATH=instance, **changed))
    storage.init_app(app, durable)
    with app.app_context():
        try:
            storage.create_or_upgrade()
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def wait_until_idle() -> None:
    """Until what a start brings with it is done: fitting, similar films, the index of plots, the map."""
    looks = 0
    while looks < IDLE_LOOKS:
        time.sleep(1.0)
        db.session.rollback()
        busy = db.session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(("queued", "running"))))
        looks = 0 if busy else looks + 1


@contextmanager
def running(instance: Path, websites: int = 1, backgrounds: int = 1, **changed: Any) -> Iterator[tuple[int, list[int]]]:
    """The product's processes: the website's port; and the process ids of so many website workers, then of so many background APIs.

    Each further background API has a folder of its own, as on a machine of its own; what they share must be changed to servers.
    """
    port, ports = free_port(), [free_port() for _ in range(backgrounds)]
    urls = [f"http://127.0.0.1:{each}" for each in ports]
    changed = {**changed, "PORT": str(port), "BACKGROUND_URL": ",".join(urls), "LOG_LEVEL": "WARNING", "WEB_WORKERS": str(websites)}
    config = settings.load(INSTANCE_PATH=instance, **changed)
    current_app.config["BACKGROUND_URL"] = config["BACKGROUND_URL"]
    changed |= {key: config[key] for key in ("SECRET_KEY", "BACKGROUND_KEY")}
    started: list[supervisor.Watched] = []
    for number, background_port in enumerate(ports):
        folder, own = instance / f"background-{number}" if number else instance, {**changed, "BACKGROUND_PORT": str(background_port)}
        started.append(_watched(settings.load(INSTANCE_PATH=folder, **own), own)[0])
    started.append(_watched(config, changed)[1])
    try:
        for one in started:
            one.start()
        if not supervisor.wait_until_up([*(f"{url}/health" for url in urls), f"http://127.0.0.1:{port}/about"], threading.Event()):
            raise MovieRecommenderError(f"The product did not come up. Look into {instance}/logs.")
        pids = [one.process.pid for one in started if one.process]
        yield port, [*children(pids[-1], websites), *pids[:-1]]
    finally:
        for one in reversed(started):
            one.stop()


def _watched(config: Mapping[str, Any], changed: Mapping[str, str]) -> list[supervisor.Watched]:
    found = supervisor.processes(config, reload=False)
    for one in found:
        one.environment = {**one.environment, **changed}
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int, n: int = 1) -> list[int]:
    """Gunicorn's workers: so many children of its parent process.

    Raises:
        MovieRecommenderError: It has not started them in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        if len(found) == n:
            return [int(each) for each in found]
        time.sleep(0.1)
    raise MovieRecommenderError(f"Gunicorn did not start {n} workers.")


def cpu_seconds(pid: int) -> float:
    """What a process has used in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes of a process in RAM, now."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def most_memory(pid: int) -> int:
    """The most bytes of a process that were in RAM."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
