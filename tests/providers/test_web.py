"""A service is asked politely: it may be slow, busy, broken or unwilling."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from flask import Response

from movie_recommender.catalogue.providers import Failed, ProviderStopped, Wanted
from movie_recommender.catalogue.providers import web as web_module
from movie_recommender.catalogue.providers.web import Web, in_parallel


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def web(pauses: list[float]) -> Web:
    return Web("The service", "tests", per_second=1000, pause=pauses.append)


def test_it_waits_as_long_as_it_is_told(service: Any, web: Web, pauses: list[float]) -> None:
    turns = itertools.chain([Response(status=429, headers={"Retry-After": "7"})], itertools.repeat({"ok": True}))
    service.answer("/x", lambda: next(turns))
    assert web.json(service.url + "/x") == {"ok": True}
    assert 7.0 in pauses


def test_a_service_that_wants_a_long_pause_has_stopped_us(service: Any, web: Web) -> None:
    service.answer("/x", lambda: Response(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(ProviderStopped, match="3600 seconds"):
        web.json(service.url + "/x")
    assert len(service.asked) == 1


def test_a_broken_service_is_asked_a_few_times_and_then_left(service: Any, web: Web) -> None:
    service.answer("/x", lambda: Response(status=503))
    with pytest.raises(Failed, match="status 503"):
        web.json(service.url + "/x")
    assert len(service.asked) == web_module.ATTEMPTS


@pytest.mark.parametrize("status", [401, 403])
def test_no_means_no(service: Any, web: Web, status: int) -> None:
    service.answer("/x", lambda: Response(status=status))
    with pytest.raises(ProviderStopped, match=f"status {status}"):
        web.json(service.url + "/x", {"api_key": "secret"})
    assert len(service.asked) == 1


def test_nothing_there_is_no_error(service: Any, web: Web) -> None:
    assert web.json(service.url + "/nowhere") is None


@pytest.mark.parametrize("body", ["{", "<html>", "", "[" * 100_000])
def test_damaged_json_is_a_failure_of_this_film_only(service: Any, web: Web, body: str) -> None:
    service.answer("/x", lambda: body)
    with pytest.raises(Failed, match="damaged JSON"):
        web.json(service.url + "/x")


def test_a_slow_answer_and_a_dead_service_are_failures_without_the_key(service: Any, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    released = threading.Event()
    monkeypatch.setattr(web_module, "TIMEOUT", (0.5, 0.2))
    monkeypatch.setattr(web_module, "ATTEMPTS", 1)
    service.answer("/slow", lambda: (released.wait(5) and "") or "")
    for url in (service.url + "/slow", "http://127.0.0.1:9/x"):
        with pytest.raises(Failed) as failure:
            web.json(url, {"api_key": "secret"})
        assert "secret" not in str(failure.value)
    released.set()


def test_an_endless_answer_is_cut_off(service: Any, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "LARGEST", 1000)
    service.answer("/x", lambda: "x" * 100_000)
    with pytest.raises(Failed, match="more than"):
        web.get(service.url + "/x")


def test_in_parallel_one_failure_costs_one_film_and_a_stop_ends_all() -> None:
    films = [Wanted(number, f"Film {number}") for number in range(20)]

    def fetch(film: Wanted) -> None:
        if film.movie_id == 3:
            raise Failed("no")
        if film.movie_id == 15:
            raise ProviderStopped("enough")

    seen = []
    with pytest.raises(ProviderStopped):
        seen.extend(film.movie_id for film, _ in in_parallel(fetch, films, threads=1))
    seen = [(film.movie_id, isinstance(answer, Failed)) for film, answer in in_parallel(fetch, films[:15], threads=3)]
    assert sorted(seen) == [(number, number == 3) for number in range(15)]
