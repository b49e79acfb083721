"""What one recompute costs in a world of a given size; run in a process of its own, so that memory is its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from movie_recommender.core import Recommender
from movie_recommender.storage import snapshots

from . import start, synthetic
from .machine import cpu_seconds, peak_bytes, read_bandwidth, resident_bytes
from .reading import bytes_touched

PROFILE_SIZES = (5, 20, 100, 500, 2_000)
RATINGS = 1_000
"""Applied one after another."""

LENGTH, PER_GENRE = 500, 60
"""Of the list computed: the best over all, and the best of every genre."""


@dataclass
class ByProfile:
    """A person with so many ratings: CPU milliseconds a recompute, bytes that it has to read, and the least that reading them takes."""

    ratings: int
    milliseconds: float
    touched_bytes: int
    limit_milliseconds: float


@dataclass
class Measured:
    """All figures of one size."""

    size: str
    users: int
    items: int
    ratings: int
    bandwidth: float
    fit_seconds: float
    peak_bytes: int
    resident_bytes: int
    state_bytes: int
    by_profile: list[ByProfile] = field(default_factory=list)
    people: int = 0
    median_ms: float = 0.0
    p95_ms: float = 0.0
    median_with_reasons_ms: float = 0.0
    rate_us: float = 0.0
    update_us: float = 0.0
    snapshot_bytes: int = 0
    start_seconds: float = 0.0
    start_cpu_seconds: float = 0.0
    start_resident_bytes: int = 0


def measure(size: str, n_people: int = 200, snapshot: Path | None = None, seed: int = 1) -> Measured:
    """Make the world, fit, and measure; the model's snapshot is left at this place, if there is one."""
    bandwidth = read_bandwidth()
    world = synthetic.of_size(size, seed)
    items = synthetic.facts(world, seed)
    before = resident_bytes()
    begin = time.process_time()
    model = Recommender().fit(world.ratings(), items)
    fit_seconds = time.process_time() - begin
    measured = Measured(
        size, world.n_users, world.n_items, world.n_ratings, bandwidth, fit_seconds,
        peak_bytes(), resident_bytes() - before, sum(array.nbytes for array in _arrays(model)),
    )  # fmt: skip
    model.rank(world.of(0), LENGTH, PER_GENRE)  # what is compiled on first use is compiled now
    activity = np.diff(world.indptr)
    for wanted in PROFILE_SIZES:
        user = int(np.argmin(np.abs(activity - wanted)))
        rated = dict(list(world.of(user).items())[:wanted])
        seconds = cpu_seconds(lambda rated=rated, user=user: model.rank(rated, LENGTH, PER_GENRE, user_id=user))  # type: ignore[misc]
        touched = sum(bytes_touched(model, rated, user, model.rank(rated, LENGTH, PER_GENRE, user_id=user)).values())
        measured.by_profile.append(ByProfile(len(rated), seconds * 1e3, touched, touched / bandwidth * 1e3))
    _measure_people(measured, model, world, n_people, seed)
    _measure_ratings(measured, model, world, seed)
    with tempfile.TemporaryDirectory() as folder:
        _measure_start(measured, model, world, snapshot or Path(folder) / snapshots.NAME)
    return measured


def random_people(n_users: int, n_people: int, seed: int = 1) -> list[int]:
    """Whose lists are made; peers are asked for them too, slow ones for the first of them."""
    people: list[int] = np.random.default_rng(seed).choice(n_users, min(n_people, n_users), replace=False).tolist()
    return people


def _measure_people(measured: Measured, model: Recommender, world: synthetic.World, n_people: int, seed: int) -> None:
    seconds: list[float] = []
    with_reasons: list[float] = []
    for user in random_people(world.n_users, n_people, seed):
        rated = world.of(user)
        seconds.append(cpu_seconds(lambda: model.rank(rated, LENGTH, PER_GENRE, user_id=user)))  # noqa: B023
        if len(with_reasons) < 20:
            with_reasons.append(cpu_seconds(lambda: model.rank(rated, LENGTH, PER_GENRE, user_id=user).items[0].reasons, 3))  # noqa: B023
    measured.people = len(seconds)
    measured.median_ms, measured.p95_ms = (float(np.percentile(seconds, q)) * 1e3 for q in (50, 95))
    measured.median_with_reasons_ms = float(np.median(with_reasons)) * 1e3


def _measure_ratings(measured: Measured, model: Recommender, world: synthetic.World, seed: int) -> None:
    """Random people rate one film each, as often as people rate it; then their rows come as a whole, as they were."""
    rng = np.random.default_rng(seed + 1)
    users, films = rng.integers(0, world.n_users, RATINGS), world.cols[rng.integers(0, world.n_ratings, RATINGS)]
    rates: list[float] = []
    updates: list[float] = []
    for user, film in zip(users.tolist(), films.tolist(), strict=True):
        begin = time.thread_time()
        model.rate(user, film, 4.0)
        rates.append(time.thread_time() - begin)
    for user in users.tolist():
        rated = world.of(user)
        begin = time.thread_time()
        model.update(user, rated)
        updates.append(time.thread_time() - begin)
    measured.rate_us, measured.update_us = float(np.median(rates)) * 1e6, float(np.median(updates)) * 1e6


def _measure_start(measured: Measured, model: Recommender, world: synthetic.World, path: Path) -> None:
    snapshots.save(path, model, {})
    measured.snapshot_bytes = path.stat().st_size
    command = [sys.executable, "-m", start.__name__, str(path), *map(str, world.cols[: PROFILE_SIZES[1]].tolist())]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - our own command
    measured.start_seconds, measured.start_cpu_seconds = found["seconds"], found["cpu_seconds"]
    measured.start_resident_bytes = found["resident_bytes"]


def _arrays(thing: Any, seen: set[int] | None = None) -> Iterator[np.ndarray]:
    """Every array that the model holds, each memory once."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        owner = thing if thing.base is None else thing.base
        if not isinstance(owner, np.ndarray):
            owner = thing
        if owner is thing or id(owner) not in seen:
            seen.add(id(owner))
            yield owner
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _arrays(value, seen)
    elif isinstance(thing, (list, tuple)) and thing and not isinstance(thing[0], (str, int, float, set, list, tuple)):
        for value in thing:
            yield from _arrays(value, seen)
    elif hasattr(thing, "__dict__") and not isinstance(thing, type):
        yield from _arrays(vars(thing), seen)


if __name__ == "__main__":
    json.dump(asdict(measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)), sys.stdout)
