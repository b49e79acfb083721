"""From the registration to a list of twenty in a real Chromium: at most twelve interactions, with and without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.services.lists import Entry, pack
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Atlas, RecommendationList, User, UserState
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def films(app: Any, add_movie: Callable[..., int]) -> list[int]:
    ids = [add_movie(f"Film {number:02}", 1970 + number % 40) for number in range(64)]
    groups = [{"name": f"Kind {group}", "films": ids[group::8][:4]} for group in range(8)]
    rows = [[film, at % 8, [float(at % 8 == axis) for axis in range(8)]] for at, film in enumerate(ids)]
    with app.app_context():
        db.session.add(Atlas(name="groups", made_of="test", made_at=1, payload=json.dumps({"groups": groups, "films": rows}).encode()))
        db.session.commit()
    return ids


def _store_list(app: Any, films: list[int]) -> None:
    """Do what the background API does."""
    with app.app_context(), writing() as session:
        user_id = session.scalar(select(User.id).where(User.name == "Alice"))
        state = session.get(UserState, user_id)
        payload = pack([Entry(film, 1.0, 4.0, ()) for film in films])
        session.merge(RecommendationList(user_id=user_id, version=state.version, engine="test", computed_at=1, payload=payload))
        state.computed_version = state.version


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_twelve_interactions_lead_to_a_list_of_twenty(app: Any, open_page: Callable[..., Page], films: list[int], scripts: bool) -> None:
    page = open_page(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    interactions = 0

    def act(work: Callable[[], object]) -> None:
        nonlocal interactions
        interactions += 1
        work()

    page.goto("/register")
    act(lambda: page.get_by_label("Name").fill("Alice"))
    act(lambda: page.get_by_label("Password").fill(PASSWORD))
    act(lambda: page.get_by_role("button", name="Register").click())
    for kind in ("Kind 1", "Kind 4", "Kind 6"):
        act(lambda kind=kind: page.get_by_role("checkbox", name=kind).check(force=True))
    act(lambda: page.get_by_role("button", name="Continue").click())
    assert page.get_by_text("predicted").count() == 0
    for number in range(5):
        card = page.locator(".ask .card").filter(has=page.locator("output:empty")).first
        act(lambda card=card: card.locator("label[for$='-4']").click())
        if scripts:
            expect(page.locator("[data-progress-text]")).to_contain_text(f"{number + 1} of 5" if number < 4 else "5 films rated")
        else:
            card.get_by_role("button", name="Save").click()  # the price of having no scripts
    _store_list(app, [film for film in films if film > 8][-40:])
    if not scripts:
        page.reload()
    expect(page.locator(".pick-strip .card")).to_have_count(20)
    assert interactions <= 12


def test_a_rated_film_makes_room_and_the_strip_marks_what_is_new(app: Any, open_page: Callable[..., Page], films: list[int]) -> None:
    page = open_page()
    page.goto("/register")
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    page.goto("/welcome/rate?group=0&group=1&group=2")
    for _ in range(5):
        first = page.locator(".ask .card").first
        film = first.get_attribute("data-film")
        first.locator("label[for$='-5']").click()
        expect(page.locator(f'.ask .card[data-film="{film}"]')).to_have_count(0)
    expect(page.locator(".ask .card")).to_have_count(8)
    _store_list(app, films[40:])
    expect(page.locator(".pick-strip .card")).to_have_count(20)
    page.locator(".ask .card").first.locator("label[for$='-1']").click()
    expect(page.locator("[data-picks-say]")).to_contain_text("6 ratings")
    _store_list(app, films[43:])
    expect(page.locator(".pick-strip .is-new").first).to_be_visible()


def test_it_can_be_skipped_and_says_what_is_missing(open_page: Callable[..., Page], register: Callable[[Page, str], None]) -> None:
    page = open_page()
    register(page, "Alice")  # no groups yet: straight on to rating
    expect(page.get_by_role("heading", name="Which of these have you seen?")).to_be_visible()


def test_two_groups_are_too_few(open_page: Callable[..., Page], films: list[int]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/register")
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("link", name="Skip this")).to_have_attribute("href", "/")
    page.get_by_role("checkbox", name="Kind 1").check(force=True)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_have_text("Pick 3 of the groups, or skip this.")
    expect(page.get_by_role("checkbox", name="Kind 1")).to_be_checked()
    page.errors.clear()  # type: ignore[attr-defined]  # the browser notes the 422
