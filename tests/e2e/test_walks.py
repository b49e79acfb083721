"""Walks through the running product in a browser, by people who click: a series in its order, and from film to film."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..conftest import PASSWORD
from .conftest import CHROMIUM, CHROMIUM_OPTIONS, Api

pytestmark = pytest.mark.browser
LOOKS = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone without scripts": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
}
CRIME = [("Goodfellas", 1990), ("Heat", 1995), ("Taxi Driver", 1976), ("Chinatown", 1974), ("Casino", 1995), ("Pulp Fiction", 1994)]


@pytest.fixture(scope="module")
def chromium(playwright: Any) -> Any:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium).")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
    yield browser
    browser.close()


@pytest.mark.parametrize("look", LOOKS)
def test_a_series_comes_in_its_order_and_one_walks_from_film_to_film(site: Any, chromium: Browser, look: str) -> None:
    dana = Api(site, f"Dana, {look}")
    for title, year in CRIME:
        films = [film for film in dana.get("/movies", query=title)["movies"] if (film["title"], film["year"]) == (title, year)]
        films and dana.rate(films[0]["id"], 5)
    first, second = dana.find("The Godfather", 1972), dana.find("The Godfather: Part II", 1974)
    dana.list_when_current()
    context = chromium.new_context(base_url=site.url, **LOOKS[look])
    errors: list[str] = []
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    _sign_in(page, dana.name)
    assert (first in _listed(page), second in _listed(page)) == (True, False), "the second part waits for the first"

    page.goto(f"/movies/{second}")
    expect(page.get_by_text("Part 2 of The Godfather, after")).to_be_visible()
    page.locator(".people").get_by_role("link", name="The Godfather", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="The Godfather")).to_be_visible()
    page.locator(".rating-panel label[for$='-5']").click()
    if "without" in look:
        page.locator(".rating-panel").get_by_role("button", name="Save").click()
    expect(page.locator(".rating-panel output")).to_have_text(re.compile("5 of 5"))
    dana.list_when_current()
    assert (first in _listed(page), second in _listed(page)) == (False, True), "seen: now the second part may come"

    # After the plots were filled in, films are compared anew; where two background APIs do it on two cores that takes a while.
    site.wait_until(
        lambda: bool(page.goto(f"/movies/{first}") and page.get_by_role("region", name="By plot").locator(".card-title").count())
    )
    for row in ("By plot", "By people"):
        near = page.get_by_role("region", name=row).locator(".card-title a").first
        title = near.inner_text()
        near.click()
        expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
        page.go_back()
    expect(page.get_by_role("region", name="By shared fans")).to_be_visible()
    context.close()
    assert errors == []


def _sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _listed(page: Page) -> set[int]:
    """The films of the list, on all of its pages."""
    found: set[int] = set()
    for number in range(1, 60):
        html = page.request.get(f"/recommendations?page={number}").text()
        found |= {int(film) for film in re.findall(r'<li class="card[^"]*" data-film="(\d+)"', html)}
        if 'rel="next"' not in html:
            break
    return found
