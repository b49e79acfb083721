"""What bringing a large data set in costs: a synthetic one is written as MovieLens' files, then imported by the command's own code.

    python -m movie_recommender.benchmarks.imports FOLDER|SIZE [DATABASE_URL]

A size is one of the synthetic worlds' (`25m`). The database is a fresh SQLite, or the empty one of the URL. Then the engine
is made from it, without a snapshot, until it can serve.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask

from movie_recommender import settings, storage
from movie_recommender.services import importing
from movie_recommender.services.engine import Engine

from . import synthetic
from .machine import peak_bytes

_LINES = 500_000


def write_data_set(made: synthetic.World, folder: Path) -> Path:
    """A world as `movies.csv` and `ratings.csv` in MovieLens' form."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "movies.csv").open("w", encoding="ascii") as file:
        file.write("movieId,title,genres\n")
        file.writelines(f"{film},Film {film} ({1920 + film % 100}),Drama|Comedy\n" for film in range(1, made.n_items + 1))
    users = np.repeat(np.arange(1, made.n_users + 1), np.diff(made.indptr))
    with (folder / "ratings.csv").open("w", encoding="ascii") as file:
        file.write("userId,movieId,rating,timestamp\n")
        for start in range(0, made.n_ratings, _LINES):
            span = slice(start, start + _LINES)
            rows = zip(users[span].tolist(), (made.cols[span] + 1).tolist(), (made.codes[span] / 2).tolist(), strict=True)
            file.writelines(f"{user},{film},{stars},{1_000_000_000 + user}\n" for user, film, stars in rows)
    return folder


def measure(folder: Path, database_url: str) -> dict[str, Any]:
    """Import a data set into a fresh database; wall and CPU seconds (this process'), and the most memory."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as instance:
        url = database_url or f"sqlite:///{instance}/import.sqlite3"
        app = Flask(__name__)
        app.config.update(settings.load(INSTANCE_PATH=instance, DATABASE_URL=url))
        storage.init_app(app)
        with app.app_context():
            storage.create_or_upgrade()
            began, cpu = time.monotonic(), time.process_time()
            report = importing.import_movielens(folder, _Marks())
            wall, cpu = time.monotonic() - began, time.process_time() - cpu
            found = {"ratings": report.counts["ratings"], "seconds": wall, "cpu_seconds": cpu, "peak_bytes": peak_bytes()}
            began, cpu = time.monotonic(), time.process_time()
            Engine().refit()
            found |= {"start_seconds": time.monotonic() - began, "start_cpu_seconds": time.process_time() - cpu}
            storage.db.engine.dispose()
    return {"database": url.split(":")[0], **found, "start_peak_bytes": peak_bytes()}


def of_size(size: str, database_url: str) -> dict[str, Any]:
    """Write a synthetic world, import it, and throw it away."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(write_data_set(synthetic.of_size(size), Path(folder) / "data"), database_url)


class _Marks:
    """Says on stderr when what begins."""

    def __init__(self) -> None:
        self._what = ""

    def __call__(self, what: str, _done: int, _total: int) -> None:
        if what != self._what:
            self._what = what
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {time.process_time():.0f} CPU s: {what}\n")


if __name__ == "__main__":
    where, database = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    json.dump(of_size(where, database) if where in synthetic.SIZES else measure(Path(where), database), sys.stdout)
