"""Jobs that fail: another attempt, each time later, and in the end set aside."""

from __future__ import annotations

import time
from typing import Any

import pytest

from movie_recommender.services import jobs


def _fail(job_id: str) -> str:
    assert jobs.claim(job_id)
    return jobs.fail(job_id, "No room.", max_attempts=3)


def test_a_job_that_fails_waits_longer_each_time_and_is_then_set_aside(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        job, _ = jobs.submit("reindex")
        start = time.time()
        for pause in (2.0, 4.0):
            assert _fail(job.id) == "queued"
            now = start + pause
            monkeypatch.setattr("time.time", lambda now=now: now - 1)
            assert jobs.unheard(0.0, 10) == []
            monkeypatch.setattr("time.time", lambda now=now: now + 1)
            assert [late.id for late in jobs.unheard(0.0, 10)] == [job.id]
            start = now + 1
        assert _fail(job.id) == "dead"
        assert (jobs.get(job.id).error, jobs.get(job.id).attempts) == ("No room.", 3)
        jobs.retry(job.id)
        assert _fail(job.id) == "queued"


def test_a_clock_that_was_set_back_does_not_put_a_job_off(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        job, _ = jobs.submit("reindex")
        _fail(job.id)
        yesterday = time.time() - 86_400
        monkeypatch.setattr("time.time", lambda: yesterday)
        assert [late.id for late in jobs.unheard(0.0, 10)] == [job.id]


def test_a_job_that_fails_while_one_like_it_waits_leaves_the_work_to_that_one(app: Any) -> None:
    with app.app_context():
        job, _ = jobs.submit("reindex")
        jobs.claim(job.id)
        other, is_new = jobs.submit("reindex")
        assert is_new
        assert jobs.fail(job.id, "No room.", 3) == "failed"
        assert jobs.get(other.id).state == "queued"


def test_who_was_running_when_the_process_was_killed_stands_last(app: Any) -> None:
    """Twelve starts, each killed with the first two jobs running: eight wait, and nobody of them is at his fifth attempt."""
    with app.app_context():
        waiting = {jobs.submit("reindex", subject)[0].id for subject in range(8)}
        for _start in range(12):
            for killed in jobs.cut_off(0.0):
                jobs.put_back(killed, max_attempts=5)
            for job in jobs.unheard(0.0, 100)[:2]:
                assert jobs.claim(job.id)
        assert {job.id: job.state for job in jobs.latest("dead")} == {}
        assert {job.id for job in jobs.latest() if job.state in ("queued", "running")} == waiting


@pytest.mark.parametrize(("kind", "pause"), [("recompute", jobs.PERSONS_PAUSE), ("atlas", jobs.LONGEST_PAUSE)])
def test_a_job_that_is_killed_again_and_again_waits_longer_and_is_given_up_late(
    app: Any, alice: Any, monkeypatch: pytest.MonkeyPatch, kind: str, pause: float
) -> None:
    clock = time.time()
    monkeypatch.setattr("time.time", lambda: clock)
    with app.app_context():
        job, _ = jobs.submit(kind, alice.id if kind == "recompute" else 0)
        for attempt in range(1, 11):
            assert jobs.claim(job.id)
            jobs.put_back(job.id, max_attempts=5)
            if attempt < 10:
                expected = [] if attempt >= 5 else [job.id]
                assert [late.id for late in jobs.unheard(0.0, 10)] == expected
                clock += pause
                assert [late.id for late in jobs.unheard(0.0, 10)] == [job.id]
        assert (jobs.get(job.id).state, jobs.get(job.id).error) == ("dead", jobs.CUT_OFF)
