"""The way of an import, and back, on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from movie_recommender.catalogue.records import MovieRecord
from movie_recommender.services import accounts, export, history, orders, rating
from movie_recommender.storage import db, writing
from movie_recommender.storage.filling import fill
from movie_recommender.storage.models import FilmList, Import, Mark, Movie, Rating, ReplacedRating, User, Viewing
from movie_recommender.storage.movies import save_movies
from tests.conftest import PASSWORD

from .test_importing_a_history import ALL_KINDS

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("postgresql")]


@pytest.fixture
def alice(app_on_postgresql: Any) -> User:
    films = [("Salt Harbour", 2001, "tt0099901"), ("Paper Moons", 1994, "tt0099902"), ("Paper Moons", 2012, "tt0099903")]
    save_movies([MovieRecord(title, year, imdb_id=number) for title, year, number in films], "metadata")
    return accounts.register("Alice", PASSWORD)


def _counts() -> list[int]:
    models: list[Any] = [Rating, Viewing, Mark, FilmList, ReplacedRating]
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def test_an_import_comes_changes_and_goes(alice: User) -> None:
    first = history.stage(alice.id, "films.csv", ALL_KINDS.encode())
    assert history.apply(alice.id, first)["new"] == 2
    second = history.stage(alice.id, "later.csv", ALL_KINDS.replace("4.5,2024", "3,2025").encode())
    assert history.apply(alice.id, second)["changed"] == 1
    assert _counts() == [2, 1, 2, 1, 1]
    history.undo(alice.id, first)
    assert list(rating.stars_of(alice.id).values()) == [3.0]
    history.undo(alice.id, second)
    assert _counts() == [0, 0, 0, 0, 0]
    assert {(movie.rating_count, movie.rating_sum) for movie in db.session.scalars(select(Movie))} == {(0, 0)}


def test_everything_is_taken_away_and_back_and_deleted_with_the_account(alice: User) -> None:
    history.apply(alice.id, history.stage(alice.id, "films.csv", ALL_KINDS.encode()))
    history.apply(alice.id, history.stage(alice.id, "later.csv", ALL_KINDS.replace("4.5,2024", "3,2025").encode()))
    bob = accounts.register("Bob", PASSWORD)
    history.apply(bob.id, history.stage(bob.id, "alice.zip", export.everything(alice)))
    assert rating.stars_of(bob.id) == rating.stars_of(alice.id)
    for person in (alice, bob):
        accounts.delete_account(person)
    assert _counts() == [0, 0, 0, 0, 0]
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_orders_and_facts_come_in(alice: User, tmp_path: Path) -> None:
    orders.import_orders(tmp_path / "orders.csv", f"md5email,sku\n{'a' * 32},tt0099901\n".encode())
    with writing() as session:
        movie = session.scalars(select(Movie).where(Movie.imdb_id == "tt0099901")).one()
        filled = fill(session, movie, MovieRecord("X", runtime=90, genres=("Drama",), cast=("Dana Dee",)), {"from": "tmdb"}, {})
    assert filled == {"runtime", "genres", "cast"}
    assert movie.rating_count == 1
