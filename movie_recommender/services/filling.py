"""`flask fillchroma`: by the background API when it runs, else here; never two processes at one index."""

from __future__ import annotations

import time
from typing import Any

from flask import current_app

from ..errors import BackgroundUnavailable, JobFailed
from .dispatch import call
from .plots import Filled, Plots, Report

LOOK_SECONDS = 0.3


def fill(rebuild: bool, report: Report) -> Filled:
    """Bring vectors and index up to date; see `Plots.fill` for what it raises.

    Raises:
        JobFailed: The background API tried and could not; the message says why.
        BackgroundUnavailable: The background API went away meanwhile. What is encoded is kept.
    """
    if _is_up():
        return _by_background_api(rebuild, report)
    plots = Plots(current_app.config)
    try:
        return plots.fill(report, rebuild)
    finally:
        plots.close()


def _is_up() -> bool:
    try:
        return bool(call("GET", "/health")["ok"])
    except BackgroundUnavailable:
        return False


def _by_background_api(rebuild: bool, report: Report) -> Filled:
    job = call("POST", "/jobs", {"kind": "fillchroma", "rebuild": rebuild})
    while job["state"] in ("queued", "running"):
        time.sleep(LOOK_SECONDS)
        job = call("GET", f"/jobs/{job['id']}")
        report(job["progress"]["done"], job["progress"]["total"])
        if job["state"] == "queued" and job["error"]:
            raise JobFailed(f"The background API could not fill the plot index; it tries again by itself. {job['error']}")
    if job["state"] != "done":
        raise JobFailed(f"The background API could not fill the plot index. {job['error']}")
    health: dict[str, Any] = call("GET", "/health")
    encoded = int(job["progress"]["total"])
    return Filled(encoded, int(health["plots"]["count"]), built=rebuild or encoded > 0)
