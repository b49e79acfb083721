"""Neighbours: who is near, what they love, and that nobody is shown who did not say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, select

from movie_recommender.services import fellows, openness, rating
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import DEMO_ORIGIN, Rating, User
from tests.conftest import Member

from .conftest import films_in, rate_all


@pytest.fixture
def add_rater(background: Any, films: list[int]) -> Callable[..., int]:
    """Somebody of an imported community who gives five stars to some films, known to the engine."""

    def add(places: range, origin: str = "movielens") -> int:
        with background.app_context():
            with writing() as session:
                user = User(name=f"rater {places}", kind="community", origin=origin, external_id=str(places), created_at=1)
                session.add(user)
                session.flush()
                ids = [films[place] for place in places]
                session.execute(insert(Rating), [{"user_id": user.id, "movie_id": film, "half_stars": 10, "rated_at": 1} for film in ids])
                user_id = user.id
            hear(background, user_id)
            db.session.remove()
            return user_id

    return add


def hear(background: Any, user_id: int) -> None:
    """Let the engine know of somebody's ratings, as a worker does."""
    with background.app_context():
        background.extensions["runtime"].engine.hear(user_id, dict(rating.stars_of(user_id)))
        db.session.remove()


def test_without_favourites_and_without_anybody_near_the_page_says_what_to_do(background: Any, alice: Member, films: list[int]) -> None:
    assert "Give 3 films four stars or five" in alice.browser.get("/neighbours").text
    rate_all(alice, films[:2])
    assert "Give 1 film more four stars or five" in alice.browser.get("/neighbours").text
    rate_all(alice, films[:5])
    assert "Nobody is near yet" in alice.browser.get("/neighbours").text


def test_while_the_engine_is_away_the_page_says_so(alice: Member, films: list[int]) -> None:
    rate_all(alice, films[:5])
    page = alice.browser.get("/neighbours")
    assert page.status_code == 200
    assert "does not answer just now" in page.text


def test_raters_have_made_up_names_and_offer_what_they_love_and_she_has_not_seen(
    alice: Member, add_rater: Callable[..., int], films: list[int]
) -> None:
    rate_all(alice, films[:5])
    near, far = add_rater(range(8)), add_rater(range(1, 30))
    add_rater(range(30, 40))
    page = alice.browser.get("/neighbours").text
    assert page.index(fellows.pseudonym(near)) < page.index(fellows.pseudonym(far))
    assert "0.0 stars apart on 5 films" in page
    assert "5 favourites shared, 8 rated" in page
    assert set(films_in(page)) == set(films[5:29])
    alice.browser.post(f"/movies/{films[6]}/dismiss", data={"kind": "not_for_me"})
    only = alice.browser.get(f"/neighbours?who={near}").text
    assert films_in(only) == [films[5], films[7]]
    assert f'href="/movies/{films[0]}">Film 0</a>' in only


def test_a_member_who_did_not_opt_in_is_never_named_nor_linkable(
    app: Any, background: Any, alice: Member, bob: Member, films: list[int]
) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[:9])
    hear(background, bob.id)
    for path in ("/neighbours", f"/neighbours?who={bob.id}"):
        page = alice.browser.get(path).text
        assert "Bob" not in page
        assert f'href="/neighbours?who={bob.id}"' not in page
        assert "Nobody is near yet" in page
    assert "Off until you switch it on" in bob.browser.get("/neighbours").text
    bob.browser.post("/neighbours/openness", data={"shown": "1"})
    page = alice.browser.get(f"/neighbours?who={bob.id}").text
    assert "Bob loves, and you have not seen" in page
    assert set(films_in(page)) == set(films[5:9])
    bob.browser.post("/neighbours/openness", data={"shown": "0"})
    assert "Bob" not in alice.browser.get("/neighbours").text
    with app.app_context():
        assert openness.names("as_neighbour") == {}


def test_made_up_raters_are_nobodys_neighbours(alice: Member, add_rater: Callable[..., int], films: list[int]) -> None:
    rate_all(alice, films[:5])
    add_rater(range(8), DEMO_ORIGIN)
    assert "Nobody is near yet" in alice.browser.get("/neighbours").text


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1440, False)], ids=["phone", "desk without scripts"])
def test_new_and_old_people_walk_through_it(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], add_rater: Callable[..., int], films: list[int],
    width: int, scripts: bool,
) -> None:  # fmt: skip
    near = add_rater(range(9))
    add_rater(range(1, 20))
    page = open_page(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    register(page, "Alice")
    page.locator(".more-pages summary").click()
    page.get_by_role("link", name="Neighbours").click()
    expect(page.get_by_role("heading", name="Neighbours share favourites")).to_be_visible()
    with app.app_context():
        alice = db.session.scalar(select(User.id).where(User.name == "Alice"))
        for film in films[:5]:
            rating.rate(alice, film, 5)
    page.goto("/neighbours")
    page.get_by_role("link", name=fellows.pseudonym(near)).click()
    expect(page.get_by_role("heading", name=f"{fellows.pseudonym(near)} loves")).to_be_visible()
    expect(page.locator(".card")).to_have_count(4)
    card = page.locator(f'.card[data-film="{films[6]}"]')
    card.locator(".hide > summary").click()
    card.get_by_role("button", name="Not for me").click()
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_role("button", name="Let me be seen").click()
    expect(page.get_by_role("heading", name="You can be somebody's neighbour")).to_be_visible()
    page.get_by_role("button", name="Hide me").click()
    expect(page.get_by_role("heading", name="Nobody sees you here")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
