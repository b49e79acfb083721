"""The same queue on Redis and PostgreSQL, and the whole background API on PostgreSQL: each on a server of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from background_api import create_api
from background_api.queue import JUST_RATED, LAST, LATER, Lane
from movie_recommender import storage
from movie_recommender.services import dispatch, jobs, rating, reconcile
from movie_recommender.storage import db, writing

from .conftest import Process, fill_catalogue, is_current, wait_for

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("postgresql")]
KEY = "k" * 64


@pytest.fixture(params=["redis", "postgresql", "sqlite"])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/queue.sqlite3"
    return str(request.getfixturevalue("redis_url" if request.param == "redis" else "postgresql"))


@pytest.fixture
def lane(queue_url: str) -> Iterator[Callable[..., Lane]]:
    """Makes lanes on the queue under test."""
    made: list[Lane] = []

    def make(perform: Callable[[str], None], workers: int = 1, key: str = KEY) -> Lane:
        made.append(Lane("test", queue_url, key, perform, workers))
        return made[-1]

    yield make
    made[0].clear()
    for one in made:
        one.stop(5)


def test_who_just_rated_comes_first(lane: Callable[..., Lane]) -> None:
    performed: list[str] = []
    one = lane(performed.append)
    for name, priority in (("old engine", LAST), ("import", LATER), ("Alice", JUST_RATED), ("Bob", JUST_RATED)):
        one.send(name, priority)
    assert one.waiting() == 4
    one.start()
    wait_for(lambda: len(performed) == 4)
    assert performed == ["Alice", "Bob", "import", "old engine"]


def test_a_message_that_comes_while_nothing_is_to_do_is_taken(lane: Callable[..., Lane]) -> None:
    performed = threading.Event()
    one = lane(lambda job_id: performed.set())
    one.start()
    one.send("Alice", JUST_RATED)
    assert performed.wait(30)


def test_a_job_that_raises_does_not_end_the_worker(lane: Callable[..., Lane], caplog: pytest.LogCaptureFixture) -> None:
    performed: list[str] = []

    def perform(job_id: str) -> None:
        performed.append(job_id)
        if job_id == "poison":
            raise ArithmeticError(job_id)

    one = lane(perform)
    one.start()
    with caplog.at_level(logging.CRITICAL):
        one.send("poison", JUST_RATED)
        one.send("Alice", LATER)
        wait_for(lambda: performed == ["poison", "Alice"])


def test_a_message_that_somebody_else_signed_is_not_performed(lane: Callable[..., Lane]) -> None:
    performed: list[str] = []
    one = lane(performed.append)
    other = lane(performed.append, key="x" * 64)
    other.send("forged", JUST_RATED)
    one.send("Alice", LATER)
    one.start()
    wait_for(lambda: performed == ["Alice"])
    assert one.waiting() == 0


@pytest.fixture
def api(postgresql: str, settings: dict[str, Any]) -> Iterator[Flask]:
    """The small instance of the other tests, database and queue on PostgreSQL."""
    settings |= {"DATABASE_URL": postgresql, "QUEUE_URL": postgresql}
    api = create_api(TESTING=True, **settings)
    with api.app_context():
        storage.create_or_upgrade()
        fill_catalogue()
        yield api
        db.session.remove()
        db.engine.dispose()


def test_on_postgresql_lists_arrive_too(running: Flask, member: Callable[..., int]) -> None:
    alice, bob = member("Alice"), member("Bob", ratings=2)
    running.extensions["runtime"].submit("recompute", alice)
    wait_for(lambda: is_current(alice) and is_current(bob))


def test_on_postgresql_requests_join_and_leases_hold(api: Flask, member: Callable[..., int]) -> None:
    alice = member()
    first, _ = jobs.submit("recompute", alice)
    assert jobs.submit("recompute", alice)[0].id == first.id
    assert jobs.claim(first.id) is not None
    assert reconcile.lease_behind(10) == [alice]
    assert reconcile.lease_behind(10) == []


def test_on_postgresql_a_kill_loses_no_list(api: Flask, member: Callable[..., int], process: Callable[..., Process]) -> None:
    members = [member(f"Member {number}") for number in range(10)]
    killed = process()
    killed.wait_until_up()
    for user_id in members:
        dispatch.request_recompute(user_id).result()
    killed.kill()
    process()
    wait_for(lambda: all(is_current(user_id) for user_id in members))
    with writing() as session:
        rating.raise_version(session, members[0])
    wait_for(lambda: is_current(members[0]))
