"""The page of a list is kept whole, for one browser, until anything changes that shows on it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from movie_recommender import create_app
from movie_recommender.services import demo, dismissing, keys, steering, watchlist
from movie_recommender.services.steering import Steering
from movie_recommender.storage import raise_revision, writing
from movie_recommender.storage.models import Dismissal, Movie, RecommendationList
from movie_recommender.web.kept_pages import KeptPages, _Page
from tests.conftest import PASSWORD

from .conftest import films_in, rate_all, store_list

PAGE = "/recommendations"
EMPTY = b'{"new":0,"again":0,"kinds":[],"depth":0,"width":0,"causes":0}\n'


@pytest.fixture
def listed(alice: Any, listed: list[int]) -> list[int]:
    """As elsewhere, and what the page says once is said."""
    alice.browser.get(PAGE)
    return listed


def is_gone(page: str, film: int) -> bool:
    return film not in films_in(page)


def rename(film: int) -> None:
    with writing() as session:
        session.execute(update(Movie).where(Movie.id == film).values(title="Another name"))
        raise_revision("catalogue")


def made_by_another_engine(alice: Any) -> None:
    with writing() as session:
        hers = update(RecommendationList).where(RecommendationList.user_id == alice.id)
        session.execute(hers.values(engine="another", payload=EMPTY))


CHANGES: dict[str, tuple[Callable[[Any, int], object], Callable[[str, int], bool]]] = {
    "hidden": (lambda alice, film: dismissing.dismiss(alice.id, film, "not_for_me"), is_gone),
    "put aside": (lambda alice, film: dismissing.dismiss(alice.id, film, "not_now"), is_gone),
    "of a genre he never wants": (lambda alice, film: dismissing.set_genres(alice.id, ["Drama"]), is_gone),
    "wanted": (lambda alice, film: watchlist.add(alice.id, film), lambda page, film: "is-watchlist" in page),
    "wanted no more": (lambda alice, film: watchlist.remove(alice.id, film + 1), lambda page, film: "is-watchlist" not in page),
    "steered": (lambda alice, film: steering.save(alice.id, Steering(obscure=80)), lambda page, film: "Hidden gems" in page),
    "in the catalogue": (lambda alice, film: rename(film), lambda page, film: "Another name" in page),
    "listed by another engine": (lambda alice, film: made_by_another_engine(alice), lambda page, film: not films_in(page)),
}  # fmt: skip


def test_a_page_that_nothing_changed_is_the_same_to_the_last_byte(alice: Any, listed: list[int]) -> None:
    first = alice.browser.get(PAGE)
    assert alice.browser.get(PAGE).data == first.data
    packed = alice.browser.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["Cache-Control"] == "no-store", "what one person rated stays in no cache of a browser"


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_shows_at_once_in_every_process(app: Any, alice: Any, listed: list[int], tmp_path: Any, what: str) -> None:
    change, shows = CHANGES[what]
    other = create_app(TESTING=True, INSTANCE_PATH=tmp_path, BACKGROUND_URL=app.config["BACKGROUND_URL"], WTF_CSRF_ENABLED=False)
    elsewhere = other.test_client()
    elsewhere.post("/sign-in", data={"name": "Alice", "password": PASSWORD})
    film = listed[0]
    with app.app_context():
        if what == "wanted no more":
            watchlist.add(alice.id, film + 1)
    for browser in (alice.browser, elsewhere):
        assert browser.get(PAGE).data == browser.get(PAGE).data
    with other.app_context():
        change(alice, film)
    for browser in (alice.browser, elsewhere):
        assert shows(browser.get(PAGE).text, film), what


def test_a_rated_film_vanishes_and_comes_back(alice: Any, listed: list[int]) -> None:
    before = films_in(alice.browser.get(PAGE).text)
    rate_all(alice, before[:1])
    assert films_in(alice.browser.get(PAGE).text)[0] == before[1]
    alice.browser.post(f"/movies/{before[0]}/rating/remove", headers={"Accept": "application/json"})
    assert films_in(alice.browser.get(PAGE).text) == before


def test_a_film_put_aside_for_a_while_is_back_on_the_second(
    app: Any, alice: Any, listed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        dismissing.dismiss(alice.id, listed[0], "not_now")
        with writing() as session:
            session.execute(update(Dismissal).values(until=int(time.time()) + 3600))
    assert is_gone(alice.browser.get(PAGE).text, listed[0])
    begin = time.time()
    for seconds, gone in ((3500, True), (3700, False)):
        monkeypatch.setattr(time, "time", lambda later=begin + seconds: later)
        assert is_gone(alice.browser.get(PAGE).text, listed[0]) == gone


def test_what_is_said_once_is_not_kept(alice: Any, listed: list[int]) -> None:
    plain = alice.browser.get(PAGE).data
    alice.browser.post(f"/movies/{listed[0]}/watchlist", data={"next": PAGE})
    alice.browser.post(f"/movies/{listed[0]}/watchlist/remove", data={"next": PAGE})
    assert "is off your watchlist" in alice.browser.get(PAGE).text
    again = alice.browser.get(PAGE).text
    assert "is off your watchlist" not in again
    assert films_in(again) == films_in(plain.decode())


def test_a_page_is_for_one_browser_with_its_token_and_for_its_choices(app: Any, alice: Any, bob: Any, films: list[int]) -> None:
    for person, shown in ((alice, films[5:]), (bob, films[:4:-1])):
        rate_all(person, films[:5])
        store_list(app, person, shown)
        person.browser.get(PAGE)  # what it says once is said
    second = app.test_client()
    second.post("/sign-in", data={"name": "Alice", "password": PASSWORD})
    pages = [browser.get(PAGE).text for browser in (alice.browser, second, bob.browser) for _ in range(2)]
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', page)) for page in pages]
    assert [len(each) for each in tokens] == [1] * 6
    assert len(set.union(*tokens)) == 3, "each browser has a token of its own, and keeps it"
    assert films_in(pages[0]) == films_in(pages[2]) != films_in(pages[4])
    assert "data-theme" not in pages[0]
    alice.browser.set_cookie("theme", "dark")
    assert 'data-theme="dark"' in alice.browser.get(PAGE).text
    with app.app_context():
        keys.end_all_sessions(alice.id)
    assert alice.browser.get(PAGE).status_code == second.get(PAGE).status_code == 303
    assert bob.browser.get(PAGE).text == pages[5]


def test_the_demo_community_is_said_while_it_is_there(app: Any, alice: Any, listed: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "demo community" not in alice.browser.get(PAGE).text
    monkeypatch.setattr(demo, "count", lambda: 7)
    with app.app_context():
        raise_revision("community")
    assert "7 raters" in alice.browser.get(PAGE).text


def test_no_more_is_kept_than_there_is_room_for() -> None:
    pages = KeptPages(most_bytes=100)
    for name in ("first", "second", "third"):
        pages.put(name, _Page(1, float("inf"), b"x" * 40, False))
        pages.get("first", 1)
    assert [bool(pages.get(name, 1)) for name in ("first", "second", "third")] == [True, False, True]
    assert pages.get("third", 2) is None
    pages.put("large", _Page(1, float("inf"), b"x" * 200, False))
    assert pages.get("large", 1) is None
    assert pages.get("first", 1)
