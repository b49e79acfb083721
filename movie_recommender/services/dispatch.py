"""The website's side of the background API: a hint that a list is behind, never a promise.

The promise is in the database (`user_states`), so a send that fails or is slow costs the reader nothing.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import requests
from flask import current_app

from ..errors import BackgroundUnavailable
from .signing import HEADER, sign

log = logging.getLogger(__name__)
HINT_TIMEOUT = (0.3, 0.5)  # seconds to connect, to answer
CALL_TIMEOUT = (2.0, 30.0)


def request_recompute(user_id: int) -> str | None:
    """Ask for a new list; returns the job's id, or None when the background API could not be reached."""
    try:
        return str(call("POST", "/jobs", {"kind": "recompute", "user_id": user_id}, timeout=HINT_TIMEOUT)["id"])
    except BackgroundUnavailable as error:
        log.warning("The list of user %s waits for the reconciler: %s", user_id, error)
        return None


def call(method: str, target: str, body: dict[str, Any] | None = None, timeout: tuple[float, float] = CALL_TIMEOUT) -> dict[str, Any]:
    """One signed request to the background API; returns its JSON.

    Raises:
        BackgroundUnavailable: It does not answer, or answers with an error.
    """
    data = json.dumps(body).encode() if body is not None else b""
    headers = {HEADER: sign(current_app.config["BACKGROUND_KEY"], method, target, data), "Content-Type": "application/json"}
    try:
        answer = requests.request(method, current_app.config["BACKGROUND_URL"] + target, data=data, headers=headers, timeout=timeout)
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError) as error:
        raise BackgroundUnavailable(f"The background API does not answer as it should: {error}") from error
