"""What keeps the site safe: forms are protected, nothing inline may run, requests are limited, errors are said plainly."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from movie_recommender import create_app
from movie_recommender.errors import BackgroundUnavailable
from movie_recommender.services import browsing
from movie_recommender.storage import writing
from movie_recommender.web.assets import FOLDER, SHEETS
from movie_recommender.web.headers import LARGEST_REQUEST
from tests.conftest import PASSWORD

JSON = {"Accept": "application/json"}


@pytest.fixture
def protected(make_app: Callable[..., Any]) -> FlaskClient:
    """Dana's browser on a site whose forms are protected, as they are outside of tests."""
    client: FlaskClient = make_app(WTF_CSRF_ENABLED=True).test_client()
    client.post("/register", data={"name": "Dana", "password": PASSWORD, "csrf_token": _token(client, "/register")})
    return client


def _token(client: FlaskClient, path: str) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert match
    return match.group(1)


def test_every_form_that_changes_something_is_refused_without_its_token(protected: FlaskClient) -> None:
    for path in (
        "/sign-out",
        "/account/password",
        "/account/delete",
        "/movies/1/rating",
        "/movies/1/rating/remove",
        "/movies/1/unseen",
        "/theme",
    ):
        answer = protected.post(path, data={"stars": 4, "password": PASSWORD})
        assert answer.status_code == 400, path
        assert "Reload it and try once more" in answer.text
    assert protected.get("/account").status_code == 200


def test_a_script_is_refused_without_the_token_and_taken_with_it(protected: FlaskClient) -> None:
    refused = protected.post("/movies/1/rating", data={"stars": 4}, headers=JSON)
    assert (refused.status_code, "Reload" in refused.json["message"]) == (400, True)
    taken = protected.post("/movies/1/rating", data={"stars": 4}, headers={**JSON, "X-CSRFToken": _token(protected, "/account")})
    assert (taken.status_code, taken.json["message"]) == (404, "There is no such movie.")


def test_a_token_of_another_session_is_refused(protected: FlaskClient, make_app: Callable[..., Any]) -> None:
    stranger = protected.application.test_client()
    answer = protected.post("/sign-out", data={"csrf_token": _token(stranger, "/sign-in")})
    assert answer.status_code == 400


def test_every_answer_carries_the_protecting_headers(client: FlaskClient, alice: Any) -> None:
    for browser, path in ((client, "/"), (alice.browser, "/"), (client, "/nowhere"), (alice.browser, "/recommendations/status")):
        headers = browser.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_holds_inline_script_or_style(client: FlaskClient, alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien", 1979, ("Horror",), ["Ridley Scott"])
    pages = [client.get(path).text for path in ("/", "/sign-in", "/register", "/about")]
    pages += [alice.browser.get(path).text for path in ("/", "/search", f"/movies/{film}", "/ratings", "/recommendations", "/account")]
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", page)


def test_a_request_that_is_too_large_is_refused(alice: Any) -> None:
    answer = alice.browser.post("/movies/1/rating", data={"stars": "4" * (LARGEST_REQUEST + 1)})
    assert answer.status_code == 413
    assert "Send less at once" in answer.text


def test_static_files_are_kept_for_a_year_under_the_hash_of_their_contents(client: FlaskClient) -> None:
    found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', client.get("/").text)
    assert [path.rsplit("/", 1)[1] for path in found] == ["favicon.svg", "site.css"]  # one journey for the sheets of every page
    assert all((FOLDER / "css" / f"{name}.css").read_text("utf-8") in client.get(found[1]).text for name in SHEETS)
    for path in found:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    old = client.get("/assets/000000000000/css/base.css")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/assets/x/../../covers.py", "/assets/x/%2e%2e/covers.py", "/assets/x/css", "/assets/x/nothing.css"])
def test_only_static_files_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_wrong_address_is_a_friendly_page_and_json_for_scripts(client: FlaskClient) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "The address leads nowhere" in page.text
    assert "leads nowhere" in client.get("/nowhere", headers=JSON).json["message"]


def test_before_initdb_every_page_says_what_to_run(tmp_path: Path) -> None:
    client = create_app(TESTING=True, INSTANCE_PATH=tmp_path / "new").test_client()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "flask initdb" in answer.text
    assert client.get("/about").status_code == 503


def test_a_database_older_than_the_program_says_what_to_run(app: Any, client: FlaskClient) -> None:
    with app.app_context(), writing() as session:
        session.execute(text("DROP TABLE unseen"))
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    client.post("/register", data={"name": "Dana", "password": PASSWORD})
    answer = client.get("/")
    assert answer.status_code == 503
    assert "flask initdb" in answer.text


def test_an_error_of_ours_is_said_without_its_insides(make_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(TESTING=True, PROPAGATE_EXCEPTIONS=False)

    def broken() -> int:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(browsing, "size", broken)
    answer = app.test_client().get("/about")
    assert answer.status_code == 500
    assert "It was written to the log" in answer.text
    assert "secret" not in answer.text


def test_a_domain_error_keeps_its_status_and_words(make_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise BackgroundUnavailable()

    app = make_app()
    monkeypatch.setattr(browsing, "size", broken)
    answer = app.test_client().get("/about")
    assert answer.status_code == 503
    assert "Start it with" in answer.text


def test_pages_and_style_sheets_are_sent_compressed_to_whoever_takes_it(client: FlaskClient) -> None:
    for path in ("/about", re.findall(r'href="(/assets/[^"]+css)"', client.get("/about").text)[0]):
        plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert plain.content_encoding is None
        assert packed.content_encoding == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
        assert _without_tokens(gzip.decompress(packed.data).decode()) == _without_tokens(plain.text)


def test_an_unchanged_style_sheet_is_not_sent_again(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    first = client.get("/assets/0/css/base.css", headers=headers)
    again = client.get("/assets/0/css/base.css", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def _without_tokens(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)
