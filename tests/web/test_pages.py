"""The front door, light and dark, and what every page has in common."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

VOID = {"meta", "link", "input", "br", "hr", "img"}
PUBLIC = ("/", "/register", "/sign-in", "/about", "/nowhere")
MEMBERS = ("/", "/search", "/search?q=nothing", "/movies/1", "/ratings", "/recommendations", "/account")


class Page(HTMLParser):
    """Reads a page strictly: every element closed in its turn; collects what the tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag, self.getpos()

    def all(self, *tags: str) -> list[tuple[str, dict[str, str]]]:
        return [element for element in self.elements if element[0] in tags]


@pytest.fixture
def pages(client: FlaskClient, alice: Any, add_movie: Callable[..., int]) -> dict[str, Page]:
    """Every page, as a visitor and as Alice, who has rated the first of two films."""
    film = add_movie(
        "Alien", 1979, ("Horror", "Sci-Fi"), ["Ridley Scott"], ["Sigourney Weaver"], plot="A crew meets a stranger.", imdb_id="tt0078748"
    )
    add_movie("Heat", 1995, ("Crime",), ["Michael Mann"])
    assert film == 1
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "4"})
    return {path: Page(client.get(path).text) for path in PUBLIC} | {
        f"member {path}": Page(alice.browser.get(path).text) for path in MEMBERS
    }


def test_every_page_has_one_heading_of_the_first_level_and_skips_none(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (name, levels)


def test_ids_are_unique_and_everything_that_points_to_one_finds_it(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
        assert [id for id, times in ids.items() if times > 1] == [], name
        pointers = [attributes[key] for _, attributes in page.elements for key in ("for", "aria-labelledby") if key in attributes]
        pointers += [word for _, attributes in page.elements for word in attributes.get("aria-describedby", "").split()]
        pointers += [
            attributes["href"][1:]
            for tag, attributes in page.elements
            if tag in ("a", "use") and attributes.get("href", "").startswith("#")
        ]
        assert set(pointers) <= set(ids), name


def test_every_field_has_a_label(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        labelled = {attributes["for"] for _, attributes in page.all("label") if "for" in attributes}
        for _, attributes in page.all("input", "select"):
            wrapped = attributes.get("name") in ("genre", "exclude_genre", "match") and "id" not in attributes
            hidden = attributes.get("type") == "hidden" or "hidden" in attributes
            assert hidden or wrapped or attributes.get("id") in labelled, (name, attributes)


def test_every_page_has_landmarks_a_title_of_its_own_and_a_way_past_the_header(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        tags = Counter(tag for tag, _ in page.elements)
        assert (tags["main"], tags["header"], tags["footer"], tags["title"]) == (1, 1, 1, 1), name
        assert page.all("a")[0][1] == {"class": "skip", "href": "#main"}
        assert page.all("html")[0][1]["lang"] == "en"


def test_a_visitor_sees_what_this_is_and_how_to_begin(client: FlaskClient, add_movie: Callable[..., int]) -> None:
    add_movie("Alien")
    page = client.get("/").text
    assert "Films you will love, and why." in page
    assert 'href="/register"' in page
    assert "1 film" in page


def test_a_fresh_site_without_films_still_greets(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200


def test_about_says_where_the_facts_come_from(client: FlaskClient) -> None:
    page = client.get("/about").text
    assert "GroupLens" in page
    assert "not the films&#39; posters" in page or "not the films' posters" in page


def test_the_chosen_colours_are_remembered_by_form(client: FlaskClient) -> None:
    answer = client.post("/theme", data={"theme": "dark", "next": "/about"})
    assert (answer.status_code, answer.location) == (303, "/about")
    assert '<html lang="en" data-theme="dark">' in client.get("/about").text
    client.post("/theme", data={"theme": "system"})
    assert '<html lang="en">' in client.get("/about").text


def test_a_forged_theme_cookie_never_reaches_the_page(client: FlaskClient) -> None:
    client.set_cookie("theme", '"><script>')
    assert '<html lang="en">' in client.get("/about").text
