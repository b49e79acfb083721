"""Asking the background API: over a kept connection, and of several the first that can be reached."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from movie_recommender.errors import BackgroundUnavailable
from movie_recommender.services import dispatch

from ..conftest import NOBODY_LISTENS


class Listener:
    """An HTTP server that answers every request, and counts connections and requests."""

    def __init__(self, status: int = 200, port: int = 0) -> None:
        self.connections, self.signatures = 0, []  # type: int, list[str | None]
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                listener.connections += 1
                super().setup()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                listener.signatures.append(self.headers["X-Signature"])
                self.send_response(status)
                self.send_header("Content-Length", "10")
                self.end_headers()
                self.wfile.write(b'{"id":"j"}')

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def hint(make_app: Callable[..., Any], *urls: str, times: int = 1) -> list[str | None]:
    app = make_app(BACKGROUND_URL=",".join(urls))
    with app.app_context():
        return [dispatch.request_recompute(1).result() for _ in range(times)]


def test_hints_share_a_connection_and_no_signature_is_used_twice(make_app: Callable[..., Any]) -> None:
    listener = Listener()
    assert hint(make_app, listener.url, times=3) == ["j", "j", "j"]
    assert listener.connections == 1
    assert len(set(listener.signatures)) == 3
    listener.close()


def test_the_next_one_is_asked_when_the_first_is_away(make_app: Callable[..., Any]) -> None:
    listener = Listener()
    assert hint(make_app, NOBODY_LISTENS, listener.url) == ["j"]
    listener.close()


def test_an_error_is_not_taken_for_an_answer(make_app: Callable[..., Any]) -> None:
    listener = Listener(status=500)
    assert hint(make_app, listener.url) == [None]
    with make_app(BACKGROUND_URL=listener.url).app_context(), pytest.raises(BackgroundUnavailable, match="status 500"):
        dispatch.call("POST", "/jobs", {})
    listener.close()


def test_a_hint_that_nobody_takes_is_no_error(make_app: Callable[..., Any]) -> None:
    assert hint(make_app, NOBODY_LISTENS) == [None]
