"""How long the background API takes until it can make lists, and what it holds then: from SQL, then from its snapshot.

    python -m movie_recommender.benchmarks.starting INSTANCE

It is started as `flask start` starts it, asked ten times a second whether the engine is ready, and stopped. The encoder is not loaded.
Memory is looked at when the engine is ready, and from the snapshot again when nothing more is done: similar films, the map.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from movie_recommender import settings, supervisor
from movie_recommender.errors import MovieRecommenderError
from movie_recommender.storage import snapshots

from .child import ended_in_order
from .processes import cpu_seconds, free_port, memory, most_memory, opened, wait_until_idle

LONGEST = 1_200.0  # seconds until the engine is ready


@dataclass(frozen=True)
class Start:
    """Seconds elapsed and of CPU until the engine is ready; bytes in memory then, when idle (0: not awaited), and the most."""

    source: str
    ratings: int
    seconds: float
    cpu_seconds: float
    memory: int
    memory_idle: int
    most_memory: int


def measure(instance: Path) -> list[Start]:
    """Start it twice; the snapshot that is there is thrown away first.

    Raises:
        MovieRecommenderError: The engine is not ready in time.
    """
    with ended_in_order(), opened(instance):
        (instance / snapshots.NAME).unlink(missing_ok=True)
        return [_measured(instance, source) for source in ("SQL", "snapshot")]


def _measured(instance: Path, source: str) -> Start:
    began = time.monotonic()
    with _background_api(instance) as (process, url):
        ratings = _ready(process, url)
        seconds, cpu = time.monotonic() - began, cpu_seconds(process.pid)
        ready, idle = memory(process.pid), 0
        if source == "snapshot":
            wait_until_idle()
            idle = memory(process.pid)
        return Start(source, ratings, seconds, cpu, ready, idle, most_memory(process.pid))


@contextmanager
def _background_api(instance: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = str(free_port())
    changed: dict[str, Any] = {"BACKGROUND_PORT": port, "LOG_LEVEL": "WARNING"}
    watched = supervisor.processes(settings.load(INSTANCE_PATH=instance, **changed), reload=False)[0]
    watched.environment = {**watched.environment, **changed}
    watched.start()
    try:
        assert watched.process is not None
        yield watched.process, f"http://127.0.0.1:{port}/health"
    finally:
        watched.stop()


def _ready(process: subprocess.Popen[bytes], url: str) -> int:
    """Wait until lists can be made; how many ratings the engine knows."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline and process.poll() is None:
        try:
            engine = requests.get(url, timeout=10).json()["engine"]
        except requests.RequestException:
            engine = {"ready": False}
        if engine["ready"]:
            return int(engine["ratings"])
        time.sleep(0.1)
    raise MovieRecommenderError(f"The engine was not ready after {LONGEST:.0f} s.")


if __name__ == "__main__":
    json.dump([asdict(start) for start in measure(Path(sys.argv[1]))], sys.stdout)
