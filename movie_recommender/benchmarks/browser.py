"""A person in Debian's Chromium, for what only a browser can measure. Needs playwright, of requirements-dev.txt."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from movie_recommender.errors import InvalidInput

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENS = {"desk": (1440, 900), "phone": (390, 844)}
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without anybody's data.

    Raises:
        InvalidInput: Chromium or playwright is not installed.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise InvalidInput("Playwright is not installed: pip install -r requirements-dev.txt") from error
    if not path:
        raise InvalidInput("Chromium is not installed (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


def new_page(browser: Browser, url: str, screen: str) -> Page:
    """A page of somebody whom the site does not know yet, on a `desk` or a `phone`."""
    width, height = SCREENS[screen]
    return browser.new_context(base_url=url, viewport={"width": width, "height": height}).new_page()


@contextmanager
def newcomer(page: Page) -> Iterator[str]:
    """Somebody new, signed in, whose account is deleted in the end; his name."""
    name, password = f"Bench {secrets.token_hex(4)}", secrets.token_urlsafe(16)
    page.goto("/register")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(lambda url: "/register" not in url)
    try:
        yield name
    finally:
        leave(page, password)


def leave(page: Page, password: str) -> None:
    """Delete the account of who is signed in."""
    page.goto("/account")
    page.get_by_label("Your password, to confirm").fill(password)
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("link", name="Register").first.wait_for()
