"""A stand to break the product on: an instance with films, raters and people, and its real processes, ready to be killed."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from flask import Flask
from sqlalchemy import delete, insert, select

from movie_recommender import create_app
from movie_recommender.services import accounts, atlas, importing, keys
from movie_recommender.services.engine import Engine
from movie_recommender.services.similar import save_similar
from movie_recommender.storage import create_or_upgrade, db, raise_revision, writing
from movie_recommender.storage.models import Movie, Rating, User, UserState

from . import PASSWORD, ROOT

POPULAR = 120  # films that most people know
RATERS, RATINGS_EACH = 150, 40  # the community that the lists learn from
UP_SECONDS = 240.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Person:
    """Somebody with an account; `headers` are those of his API token, `session` what his browser keeps."""

    id: int
    name: str
    headers: dict[str, str]


@dataclass
class Stand:
    """An instance and its processes by name: `web` and `background`."""

    folder: Path
    settings: dict[str, str]
    app: Flask
    movies: list[int]
    people: list[Person]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['PORT']}"

    @property
    def background_url(self) -> str:
        return f"http://127.0.0.1:{self.settings['BACKGROUND_PORT']}"

    def start(self, *names: str) -> None:
        """Start processes, each in a session of its own, so that it can be killed with all its children."""
        commands = {
            "background": [sys.executable, "-m", "background_api"],
            "web": [
                sys.executable, "-m", "gunicorn", "movie_recommender:create_app()", "--bind", f"127.0.0.1:{self.settings['PORT']}",
                "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "critical",
            ],
        }  # fmt: skip
        for name in names:
            with (self.folder / f"{name}.out").open("ab") as output:
                self.processes[name] = subprocess.Popen(
                    commands[name], cwd=ROOT, env={**os.environ, **self.settings}, stdout=output, stderr=output, start_new_session=True
                )

    def wait_until_up(self, *names: str) -> None:
        urls = {"web": f"{self.url}/sign-in", "background": f"{self.background_url}/health"}
        for name in names:
            wait_for(lambda name=name: self._answers(name, urls[name]), f"The {name} comes up", UP_SECONDS)

    def _answers(self, name: str, url: str) -> bool:
        if self.processes[name].poll() is not None:
            said = (self.folder / f"{name}.out").read_text(errors="replace")[-2000:]
            raise AssertionError(f"The {name} ended by itself: {said}")
        with contextlib.suppress(requests.RequestException):
            return requests.get(url, timeout=2).status_code == 200
        return False

    def kill(self, name: str) -> None:
        """`kill -9` of a process and all its children."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_a_child(self, name: str, chance: random.Random) -> bool:
        """`kill -9` of one child (a worker of the website); returns whether there was one."""
        with contextlib.suppress(psutil.NoSuchProcess):
            if children := psutil.Process(self.processes[name].pid).children():
                chance.choice(children).kill()
                return True
        return False

    def stop(self) -> None:
        for name in self.processes:
            self.kill(name)

    @contextlib.contextmanager
    def database(self) -> Iterator[Any]:
        """A look into the database from this process."""
        with self.app.app_context():
            yield db.session

    def behind(self) -> list[int]:
        """Whose lists are behind."""
        with self.database() as session:
            return list(session.scalars(select(UserState.user_id).where(UserState.computed_version < UserState.version)))


@contextlib.contextmanager
def stand(folder: Path, people: int, films: int, **settings: str) -> Iterator[Stand]:
    """Make an instance in a folder; its processes are gone in the end. Nothing runs yet."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "INSTANCE_PATH": str(folder), "PORT": str(free_port()), "BACKGROUND_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", **settings,
    }  # fmt: skip
    if "DATABASE_URL" not in settings:
        shutil.copytree(_furnished(films), folder, dirs_exist_ok=True)
    app = create_app(TESTING=True, **values)
    with app.app_context():
        if "DATABASE_URL" in settings:
            _furnish(films)
        movies = list(db.session.scalars(select(Movie.id).order_by(Movie.id)))
        cast = [_person(f"Person {number}") for number in range(people)]
    built = Stand(folder, values, app, movies, cast)
    try:
        yield built
    finally:
        built.stop()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@functools.cache
def _furnished(films: int) -> Path:
    """An instance with films and raters on SQLite, made once a process and copied for every stand."""
    folder = Path(tempfile.mkdtemp(prefix="torture-furnished-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = create_app(TESTING=True, INSTANCE_PATH=folder)
    with app.app_context():
        _furnish(films)
        db.session.remove()
        db.engine.dispose()
    return folder


def _furnish(films: int) -> None:
    """So many of the embedded films, and raters who like every third film of their own kind, the same ones every time."""
    create_or_upgrade()
    importing.load_embedded()
    movies = list(db.session.scalars(select(Movie.id).order_by(Movie.id)))[:films]
    chance = random.Random(7)
    with writing() as session:
        session.execute(delete(Movie).where(Movie.id > movies[-1]))
        raters = [{"id": 100_000 + at, "name": f"rater {at}", "kind": "community", "created_at": 0} for at in range(RATERS)]
        session.execute(insert(User), raters)
        rows = [
            {
                "user_id": rater["id"], "movie_id": movie, "rated_at": 1_600_000_000 + at,
                "half_stars": chance.randint(7, 10) if movie % 3 == at % 3 else chance.randint(1, 6),
            }
            for at, rater in enumerate(raters)
            for movie in chance.sample(movies[:POPULAR], RATINGS_EACH)
        ]  # fmt: skip
        session.execute(insert(Rating), rows)
        raise_revision("community")
    # As a background API leaves it that has been running: with similar films, the map and a snapshot.
    engine = Engine()
    fitted = engine.refit()
    save_similar(fitted, lambda _done, _total: None)
    atlas.compute(fitted, lambda _done, _total: None)


def _person(name: str) -> Person:
    user = accounts.register(name, PASSWORD)
    token, _ = keys.issue_token(user)
    return Person(user.id, name, {"Authorization": f"Bearer {token}"})


def wait_for(condition: Callable[[], Any], what: str, seconds: float) -> float:
    """Wait until a condition holds; returns after how many seconds. It fails when that takes too long."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds:g} s.")
        time.sleep(0.1)
    return time.monotonic() - started
