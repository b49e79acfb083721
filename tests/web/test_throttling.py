"""Who tries too often has to wait: the same for known and unknown names, on pages and in the API, across processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from movie_recommender import create_app
from movie_recommender.errors import TooManyTries
from movie_recommender.services import passwords, throttling
from movie_recommender.storage import db
from movie_recommender.storage.models import Throttle
from tests.conftest import NOBODY_LISTENS, PASSWORD

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def app(make_app: Callable[..., Any]) -> Any:
    return make_app(SIGN_IN_TRIES=3, SIGN_IN_TRIES_NAME=5, SIGN_IN_TRIES_ADDRESS=8, REGISTRATIONS=2)


def _try(client: FlaskClient, name: str, password: str = "not the password", address: str = HERE) -> Any:
    return client.post("/sign-in", data={"name": name, "password": password}, environ_base={"REMOTE_ADDR": address})


@pytest.mark.parametrize("name", ["Alice", "Nobody"])
def test_too_many_wrong_passwords_are_answered_with_when_to_come_again(client: FlaskClient, alice: Any, name: str) -> None:
    assert [_try(client, name).status_code for _ in range(4)] == [401, 401, 401, 429]
    answer = _try(client, name, PASSWORD)  # the right one does not help now
    assert answer.status_code == 429
    assert 295 <= int(answer.headers["Retry-After"]) <= 300  # a third of a quarter of an hour
    assert "Wait 5 minutes and try again" in answer.text
    assert f'value="{name}"' in answer.text


def test_after_the_wait_one_try_is_free_again(client: FlaskClient, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        wait = _try(client, "Alice").headers.get("Retry-After")
    later = time.time() + int(wait or 0)
    monkeypatch.setattr("time.time", lambda: later)
    assert _try(client, "Alice").status_code == 401
    assert _try(client, "Alice").status_code == 429


def test_a_right_password_is_no_failure(client: FlaskClient, app: Any, alice: Any) -> None:
    for _ in range(10):
        assert _try(app.test_client(), "Alice", PASSWORD).status_code == 303
    assert _try(client, "Alice").status_code == 401


def test_one_address_cannot_lock_a_person_out_elsewhere_but_many_can(client: FlaskClient, app: Any, alice: Any) -> None:
    for _ in range(10):
        _try(client, "Alice")
    assert _try(app.test_client(), "Alice", PASSWORD, ELSEWHERE).status_code == 303
    for number in range(4):
        _try(client, "Alice", address=f"203.0.113.{number}")
    assert _try(app.test_client(), "Alice", PASSWORD, ELSEWHERE).status_code == 429


def test_one_address_cannot_try_every_name(client: FlaskClient, alice: Any) -> None:
    answers = [_try(client, f"name {number}").status_code for number in range(9)]
    assert answers == [401] * 8 + [429]
    assert _try(client, "one more", address=ELSEWHERE).status_code == 401


def test_an_ipv6_household_is_one_address(client: FlaskClient, alice: Any) -> None:
    answers = [_try(client, "Alice", address=f"2001:db8:1:2::{number}").status_code for number in range(1, 5)]
    assert answers == [401, 401, 401, 429]
    assert _try(client, "Alice", address="2001:db8:1:3::1").status_code == 401


def test_the_api_counts_with_the_pages_and_answers_in_json(client: FlaskClient, alice: Any) -> None:
    for _ in range(2):
        _try(client, "Alice")
    credentials = {"username": "alice", "password": "not the password"}
    first, second = (client.post("/api/v1/tokens", json=credentials, environ_base={"REMOTE_ADDR": HERE}) for _ in range(2))
    assert (first.status_code, second.status_code) == (401, 429)
    assert "try again" in second.json["message"]
    assert int(second.headers["Retry-After"]) > 0


def test_making_accounts_is_limited_and_mistakes_in_the_form_do_not_count(client: FlaskClient, alice: Any) -> None:
    def join(name: str, password: str = PASSWORD) -> Any:
        return client.post("/api/v1/users", json={"username": name, "password": password})

    assert [join("Dana", "short").status_code for _ in range(5)] == [422] * 5
    # Asking whose name is taken counts: else somebody would ask for all of them.
    assert [join(name).status_code for name in ("Dana", "Alice", "Erin")] == [201, 409, 429]
    assert client.post("/register", data={"name": "Erin", "password": PASSWORD}).status_code == 429


def test_the_password_that_confirms_something_is_counted_like_a_sign_in(alice: Any) -> None:
    answers = [alice.browser.post("/account/delete", data={"password": "guess"}).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]


def test_another_process_counts_on(app: Any, client: FlaskClient, alice: Any) -> None:
    other = create_app(
        TESTING=True, INSTANCE_PATH=app.config["INSTANCE_PATH"], SIGN_IN_TRIES=3, BACKGROUND_URL=NOBODY_LISTENS, WTF_CSRF_ENABLED=False
    )
    for _ in range(3):
        _try(client, "Alice")
    assert _try(other.test_client(), "Alice").status_code == 429
    with other.app_context():
        db.engine.dispose()


def test_tries_that_come_at_once_are_all_counted(app: Any, alice: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _try(app.test_client(), "Alice").status_code, range(8)))
    assert sorted(answers) == [401] * 3 + [429] * 5


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_jumps_locks_nobody_out_for_long(client: FlaskClient, alice: Any, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    for _ in range(4):
        _try(client, "Alice")
    now = time.time() + days * 86_400
    monkeypatch.setattr("time.time", lambda: now)
    wait = int(_try(client, "Alice").headers.get("Retry-After", 0))
    assert wait <= 300


def test_what_was_typed_as_a_name_is_not_kept(app: Any, client: FlaskClient) -> None:
    _try(client, "my secret password")
    with app.app_context():
        keys = db.session.scalars(select(Throttle.key)).all()
    assert len(keys) == 3
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hashes against which passwords were checked: what a sign-in costs."""
    hashes: list[str] = []

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            hashes.append(password_hash)
            return real.verify(password_hash, password)

        def check_needs_rehash(self, password_hash: str) -> bool:
            return real.check_needs_rehash(password_hash)

    real = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Counting())
    return hashes


