"""Tune the blend's weights on an instance's own ratings or a data set; never accept worse ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ..core import Recommender
from ..core.data import FloatArray
from ..core.evaluation import Task, new_people, temporal
from ..core.evaluation.tuning import Lesson, as_matrix, fit_weights, lesson, ndcg_of, part_of, with_weights
from ..errors import InvalidInput
from .evaluation import Data

Progress = Callable[[str], None]
LEAST_PEOPLE = 100  # raters below which an instance keeps the shipped weights
FIXED = ("aversions",)  # by design, not by hold-out: a clear no must count, however rare it is in the data
LEAST_GENRES = 0.45  # for a person with few ratings: the same reason
SHRINKAGE = 0.01  # towards the weights before, of a loss in relative nDCG
PROTOCOL = "T and, over seeded splits, NR and NX with 5, 10, 20 ratings given; ApproxNDCG by L-BFGS-B, shrunk towards the weights before"


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes:
        weights: the contents of a weights file; those from before if the new ones were not better.
        accepted: whether the new ones passed the gate.
        gains: for each task, nDCG@10 of the people kept for the gate, before and after.
    """

    weights: dict[str, Any]
    accepted: bool
    gains: dict[str, tuple[float, float]]


def shipped() -> dict[str, Any]:
    """The shipped weights file's contents."""
    found: dict[str, Any] = json.loads(resources.files("movie_recommender.core").joinpath("weights.json").read_text("utf-8"))
    return found


def tune(data: Data, say: Progress, before: dict[str, Any] | None = None, n_splits: int = 2) -> Tuned:
    """Fit on one half of the people; if the other half's lists get better, fit on all.

    Raises:
        InvalidInput: There are too few people to tell better from worse.
    """
    if np.unique(data.ratings.user_ids).size < LEAST_PEOPLE:
        raise InvalidInput(f"Tuning needs ratings of {LEAST_PEOPLE} people at least. The shipped weights are the better ones until then.")
    before = before or shipped()
    model = Recommender(before)
    names = [name for name in before["ranking"]["warm"] if name not in FIXED]
    tasks, lessons, shares = _lessons(data, model, names, n_splits, say)
    start = as_matrix(model.weights, names)
    kept = [np.random.default_rng(7).permutation(int(one.people.max()) + 1)[one.people] % 2 == 0 for one in lessons]
    found = _floored(names, fit_weights([part_of(one, ~mask) for one, mask in zip(lessons, kept, strict=True)], shares, start, SHRINKAGE))
    say("fitted on one half of the people")
    gains = _gains([part_of(one, mask) for one, mask in zip(lessons, kept, strict=True)], start, found, tasks)
    accepted = float(np.mean([after / max(first, 1e-9) for first, after in gains.values()])) > 1.0
    if not accepted:
        return Tuned(before, False, gains)
    final = _floored(names, fit_weights(lessons, shares, start, SHRINKAGE))
    say("fitted on all people")
    return Tuned({**with_weights(before, names, final), "provenance": _provenance(data, gains)}, True, gains)


def save(tuned: Tuned, path: Path) -> None:
    """The weights as JSON."""
    path.write_text(json.dumps(tuned.weights, indent=2) + "\n", "utf-8")


def _tasks(data: Data, n_splits: int) -> list[Task]:
    splits = [(seed, popular, k) for seed in range(n_splits) for popular in (False, True) for k in (5, 10, 20)]
    return [temporal(data.ratings), *(new_people(data.ratings, k, popular, seed + 100) for seed, popular, k in splits)]


def _lessons(data: Data, model: Recommender, names: list[str], n_splits: int, say: Progress) -> tuple[list[str], list[Lesson], list[float]]:
    """The tasks' names, their lessons, and what share of the loss each has: T one half, the rest the other."""
    tasks, lessons = [], []
    for task in _tasks(data, n_splits):
        if task.cases:
            tasks.append(task.name)
            lessons.append(lesson(model, task, data.items, names))
        say(f"{task.name}: candidates of {len(task.cases)} people")
    raw = [len(tasks) - 1.0 if name == "T" else 1.0 for name in tasks]
    return tasks, lessons, [share / sum(raw) for share in raw]


def _floored(names: list[str], weights: FloatArray) -> FloatArray:
    """No signal counts against itself, and genres keep their say for newcomers."""
    floored = np.maximum(weights, 0.0)
    if "genres" in names:
        floored[names.index("genres"), 0] = max(floored[names.index("genres"), 0], LEAST_GENRES)
    return floored


def _gains(lessons: list[Lesson], before: FloatArray, after: FloatArray, tasks: list[str]) -> dict[str, tuple[float, float]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for name, one in zip(tasks, lessons, strict=True):
        if one.people.size:
            found.setdefault(name, []).append((float(ndcg_of(one, before).mean()), float(ndcg_of(one, after).mean())))
    return {name: (float(np.mean([b for b, _ in pairs])), float(np.mean([a for _, a in pairs]))) for name, pairs in found.items()}


def _provenance(data: Data, gains: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return {
        "date": date.today().isoformat(),  # noqa: DTZ011 - a date in a file that people read
        "data": f"{data.name}: {len(data.ratings)} ratings, {len(data.items)} movies",
        "protocol": PROTOCOL,
        "figures": {f"{name} nDCG@10, people kept for the gate": [round(b, 4), round(a, 4)] for name, (b, a) in gains.items()},
    }
