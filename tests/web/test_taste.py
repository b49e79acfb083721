"""The taste page: what one's ratings say, and how well one is predicted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.services import accounts, company, rating, taste
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Rating, User
from tests.conftest import PASSWORD, Member


def rate(member: Any, given: dict[int, int]) -> None:
    for film, stars in given.items():
        member.browser.post(f"/movies/{film}/rating", data={"stars": stars})


def test_without_ratings_the_page_says_what_to_do(alice: Member) -> None:
    page = alice.browser.get("/taste").text
    assert "It shows in your ratings" in page
    assert "Rate films</a>" in page


def test_it_compares_her_with_the_others_without_herself(app: Any, alice: Member, bob: Member, films: list[int]) -> None:
    rate(alice, {films[0]: 5, films[4]: 4, films[3]: 1})
    rate(bob, {films[0]: 3, films[4]: 4})
    with app.app_context():
        found = taste.of(alice.id)
    assert (found.count, round(found.mean, 2), found.crowd) == (3, 3.33, 3.5)
    assert found.histogram == (0, 1, 0, 0, 0, 0, 0, 1, 0, 1)
    assert [(line.name, line.count, line.mean, line.crowd) for line in found.genres] == [("Comedy", 2, 4.5, 3.5)]
    assert [(one.movie.id, one.stars, one.other) for one in found.above] == [(films[0], 5, 3)]
    assert found.below == ()


@pytest.mark.parametrize("stars", [1, 2, 3, 4, 5])
def test_who_gives_every_film_the_same_stars_sees_his_page_too(alice: Member, films: list[int], stars: int) -> None:
    rate(alice, dict.fromkeys(films[:8], stars))
    answer = alice.browser.get("/taste")
    assert answer.status_code == 200
    assert "Your mean stars by genre" in answer.text


def test_people_are_favoured_only_with_three_films_and_the_more_the_surer(app: Any, alice: Member, add_movie: Callable[..., int]) -> None:
    casts = {"Often": 6, "Sometimes": 3, "Seldom": 2}
    given = {add_movie(f"{name} {n}", directors=[name]): 5 for name, films in casts.items() for n in range(films)}
    rate(alice, given | {add_movie(f"Other {n}"): 2 for n in range(6)})
    with app.app_context():
        lines = taste.of(alice.id).directors
    assert [(line.name, line.count) for line in lines] == [("Often", 6), ("Sometimes", 3)]
    assert lines[0].favour > lines[1].favour
    assert "Sometimes</a>" in alice.browser.get("/taste").text


def test_the_history_counts_empty_months_and_goes_by_years_when_it_is_long(app: Any, alice: Member, films: list[int]) -> None:
    def history(*months: str) -> list[tuple[str, int]]:
        with app.app_context(), writing() as session:
            session.query(Rating).delete()
            moments = np.array(months, dtype="datetime64[M]").astype("datetime64[s]").astype(int).tolist()
            session.add_all(Rating(user_id=alice.id, movie_id=films[n], half_stars=8, rated_at=at) for n, at in enumerate(moments))
        with app.app_context():
            return [(span.name, span.count) for span in taste.of(alice.id).history]

    assert history("2025-12", "2026-02", "2026-02") == [("2025-12", 1), ("2026-01", 0), ("2026-02", 2)]
    assert history("2019-05", "2019-06", "2026-02")[0] == ("2019", 2)
    assert "All of it in May 2024" in (history("2024-05") and alice.browser.get("/taste").text)


def test_she_is_predicted_from_her_other_ratings_once_there_are_ten(background: Any, alice: Member, bob: Member, films: list[int]) -> None:
    rate(alice, {film: 5 if place % 4 == 0 else 1 for place, film in enumerate(films[:9])})
    assert "Not enough ratings yet" in alice.browser.get("/taste").text
    rate(alice, {film: 5 if place % 4 == 0 else 1 for place, film in enumerate(films[:30])})
    page = alice.browser.get("/taste").text
    assert "Our predictions are off by" in page
    assert "Each of 30 ratings of yours was predicted from the others" in page
    assert "we had expected" in page


def test_the_check_does_not_see_what_it_asks_and_leaves_the_model_as_it_was(background: Any, alice: Member, films: list[int]) -> None:
    rate(alice, {film: 5 if place % 2 else 1 for place, film in enumerate(films[:12])})
    with background.app_context():
        engine, stars = background.extensions["runtime"].engine, dict(rating.stars_of(alice.id))
        engine.hear(alice.id, stars)
        with engine.at_rest() as model:
            before = model.stars.item_base.copy(), model.matrix.counts.copy(), model.predict({}, films)
        found = engine.self_check(alice.id, stars)
        # Nobody else rated anything: without her own ratings the crowd knows nothing but the middle of the scale.
        assert found.crowd == pytest.approx(np.sqrt((6 * 1.5**2 + 6 * 2.5**2) / 12))
        with engine.at_rest() as model:
            assert model.stars.item_base == pytest.approx(before[0])
            assert (model.matrix.counts == before[1]).all()
            assert model.predict({}, films) == pytest.approx(before[2])
        assert company.taste(engine, alice.id)["crowd"] == [0.0] * 10
        db.session.remove()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1440, True)], ids=["phone without scripts", "desk"])
def test_new_and_old_people_walk_through_it(
    app: Any,
    background: Any,
    open_page: Callable[..., Page],
    register: Callable[[Page, str], None],
    films: list[int],
    width: int,
    scripts: bool,
) -> None:
    page = open_page(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    register(page, "Alice")
    page.locator(".more-pages summary").click()
    page.get_by_role("link", name="Your taste").click()
    expect(page.get_by_role("heading", name="It shows in your ratings")).to_be_visible()
    page.get_by_role("link", name="Rate films").click()
    expect(page.get_by_role("heading", name="Which of these have you seen?")).to_be_visible()
    with app.app_context():
        bob = accounts.register("Bob", PASSWORD).id
        for film in films[:20]:
            rating.rate(bob, film, 5)
        background.extensions["runtime"].engine.hear(bob, dict(rating.stars_of(bob)))
        alice = db.session.scalar(select(User.id).where(User.name == "Alice"))
        for place, film in enumerate(films[:16]):
            rating.rate(alice, film, 1 + place % 5)
    page.goto("/taste")
    for heading in ("How you give stars", "How well we know you", "Genres, what you favour first", "Decades", "When you rated"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator(".verdict")).to_contain_text("off by")
    if scripts:  # plotly in its own colours under our content policy: the console stays empty
        expect(page.locator(".scatter")).to_be_visible()
        page.get_by_role("button", name="Look closer").click()
        expect(page.locator(".closer .point")).to_have_count(16)
        page.locator(".closer .point").first.hover(force=True)
        expect(page.locator(".closer .hovertext")).to_contain_text("Film")
    page.get_by_text("The figures").first.click()
    expect(page.get_by_role("columnheader", name="The others, %")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
