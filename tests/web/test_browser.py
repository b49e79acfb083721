"""In a real Chromium: the star control, films that come and go, the list that swaps itself in, and all of it without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from movie_recommender.services import rating
from movie_recommender.services.lists import Entry, Reason, pack
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Rating, RecommendationList, User, UserState

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def films(add_movie: Callable[..., int]) -> list[int]:
    """Thirty films, comedies and dramas in turn."""
    return [add_movie(f"Film {number:02}", 1970 + number, (("Comedy", "Drama")[number % 2],), ["Dana Dee"]) for number in range(30)]


@pytest.fixture
def alices_page(open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int]) -> Page:
    page = open_page()
    register(page, "Alice")
    return page


def _first_offered(page: Page) -> tuple[Locator, int]:
    """The first film on the home page; which one it is differs from person to person."""
    film = int(page.locator(".card").first.get_attribute("data-film") or 0)
    return _card(page, film), film


def _card(page: Page, film: int) -> Locator:
    return page.locator(f'.card[data-film="{film}"]')


def _star(card: Locator, stars: int) -> Locator:
    return card.locator(f"label[for$='-{stars}']")


def _on_disk(app: Any) -> dict[int, float]:
    with app.app_context():
        return dict(rating.stars_of(db.session.scalar(select(User.id).where(User.name == "Alice")) or 0))


def _store_list(app: Any, film_ids: list[int]) -> None:
    """Do what the background API does: write a new list with the version that it saw."""
    with app.app_context(), writing() as session:
        user_id = session.scalar(select(User.id).where(User.name == "Alice"))
        state = session.get(UserState, user_id)
        entries = [Entry(film, 1.0, 4.0, (Reason("genres", 0.2, {"genres": [["Comedy", 0.2]]}),)) for film in film_ids]
        session.merge(RecommendationList(user_id=user_id, version=state.version, engine="test", computed_at=1, payload=pack(entries)))
        state.computed_version = state.version


def test_a_click_on_a_star_saves_at_once(app: Any, alices_page: Page) -> None:
    card, film = _first_offered(alices_page)
    _star(card, 4).click()
    expect(card.locator(".stars-state")).to_have_text("Saved: 4 of 5")
    assert _on_disk(app) == {film: 4.0}
    alices_page.goto(f"/movies/{film}")
    expect(alices_page.get_by_role("radio", name="4 stars")).to_be_checked()


def test_a_rating_is_changed_and_removed_with_one_click_each(app: Any, alices_page: Page) -> None:
    card, _ = _first_offered(alices_page)
    _star(card, 4).click()
    expect(card.locator(".stars-state")).to_have_text("Saved: 4 of 5")
    _star(card, 2).click()
    expect(card.locator(".stars-state")).to_have_text("Saved: 2 of 5")
    card.get_by_role("button", name="Remove").click()
    expect(card.locator(".stars-state")).to_have_text("Removed")
    expect(card.locator("input:checked")).to_have_count(0)
    assert _on_disk(app) == {}


def test_stars_are_given_with_the_arrow_keys(app: Any, alices_page: Page) -> None:
    card, film = _first_offered(alices_page)
    card.get_by_role("radio", name="1 star").focus()
    alices_page.keyboard.press("Space")
    alices_page.keyboard.press("ArrowRight")
    alices_page.keyboard.press("ArrowRight")
    expect(card.locator(".stars-state")).to_have_text("Saved: 3 of 5")
    expect(card.get_by_role("radio", name="3 stars")).to_be_focused()
    assert _on_disk(app) == {film: 3.0}


def test_a_failed_save_says_so_brings_the_old_stars_back_and_can_be_tried_again(app: Any, alices_page: Page) -> None:
    card, film = _first_offered(alices_page)
    state = card.locator(".stars-state")
    _star(card, 2).click()
    expect(state).to_have_text("Saved: 2 of 5")
    alices_page.route("**/rating", lambda route: route.abort())
    _star(card, 5).click()
    expect(state).to_have_text("No connection. Nothing was saved; try again.")
    expect(card.get_by_role("radio", name="2 stars")).to_be_checked()
    alices_page.unroute("**/rating")
    _star(card, 5).click()
    expect(state).to_have_text("Saved: 5 of 5")
    assert _on_disk(app) == {film: 5.0}
    errors = alices_page.errors  # type: ignore[attr-defined]
    assert [error for error in errors if "ERR_FAILED" not in error] == []
    errors.clear()


def test_an_ended_session_is_said_and_nothing_pretends_to_be_saved(app: Any, alices_page: Page) -> None:
    card, _ = _first_offered(alices_page)
    alices_page.context.clear_cookies()
    _star(card, 5).click()
    expect(card.locator(".stars-state")).to_contain_text("You are not signed in any more")
    expect(card.locator("input:checked")).to_have_count(0)
    assert _on_disk(app) == {}
    alices_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes the 401


def test_half_stars_are_drawn_as_halves_and_stay_until_changed(app: Any, alices_page: Page, films: list[int]) -> None:
    with app.app_context():
        user_id = db.session.scalar(select(User.id).where(User.name == "Alice"))
        db.session.add(Rating(user_id=user_id, movie_id=films[0], half_stars=7, rated_at=1))
        db.session.commit()
    alices_page.goto("/ratings")
    card = _card(alices_page, films[0])
    expect(card.get_by_role("radio", name="3.5 stars")).to_be_checked()
    fills = [_star(card, stars).locator("svg").evaluate("star => getComputedStyle(star).fill") for stars in (3, 4, 5)]
    assert "half-star" in fills[1]
    assert fills[0] != fills[2]
    _star(card, 4).click()
    expect(card.locator(".stars-state")).to_have_text("Saved: 4 of 5")
    assert _on_disk(app) == {films[0]: 4.0}


def test_not_seen_brings_another_film_and_more_come_on_request(alices_page: Page) -> None:
    cards = alices_page.locator(".card")
    expect(cards).to_have_count(12)
    shown = {card.get_attribute("data-film") for card in cards.all()}
    first = cards.first.get_attribute("data-film")
    cards.first.get_by_role("button", name="Haven't seen it").click()
    expect(_card(alices_page, int(first or 0))).to_have_count(0)
    expect(cards).to_have_count(12)
    alices_page.get_by_role("link", name="Show more films").click()
    expect(cards).to_have_count(24)
    now = [card.get_attribute("data-film") for card in cards.all()]
    assert len(set(now)) == 24
    assert shown - {first} <= set(now)


def test_the_count_follows_and_leads_to_the_list_at_five(alices_page: Page) -> None:
    cards = alices_page.locator(".card")
    text = alices_page.locator("[data-progress-text]")
    link = alices_page.get_by_role("link", name="See your list")
    for number in range(5):
        expect(text).to_contain_text(f"{number} of 5")
        expect(link).to_be_hidden()
        _star(cards.nth(number), 5).click()
    expect(text).to_contain_text("5 films rated")
    link.click()
    expect(alices_page.get_by_role("heading", name="Your first list is on its way")).to_be_visible()


def test_a_new_list_swaps_itself_in_without_a_reload(app: Any, alices_page: Page, films: list[int]) -> None:
    page = alices_page
    for film in films[:5]:
        page.request.post(
            f"/movies/{film}/rating",
            form={"stars": "5"},
            headers={"X-CSRFToken": page.locator("meta[name=csrf-token]").get_attribute("content") or ""},
        )
    page.goto("/recommendations?genre=Comedy")
    expect(page.locator("[data-updating]")).to_be_visible()
    page.evaluate("window.stillHere = true")
    _store_list(app, films[5:])
    comedies = [film for film in films[5:] if films.index(film) % 2 == 0]
    expect(page.locator(".card")).to_have_count(len(comedies))
    expect(page.locator("[data-updating]")).to_be_hidden()

    card = _card(page, comedies[4])
    card.locator(".seen summary").click()
    _star(card, 5).click()
    expect(page.locator("[data-updating]")).to_be_visible()
    expect(page.locator("[data-toast-text]")).to_have_text(f"Rated 5 of 5: {card.locator('.card-title').inner_text()}")
    page.evaluate("window.scrollTo(0, 300)")
    _store_list(app, films[10:])
    expect(_card(page, comedies[0])).to_have_count(0)
    assert page.evaluate("[window.stillHere, window.scrollY]") == [True, 300]
    assert page.url.endswith("?genre=Comedy")
    assert all(films.index(int(card.get_attribute("data-film") or 0)) % 2 == 0 for card in page.locator(".card").all())


def test_light_and_dark_are_remembered(alices_page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = alices_page.evaluate(ground)
    alices_page.get_by_role("button", name="Use dark colours").click()
    dark = alices_page.evaluate(ground)
    assert dark != light
    alices_page.goto("/ratings")
    assert alices_page.evaluate(ground) == dark
    alices_page.get_by_role("button", name="Use light colours").click()
    alices_page.reload()
    assert alices_page.evaluate(ground) == light


def test_everything_but_live_updates_works_without_scripts(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int]
) -> None:
    page = open_page(java_script_enabled=False)
    register(page, "Alice")
    for number in range(5):
        card = page.locator(".card").first
        _star(card, 1 + number).click()
        card.get_by_role("button", name="Save").click()
        expect(page.locator(".notice")).to_have_text(re.compile(f": {1 + number} stars?\\."))
    page.locator(".card").first.get_by_role("button", name="Haven't seen it").click()
    page.get_by_role("link", name="See your list").click()
    expect(page.locator("noscript p", has_text="reload this page")).to_be_visible()
    _store_list(app, films[5:])
    page.reload()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name="Drama").first.check(force=True)
    page.get_by_role("button", name="Apply").click()
    assert "genre=Drama" in page.url
    page.goto("/ratings")
    page.locator(".card").first.get_by_role("button", name="Remove").click()
    assert len(_on_disk(app)) == 4
    page.get_by_role("button", name="Use dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Films you will love, and why.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1024, 2560])
def test_no_page_is_wider_than_the_window(
    open_page: Callable[..., Page], register: Callable[[Page, str], None], add_movie: Callable[..., int], width: int
) -> None:
    long = add_movie("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb", 1964, ("Comedy", "War"), ["Stanley Kubrick"])
    add_movie("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", 2000)
    page = open_page(viewport={"width": width, "height": 800})
    for path in ("/", "/register", "/sign-in", "/about", "/nowhere"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.errors.clear()  # type: ignore[attr-defined]  # the browser notes the 404
    register(page, "Alice")
    for path in ("/", "/search", f"/movies/{long}", "/ratings", "/recommendations", "/account"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
