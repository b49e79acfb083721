"""Whose list is made first."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from background_api.queue import LATER, Lane

from .conftest import wait_for


def test_who_rates_keeps_his_turn_though_the_reconciler_saw_him_before_his_hint_came(api: Flask, member: Callable[..., int]) -> None:
    runtime, performed = api.extensions["runtime"], list[str]()
    lane = Lane("lists", api.config["QUEUE_URL"], api.config["BACKGROUND_KEY"], performed.append, 1)
    runtime._lane_of = {"recompute": lane}
    alice, bob, charlie = member("Alice"), member("Bob"), member("Charlie")
    of_alice = runtime.submit("recompute", alice, LATER).id
    of_bob = runtime.submit("recompute", bob).id
    assert runtime.submit("recompute", alice).id == of_alice
    of_charlie = runtime.submit("recompute", charlie).id
    lane.start()
    try:
        wait_for(lambda: {of_alice, of_bob, of_charlie} <= set(performed))
        assert performed[:3] == [of_bob, of_alice, of_charlie]
    finally:
        lane.stop(5)
