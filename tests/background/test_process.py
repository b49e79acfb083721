"""The background API as a process: killed, stopped, started twice."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from movie_recommender.services import dispatch
from movie_recommender.storage import db
from movie_recommender.storage.models import Job, RecommendationList

from .conftest import Process, is_current, wait_for

Member = Callable[..., int]
Start = Callable[..., Process]
KILLS = 4


def test_a_kill_between_the_rating_and_the_list_only_delays_it(api: Flask, member: Member, process: Start) -> None:
    first = process()
    first.wait_until_up()
    alice = member()
    dispatch.request_recompute(alice).result()
    first.kill()
    process()
    wait_for(lambda: is_current(alice))
    assert db.session.scalar(select(RecommendationList.version)) == 5


def test_many_kills_lose_no_list(api: Flask, member: Member, process: Start) -> None:
    """In turn before the engine is ready, and in the middle of the lists. A kill is no failure of a job."""
    members = [member(f"Member {number}") for number in range(40)]
    for number in range(KILLS):
        killed = process(MAX_ATTEMPTS="2")
        killed.wait_until_up()
        share = members[number::KILLS]
        for user_id in share:
            dispatch.request_recompute(user_id).result()
        if number % 2:
            wait_for(lambda share=share: any(map(is_current, share)))
        killed.kill()
    process()
    for user_id in members:
        wait_for(lambda user_id=user_id: is_current(user_id))
    states = set(db.session.scalars(select(Job.state)))
    assert "running" not in states
    assert "dead" not in states


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_orderly(api: Flask, process: Start, number: signal.Signals) -> None:
    running = process()
    running.wait_until_up()
    running.popen.send_signal(number)
    output, _ = running.popen.communicate(timeout=60)
    assert running.popen.returncode == 0
    assert "The background API has stopped." in output
    assert "Traceback" not in output


def test_a_second_one_on_the_same_instance_refuses(api: Flask, process: Start) -> None:
    first = process()
    first.wait_until_up()
    second = process()
    output, _ = second.popen.communicate(timeout=60)
    assert second.popen.returncode == 1
    assert "is running already" in output
    assert requests.get(f"{first.url}/health", timeout=5).ok


def test_without_a_database_it_says_what_to_do(tmp_path: Path, settings: dict[str, str], process: Start) -> None:
    one = process()
    output, _ = one.popen.communicate(timeout=60)
    assert one.popen.returncode == 1
    assert "flask initdb" in output
    assert "Traceback" not in output


def test_weights_that_cannot_be_read_stop_the_start(api: Flask, settings: dict[str, str], process: Start) -> None:
    Path(settings["INSTANCE_PATH"], "weights.json").write_text("{}")
    one = process()
    output, _ = one.popen.communicate(timeout=60)
    assert one.popen.returncode == 1
    assert "flask tune" in output


def test_it_starts_and_makes_lists_without_torch(api: Flask, member: Member, process: Start) -> None:
    alice = member()
    running = process()
    wait_for(lambda: is_current(alice))
    loaded = Path(f"/proc/{running.popen.pid}/maps").read_text()
    assert "llvmlite" in loaded, "what a process has loaded is told here"
    assert "torch" not in loaded


def test_a_damaged_queue_is_put_aside_and_loses_nothing(api: Flask, settings: dict[str, str], member: Member, process: Start) -> None:
    Path(settings["INSTANCE_PATH"], "queue.sqlite3").write_bytes(b"not a database at all" * 1000)
    alice = member()
    process()
    wait_for(lambda: is_current(alice))


def test_it_logs_to_a_file_of_its_own(api: Flask, settings: dict[str, str], process: Start) -> None:
    one = process()
    one.wait_until_up()
    one.terminate()
    assert "serves http://127.0.0.1" in Path(settings["INSTANCE_PATH"], "logs", "background.log").read_text()
