"""Bringing a history by the page, without and with a real browser."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from movie_recommender.services import rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Import, User

TEXT = (
    "Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Salt Harbour,2001,u,4\n2024-01-01,Paper Moons,,u,3\n"
    "2024-01-01,Sea Song,1995,u,2\n2024-01-01,Nowhere,1950,u,1\n2024-01-01,Broken,1950,u,77\n"
)


@pytest.fixture
def films(add_movie: Callable[..., int]) -> dict[str, int]:
    return {
        "harbour": add_movie("Salt Harbour", 2001), "moons": add_movie("Paper Moons", 1994), "remake": add_movie("Paper Moons", 2012),
        "song": add_movie("Sea Song", 1994),
    }  # fmt: skip


def send(member: Any, text: str = TEXT, name: str = "ratings.csv") -> Any:
    return member.browser.post("/imports", data={"file": (io.BytesIO(text.encode()), name)})


def test_a_file_is_read_shown_applied_and_undone(app: Any, alice: Any, films: dict[str, int]) -> None:
    answer = send(alice)
    assert answer.status_code == 303
    report = alice.browser.get(answer.location).text
    for words in (
        "What this would change",
        "Which film is it?",
        "Taken by title, a year apart",
        "1 film not in the catalogue",
        "1 row left out",
    ):
        assert words in report
    alice.browser.post(f"{answer.location}/films/1", data={"movie_id": films["remake"]})
    alice.browser.post(f"{answer.location}/apply")
    with app.app_context():
        assert rating.stars_of(alice.id) == {films["harbour"]: 4.0, films["remake"]: 3.0, films["song"]: 2.0}
    assert "3 new ratings" in alice.browser.get("/imports").text
    alice.browser.post(f"{answer.location}/undo")
    with app.app_context():
        assert rating.count(alice.id) == 0
    assert "undone" in alice.browser.get("/imports").text


def test_a_bad_file_is_refused_on_the_page(alice: Any) -> None:
    for text, name, words in (
        ("a,b\n1,2\n", "x.csv", "no known export"),
        ("", "x.csv", "is empty"),
        ("\x89PNG\x01", "x.png", "is no text"),
    ):
        answer = send(alice, text, name)
        assert answer.status_code == 422
        assert words in answer.text
    assert "Choose a file first" in alice.browser.post("/imports", data={}).text


def test_an_upload_may_be_large_and_nothing_else(app: Any, alice: Any) -> None:
    half_a_megabyte = "Date,Name,Year,Letterboxd URI,Rating\n" + "2024-01-01,Salt Harbour,2001,u,4\n" * 16_000
    assert send(alice, half_a_megabyte).status_code == 303
    assert alice.browser.post("/movies/1/rating", data={"stars": "x" * 500_000}).status_code == 413
    assert send(alice, "x" * (21 * 1024 * 1024)).status_code == 413
    with app.app_context():
        assert db.session.query(Import).count() == 1


def test_nobody_sees_an_import_of_somebody_else(alice: Any, bob: Any, films: dict[str, int]) -> None:
    report = send(alice).location
    assert bob.browser.get(report).status_code == 404
    for action in ("apply", "undo", "drop", "films/0"):
        assert bob.browser.post(f"{report}/{action}").status_code == 404
    assert "Nothing is changed yet" in alice.browser.get(report).text


def test_odd_answers_are_refused(alice: Any, films: dict[str, int]) -> None:
    report = send(alice).location
    assert alice.browser.get(f"{report}/films/99").status_code == 422
    assert alice.browser.post(f"{report}/films/99", data={"movie_id": "1"}).status_code == 422
    assert alice.browser.post(f"{report}/films/1", data={"movie_id": "x"}).status_code == 422
    assert alice.browser.post(f"{report}/films/1", data={"movie_id": "9999"}).status_code == 404
    assert alice.browser.get("/imports/9999").status_code == 404


def test_everything_can_be_taken_away(alice: Any, bob: Any, films: dict[str, int]) -> None:
    alice.browser.post(f"{send(alice).location}/apply")
    answer = alice.browser.get("/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="movie-recommender.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "Salt Harbour" in archive.read("ratings.csv").decode()
    staged = bob.browser.post("/imports", data={"file": (io.BytesIO(answer.data), "alice.zip")})
    assert "<strong>2</strong> new ratings" in bob.browser.get(staged.location).text


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_whole_way_in_a_browser(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: dict[str, int], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    register(page, "Alice")
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Import and export").click()
    page.get_by_label("Choose a file").set_input_files({"name": "ratings.csv", "mimeType": "text/csv", "buffer": TEXT.encode()})
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("searchbox", name="Search another film").fill("salt")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("searchbox", name="Title", exact=True).fill("paper moons")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="Paper Moons 2012").click()
    expect(page.get_by_role("heading", name="Which film is it?")).to_have_count(0)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("status").filter(has_text="Brought in: 3 new ratings.")).to_be_visible()
    with app.app_context():
        alice = db.session.scalars(select(User.id)).one()
        assert len(rating.stars_of(alice)) == 3
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("The import is undone")).to_be_visible()
    with app.app_context():
        assert rating.count(alice) == 0


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_file_can_be_dropped_and_a_bad_one_is_refused_in_place(
    open_page: Callable[..., Page], register: Callable[[Page, str], None], films: dict[str, int]
) -> None:
    page = open_page()
    register(page, "Alice")
    page.goto("/imports")
    drop = """([text, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        document.querySelector("[data-upload]").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(drop, ["a,b\n1,2\n", "shoes.csv"])
    expect(page.get_by_role("alert")).to_contain_text("no known export")
    page.errors.clear()  # type: ignore[attr-defined]  # the browser itself notes the refusal
    page.evaluate(drop, [TEXT, "ratings.csv"])
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