def test_an_unknown_name_costs_as_much_time_as_a_known_one(client: FlaskClient, alice: Any, verified: list[str]) -> None:
    for name in ("Alice", "Nobody"):
        _try(client, name)
    known, unknown = (password_hash.split("$")[1:4] for password_hash in verified)
    assert known == unknown == ["argon2id", "v=19", "m=19456,t=2,p=1"]


def test_who_waits_costs_no_hashing(client: FlaskClient, alice: Any, verified: list[str]) -> None:
    for _ in range(20):
        _try(client, "Alice")
    assert len(verified) == 3


def test_a_forwarded_address_counts_only_behind_trusted_proxies(make_app: Callable[..., Any]) -> None:
    def tried(app: Any, forwarded: str) -> int:
        client = app.test_client()
        return client.post("/sign-in", data={"name": "x", "password": "y"}, headers={"X-Forwarded-For": forwarded}).status_code

    alone = make_app(SIGN_IN_TRIES_ADDRESS=2)
    assert [tried(alone, f"192.0.2.{number}") for number in range(3)] == [401, 401, 429]
    behind = make_app(SIGN_IN_TRIES_ADDRESS=2, TRUSTED_PROXIES=1)
    # What a visitor claims stands left of what the proxy saw.
    assert [tried(behind, f"192.0.2.{number}, 198.51.100.9") for number in range(3)] == [401, 401, 429]
    assert tried(behind, "198.51.100.10") == 401


def test_counts_that_are_over_are_forgotten(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        throttling.of_registration(HERE).take()
        later = time.time() + 2 * throttling.HOUR
        monkeypatch.setattr("time.time", lambda: later)
        throttling.of_registration(ELSEWHERE).take()
        assert len(db.session.scalars(select(Throttle)).all()) == 1
        throttling.of_registration(ELSEWHERE).take()
        with pytest.raises(TooManyTries):
            throttling.of_registration(ELSEWHERE).take()
