"""From a rating to the fresh list, over HTTP through both processes, asked for as the page's script asks.

    python -m movie_recommender.benchmarks.latency INSTANCE [PEOPLE ...]

The instance is a folder that may be thrown away: members are added to it and rate. Each of them rates a film, asks until
the newer list is there, takes it, and looks at it for a second; what the browser needs to draw it is not in the figures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .crowd import Person, at_once, cpu_seconds, memory, product

ROUNDS, WARM = 30, 3  # ratings of each person that count, and those before


@dataclass(frozen=True)
class Latency:
    """So many people at once: milliseconds from the click to the list, to the answer that it is saved, and CPU a rating.

    `late` counts the lists that did not come in `LONGEST` seconds.
    """

    people: int
    ratings: int
    p50: float
    p95: float
    worst: float
    saved_p50: float
    cpu_web: float
    cpu_background: float
    memory_web: int
    memory_background: int
    late: int


def measure(instance: Path, people: Sequence[int], rounds: int = ROUNDS) -> list[Latency]:
    """Start the product on the instance, let people rate, and stop it.

    Raises:
        MovieRecommenderError: It does not come up, or does not answer as it should.
    """
    with product(instance, max(people)) as (crowd, _, processes):
        return [_at_once(crowd[:n], rounds, processes) for n in people]


def _at_once(crowd: Sequence[Person], rounds: int, processes: Sequence[int]) -> Latency:
    figures: list[tuple[float, float]] = []

    def live(person: Person) -> None:
        person.look()
        for number in range(WARM + rounds):
            seconds = person.rate()
            if number >= WARM:
                figures.append(seconds)
            person.look()

    before = [cpu_seconds(pid) for pid in processes]
    at_once(crowd, live)
    ratings = len(crowd) * (WARM + rounds)
    web, background = ((cpu_seconds(pid) - then) / ratings * 1e3 for pid, then in zip(processes, before, strict=True))
    memory_web, memory_background = (memory(pid) for pid in processes)
    shown, saved = np.array(figures).T * 1e3
    p50, p95, worst = (float(np.percentile(shown, q, method="higher")) for q in (50, 95, 100))
    return Latency(
        len(crowd), len(figures), p50, p95, worst, float(np.median(saved)), web, background, memory_web, memory_background,
        int(np.isinf(shown).sum()),
    )  # fmt: skip


if __name__ == "__main__":
    chosen = [int(text) for text in sys.argv[2:]] or [1, 8, 32]
    json.dump([asdict(one) for one in measure(Path(sys.argv[1]), chosen)], sys.stdout, indent=1)
