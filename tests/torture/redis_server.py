"""A Redis of our own that can be killed and comes back with nothing in it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import redis

from .stand import free_port, wait_for


class Redis:
    """On a free port of this machine; it keeps nothing on disk."""

    def __init__(self, folder: str) -> None:
        port = free_port()
        self._command = [
            shutil.which("redis-server") or "redis-server",
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
        ]
        self._client = redis.Redis(port=port)
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        self._server = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_for(self._answers, "Redis comes up", 30.0)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(self._client.ping())
        return False

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def restart(self) -> None:
        """`kill -9`, and start again."""
        self.kill()
        self.start()


@contextlib.contextmanager
def private_redis() -> Iterator[Redis]:
    """A running one, gone in the end."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = Redis(folder)
        try:
            server.start()
            yield server
        finally:
            server.kill()
