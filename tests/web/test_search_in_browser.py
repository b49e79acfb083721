"""Searching in a real Chromium: suggestions and results as one types, by keyboard, and as a plain form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def films(add_movie: Callable[..., int]) -> dict[str, int]:
    facts = (("The Godfather", 1972, "Francis Ford Coppola"), ("Alien", 1979, "Ridley Scott"), ("Blade Runner", 1982, "Ridley Scott"))
    return {title: add_movie(title, year, directors=[director]) for title, year, director in facts}


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_the_field_suggests_as_one_types_and_is_walked_by_keyboard(
    open_page: Callable[..., Page], register: Callable[[Page, str], None], films: dict[str, int], size: Any
) -> None:
    page = open_page(viewport=size)
    register(page, "Alice")
    field = page.get_by_role("searchbox", name="Search films, people and plots")
    field.press_sequentially("godfahter")
    expect(page.locator("[data-suggested] a").first).to_contain_text("The Godfather")
    page.keyboard.press("Escape")
    expect(page.locator("[data-suggested]")).to_be_hidden()
    field.fill("scot")
    expect(page.locator("[data-suggested] a").first).to_contain_text("Ridley Scott")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ridley Scott", exact=True)).to_be_visible()
    expect(page.locator(".card")).to_have_count(2)


def test_the_page_finds_as_one_types_and_keeps_the_address(
    open_page: Callable[..., Page], register: Callable[[Page, str], None], films: dict[str, int]
) -> None:
    page = open_page()
    register(page, "Alice")
    page.goto("/search")
    expect(page.locator("#found .card")).to_have_count(3)
    page.get_by_label("Title, person, or what happens").press_sequentially("aliem")
    expect(page.locator("#found .card")).to_have_count(1)
    expect(page.locator(f'#found .card[data-film="{films["Alien"]}"]')).to_be_visible()
    page.wait_for_url("**/search?q=aliem")
    page.get_by_label("Title, person, or what happens").fill("a crew hunted in space")
    expect(page.get_by_text("Plots cannot be searched just now")).to_be_visible()


def test_search_is_a_plain_form_without_scripts(
    open_page: Callable[..., Page], register: Callable[[Page, str], None], films: dict[str, int]
) -> None:
    page = open_page(java_script_enabled=False)
    register(page, "Alice")
    page.get_by_role("searchbox", name="Search films, people and plots").fill("blade runer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Blade Runner", exact=True)).to_be_visible()
    page.get_by_label("Title, person, or what happens").fill("Ridley")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Ridley Scott").click()
    expect(page.get_by_role("heading", name="Directed")).to_be_visible()
