"""What the website's requests cost, beside a bare Flask hello on the same server in the same run.

    python -m movie_recommender.benchmarks.website INSTANCE

One gunicorn process each, asked one request after another over a kept connection as browsers do (compressed); CPU of the whole
process, the server's work included, the best of some rounds. The instance may be thrown away: a member is added to it.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from movie_recommender.errors import MovieRecommenderError

from .crowd import Person, product
from .processes import START_SECONDS, children, cpu_seconds, free_port, memory

ROUNDS, REQUESTS = 5, 2_000
ROUND_SECONDS = 2.0  # after which a round has no further requests


@dataclass(frozen=True)
class Cost:
    """A request: CPU milliseconds of the process, how many times a bare hello that is, milliseconds elapsed, bytes of the answer.

    `per_second` were answered in the best round over one connection, one after the other.
    """

    name: str
    cpu_ms: float
    times_hello: float
    elapsed_ms: float
    per_second: float
    size: int


@dataclass(frozen=True)
class Website:
    """All requests, the first of them the hello, and the memory of the process, in bytes."""

    costs: list[Cost]
    memory: int


def measure(instance: Path, requests: int = REQUESTS) -> Website:
    """Start the product and the hello, and ask.

    Raises:
        MovieRecommenderError: One of them does not come up, or does not answer as it should.
    """
    with product(instance, 1) as ((person,), _, (web, _)), _hello() as (ask_hello, hello):
        asked: dict[str, Callable[[], bytes]] = {
            "recommendations page, unchanged": lambda: person.ask("GET", "/recommendations"),
            "recommendations page, made anew": _always_another(person),
            "is there a newer list?": lambda: person.ask("GET", "/recommendations/status", accept="application/json"),
            "page of a film": lambda: person.ask("GET", f"/movies/{person.films[0]}"),
            "search": lambda: person.ask("GET", "/search?q=the"),
        }
        bare = _cost("a bare Flask hello", ask_hello, hello, requests, None)
        costs = [_cost(name, ask, web, requests, bare) for name, ask in asked.items()]
        return Website([bare, *costs], memory(web))


def _always_another(person: Person) -> Callable[[], bytes]:
    """The page at an address that it was never asked for at, so that none is kept."""
    numbers = iter(range(1, 10**9))
    return lambda: person.ask("GET", f"/recommendations?made={next(numbers)}")


def _cost(name: str, ask: Callable[[], bytes], process: int, requests: int, hello: Cost | None) -> Cost:
    size = len(ask())
    best_cpu, best_elapsed, most = float("inf"), float("inf"), 0.0
    for _ in range(ROUNDS):
        begin, before = time.perf_counter(), cpu_seconds(process)
        asked = 0
        while asked < requests and time.perf_counter() - begin < ROUND_SECONDS:
            ask()
            asked += 1
        best_cpu = min(best_cpu, (cpu_seconds(process) - before) / asked * 1e3)
        elapsed = time.perf_counter() - begin
        best_elapsed, most = min(best_elapsed, elapsed / asked * 1e3), max(most, asked / elapsed)
    return Cost(name, best_cpu, best_cpu / hello.cpu_ms if hello else 1.0, best_elapsed, most, size)


@contextmanager
def _hello() -> Iterator[tuple[Callable[[], bytes], int]]:
    """The hello on gunicorn, as the website is served: how to ask it, and its process id."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "movie_recommender.benchmarks.hello:app", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "1", "--threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        connection = _connected(port)

        def ask() -> bytes:
            connection.request("GET", "/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
            return connection.getresponse().read()

        ask()
        yield ask, children(process.pid)[0]
    finally:
        process.terminate()
        process.wait()


def _connected(port: int) -> http.client.HTTPConnection:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.connect()
            return connection
        except OSError:
            time.sleep(0.1)
    raise MovieRecommenderError("The bare hello did not come up.")


if __name__ == "__main__":
    json.dump(asdict(measure(Path(sys.argv[1]))), sys.stdout, indent=1)
