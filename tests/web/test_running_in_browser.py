"""The account page and the operator's pages, walked in a real Chromium, on a desk and, without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LOOKS = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone without scripts": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
}
ANOTHER = "a horse of another colour"


@pytest.mark.parametrize("look", LOOKS)
def test_alice_runs_the_site_and_bob_keeps_his_account(
    app: Any, open_page: Callable[..., Page], register: Callable[[Page, str], None], add_movie: Callable[..., int], look: str
) -> None:
    add_movie("Alien", 1979)
    alice, bob = open_page(**LOOKS[look]), open_page(**LOOKS[look])
    register(alice, "Alice")
    assert "Alice is an operator now" in app.test_cli_runner().invoke(args=["make-operator", "alice"]).output

    alice.goto("/account")
    alice.get_by_role("link", name="Run this site").first.click()
    for heading in ("Background API", "Jobs", "Sizes", "Last evaluation", "Imports"):
        expect(alice.get_by_role("heading", name=heading)).to_be_visible()
    alice.get_by_role("link", name="Logs").click()
    expect(alice.get_by_role("heading", name="Logs")).to_be_visible()
    alice.get_by_role("link", name="People").click()
    alice.get_by_label("Registration").select_option("closed")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("Registration is now: closed.")).to_be_visible()
    alice.get_by_label("Name").fill("Bob")
    alice.get_by_label("First password").fill(PASSWORD)
    alice.get_by_role("button", name="Make").click()
    expect(alice.get_by_text("Bob has an account now.")).to_be_visible()

    assert bob.request.get("/register").status == 403
    _sign_in(bob, PASSWORD)
    bob.goto("/account")
    neighbours = bob.locator(".openness li").filter(has_text="Neighbours")
    neighbours.get_by_role("button", name="Switch on").click()
    expect(neighbours.get_by_role("button", name="Switch off")).to_be_visible()
    bob.get_by_label("Current password").fill(PASSWORD)
    bob.get_by_label("New password", exact=True).fill(ANOTHER)
    bob.get_by_label("New password once more").fill(ANOTHER)
    bob.get_by_role("button", name="Change the password").click()
    expect(bob.get_by_text("Your password is changed.")).to_be_visible()
    bob.get_by_role("button", name="Sign out", exact=True).click()
    _sign_in(bob, ANOTHER)

    alice.reload()
    alice.get_by_text("Remove Bob").click()
    alice.get_by_label("Your own password, to confirm").fill(PASSWORD)
    alice.get_by_role("button", name="Delete the account and all its ratings").click()
    expect(alice.get_by_text("The account of Bob is deleted")).to_be_visible()
    bob.goto("/account")
    expect(bob.get_by_role("heading", name="Welcome back")).to_be_visible()


def _sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill("Bob")
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
