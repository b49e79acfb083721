"""From a rating to the fresh list, over HTTP through both processes, asked for as the page's script asks.

    python -m movie_recommender.benchmarks.latency INSTANCE [PEOPLE ...]

The instance is a folder that may be thrown away: members are added to it and rate. Each of them rates a film, asks until
the newer list is there, takes it, and looks at it for a second; what the browser needs to draw it is not in the figures.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .crowd import Person, at_once, product
from .processes import cpu_seconds, memory

ROUNDS, WARM = 30, 3  # ratings of each person that count, and those before


@dataclass(frozen=True)
class Latency:
    """So many people at once: milliseconds from the click to the list, and to the answer that it is saved; lists a second.

    `late` counts the lists that did not come in `LONGEST` seconds. `cpu` are milliseconds of each process a rating, and `memory` its
    bytes afterwards.
    """

    people: int
    ratings: int
    p50: float
    p95: float
    worst: float
    saved_p50: float
    late: int
    per_second: float
    cpu: list[float]
    memory: list[int]


def measure(instance: Path, people: Sequence[int], rounds: int = ROUNDS) -> list[Latency]:
    """Start the product on the instance, let people rate, and stop it; of each the website comes first.

    Raises:
        MovieRecommenderError: It does not come up, or does not answer as it should.
    """
    with product(instance, max(people)) as (crowd, _, processes):
        return [measured(crowd[:n], rounds, processes) for n in people]


def measured(crowd: Sequence[Person], rounds: int, processes: Sequence[int], looking: bool = True) -> Latency:
    """Everybody rates, so many times; without looking the next rating follows as soon as the list is there.

    Raises:
        MovieRecommenderError: Somebody could not go on.
    """
    figures: list[tuple[float, float]] = []

    def live(person: Person) -> None:
        for number in range(WARM + rounds):
            if looking:
                person.look()
            seconds = person.rate()
            if number >= WARM:
                figures.append(seconds)

    before, began = [cpu_seconds(pid) for pid in processes], time.monotonic()
    at_once(crowd, live)
    ratings, elapsed = len(crowd) * (WARM + rounds), time.monotonic() - began
    cpu = [(cpu_seconds(pid) - then) / ratings * 1e3 for pid, then in zip(processes, before, strict=True)]
    shown, saved = np.array(figures).T * 1e3
    p50, p95, worst = (float(np.percentile(shown, q, method="higher")) for q in (50, 95, 100))
    late = int(np.isinf(shown).sum())
    return Latency(
        len(crowd), len(figures), p50, p95, worst, float(np.median(saved)), late, (ratings - late) / elapsed, cpu,
        [memory(pid) for pid in processes],
    )  # fmt: skip


if __name__ == "__main__":
    chosen = [int(text) for text in sys.argv[2:]] or [1, 8, 32]
    json.dump([asdict(one) for one in measure(Path(sys.argv[1]), chosen)], sys.stdout, indent=1)
