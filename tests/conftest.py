"""Shared parts of all tests: a real application on a real SQLite database in a temporary folder, and the standing cast.

Alice owns things, Bob is somebody else, Charlie is not signed in; `client` is Charlie's browser.
Do not push an application context around requests: Flask-Login would remember its user in it. Use `with app.app_context():`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from movie_recommender import create_app
from movie_recommender.catalogue.titles import fold, search_key
from movie_recommender.services import accounts
from movie_recommender.storage import create_or_upgrade, db, writing
from movie_recommender.storage.models import Credit, Genre, Movie, Person

from .servers import app_on_postgresql, chroma_url, new_database, postgresql, redis_url  # noqa: F401 - fixtures

PASSWORD = "correct horse battery"
# A port that refuses at once: the website must not need the background API.
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, made once; every test gets a copy of it."""
    folder = tmp_path_factory.mktemp("empty")
    app = create_app(TESTING=True, INSTANCE_PATH=folder)
    with app.app_context():
        create_or_upgrade()
        db.engine.dispose()
    return folder / "movie_recommender.sqlite3"


@pytest.fixture
def make_app(empty_database: Path, tmp_path: Path) -> Callable[..., Any]:
    """Make the application on a fresh database, with settings of one's own."""

    def make(**settings: Any) -> Any:
        shutil.copy(empty_database, tmp_path / "movie_recommender.sqlite3")
        defaults = {"TESTING": True, "INSTANCE_PATH": tmp_path, "BACKGROUND_URL": NOBODY_LISTENS, "WTF_CSRF_ENABLED": False}
        return create_app(**{**defaults, **settings})

    return make


@pytest.fixture
def app(make_app: Callable[..., Any]) -> Any:
    return make_app()


@pytest.fixture
def client(app: Any) -> FlaskClient:
    """Charlie's browser: nobody is signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def real_encoder() -> Any:
    """The packaged sentence encoder, loaded once a worker; mark its tests `encoder`, in the group `encoder`."""
    from movie_recommender.catalogue.encoder import PACKAGED, load_encoder

    return load_encoder(PACKAGED, threads=1)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """One for all browsers of a worker: a second beside it would not start."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


class Member:
    """A person with an account, and the browser in which he is signed in."""

    def __init__(self, app: Any, name: str) -> None:
        with app.app_context():
            self.id = accounts.register(name, PASSWORD).id
        self.name = name
        self.browser = app.test_client()
        answer = self.browser.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text


@pytest.fixture
def alice(app: Any) -> Member:
    return Member(app, "Alice")


@pytest.fixture
def bob(app: Any) -> Member:
    return Member(app, "Bob")


@pytest.fixture
def add_movie(app: Any) -> Callable[..., int]:
    """Put a movie into the database by its facts; returns its id."""

    def add(
        title: str,
        year: int | None = 1999,
        genres: Sequence[str] = ("Drama",),
        directors: Sequence[str] = (),
        cast: Sequence[str] = (),
        **facts: Any,
    ) -> int:
        key = search_key(title, facts.get("original_title"))
        with app.app_context():
            with writing() as session:
                movie = Movie(**{"title": title, "year": year, "search_key": key, "renown": 1, **facts})
                movie.genres = [_one(Genre, {"name": name}) for name in genres]
                session.add(movie)
                session.flush()
                for role, names in (("director", directors), ("actor", cast)):
                    for billing, name in enumerate(names):
                        person = _one(Person, {"name_key": fold(name)}, name=name)
                        session.add(Credit(movie_id=movie.id, role=role, billing=billing, person_id=person.id))
            return movie.id

    return add


def _one(model: Any, key: dict[str, Any], **values: Any) -> Any:
    found = db.session.query(model).filter_by(**key).one_or_none()
    if found is None:
        found = model(**key, **values)
        db.session.add(found)
        db.session.flush()
    return found
