"""Default deny: what a visitor may see is one list, and everything else sends him to the sign-in page."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from movie_recommender.web.access import PUBLIC_ENDPOINTS, TOKEN_BLUEPRINTS
from movie_recommender.web.answers import local_path


def _closed_rules(app: Any) -> list[Any]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC_ENDPOINTS and rule.endpoint.split(".")[0] not in TOKEN_BLUEPRINTS
    ]


def test_every_view_that_is_not_listed_asks_for_a_sign_in(app: Any, client: FlaskClient) -> None:
    rules = _closed_rules(app)
    assert len(rules) >= 12
    for rule in rules:
        url = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1), force_external=False)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(url, method=method)
            assert (answer.status_code, answer.location and answer.location.split("?")[0]) == (303, "/sign-in"), rule


def test_the_list_of_public_views_names_only_views_that_exist(app: Any) -> None:
    assert set(PUBLIC_ENDPOINTS) <= {rule.endpoint for rule in app.url_map.iter_rules()}


def test_a_script_without_a_session_is_told_so_in_json(client: FlaskClient) -> None:
    answer = client.post("/movies/1/rating", data={"stars": 4}, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "Sign in again" in answer.json["message"]


def test_after_signing_in_one_is_where_one_wanted_to_be(client: FlaskClient, alice: Any) -> None:
    door = client.get("/ratings?sort=title")
    assert door.location == "/sign-in?next=/ratings?sort%3Dtitle"
    answer = client.post(door.location, data={"name": "Alice", "password": "correct horse battery"})
    assert answer.location == "/ratings?sort=title"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "evil.example"]
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, alice: Any, elsewhere: str) -> None:
    assert local_path(elsewhere, "/home") == "/home"
    answer = client.post("/sign-in", data={"name": "alice", "password": "correct horse battery", "next": elsewhere})
    assert answer.location == "/"
