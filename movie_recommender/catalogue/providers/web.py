"""Asking a web service politely: one pace for all threads, patience when it says "later", an end when it says "no"."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import requests

from .answers import Answer, Failed, ProviderStopped, Wanted

log = logging.getLogger(__name__)
TIMEOUT = (5.0, 20.0)  # seconds to connect, between two pieces of the answer
LARGEST = 5 * 1024**2  # bytes of one answer
ATTEMPTS = 4
LONGEST_PAUSE = 60.0  # seconds; a service that wants a longer one has stopped us


class Web:
    """One service. Safe to use from several threads.

    Args:
        name: For messages; the address is never in them, because it may hold a key.
        agent: Who asks, and how to reach him.
        per_second: The most requests a second.
        walls: Status codes with which the service says that it does not want us.
        pause: Waits; tests put their own clock in.
    """

    def __init__(
        self, name: str, agent: str, per_second: float, walls: tuple[int, ...] = (401, 403), pause: Callable[[float], object] = time.sleep
    ) -> None:
        self.name = name
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": agent, "Accept-Encoding": "gzip"})
        self._gap = 1 / per_second
        self._walls = walls
        self._pause = pause
        self._lock = threading.Lock()
        self._next = 0.0

    def json(self, url: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Any:
        """The JSON at an address; None when there is nothing (404).

        Raises:
            Failed: No answer, or one that is no JSON, after several attempts.
            ProviderStopped: The service does not want us.
        """
        data = self.get(url, params, headers)
        if data is None:
            return None
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Failed(f"{self.name} answered with damaged JSON.") from error

    def get(self, url: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> bytes | None:
        """What is at an address; raises as `json` does."""
        problem = ""
        for attempt in range(ATTEMPTS):
            self._take_turn()
            try:
                with self._session.get(url, params=params, headers=headers, timeout=TIMEOUT, stream=True) as answer:
                    if answer.status_code in self._walls:
                        raise ProviderStopped(
                            f"{self.name} refuses (status {answer.status_code}). Is its key right? Nothing more is asked of it."
                        )
                    if answer.status_code == 404:
                        return None
                    if answer.status_code == 200:
                        return self._content(answer)
                    problem, after = f"status {answer.status_code}", answer.headers.get("Retry-After", "")
                    if answer.status_code != 429 and answer.status_code < 500:
                        break
            except requests.RequestException as error:
                problem, after = type(error).__name__, ""
            if attempt < ATTEMPTS - 1:
                self._wait(after, attempt)
        raise Failed(f"{self.name} did not answer as it should ({problem}).")

    def _content(self, answer: requests.Response) -> bytes:
        data = bytearray()
        for piece in answer.iter_content(65536):
            data += piece
            if len(data) > LARGEST:
                raise Failed(f"{self.name} answered with more than {LARGEST // 1024**2} MB.")
        return bytes(data)

    def _take_turn(self) -> None:
        with self._lock:
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._gap
        if mine > now:
            self._pause(mine - now)

    def _wait(self, after: str, attempt: int) -> None:
        seconds = float(after) if after.isascii() and after.isdigit() else 2.0**attempt
        if seconds > LONGEST_PAUSE:
            raise ProviderStopped(f"{self.name} asks for a pause of {seconds:.0f} seconds. Try again later.")
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
        self._pause(seconds)


def in_parallel(
    fetch: Callable[[Wanted], Answer | None], wanted: Sequence[Wanted], threads: int
) -> Iterator[tuple[Wanted, Answer | Failed | None]]:
    """Ask about many films with a few threads; answers come as they are ready.

    Raises:
        ProviderStopped: As soon as one of the questions met it.
    """
    left = iter(wanted)
    with ThreadPoolExecutor(threads) as pool:
        running: dict[Future[Answer | None], Wanted] = {}
        try:
            while True:
                # No more is begun than can run: whoever stops the loop leaves nothing behind.
                while len(running) < threads and (film := next(left, None)) is not None:
                    running[pool.submit(fetch, film)] = film
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    film = running.pop(future)
                    try:
                        yield film, future.result()
                    except Failed as error:
                        yield film, error
        finally:
            for future in running:
                future.cancel()
