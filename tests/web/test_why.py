"""The receipt of a score, from the real engine, and ratings that the list shall not follow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.services import dismissing, explaining, rating, recommending
from movie_recommender.storage import db
from movie_recommender.storage.models import Rating, User

from .conftest import compute, rate_all


@pytest.fixture
def crowd(app: Any, films: list[int]) -> list[int]:
    """Twelve raters who love the first dozen films or the second, and not the other."""
    with app.app_context():
        for number in range(12):
            rater = User(name=f"rater {number}", kind="community", created_at=0)
            db.session.add(rater)
            db.session.flush()
            for place, film in enumerate(films[:24]):
                loved = (place < 12) == (number % 2 == 0)
                if (place + number) % 5:
                    db.session.add(Rating(user_id=rater.id, movie_id=film, half_stars=9 if loved else 3, rated_at=1))
        db.session.commit()
    return films


@pytest.fixture
def at_home(alice: Any, crowd: list[int], background: Any) -> list[int]:
    """Alice loves six films of the first dozen; her list is computed."""
    films = crowd
    rate_all(alice, films[:6])
    with background.app_context():
        background.extensions["runtime"].engine.refit()
        db.session.remove()
    compute(background, "Alice")
    return films


def test_the_parts_add_up_and_name_their_causes(app: Any, alice: Any, at_home: list[int]) -> None:
    with app.app_context():
        for film in at_home[6:10]:
            receipt = explaining.receipt(alice.id, film)
            assert sum(part.points for part in receipt.parts) == pytest.approx(receipt.score, abs=1e-6)
            assert max(abs(part.share) for part in receipt.parts) == 1.0
            assert {own.movie_id for own in receipt.films} <= set(at_home[:6])
            assert receipt.films
            assert sum(receipt.histogram) > 3
        score = next(item.entry.score for item in recommending.recommendations(alice.id).items if item.entry.movie_id == film)
        assert score == pytest.approx(receipt.score, abs=1e-4)


def test_the_page_tells_it_in_a_table(alice: Any, at_home: list[int]) -> None:
    page = alice.browser.get(f"/movies/{at_home[8]}/why").text
    points = [float(text) for text in re.findall(r'receipt-points">([+-][0-9.]+)<', page)]
    assert len(points) > 3
    assert sum(points[:-1]) == pytest.approx(points[-1], abs=0.01 * len(points))
    assert "<html" not in alice.browser.get(f"/movies/{at_home[8]}/why?part=1").text


def test_while_the_engine_is_away_the_page_says_so(alice: Any, films: list[int]) -> None:
    assert "does not answer just now" in alice.browser.get(f"/movies/{films[0]}/why").text
    assert alice.browser.get("/movies/999999/why").status_code == 404


def test_a_rating_left_out_changes_the_list_stays_a_rating_and_counts_again(
    app: Any, alice: Any, background: Any, at_home: list[int]
) -> None:
    with app.app_context():
        before = {item.entry.movie_id: item.entry.score for item in recommending.recommendations(alice.id).items}
    left = at_home[0]
    page = alice.browser.post(f"/movies/{left}/ignore", follow_redirects=True).text
    assert "Your list leaves your rating of Film 0 out." in page
    compute(background, "Alice")
    with app.app_context():
        after = {item.entry.movie_id: item.entry.score for item in recommending.recommendations(alice.id, per_page=40).items}
        assert after != before
        assert left not in after
        assert rating.stars_of(alice.id)[left] == 5
        assert all(own.ignored == (own.movie_id == left) for own in explaining.receipt(alice.id, at_home[8]).films)
    assert "Left out since" in alice.browser.get("/dismissed").text
    alice.browser.post(f"/movies/{left}/heed")
    compute(background, "Alice")
    with app.app_context():
        assert {item.entry.movie_id: item.entry.score for item in recommending.recommendations(alice.id).items} == pytest.approx(before)


def test_only_own_ratings_can_be_left_out(app: Any, alice: Any, bob: Any, at_home: list[int]) -> None:
    assert bob.browser.post(f"/movies/{at_home[0]}/ignore").status_code == 404
    with app.app_context():
        assert dismissing.ignored_ids(alice.id) == dismissing.ignored_ids(bob.id) == set()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 390, "height": 844}}, {"java_script_enabled": False}], ids=["desk", "phone", "plain"]
)
def test_why_opens_and_a_cause_is_ticked_off(
    app: Any,
    background: Any,
    open_page: Callable[..., Page],
    register: Callable[[Page, str], None],
    crowd: list[int],
    options: dict[str, Any],
) -> None:
    page = open_page(**options)
    register(page, "Alice")
    with app.app_context():
        alice = db.session.scalar(select(User.id).where(User.name == "Alice"))
        for film in crowd[:6]:
            rating.rate(alice, film, 5)
    with background.app_context():
        background.extensions["runtime"].engine.refit()
        db.session.remove()
    compute(background, "Alice")
    page.goto("/recommendations")
    page.locator(".card [data-why]").first.click()
    expect(page.locator(".receipt tfoot .receipt-points")).to_be_visible()
    page.locator(".receipt-films .ignore").first.click()
    if options.get("java_script_enabled") is False:
        expect(page.locator(".notice")).to_contain_text("Your list leaves your rating of")
    else:
        expect(page.locator(".was")).to_contain_text(re.compile(r"points now\. It had \+"))
    expect(page.locator(".receipt-films .heed").filter(visible=True)).to_have_count(1)
    if "viewport" in options:  # the message lies before the open receipt, and its undo can be reached
        page.locator(".toast").get_by_role("button", name="Undo").click()
    else:
        page.locator(".receipt-films .heed").filter(visible=True).click()
    expect(page.locator(".receipt-films .heed").filter(visible=True)).to_have_count(0)
    if options.get("java_script_enabled") is not False:
        page.keyboard.press("Escape")
        expect(page.locator(".receipt")).to_be_hidden()
        expect(page.locator(".card [data-why]").first).to_be_focused()
