"""Local servers that answer like the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server


class Service:
    """A web service under our control: `routes` are its answers, `asked` what it was asked."""

    def __init__(self) -> None:
        self.app = Flask("service")
        self.asked: list[str] = []
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, rule: str, view: Callable[..., Any]) -> None:
        def remember(**arguments: Any) -> Any:
            from flask import request

            self.asked.append(request.full_path.rstrip("?"))
            return view(**arguments)

        self.app.add_url_rule(rule, endpoint=rule, view_func=remember)


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    yield service
    service.server.shutdown()
    thread.join()
