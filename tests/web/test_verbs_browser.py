"""In a real Chromium: what one may do with a film from its card, how it is undone, and all of it without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from movie_recommender.services import dismissing, rating, watchlist
from movie_recommender.storage import db
from movie_recommender.storage.models import User
from tests.conftest import Member

from .conftest import store_list

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def at_her_list(app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int]) -> Callable[..., Page]:
    """Alice's list of thirty-five films in a browser of any kind."""

    def arrive(**options: Any) -> Page:
        page = open_page(**options)
        register(page, "Alice")
        with app.app_context():
            alice = db.session.scalar(select(User.id).where(User.name == "Alice"))
            for film in films[:5]:
                rating.rate(alice, film, 5)
        member = Member.__new__(Member)
        member.id = alice
        store_list(app, member, films[5:])
        page.goto("/recommendations")
        return page

    return arrive


def _card(page: Page, film: int) -> Locator:
    return page.locator(f'.card[data-film="{film}"]')


def _alice(app: Any) -> int:
    return int(db.session.scalar(select(User.id).where(User.name == "Alice")) or 0)


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_a_film_that_is_not_for_her_leaves_at_once_and_comes_back_by_undo(
    app: Any, at_her_list: Callable[..., Page], films: list[int], screen: dict[str, Any]
) -> None:
    page = at_her_list(**screen)
    film = films[6]
    _card(page, film).locator(".hide > summary").click()
    _card(page, film).get_by_role("button", name="Not for me").click()
    expect(_card(page, film)).to_have_count(0)
    expect(page.locator("[data-toast-text]")).to_have_text("Film 6 is not offered any more.")
    expect(_card(page, films[7]).locator(".card-title a")).to_be_focused()
    with app.app_context():
        assert dismissing.film_ids(_alice(app)) == {film}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Film 6 may be offered again.")
    expect(page.locator(".card").nth(1)).to_have_attribute("data-film", str(film))
    with app.app_context():
        assert dismissing.film_ids(_alice(app)) == set()


def test_never_a_genre_takes_all_its_films_and_the_next_list_has_none(app: Any, at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    _card(page, films[7]).locator(".hide > summary").click()
    _card(page, films[7]).get_by_role("button", name="Never any Horror").click()
    expect(_card(page, films[7])).to_have_count(0)
    shown = [int(card.get_attribute("data-film") or 0) for card in page.locator(".card").all()]
    assert shown
    assert all(films.index(film) % 4 != 3 for film in shown)
    page.goto("/dismissed")
    page.get_by_role("button", name="Lift Horror").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Horror may be offered again.")
    page.goto("/recommendations")
    expect(_card(page, films[7])).to_be_visible()


def test_the_watchlist_is_one_click_away_from_every_card(app: Any, at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    _card(page, films[5]).get_by_role("button", name="Watchlist").click()
    expect(_card(page, films[5]).get_by_role("button", name="On watchlist")).to_be_focused()
    expect(page.locator("[data-toast-text]")).to_contain_text("Film 5")
    page.goto(f"/movies/{films[6]}")
    page.locator(".rating-panel").get_by_role("button", name="Watchlist").click()
    expect(page.locator(".rating-panel").get_by_role("button", name="On watchlist")).to_be_visible()
    expect(page.locator("[data-toast-text]")).to_contain_text("Film 6")
    page.goto("/watchlist")
    expect(page.locator(".card")).to_have_count(2)
    _card(page, films[6]).get_by_role("button", name="On watchlist").click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(2)
    page.get_by_label("Order").select_option("oldest")
    page.wait_for_url("**sort=oldest*")
    expect(page.locator(".card").first).to_have_attribute("data-film", str(films[5]))


def test_stars_given_from_the_list_are_taken_back_by_undo(app: Any, at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    _card(page, films[5]).locator(".seen summary").click()
    _card(page, films[5]).locator("label[for$='-4']").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Rated 4 of 5: Film 5")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Rating removed: Film 5")
    expect(_card(page, films[5]).locator("input:checked")).to_have_count(0)
    with app.app_context():
        assert films[5] not in rating.stars_of(_alice(app))


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere_and_moves_nothing(at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    menu = _card(page, films[5]).locator(".hide")
    places = "[...document.querySelectorAll('.card')].map((card) => [card.offsetTop, card.offsetHeight])"
    before = page.evaluate(places)
    menu.locator("summary").click()
    assert page.evaluate(places) == before
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    page.get_by_role("heading", name="For you").click()
    expect(menu).not_to_have_attribute("open", "")


def test_a_failed_verb_says_so_and_the_card_is_back(at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    page.route("**/dismiss", lambda route: route.abort())
    _card(page, films[5]).locator(".hide > summary").click()
    _card(page, films[5]).get_by_role("button", name="Not now").click()
    expect(page.locator("[data-toast-text]")).to_have_text("No connection. Nothing was saved; try again.")
    expect(_card(page, films[5])).to_be_visible()
    errors = page.errors  # type: ignore[attr-defined]
    assert [error for error in errors if "ERR_FAILED" not in error] == []
    errors.clear()


def test_a_hidden_film_is_found_by_search_and_lifted_there(app: Any, at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list()
    with app.app_context():
        dismissing.dismiss(_alice(app), films[9], "not_now")
    page.goto("/search?q=Film+9")
    expect(_card(page, films[9]).locator(".hide")).to_be_hidden()
    _card(page, films[9]).get_by_role("button", name="Hidden").click()
    expect(_card(page, films[9]).locator(".hide")).to_be_visible()
    expect(page.locator("[data-toast-text]")).to_have_text("Film 9 may be offered again.")
    with app.app_context():
        assert dismissing.film_ids(_alice(app)) == set()


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_every_verb_works_without_scripts(app: Any, at_her_list: Callable[..., Page], films: list[int], screen: dict[str, Any]) -> None:
    page = at_her_list(java_script_enabled=False, **screen)
    notice = page.locator(".notice")
    _card(page, films[5]).get_by_role("button", name="Watchlist").click()
    expect(notice).to_contain_text("Film 5 is on your watchlist.")
    expect(_card(page, films[5]).get_by_role("button", name="On watchlist")).to_be_visible()
    _card(page, films[6]).locator(".hide > summary").click()
    _card(page, films[6]).get_by_role("button", name="Not now").click()
    expect(notice).to_contain_text("Film 6 is put aside for 30 days.")
    expect(_card(page, films[6])).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("Film 6 may be offered again.")
    expect(_card(page, films[6])).to_have_count(1)
    _card(page, films[7]).locator(".hide > summary").click()
    _card(page, films[7]).get_by_role("button", name="Never any Horror").click()
    page.get_by_role("link", name="What you hid").click()
    page.get_by_role("button", name="Lift Horror").click()
    expect(page.get_by_role("heading", name="Nothing is hidden")).to_be_visible()
    page.goto("/watchlist")
    _card(page, films[5]).locator(".seen summary").click()
    _card(page, films[5]).locator("label[for$='-4']").click()
    _card(page, films[5]).get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    with app.app_context():
        assert rating.stars_of(_alice(app))[films[5]] == 4
        assert watchlist.movie_ids(_alice(app)) == set()


def test_the_pages_are_not_wider_than_a_small_phone(at_her_list: Callable[..., Page], films: list[int]) -> None:
    page = at_her_list(viewport={"width": 360, "height": 800})
    for path in ("/recommendations", "/watchlist", "/dismissed", f"/movies/{films[5]}", "/search"):
        page.goto(path)
        for summary in page.locator(".hide > summary").all()[:1]:
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
