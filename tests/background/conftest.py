"""A small instance on disk, and background APIs for it: as a real process, or in threads of the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import insert

from background_api import create_api
from movie_recommender import storage
from movie_recommender.services import accounts, rating
from movie_recommender.services.signing import HEADER, sign
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Genre, Movie, MovieGenre, Rating, User, UserState

from ..servers import free_port

GENRES = ("Comedy", "Drama", "Horror")
MOVIES = 40


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Settings of an instance of its own; every interval short."""
    return {
        "INSTANCE_PATH": str(tmp_path / "instance"), "BACKGROUND_PORT": str(free_port()), "RECONCILE_SECONDS": "0.2",
        "LEASE_SECONDS": "1", "MIN_RATINGS": "3", "LIST_LENGTH": "20",
    }  # fmt: skip


@pytest.fixture
def api(settings: dict[str, Any]) -> Iterator[Flask]:
    """The API of an instance with forty movies and twelve community raters; no thread works yet."""
    api = create_api(TESTING=True, **settings)
    with api.app_context():
        storage.create_or_upgrade()
        fill_catalogue()
        yield api
        db.session.remove()
        db.engine.dispose()


def fill_catalogue() -> None:
    with writing() as session:
        session.execute(insert(Genre), [{"id": at + 1, "name": name} for at, name in enumerate(GENRES)])
        session.execute(
            insert(Movie),
            [
                {"id": at, "title": f"Movie {at}", "search_key": f"movie {at}", "year": 1980 + at, "plot": None}
                for at in range(1, MOVIES + 1)
            ],
        )
        session.execute(insert(MovieGenre), [{"movie_id": at, "genre_id": at % 3 + 1} for at in range(1, MOVIES + 1)])
        raters = [{"id": 1000 + at, "name": f"rater {at}", "kind": "community", "created_at": 0} for at in range(12)]
        session.execute(insert(User), raters)
        rows = [
            {"user_id": rater["id"], "movie_id": movie, "half_stars": 1 + (movie * (at % 3 + 1)) % 10, "rated_at": movie}
            for at, rater in enumerate(raters)
            for movie in range(1 + at % 2, MOVIES + 1, 2)
        ]
        session.execute(insert(Rating), rows)
        storage.raise_revision("catalogue")


@pytest.fixture
def member(api: Flask) -> Callable[..., int]:
    """Makes a member who rates the first movies; nobody is told, as when the website's hint is lost."""

    def make(name: str = "Alice", ratings: int = 5) -> int:
        user = accounts.register(name, "a good password")
        with writing() as session:
            values = [{"user_id": user.id, "movie_id": at, "half_stars": at % 10 + 1, "rated_at": at} for at in range(1, ratings + 1)]
            if values:
                session.execute(insert(Rating), values)
            for _ in values:
                rating.raise_version(session, user.id)
        return user.id

    return make


@pytest.fixture
def running(api: Flask) -> Iterator[Flask]:
    """The same API with its threads at work."""
    api.extensions["runtime"].start()
    yield api
    api.extensions["runtime"].stop()


class Process:
    """`python -m background_api` on an instance."""

    def __init__(self, settings: dict[str, Any], **more: str) -> None:
        self.url = f"http://127.0.0.1:{settings['BACKGROUND_PORT']}"
        environment = {**os.environ, **settings, **more}
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "background_api"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait_until_up(self) -> None:
        def is_up() -> bool:
            assert self.popen.poll() is None, self.popen.stdout and self.popen.stdout.read()
            try:
                return requests.get(f"{self.url}/health", timeout=1).ok
            except requests.ConnectionError:
                return False

        wait_for(is_up)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.communicate()

    def terminate(self) -> tuple[int, str]:
        """Stop it orderly; returns the exit status and what it said."""
        self.popen.send_signal(signal.SIGTERM)
        output, _ = self.popen.communicate(timeout=60)
        return self.popen.returncode, output


@pytest.fixture
def process(settings: dict[str, Any]) -> Iterator[Callable[..., Process]]:
    """Starts background API processes of the instance; all are gone after the test."""
    started: list[Process] = []

    def start(**more: str) -> Process:
        started.append(Process(settings, **more))
        return started[-1]

    yield start
    for one in started:
        if one.popen.poll() is None:
            one.kill()


def wait_for(condition: Callable[[], Any]) -> Any:
    """The first true value of a condition; the limit only keeps a broken program from hanging the tests.

    Long jobs give way to all else (niceness 10): beside four programs that never rest, what takes 15 s takes 230.
    """
    limit = time.monotonic() + 600
    while time.monotonic() < limit:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("It did not happen.")


def is_current(user_id: int) -> bool:
    db.session.rollback()
    state = db.session.get_one(UserState, user_id, populate_existing=True)
    return state.computed_version == state.version


def signed(api: Flask, method: str, target: str, body: bytes = b"") -> dict[str, str]:
    return {HEADER: sign(api.config["BACKGROUND_KEY"], method, target, body), "Content-Type": "application/json"}
