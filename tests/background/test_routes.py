"""The background API's doors."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from movie_recommender.storage import db

from .conftest import signed, wait_for

Member = Callable[..., int]


@pytest.fixture
def client(running: Flask) -> FlaskClient:
    return running.test_client()


@pytest.fixture
def call(running: Flask, client: FlaskClient) -> Callable[..., TestResponse]:
    def make(method: str, target: str, body: object = None) -> TestResponse:
        db.session.rollback()  # a request sees what the threads have written meanwhile
        data = json.dumps(body).encode() if body is not None else b""
        return client.open(target, method=method, data=data, headers=signed(running, method, target, data))

    return make


Call = Callable[..., TestResponse]


def test_a_job_is_taken_done_and_can_be_looked_at(call: Call, member: Member) -> None:
    alice = member()
    taken = call("POST", "/jobs", {"kind": "recompute", "user_id": alice})
    assert taken.status_code == 202
    assert taken.json is not None
    assert (taken.json["kind"], taken.json["user_id"]) == ("recompute", alice)
    target = f"/jobs/{taken.json['id']}"
    wait_for(lambda: (call("GET", target).json or {})["state"] == "done")
    done = call("GET", target).json or {}
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]
    assert (done["attempts"], done["error"]) == (1, None)


def test_jobs_are_listed_newest_first(call: Call, member: Member) -> None:
    for name in ("Alice", "Bob"):
        call("POST", "/jobs", {"kind": "recompute", "user_id": member(name)})
    listed = (call("GET", "/jobs?limit=2").json or {})["jobs"]
    assert len(listed) == 2
    assert listed[0]["created_at"] >= listed[1]["created_at"]


def test_jobs_are_listed_by_state(call: Call) -> None:
    assert (call("GET", "/jobs?state=dead").json or {})["jobs"] == []


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        ({"kind": "recompute", "user_id": 99}, 404, "no member 99"),
        ({"kind": "recompute"}, 422, "user_id"),
        ({"kind": "refit", "user_id": 1}, 422, "user_id"),
        ({"kind": "dance"}, 422, "kind"),
        ({"kind": "recompute", "user_id": "1; DROP TABLE"}, 422, "user_id"),
        ({}, 422, "kind"),
        ([], 422, "Invalid input type"),
    ],
)
def test_a_wrong_job_is_answered_with_what_is_wrong(call: Call, body: object, status: int, part: str) -> None:
    answer = call("POST", "/jobs", body)
    assert answer.status_code == status
    assert part in answer.get_data(as_text=True)


def test_an_unknown_job_and_an_unknown_page_are_not_found(call: Call) -> None:
    assert call("GET", "/jobs/nothing").status_code == 404
    assert call("GET", "/nothing").status_code == 404


@pytest.mark.parametrize("target", ["/jobs", "/jobs/1", "/openapi.json", "/nothing"])
def test_without_a_signature_nothing_is_said(client: FlaskClient, target: str) -> None:
    assert client.get(target).status_code == 401


def test_a_signature_holds_for_one_request_only(running: Flask, client: FlaskClient) -> None:
    headers = signed(running, "GET", "/jobs")
    assert client.get("/jobs", headers=headers).status_code == 200
    assert client.get("/jobs", headers=headers).status_code == 401
    assert client.get("/jobs?state=done", headers=signed(running, "GET", "/jobs")).status_code == 401


def test_health_needs_no_signature(running: Flask, client: FlaskClient) -> None:
    wait_for(running.extensions["runtime"].engine.ready.is_set)
    health = client.get("/health").json or {}
    assert health["ok"] is True
    assert (health["engine"]["movies"], health["engine"]["ratings"]) == (40, 240)
    assert (health["behind"], health["queue"]) == (0, 0)


def test_the_openapi_document_lists_the_doors(call: Call) -> None:
    assert {"/jobs", "/jobs/{job_id}", "/health"} <= set((call("GET", "/openapi.json").json or {})["paths"])


def test_a_preview_is_computed_at_once_and_needs_a_signature(call: Call, client: FlaskClient, member: Member) -> None:
    alice = member()
    wait_for(lambda: (call("GET", "/health").json or {})["engine"]["ready"])
    answer = call("POST", "/lists/preview", {"user_id": alice, "steering": {"new": 100}, "n": 5})
    assert answer.status_code == 200
    assert answer.json is not None
    assert len(answer.json["before"]) == len(answer.json["after"]) == 5
    assert call("POST", "/lists/preview", {"user_id": alice, "steering": {"new": 1000}}).status_code == 422
    assert client.post("/lists/preview", json={"user_id": alice, "steering": {}}).status_code == 401


@pytest.mark.parametrize("body", ['{"user_id": ' + "9" * 5000 + "}", "[" * 50_000, "{", "\udcff"])
def test_a_body_that_cannot_be_read_is_refused(api: Flask, body: str) -> None:
    data = body.encode("utf-8", "surrogateescape")
    answer = api.test_client().post("/jobs", data=data, headers=signed(api, "POST", "/jobs", data))
    assert answer.status_code == 400
    assert answer.json


@pytest.mark.parametrize("what", ["taste", "neighbours"])
def test_a_person_of_a_number_that_no_database_keeps_is_not_found(api: Flask, what: str) -> None:
    target = f"/people/{'9' * 26}/{what}"
    assert api.test_client().get(target, headers=signed(api, "GET", target)).status_code == 404
