"""A small catalogue with remakes and look-alikes, and an application context to work in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from movie_recommender.services import history
from movie_recommender.storage import db
from movie_recommender.storage.models import User, UserState

FILMS = [
    ("Salt Harbour", 2001, {"imdb_id": "tt0099901", "tmdb_id": 8001, "movielens_id": 901, "original_title": "Saltvik"}),
    ("Paper Moons", 1994, {"imdb_id": "tt0099902", "tmdb_id": 8002}),
    ("Paper Moons", 2012, {"imdb_id": "tt0099903"}),  # a remake
    ("The Lantern", 1980, {"imdb_id": "tt0099904"}),
    ("Lantern", 1980, {"imdb_id": "tt0099905"}),
    ("Tom & Jerry's Night II", 1999, {}),
    ("Sky Saga: Episode V - The Glass Kingdom Falls", 1983, {}),
    ("Twins", 1988, {"imdb_id": "tt0099906"}),
    ("Twins", 1988, {"imdb_id": "tt0099907"}),
    ("Undated", None, {}),
]


@pytest.fixture
def films(add_movie: Callable[..., int]) -> dict[tuple[str, int | None], int]:
    """Ids of the catalogue's movies by title and year; of the two twins the first."""
    ids: dict[tuple[str, int | None], int] = {}
    for title, year, facts in FILMS:
        movie_id = add_movie(title, year, **facts)
        ids.setdefault((title, year), movie_id)
    return ids


@pytest.fixture
def context(app: Any, films: object) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def person(context: None) -> Callable[[], int]:
    """Make somebody new; returns his id."""
    made = 0

    def make() -> int:
        nonlocal made
        made += 1
        user = User(name=f"Person {made}", name_key=f"person {made}", kind="member", created_at=0)
        db.session.add(user)
        db.session.flush()
        db.session.add(UserState(user_id=user.id))
        db.session.commit()
        return user.id

    return make


@pytest.fixture
def bring(context: None) -> Callable[..., Any]:
    """Stage and apply a CSV of our own columns; returns the import's id and what was changed."""

    def bring(user_id: int, text: str, name: str = "films.csv", **options: Any) -> Any:
        import_id = history.stage(user_id, name, text.encode())
        return import_id, history.apply(user_id, import_id, **options)

    return bring
