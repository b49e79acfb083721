"""Steering: recommenders by name, dials, a preview from the real engine, and a clear word while that is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.errors import InvalidInput
from movie_recommender.services import rating, recommending, steering
from movie_recommender.services.steering import PRESETS, Steering
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie, RecommendationList, User

from .conftest import compute, films_in, rate_all

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_the_page_works_while_the_engine_is_away(alice: Any, films: list[int]) -> None:
    assert "There is nothing to steer yet" in alice.browser.get("/steering").text
    rate_all(alice, films[:5])
    page = alice.browser.get("/steering").text
    assert "which does not answer just now" in page
    assert "You can keep the dials all the same" in page
    answer = alice.browser.post("/steering", data={"obscure": "80"}, follow_redirects=True)
    assert "Your list now follows Hidden gems." in answer.text


def test_a_named_recommender_fills_the_dials(alice: Any, films: list[int]) -> None:
    page = alice.browser.get("/steering?preset=by_plot").text
    assert 'name="plots" min="0" max="300" step="10" value="300"' in page
    assert 'name="company" min="0" max="300" step="10" value="10"' in page
    assert len({preset for _, _, preset in PRESETS.values()}) == len(PRESETS)


def test_sequels_may_be_offered_before_their_first_part_whatever_recommender_is_chosen(app: Any, alice: Any, films: list[int]) -> None:
    assert "checked" not in alice.browser.get("/steering").text
    answer = alice.browser.post("/steering", data={"any_order": "1", "obscure": "80"}, follow_redirects=True)
    assert "Your list now follows Hidden gems." in answer.text
    assert 'name="any_order" value="1" checked' in alice.browser.get("/steering?preset=by_plot").text
    with app.app_context():
        assert steering.of(alice.id) == Steering(obscure=80, any_order=1)
    alice.browser.post("/steering", data={"obscure": "80"})
    with app.app_context():
        assert steering.of(alice.id).any_order == 0


@pytest.mark.parametrize("values", [{"obscure": "101"}, {"plots": "-1"}, {"new": "half"}, {"people": "9999999999"}, {"any_order": "2"}])
def test_a_dial_beyond_its_end_is_refused(alice: Any, values: dict[str, str]) -> None:
    answer = alice.browser.post("/steering", data=values)
    assert answer.status_code == 422
    assert "is a whole number from" in answer.text
    with pytest.raises(InvalidInput):
        Steering.of(values)


def test_what_is_kept_steers_the_next_list(app: Any, background: Any, alice: Any, films: list[int]) -> None:
    rate_all(alice, [*films[:3], *films[20:23]])
    compute(background, "Alice")
    with app.app_context():
        before = [item.entry.movie_id for item in recommending.recommendations(alice.id).items]
        version = steering.save(alice.id, Steering(new=100))
        assert recommending.status(alice.id).state == "updating"
    compute(background, "Alice")
    with app.app_context():
        after = recommending.recommendations(alice.id)
        assert (after.state, after.computed_version) == ("current", version)
        years = [db.session.get_one(Movie, item.entry.movie_id).year for item in after.items]
        assert [item.entry.movie_id for item in after.items] != before
        assert sum(years[:8]) > sum(years[-8:])
        assert db.session.get(RecommendationList, alice.id).version == version


def test_the_preview_shows_what_would_come_and_keeps_nothing(app: Any, background: Any, alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    with app.app_context():
        version = recommending.status(alice.id).version
        before, after = steering.preview(alice.id, Steering(new=100))
        same = steering.preview(alice.id, Steering())
        assert recommending.status(alice.id).version == version
        assert steering.of(alice.id) == Steering()
    assert same[0] == same[1] == before != after
    assert set(before).isdisjoint(films[:5])
    fragment = alice.browser.get("/steering/preview?new=100").text
    assert "With these dials" in fragment
    assert "<html" not in fragment


def test_bob_is_not_steered_by_alice(app: Any, alice: Any, bob: Any) -> None:
    with app.app_context():
        steering.save(alice.id, Steering(obscure=100))
        assert steering.of(bob.id) == Steering()


def _at_the_dials(app: Any, page: Page, register: Callable[[Page, str], None], films: list[int]) -> None:
    register(page, "Alice")
    with app.app_context():
        alice = db.session.scalar(select(User.id).where(User.name == "Alice"))
        for film in films[:5]:
            rating.rate(alice, film, 5)
    page.goto("/steering")


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_turning_a_dial_shows_before_and_after_at_once(
    app: Any,
    background: Any,
    open_page: Callable[..., Page],
    register: Callable[[Page, str], None],
    films: list[int],
    screen: dict[str, Any],
) -> None:
    page = open_page(**screen)
    _at_the_dials(app, page, register, films)
    expect(page.get_by_text("This is the list as it is.")).to_be_visible()
    page.get_by_label("How old").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-preview] .lead")).to_contain_text("would be new")
    expect(page.locator(".mark", has_text="new").first).to_be_visible()
    page.wait_for_url("**new=100**")
    assert page.evaluate("document.documentElement.scrollWidth") <= (screen or {"viewport": {"width": 1280}})["viewport"]["width"]
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".notice")).to_have_text("Your list now follows your own dials.")
    compute(background, "Alice")
    page.goto("/recommendations")
    expect(page.get_by_role("link", name="Steer your list, now: Your own dials")).to_be_visible()
    assert int(page.locator(".card-facts").first.inner_text()[:4]) > 2000


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_steering_without_scripts(
    app: Any, background: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int]
) -> None:
    page = open_page(java_script_enabled=False)
    _at_the_dials(app, page, register, films)
    page.get_by_label("How old").press("End")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("[data-preview] .lead")).to_contain_text("would be new")
    expect(page.get_by_label("How old")).to_have_value("100")
    page.get_by_role("link", name="Crowd pleasers").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".notice")).to_have_text("Your list now follows Crowd pleasers.")
    assert films_in(page.content()) == []
