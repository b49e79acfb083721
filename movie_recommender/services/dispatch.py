"""The website's side of the background API: a hint that a list is behind, never a promise.

The promise is in the database (`user_states`), so a send that fails or is slow costs the reader nothing.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import urllib3
from flask import Flask, current_app

from ..errors import BackgroundUnavailable
from .signing import HEADER, sign

log = logging.getLogger(__name__)
HINT_TIMEOUT = (0.3, 0.5)  # seconds to connect, to answer
CALL_TIMEOUT = (2.0, 30.0)
# Connections are kept: a new one and what `requests` does around it cost a hint 3 ms. One pool a process, for all threads.
_senders = ThreadPoolExecutor(2, "hint")
_pool = urllib3.PoolManager(num_pools=8, maxsize=8, retries=False)


def request_recompute(user_id: int) -> Future[str | None]:
    """Ask for a new list, beside the caller, whom it keeps waiting in nothing.

    Returns:
        What becomes the job's id, or None when the background API could not be reached.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _senders.submit(_hint, app, user_id)


def _hint(app: Flask, user_id: int) -> str | None:
    with app.app_context():
        try:
            return str(call("POST", "/jobs", {"kind": "recompute", "user_id": user_id}, timeout=HINT_TIMEOUT)["id"])
        except BackgroundUnavailable as error:
            log.warning("The list of user %s waits for the reconciler: %s", user_id, error)
            return None


def call(method: str, target: str, body: dict[str, Any] | None = None, timeout: tuple[float, float] = CALL_TIMEOUT) -> dict[str, Any]:
    """One signed request to the background API, or to the first of several that can be reached; returns its JSON.

    Raises:
        BackgroundUnavailable: None can be reached, or the one that was answers with an error.
    """
    data = json.dumps(body).encode() if body is not None else b""
    reason, answered = "", 0
    for url in current_app.config["BACKGROUND_URL"].split(","):
        try:
            answer = _send(method, url, target, data, timeout)
            if answer.status < 400:
                return dict(answer.json())
            answered = answer.status
            reason = f"status {answer.status}: {answer.data[:200].decode(errors='replace')}"
            break
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            reason = f"{url}: {error}"
    failure = BackgroundUnavailable(f"The background API does not answer as it should: {reason}")
    failure.answered = answered
    raise failure


def _send(method: str, url: str, target: str, data: bytes, timeout: tuple[float, float]) -> urllib3.BaseHTTPResponse:
    def send() -> urllib3.BaseHTTPResponse:
        # Signed anew each time: a signature is taken once.
        headers = {HEADER: sign(current_app.config["BACKGROUND_KEY"], method, target, data), "Content-Type": "application/json"}
        limits = urllib3.Timeout(connect=timeout[0], read=timeout[1])
        return _pool.request(method, url + target, body=data, headers=headers, timeout=limits, redirect=False)

    try:
        return send()
    except urllib3.exceptions.ProtocolError:
        return send()  # the kept connection was closed from the other side, as by a restart
