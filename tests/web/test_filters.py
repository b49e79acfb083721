"""The filters of the recommendations: every condition in the address, and what is said when nothing meets them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.services import rating, watchlist
from movie_recommender.storage import db
from movie_recommender.storage.models import FilmList, FilmListEntry, Movie, User
from tests.conftest import Member

from .conftest import films_in, store_list


@pytest.fixture
def varied(app: Any, listed: list[int]) -> list[int]:
    """Alice's list: the first five films are short and French, the sixth has no facts, all others are long and English."""
    with app.app_context():
        for place, film in enumerate(listed):
            movie = db.session.get_one(Movie, film)
            movie.runtime, movie.languages = (85, ["fr", "en"]) if place < 5 else (150, ["en"])
        movie = db.session.get_one(Movie, listed[5])
        movie.year, movie.runtime, movie.languages = None, None, []
        db.session.commit()
    return listed


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("decade=2000", [*range(15, 25)]),
        ("decade=1980&decade=2010", [*range(5), *range(25, 35)]),
        ("runtime=90", [*range(5)]),
        ("runtime=x&decade=y", [*range(24)]),
        ("language=fr", [*range(5)]),
        ("language=FR&exclude_genre=Drama", [2, 3]),
        ("genre=Horror&runtime=90", [2]),
    ],
)
def test_conditions_are_in_the_address_and_hold_together(alice: Any, varied: list[int], query: str, places: list[int]) -> None:
    shown = films_in(alice.browser.get(f"/recommendations?{query}").text)
    assert shown == [varied[place] for place in places]


def test_only_the_watchlist_and_only_a_list(app: Any, alice: Any, bob: Any, varied: list[int]) -> None:
    with app.app_context():
        watchlist.add(alice.id, varied[7])
        mine, other = FilmList(user_id=alice.id, name="Winter"), FilmList(user_id=bob.id, name="Bob's")
        db.session.add_all([mine, other])
        db.session.flush()
        db.session.add_all([FilmListEntry(list_id=mine.id, movie_id=varied[place], position=place) for place in (3, 9)])
        db.session.commit()
        mine_id, other_id = mine.id, other.id
    assert films_in(alice.browser.get("/recommendations?watchlist=1").text) == [varied[7]]
    page = alice.browser.get(f"/recommendations?list={mine_id}").text
    assert films_in(page) == [varied[3], varied[9]]
    assert "on “Winter”" in page
    nothing = alice.browser.get(f"/recommendations/list?list={mine_id}&genre=Horror").text
    assert "without <strong>on “Winter”</strong>" in nothing
    assert alice.browser.get(f"/recommendations?list={other_id}").status_code == 404


def test_a_film_that_is_not_on_the_list_comes_with_the_next_one_when_it_is_wanted(app: Any, alice: Any, varied: list[int]) -> None:
    store_list(app, alice, varied[1:])
    before = alice.browser.get("/recommendations/status").json["version"]
    alice.browser.post(f"/movies/{varied[1]}/watchlist")
    assert alice.browser.get("/recommendations/status").json["version"] == before
    alice.browser.post(f"/movies/{varied[0]}/watchlist")
    assert alice.browser.get("/recommendations/status").json["version"] == before + 1


def test_films_seen_before_take_part_on_request_where_their_score_puts_them(app: Any, alice: Any, films: list[int]) -> None:
    for film in films[:5]:
        alice.browser.post(f"/movies/{film}/rating", data={"stars": "5"})
    store_list(app, alice, [*films[5:10], films[0], *films[10:15]])
    assert films[0] not in films_in(alice.browser.get("/recommendations").text)
    page = alice.browser.get("/recommendations?rewatches=1").text
    assert films_in(page) == [*films[5:10], films[0], *films[10:15]]
    assert "from you: worth seeing again" in page
    assert "seen before too" in page


def test_where_nothing_fits_each_condition_says_what_lifting_it_would_bring(alice: Any, varied: list[int]) -> None:
    page = alice.browser.get("/recommendations?language=fr&decade=2000&runtime=90").text
    assert "Nothing for this filter" in page
    assert re.findall(r"<span>(\d+) films? without <strong>([^<]+)</strong>", page) == [("5", "2000s")]
    assert 'href="/recommendations?runtime=90&amp;language=fr"' in page
    hopeless = alice.browser.get("/recommendations?language=ja&decade=1920").text
    assert "nor would one with any single condition less" in hopeless


def test_the_form_shows_what_is_chosen(alice: Any, varied: list[int]) -> None:
    page = alice.browser.get("/recommendations?decade=1980&language=fr&runtime=97").text
    for expected in ('value="1980" checked', '<option value="fr" selected>French', '<option value="97" selected>Up to 1 h 37 min'):
        assert expected in page


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False, "viewport": {"width": 390, "height": 844}}], ids=["desk", "plain phone"]
)
def test_a_filter_is_set_and_loosened_by_hand(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int], options: dict[str, Any]
) -> None:
    page = open_page(**options)
    register(page, "Alice")
    alice = Member.__new__(Member)
    with app.app_context():
        alice.id = db.session.scalar(select(User.id).where(User.name == "Alice"))
        for film in films[:5]:
            rating.rate(alice.id, film, 5)
        for film in films[10:]:
            db.session.get_one(Movie, film).languages = ["fr"]
        db.session.commit()
    store_list(app, alice, films[5:])
    page.goto("/recommendations")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name="1980s").check(force=True)
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="Nothing for this filter")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= (390 if options else 1280)
    page.get_by_role("link", name="30 films without 1980s").click()
    expect(page.locator(".card")).to_have_count(24)
    page.get_by_role("link", name="Lift the filter in French").click()
    expect(page.locator(".list-head")).to_contain_text("35 films")
