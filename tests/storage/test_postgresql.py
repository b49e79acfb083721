"""The same storage on a real PostgreSQL: migrations, imports with ids of our own, transactions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from movie_recommender.catalogue.records import MovieRecord
from movie_recommender.errors import ImportFailed
from movie_recommender.services import accounts, browsing, demo, importing, keys, rating, visitors
from movie_recommender.services.lists import Entry, pack
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Movie, Person, Rating, RecommendationList, User
from movie_recommender.storage.movies import save_movies
from movie_recommender.storage.ratings import recount

from ..catalogue.data_sets import latest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("postgresql")]


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("app_on_postgresql")
def test_the_catalogue_and_a_data_set_come_in_and_repeating_changes_nothing(tmp_path: Path) -> None:
    assert importing.load_embedded().counts["added"] >= 1000
    folder = latest(tmp_path / "ml")
    assert importing.import_movielens(folder).counts == {"added": 1, "completed": 0, "repeated": 0, "ratings": 4, "skipped": 0}
    again = importing.import_movielens(folder)
    assert {name: count for name, count in again.counts.items() if count} == {}
    assert browsing.search("Toy Story").movies[0].rating_count == 2


@pytest.mark.usefixtures("app_on_postgresql")
def test_rows_that_are_added_after_an_import_get_fresh_ids() -> None:
    save_movies([MovieRecord(title=f"Film {number}", year=2000, cast=(f"Actor {number}",)) for number in range(50)], "metadata")
    movie = Movie(title="By hand", search_key="by hand")
    person = Person(name="By hand", name_key="by hand")
    db.session.add_all([movie, person])
    db.session.commit()
    assert (movie.id, person.id) == (51, 51)
    save_movies([MovieRecord(title="Later", year=2001, cast=("Somebody Else",))], "metadata")
    assert _count(Movie) == 52


@pytest.mark.usefixtures("app_on_postgresql")
def test_a_broken_import_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = latest(tmp_path / "ml")
    (folder / "ratings.csv").write_text("what,ever\n1,2\n")
    with pytest.raises(ImportFailed):
        importing.import_movielens(folder)
    assert [_count(model) for model in (Movie, User, Rating)] == [0, 0, 0]


@pytest.mark.usefixtures("app_on_postgresql")
def test_people_rate_and_the_demo_community_comes_and_goes() -> None:
    importing.load_embedded()
    alice = accounts.register("Alice", "correct horse battery")
    movie_id = browsing.search("Casablanca").movies[0].id
    rating.rate(alice.id, movie_id, 4.5)
    demo.seed(10)
    recount(db.session())
    db.session.commit()
    assert browsing.histogram(movie_id) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert demo.remove() == 10
    assert (_count(User), _count(Rating)) == (1, 1)


@pytest.mark.usefixtures("app_on_postgresql")
def test_who_asks_is_told_by_one_statement_with_how_far_his_list_is() -> None:
    alice = accounts.register("Alice", "correct horse battery")
    key = keys.begin_session(alice)
    before = visitors.by_session(key)
    assert before is not None
    assert (before.id, before.name, before.is_operator, before.standing.version) == (alice.id, "Alice", False, 0)
    with writing() as session:
        rating.raise_version(session, alice.id)
        payload = pack((Entry(7, 0.5, 4.0, ()),))
        session.add(RecommendationList(user_id=alice.id, version=1, engine="a", computed_at=1, payload=payload))
    after = visitors.by_session(key)
    assert after is not None
    assert (after.standing.version, after.standing.list_version, after.standing.size) == (1, 1, len(payload))
    keys.end_session(key)
    assert visitors.by_session(key) is None
