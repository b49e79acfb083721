"""Tonight: members who allow it, guests on the spot, a clear word in every state, and nobody's ratings shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from movie_recommender.services import accounts, dismissing, guests, openness, rating, watchlist
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import EveningGuest, Genre, Movie, User
from tests.conftest import PASSWORD

from .conftest import films_in, rate_all

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def _guest(member: Any, films: list[int], name: str = "Carol") -> str:
    """Invite a guest who gives these films five stars; returns where that led."""
    asked = member.browser.post("/tonight/guests", data={"name": name}).headers["Location"]
    place = re.search(r"/guests/(\d+)", asked)[1]
    return member.browser.post(f"/tonight/guests/{place}", data={f"film-{film}": "5" for film in films}).headers["Location"]


def _open(app: Any, *members: Any) -> None:
    with app.app_context():
        for member in members:
            openness.allow(member.id, tonight=True)


def test_who_has_rated_too_little_is_asked_to_rate_first(alice: Any) -> None:
    assert "First a few films of your own" in alice.browser.get("/tonight").text


def test_who_is_alone_is_told_to_invite_a_guest(alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    page = alice.browser.get("/tonight").text
    assert "Nobody else here lets others choose together yet. Invite a guest" in page


def test_only_members_who_allow_it_can_be_chosen(app: Any, background: Any, alice: Any, bob: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[2:8])
    assert "Bob" not in alice.browser.get("/tonight").text
    assert "Somebody whom you chose does not take part any more" in alice.browser.get(f"/tonight?with={bob.id}").text
    bob.browser.post("/tonight/open", data={"open": "1"})
    page = alice.browser.get(f"/tonight?with={bob.id}").text
    assert "For the two of you" in page
    assert films_in(page)
    assert set(films_in(page)).isdisjoint(films[:8])
    bob.browser.post("/tonight/open", data={"open": "0"})
    assert "Bob" not in alice.browser.get("/tonight").text


def test_a_member_who_has_rated_too_little_cannot_take_part_yet(app: Any, alice: Any, bob: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[:2])
    _open(app, bob)
    page = alice.browser.get(f"/tonight?with={bob.id}").text
    assert "has rated too little yet" in page
    assert "Bob has rated too few films yet." in page


def test_nothing_comes_that_somebody_hid_or_whose_genre_he_never_wants(
    app: Any, background: Any, alice: Any, bob: Any, films: list[int]
) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[:5])
    _open(app, bob)
    first, second = films_in(alice.browser.get(f"/tonight?with={bob.id}").text)[:2]
    with app.app_context():
        dismissing.dismiss(bob.id, first, "not_now")
        dismissing.dismiss(alice.id, second, "not_for_me")
        horror = db.session.query(Genre).filter_by(name="Horror").one().id
        dismissing.dismiss_genre(bob.id, horror)
    offered = films_in(alice.browser.get(f"/tonight?with={bob.id}").text)
    assert offered
    assert not {first, second} & {*offered}
    assert not {*films[3::4]} & {*offered}, "Bob never wants horror films"


def test_wishes_leave_only_what_meets_them(app: Any, background: Any, alice: Any, bob: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[5:10])
    _open(app, bob)
    with app.app_context():
        with writing() as session:
            for place, film in enumerate(films):
                session.get_one(Movie, film).runtime = 80 + place if place != 20 else None
        watchlist.add(alice.id, films[15])
        watchlist.add(bob.id, films[16])

    def offered(wishes: str) -> set[int]:
        return set(films_in(alice.browser.get(f"/tonight?with={bob.id}&{wishes}").text))

    assert offered("runtime=101")
    assert offered("runtime=101") <= {*films[10:22]} - {films[20]}
    assert offered("genre=Horror") <= {*films[11::4]}
    assert offered("from=watchlist") == {films[15]}
    assert offered("rewatches=1&runtime=89") == {*films[:10]}
    assert "Nothing suits all of it" in alice.browser.get(f"/tonight?with={bob.id}&runtime=60").text
    assert alice.browser.get(f"/tonight?with={bob.id}&from=99").status_code == 404


def test_a_guest_counts_after_five_films_and_is_forgotten_when_the_evening_is_over(
    app: Any, background: Any, alice: Any, films: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rate_all(alice, films[:5])
    assert "/tonight/guests/1" in _guest(alice, films[20:24]), "four are too few: on with rating"
    assert "Carol counts after 1 more film." in alice.browser.get("/tonight").text
    assert not set(films_in(alice.browser.get("/tonight/guests/1").text)) & {*films[20:24]}
    alice.browser.post("/tonight/guests/1", data={f"film-{films[24]}": "4", f"film-{films[25]}": "0", "film-9999": "5"})
    page = alice.browser.get("/tonight").text
    assert "guest, 5 films rated" in page
    assert "For the two of you" in page
    assert set(films_in(page)).isdisjoint({*films[:5], *films[20:25]})
    with app.app_context():
        assert db.session.query(User).filter(User.name == "Carol").count() == 0
    monkeypatch.setattr(guests, "LASTS", -1)  # seconds after the last change
    alice.browser.post("/tonight/guests/1", data={f"film-{films[26]}": "4"})
    assert "Carol" not in alice.browser.get("/tonight").text
    monkeypatch.undo()
    _guest(alice, films[20:26])
    alice.browser.post("/tonight/end")
    assert "Carol" not in re.sub("All guests.*", "", alice.browser.get("/tonight").text)


def test_guests_are_the_hosts_alone_and_have_names_of_their_own(app: Any, alice: Any, bob: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    rate_all(bob, films[:5])
    _open(app, bob)
    _guest(alice, films[20:25])
    assert "Carol" not in bob.browser.get("/tonight").text
    for name in ("", "bob", "ALICE", "carol", "x" * 31):
        assert alice.browser.post("/tonight/guests", data={"name": name}).status_code == 422
    alice.browser.post("/tonight/guests/1/leave")
    assert "Carol <span" not in alice.browser.get("/tonight").text
    assert alice.browser.get("/tonight/guests/1").status_code == 404


def test_an_evening_has_room_for_seven_guests(alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    for number in range(7):
        _guest(alice, films[20:25], f"Guest {number}")
    answer = alice.browser.post("/tonight/guests", data={"name": "One too many"})
    assert answer.status_code == 422
    assert "There are 7 guests already" in answer.text


def test_a_guest_rates_on_his_own_phone_by_a_signed_link_that_can_be_taken_back(
    app: Any, background: Any, alice: Any, bob: Any, client: Any, films: list[int]
) -> None:
    rate_all(alice, films[:5])

    def invite() -> tuple[str, str]:
        shown = alice.browser.post("/tonight/guests", data={"name": "Carol", "how": "link"}).headers["Location"]
        return shown, re.search(r"/tonight/join/[\w.-]+", alice.browser.get(shown).text)[0]

    shown, link = invite()
    assert bob.browser.get(shown).status_code == 404, "nobody else's guest"
    assert "Alice is looking for a film" in client.get(link).text
    stars = {f"film-{film}": "5" for film in films[20:25]}
    assert client.post(link.replace("/join/", "/join/x"), data=stars).status_code == 404, "not signed here"
    assert "You are in, Carol" in client.post(link, data=stars, follow_redirects=True).text
    assert "For the two of you" in alice.browser.get("/tonight").text
    assert alice.browser.get("/tonight/here").json["here"].endswith(":5")
    alice.browser.post(shown.split("/link")[0] + "/leave")
    assert "opens nothing any more" in client.get(link).text
    _, link = invite()
    client.post(link + "/leave")
    assert "guest, 0 films" not in alice.browser.get("/tonight").text, "who was invited can go by himself"
    _, link = invite()
    with app.app_context():
        db.session.execute(update(EveningGuest).values(expires_at=1))
        db.session.commit()
    assert client.post(link, data=stars).status_code == 404, "the evening is over"


def test_the_page_says_clearly_that_the_engine_is_away_and_keeps_who_is_here(alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    _guest(alice, films[20:25])
    page = alice.browser.get("/tonight")
    assert page.status_code == 200
    assert "does not answer just now" in page.text
    assert "guest, 5 films rated" in page.text


def test_stars_of_others_are_on_no_page(app: Any, background: Any, alice: Any, bob: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    with app.app_context():
        for film in films[5:12]:
            rating.rate(bob.id, film, 2.5)
    _open(app, bob)
    page = alice.browser.get(f"/tonight?with={bob.id}&rewatches=1").text
    assert set(films_in(page)).isdisjoint(films[5:12]), "a film that Bob did not like does not come again"
    shown = " ".join(re.findall(r'<dl class="shares">.*?</dl>', page, re.DOTALL))
    assert "Bob" in shown
    assert "2.5" not in shown
    assert "stars" not in shown


def _walk(page: Page, phone: Page, register: Callable[[Page, str], None], app: Any, films: list[int], has_scripts: bool) -> None:
    """Bobby, new here, chooses with Alice and with Carol, who has no account and rates on her own phone."""
    register(page, "Bobby")
    with app.app_context():
        bobby = db.session.query(User).filter_by(name="Bobby").one().id
        for film in films[6:12]:
            rating.rate(bobby, film, 4)
    page.goto("/tonight")
    page.get_by_label("Alice").check()
    page.get_by_role("button", name="Find films").first.click()
    expect(page.get_by_role("heading", name="For the two of you")).to_be_visible()
    page.get_by_label("A guest's name").fill("Carol")
    page.get_by_role("button", name="Send a link").click()
    phone.goto(page.get_by_label("Link", exact=True).input_value())
    page.get_by_role("link", name="Back to the evening").click()
    expect(page.get_by_text("Carol counts after 5 more films.")).to_be_visible()
    expect(phone.get_by_role("heading", name="Carol, which of these do you know?")).to_be_visible()
    for place in range(5):
        phone.locator("li.card").nth(place).locator("label[for$='-4']").click()
    phone.get_by_role("button", name="Done").click()
    expect(phone.get_by_role("heading", name="You are in, Carol")).to_be_visible()
    has_scripts or page.reload()
    expect(page.get_by_role("heading", name="For the three of you")).to_be_visible()
    first = page.locator("li.pick").first
    expect(first.locator("dt")).to_have_text([re.compile("You"), re.compile("Alice"), re.compile("Carol")])
    page.get_by_role("button", name="The evening is over").click()
    expect(page.get_by_text("Have a good evening.")).to_be_visible()
    expect(page.get_by_text("guest, 5 films rated")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("look", [{}, {**PHONE, "java_script_enabled": False}], ids=["desk", "phone without JavaScript"])
@pytest.mark.usefixtures("background", "open_alice")
def test_an_evening_from_the_first_click_to_the_last(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int], look: dict[str, Any]
) -> None:
    _walk(open_page(**look), open_page(**PHONE), register, app, films, "java_script_enabled" not in look)


@pytest.fixture
def open_alice(app: Any, films: list[int]) -> None:
    """Alice, who lets others choose with her and has rated enough."""
    with app.app_context():
        alice = accounts.register("Alice", PASSWORD).id
        for film in films[:6]:
            rating.rate(alice, film, 5)
        openness.allow(alice, tonight=True)
        db.session.remove()
