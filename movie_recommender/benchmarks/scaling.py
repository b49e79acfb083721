"""Stage 2 of docs/scaling.md as it runs: PostgreSQL, a queue on a server, two website workers, one background API and then two.

    python -m movie_recommender.benchmarks.scaling SIZE POSTGRESQL_URL QUEUE_URL CHROMA_URL

On the PostgreSQL server a database is made for the synthetic world of this size, and dropped afterwards. The queue is in it where
its URL is "", and Chroma in each background API's folder. Each person rates, waits for the list and looks at it, as in `latency`; in the
end all rate without looking, which says how many lists a second the stage makes. Everything shares this machine, the people too.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy
from flask import current_app

from movie_recommender import supervisor

from . import instances
from .child import ended_in_order
from .crowd import members, signed_in
from .latency import ROUNDS, WARM, Latency, measured
from .machine import busy_seconds, postgresql
from .processes import opened, running, wait_until_idle

WEBSITES, BACKGROUNDS, PEOPLE = 2, (1, 2), (1, 8, 32)


@dataclass(frozen=True)
class Row:
    """With so many background APIs: what people met, of each process its share, and CPU milliseconds a rating of the whole machine.

    Of `met.cpu` and `met.memory` the first `WEBSITES` are the website's workers'.
    """

    backgrounds: int
    looking: bool
    met: Latency
    machine_cpu: float


def measure(
    world: str, database: str, queue: str = "", chroma: str = "", people: Sequence[int] = PEOPLE, rounds: int = ROUNDS
) -> dict[str, Any]:
    """The servers that were used, and the rows.

    Raises:
        MovieRecommenderError: The product does not come up, or does not answer as it should.
        sqlalchemy.exc.SQLAlchemyError: No database can be made there.
    """
    with ended_in_order(), _new_database(database) as own, tempfile.TemporaryDirectory() as folder:
        changed: dict[str, Any] = {"DATABASE_URL": own, "QUEUE_URL": queue or own, "CHROMA_URL": chroma}
        instance, rows = Path(folder), []
        instances.make(world, instance, **changed)
        with opened(instance, **changed):
            films, made = members(max(people))
            with running(instance, **changed):
                wait_until_idle()  # plots are encoded, once for all; what is measured has no encoder in memory
            for backgrounds in BACKGROUNDS:
                with running(instance, WEBSITES, backgrounds, **changed) as (port, processes):
                    for url in current_app.config["BACKGROUND_URL"].split(","):
                        supervisor.wait_for_engine(f"{url}/health", threading.Event())
                    crowd = signed_in(port, films, made)
                    wait_until_idle()
                    for n, looking in [*((n, True) for n in people), (max(people), False)]:
                        before = busy_seconds()
                        met = measured(crowd[:n], rounds, processes, looking)
                        rows.append(Row(backgrounds, looking, met, (busy_seconds() - before) / (n * (WARM + rounds)) * 1e3))
        return {"servers": _servers(own, queue, chroma), "rows": [asdict(row) for row in rows]}


@contextmanager
def _new_database(url: str) -> Iterator[str]:
    """A database of its own on that server, which is dropped in the end."""
    server, name = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"), f"bench_{time.time_ns()}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        engine.dispose()


def _servers(database: str, queue: str, chroma: str) -> str:
    queued = "the queue on " + (queue.split(":")[0].capitalize() if queue else "PostgreSQL")
    return f"{postgresql(database)}; {queued}; {'a Chroma server' if chroma else 'Chroma in the background APIs'}"


if __name__ == "__main__":
    size, database_url, queue_url, chroma_url = sys.argv[1:]
    json.dump(measure(size, database_url, queue_url, chroma_url), sys.stdout)
