"""Two background APIs on one queue: either makes lists, and each engine hears of the ratings for which the other one made them."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests

from movie_recommender.services.signing import HEADER, sign

from .conftest import Api, Site

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("e2e large")]
TARGET = "/lists/explain"
RATED = [("Toy Story", 1995), ("Up", 2009), ("The Shining", 1980), ("Halloween", 1978), ("Alien", 1979)]


def test_either_makes_lists_and_each_hears_of_ratings_that_the_other_handled(large_site: Site) -> None:
    alice = Api(large_site, f"Alice of two engines {time.monotonic_ns()}")
    for title in RATED:
        alice.rate(alice.find(*title), 4)
    alice.list_when_current()
    film = alice.find("Chinatown", 1974)
    large_site.wait_until(lambda: all(_is_of_now(large_site, url) for url in large_site.background_urls))
    versions = [_engine(url)["version"] for url in large_site.background_urls]
    before = _ratings_known(large_site, 0, alice, film)
    assert _ratings_known(large_site, 1, alice, film) == before

    for resting, working in ((0, 1), (1, 0)):
        person = Api(large_site, f"Person {working} of two engines {time.monotonic_ns()}")
        with _at_rest(large_site.background_pid(resting)):
            for title in RATED:
                person.rate(person.find(*title), 5)
            person.rate(film, 5)
            assert person.list_when_current()["items"], "whoever works makes the list"
            before += 1
            assert _ratings_known(large_site, working, alice, film) == before
        deadline = time.monotonic() + 60
        while (known := _ratings_known(large_site, resting, alice, film)) != before:
            assert time.monotonic() < deadline, (known, before)
            time.sleep(0.2)
    assert [_engine(url)["version"] for url in large_site.background_urls] == versions, "none learned it by a fit instead"


@contextmanager
def _at_rest(process: int) -> Iterator[None]:
    """A process that holds its address and does nothing, as on a machine that hangs."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def _engine(url: str) -> Any:
    return requests.get(f"{url}/health", timeout=30).json()["engine"]


def _is_of_now(site: Site, url: str) -> bool:
    """Whether an engine's fit is of the catalogue and the community as they are: a deleted account before this test asks for a new one."""
    with psycopg.connect(site.database.replace("+psycopg", "")) as connection:
        revisions = dict(connection.execute("SELECT name, value FROM revisions").fetchall())
    engine = _engine(url)
    return engine["ready"] and engine["version"].split(".")[1:3] == [str(revisions.get(name, 0)) for name in ("catalogue", "community")]


def _ratings_known(site: Site, place: int, person: Api, film: int) -> int:
    """How many ratings of a film this background API's engine counts, as the receipt of its popularity says."""
    body = json.dumps({"user_id": person.id, "movie_id": film}).encode()
    headers = {HEADER: sign(site.key, "POST", TARGET, body), "Content-Type": "application/json"}
    answer = requests.post(site.background_urls[place] + TARGET, data=body, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    (popularity,) = [part for part in answer.json()["parts"] if part["signal"] == "popularity"]
    return sum(cause["count"] for cause in popularity["causes"])
