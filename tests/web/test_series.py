"""Franchise sense from the catalogue to the page: a sequel comes after its first part, unless one asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from movie_recommender.services import browsing, rating
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Movie, Viewing

from .conftest import compute, films_in, rate_all


@pytest.fixture
def saga(app: Any, films: list[int]) -> list[int]:
    """Three films that build upon each other, in order."""
    with app.app_context():
        for part, film in enumerate(films[30:33], 1):
            movie = db.session.get_one(Movie, film)
            movie.series, movie.part = "The Saga", part
        db.session.commit()
    return films[30:33]


def _listed(member: Any) -> set[int]:
    page = member.browser.get("/recommendations").text
    return set(films_in(page)) | set(films_in(member.browser.get("/recommendations?page=2").text))


def test_a_sequel_is_offered_after_its_first_part_was_rated_or_seen(
    app: Any, saga: list[int], background: Any, alice: Any, films: list[int]
) -> None:
    first, second, third = saga
    rate_all(alice, films[:5])
    compute(background, "Alice")
    assert _listed(alice) & {*saga} == {first}
    rate_all(alice, [first])
    compute(background, "Alice")
    assert _listed(alice) & {*saga} == {second}
    with app.app_context(), writing() as session:
        session.add(Viewing(user_id=alice.id, movie_id=second, watched_at=0))
        rating.raise_version(session, alice.id)
    compute(background, "Alice")
    assert _listed(alice) & {*saga} == {third}


def test_who_dismisses_the_first_part_is_spared_its_sequels(saga: list[int], background: Any, alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    alice.browser.post(f"/movies/{saga[0]}/dismiss", data={"kind": "not_for_me"})
    compute(background, "Alice")
    assert not _listed(alice) & {*saga}


def test_who_asks_for_any_order_gets_sequels_first(saga: list[int], background: Any, alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    alice.browser.post("/steering", data={"any_order": "1"})
    compute(background, "Alice")
    assert _listed(alice) >= {*saga}


def test_the_page_of_a_film_tells_its_place_in_the_series(app: Any, alice: Any, saga: list[int], films: list[int]) -> None:
    page = alice.browser.get(f"/movies/{saga[1]}").text
    assert "Part 2 of The Saga, after " in page
    assert f'href="/movies/{saga[0]}"' in page
    assert "Part 1 of The Saga<" in alice.browser.get(f"/movies/{saga[0]}").text
    with app.app_context():
        assert browsing.before(browsing.movie(films[0])) == []
