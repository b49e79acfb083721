"""POST and DELETE /tokens, POST /users, GET /me."""

import time

import pytest

from movie_recommender.storage import db
from movie_recommender.storage.models import Token

from .conftest import PASSWORD


def test_a_new_user_is_told_his_id_and_name_and_never_a_password(charlie):
    answer = charlie.post("/users", json={"username": "Dana", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json["username"] == "Dana"
    assert set(answer.json) == {"id", "username", "created_at"}


def test_a_name_can_hold_any_script(charlie):
    answer = charlie.post("/users", json={"username": "Żółć 映画 😀", "password": PASSWORD})
    assert answer.status_code == 201
    assert charlie.post("/tokens", json={"username": "żÓŁĆ 映画 😀", "password": PASSWORD}).status_code == 201


def test_a_taken_name_is_refused_in_any_case(alice, charlie):
    answer = charlie.post("/users", json={"username": "aLICE", "password": PASSWORD})
    assert answer.status_code == 409
    assert "Choose another" in answer.json["message"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"username": "D", "password": PASSWORD}, "username: This must be a text of 2 to 40 characters"),
        ({"username": "  D  ", "password": PASSWORD}, "2 to 40 characters"),
        ({"username": "Dana", "password": "short"}, "password: This must be a text of 8 to 256 characters"),
        ({"username": "Dana"}, "password"),
        ({"username": 5, "password": PASSWORD}, "username"),
        ({"username": "Da\x00na", "password": PASSWORD}, "username"),
        ({"username": "Da\ud800na", "password": PASSWORD}, "username"),
        ({"username": "Dana", "password": PASSWORD, "admin": True}, "admin: There is no such field here. Possible: username, password"),
    ],
)
def test_an_account_that_cannot_be_made_names_what_was_wrong(charlie, body, named):
    answer = charlie.post("/users", json=body)
    assert answer.status_code == 422
    assert named in answer.json["message"]


def test_a_token_opens_the_api_until_it_expires(app, alice, monkeypatch):
    answer = alice.post("/tokens", json={"username": "alice", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json["expires_at"] > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 89 * 86_400))
    assert alice.get("/me").status_code == 200
    later = time.time() + app.config["TOKEN_DAYS"] * 86_400 + 5
    monkeypatch.setattr("time.time", lambda: later)
    answer = alice.get("/me")
    assert answer.status_code == 401
    assert "Get a new one" in answer.json["message"]
    alice.post("/tokens", json={"username": "alice", "password": PASSWORD})
    with app.app_context():
        assert db.session.query(Token).count() == 1  # the two that expired are not kept


@pytest.mark.parametrize("credentials", [("alice", "wrong password"), ("nobody", PASSWORD), ("a\u0001", PASSWORD), ("alice", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(alice, charlie, credentials):
    answer = charlie.post("/tokens", json={"username": credentials[0], "password": credentials[1]})
    assert answer.status_code == 401
    assert answer.json["message"] == "The name or the password is wrong."


def test_a_revoked_token_is_dead_and_the_persons_other_tokens_live(alice):
    other = alice.post("/tokens", json={"username": "alice", "password": PASSWORD}).json["token"]
    answer = alice.delete("/tokens")
    assert (answer.status_code, answer.data) == (204, b"")
    assert alice.get("/me").status_code == 401
    assert alice.call("GET", "/me", headers={"Authorization": f"Bearer {other}"}).status_code == 200


BAD_HEADERS = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer x y",
    "Bearer a=b",
    "Basic YWxpY2U6eA==",
    "Bearer \xe9\xff",
    "Token x",
    "Bearer " + "x" * 5000,
]


@pytest.mark.parametrize("header", BAD_HEADERS)
def test_a_header_without_a_good_token_opens_nothing(alice, charlie, header):
    answer = charlie.call("GET", "/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "POST /api/v1/tokens" in answer.json["message"]


def test_me_tells_who_i_am_and_how_current_my_list_is(alice, movies):
    alice.rate(movies["Heat"], 4)
    me = alice.get("/me").json
    assert (me["id"], me["username"], me["rating_count"], me["min_ratings"]) == (alice.id, "Alice", 1, 5)
    assert (me["state"], me["version"], me["computed_version"]) == ("too_few_ratings", 1, 0)


def test_neither_a_session_nor_a_csrf_token_plays_a_part(make_app):
    browser = make_app(WTF_CSRF_ENABLED=True).test_client()
    credentials = {"username": "Dana", "password": PASSWORD}
    assert browser.post("/api/v1/users", json=credentials).status_code == 201
    answer = browser.post("/api/v1/tokens", json=credentials)
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    assert browser.delete("/api/v1/tokens", headers=headers).status_code == 204


def test_a_token_is_never_kept_by_a_cache(alice):
    answer = alice.post("/tokens", json={"username": "alice", "password": PASSWORD})
    assert answer.headers["Cache-Control"] == "no-store"
