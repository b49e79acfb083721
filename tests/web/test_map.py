"""The map: drawn where scripts run, a list of groups everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from movie_recommender.storage import writing
from movie_recommender.storage.models import Atlas


@pytest.fixture
def films(app: Any, add_movie: Callable[..., int]) -> list[int]:
    """A map with one film in the middle and one at the edge of each side."""
    ids = [add_movie(title, 1970, (genre,)) for title, genre in (("The Middle", "Drama"), ("Far West", "Western"), ("Far East", "War"))]
    document = {
        "ids": ids, "story": [[5000, 5000], [500, 5000], [9500, 5000]], "cluster": [0, 1, 1], "names": ["Drama, home", "far, away"],
        "tried": [[2, 0.41, 12.5], [3, 0.3, 9.0]], "fans": [],
    }  # fmt: skip
    with app.app_context(), writing() as session:
        session.add(Atlas(name="map", made_of="test", made_at=1, payload=json.dumps(document).encode()))
    return ids


def test_without_a_map_the_page_says_when_there_will_be_one(alice: Any):
    assert "There is no map yet" in alice.browser.get("/map").text
    assert "five people like" in alice.browser.get("/map?by=fans").text


def test_the_groups_are_listed_with_their_names_films_and_why_so_many(alice: Any, films: list[int]):
    page = alice.browser.get("/map").text
    assert "far, away" in page
    assert "Drama, home" in page
    assert f'href="/movies/{films[2]}"' in page
    assert "0.410" in page
    assert "12.5" in page


def test_an_unknown_kind_of_map_is_refused(alice: Any):
    assert alice.browser.get("/map?by=colour").status_code == 422
    assert alice.browser.get("/map/points?by=colour").status_code == 422


def test_the_points_hold_nothing_of_a_person(alice: Any, films: list[int]):
    alice.browser.post(f"/movies/{films[0]}/rating", data={"stars": "4"})
    points = alice.browser.get("/map/points").get_json()
    assert points["ids"] == films
    assert points["titles"][0] == "The Middle"
    assert set(points) == {"ids", "titles", "years", "x", "y", "group", "genre", "genres"}


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestInABrowser:
    @pytest.fixture
    def page(self, open_page: Callable[..., Page], register: Callable[[Page, str], None], films: list[int]) -> Page:
        page = open_page()
        register(page, "Alice")
        page.goto("/map")
        expect(page.locator("[data-legend] button")).to_have_count(2)
        return page

    def _middle(self, page: Page) -> tuple[float, float]:
        box = page.locator(".map canvas").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def test_a_point_says_which_film_it_is_and_leads_to_it(self, page: Page, films: list[int]):
        page.locator(".map canvas").scroll_into_view_if_needed()
        page.mouse.move(*self._middle(page))
        expect(page.locator("[data-tip]")).to_contain_text("The Middle")
        page.mouse.click(*self._middle(page))
        expect(page).to_have_url(re.compile(f"/movies/{films[0]}$"))

    def test_it_zooms_and_moves_by_wheel_pointer_and_keys(self, page: Page):
        page.locator(".map canvas").scroll_into_view_if_needed()
        x, y = self._middle(page)
        page.mouse.move(x, y)
        page.mouse.wheel(0, -800)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 80, y + 30, steps=3)
        page.mouse.up()
        page.mouse.move(x, y)
        expect(page.locator("[data-tip]")).to_be_hidden()
        page.mouse.move(x + 80, y + 30)
        expect(page.locator("[data-tip]")).to_contain_text("The Middle")
        page.locator(".map canvas").focus()
        page.keyboard.press("0")
        page.mouse.move(x + 1, y)
        expect(page.locator("[data-tip]")).to_contain_text("The Middle")

    def test_a_group_is_picked_out_and_colours_can_mean_genres(self, page: Page):
        button = page.get_by_role("button", name="far, away")
        button.click()
        expect(page.get_by_role("button", name="far, away")).to_have_attribute("aria-pressed", "true")
        page.get_by_label("Colour", exact=True).select_option("genre")
        expect(page.locator("[data-legend] button")).to_have_count(3)
