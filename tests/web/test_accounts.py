"""Register, sign in and out, change the password, delete the account."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from movie_recommender import create_app
from movie_recommender.services import browsing, rating
from tests.conftest import PASSWORD


def test_registering_signs_in(client: FlaskClient) -> None:
    answer = client.post("/register", data={"name": "Dana", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/welcome")
    assert "Dana" in client.get("/account").text


@pytest.mark.parametrize(
    ("name", "password", "status", "says"),
    [
        ("D", PASSWORD, 422, "2 to 40 characters"),
        ("Dana", "short", 422, "at least 8 characters"),
        ("Dana", "Password123!", 422, "first that are guessed"),
        ("  aLiCe ", PASSWORD, 409, "already uses this name"),
        ("", "", 422, "2 to 40 characters"),
    ],
)
def test_a_registration_that_cannot_be_says_why_and_keeps_the_name(
    client: FlaskClient, alice: Any, name: str, password: str, status: int, says: str
) -> None:
    answer = client.post("/register", data={"name": name, "password": password})
    assert answer.status_code == status
    assert says in answer.text
    assert f'value="{name}"' in answer.text
    assert client.get("/account").status_code == 303


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: FlaskClient, alice: Any) -> None:
    wrong_name = client.post("/sign-in", data={"name": "Nobody", "password": PASSWORD})
    wrong_password = client.post("/sign-in", data={"name": "Alice", "password": "not her password"})
    assert wrong_name.status_code == wrong_password.status_code == 401
    assert "The name or the password is wrong." in wrong_name.text
    assert "The name or the password is wrong." in wrong_password.text


def test_signing_out_ends_the_session(alice: Any) -> None:
    assert alice.browser.post("/sign-out").location == "/"
    assert alice.browser.get("/account").location.startswith("/sign-in")


def test_signing_out_takes_a_form_and_not_a_link(alice: Any) -> None:
    assert alice.browser.get("/sign-out").status_code == 405
    assert alice.browser.get("/account").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient, alice: Any) -> None:
    answer = client.post("/sign-in", data={"name": "Alice", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_session_cookie_is_sent_over_https_only(make_app: Callable[..., Any]) -> None:
    client = make_app(SESSION_COOKIE_SECURE="yes").test_client()
    answer = client.post("/register", data={"name": "Dana", "password": PASSWORD})
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_new_password_signs_out_every_other_browser(app: Any, alice: Any) -> None:
    elsewhere = app.test_client()
    elsewhere.post("/sign-in", data={"name": "Alice", "password": PASSWORD})
    new = "another long password"
    answer = alice.browser.post("/account/password", data={"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 303
    assert "Every other browser was signed out" in alice.browser.get("/account").text
    assert elsewhere.get("/account").status_code == 303
    assert elsewhere.post("/sign-in", data={"name": "Alice", "password": PASSWORD}).status_code == 401
    assert elsewhere.post("/sign-in", data={"name": "Alice", "password": new}).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        ("wrong", "a new password", "a new password", "The password is wrong."),
        (PASSWORD, "a new password", "a new passwort", "differ"),
        (PASSWORD, "short", "short", "at least 8"),
    ],
)
def test_a_password_change_that_cannot_be_changes_nothing(
    alice: Any, client: FlaskClient, current: str, new: str, again: str, says: str
) -> None:
    answer = alice.browser.post("/account/password", data={"current": current, "new": new, "again": again})
    assert answer.status_code in (401, 422)
    assert says in answer.text
    assert client.post("/sign-in", data={"name": "Alice", "password": PASSWORD}).status_code == 303


def test_deleting_the_account_takes_every_rating_with_it(app: Any, alice: Any, bob: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    for member in (alice, bob):
        member.browser.post(f"/movies/{film}/rating", data={"stars": 4})
    answer = alice.browser.post("/account/delete", data={"password": PASSWORD})
    assert answer.location == "/"
    assert "deleted" in alice.browser.get("/").text
    with app.app_context():
        assert rating.count(alice.id) == 0
        assert rating.count(bob.id) == 1
        assert browsing.movie(film).rating_count == 1
    assert alice.browser.post("/sign-in", data={"name": "Alice", "password": PASSWORD}).status_code == 401


def test_deleting_the_account_needs_the_password(alice: Any) -> None:
    answer = alice.browser.post("/account/delete", data={"password": "guess"})
    assert answer.status_code == 401
    assert "Nothing was changed" in answer.text
    assert alice.browser.get("/account").status_code == 200


def _cookie(browser: FlaskClient) -> str:
    name = browser.application.config["SESSION_COOKIE_NAME"]
    cookie = browser.get_cookie(name)
    assert cookie
    return cookie.value


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Any, alice: Any) -> None:
    stolen = app.test_client()
    stolen.set_cookie(app.config["SESSION_COOKIE_NAME"], _cookie(alice.browser))
    assert stolen.get("/account").status_code == 200
    alice.browser.post("/sign-out")
    assert stolen.get("/account").status_code == 303


def test_signing_in_again_renews_the_session_and_ends_the_one_before(app: Any, alice: Any) -> None:
    before = _cookie(alice.browser)
    alice.browser.post("/account/password", data={"current": PASSWORD, "new": "a new long one", "again": "a new long one"})
    assert _cookie(alice.browser) != before
    stolen = app.test_client()
    stolen.set_cookie(app.config["SESSION_COOKIE_NAME"], before)
    assert stolen.get("/account").status_code == 303
    assert alice.browser.get("/account").status_code == 200


def test_a_session_prepared_by_somebody_else_is_not_taken_over(app: Any, client: FlaskClient, alice: Any) -> None:
    client.get("/sign-in")
    prepared = app.test_client()
    client.post("/sign-in", data={"name": "Alice", "password": PASSWORD})
    assert prepared.get("/account").status_code == 303
    assert _cookie(client) != _cookie(alice.browser)


def test_a_session_ends_by_itself(app: Any, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + app.config["SESSION_DAYS"] * 86_400 - 60
    monkeypatch.setattr("movie_recommender.services.clock.time.time", lambda: later)
    assert alice.browser.get("/account").status_code == 200
    monkeypatch.setattr("movie_recommender.services.clock.time.time", lambda: later + 120)
    assert alice.browser.get("/account").status_code == 303


def test_the_account_page_tells_where_one_is_signed_in_and_signs_out_everywhere(app: Any, alice: Any, bob: Any) -> None:
    elsewhere = app.test_client()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    elsewhere.post("/sign-in", data={"name": "Alice", "password": PASSWORD}, headers={"User-Agent": agent})
    page = alice.browser.get("/account").text
    assert "Firefox on Linux" in page
    assert page.count("(this one)") == 1
    assert alice.browser.post("/account/sign-out-everywhere").location == "/sign-in"
    assert [browser.get("/account").status_code for browser in (alice.browser, elsewhere, bob.browser)] == [303, 303, 200]


def test_api_tokens_are_listed_and_revoked_one_by_one(client: FlaskClient, alice: Any, bob: Any) -> None:
    tokens = [client.post("/api/v1/tokens", json={"username": "alice", "password": PASSWORD}).json["token"] for _ in range(2)]
    ids = re.findall(r"/account/tokens/(\d+)/revoke", alice.browser.get("/account").text)
    assert len(ids) == 2
    assert bob.browser.post(f"/account/tokens/{ids[0]}/revoke").status_code == 404  # hers, not his
    alice.browser.post(f"/account/tokens/{ids[0]}/revoke")  # the newer one stands first
    statuses = [client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code for token in tokens]
    assert statuses == [200, 401]
    assert alice.browser.post(f"/account/tokens/{ids[0]}/revoke").status_code == 404


def test_two_instances_on_one_host_keep_their_cookies_apart(app: Any, alice: Any, tmp_path: Path) -> None:
    other = create_app(TESTING=True, INSTANCE_PATH=tmp_path / "other")
    assert other.config["SESSION_COOKIE_NAME"] != app.config["SESSION_COOKIE_NAME"]


def test_behind_https_the_cookie_is_bound_to_its_host(make_app: Callable[..., Any]) -> None:
    answer = make_app(SESSION_COOKIE_SECURE="yes").test_client().post("/register", data={"name": "Dana", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-movie_recommender_")
    assert "Path=/" in cookie
    assert "Domain" not in cookie
