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

from ..core import Recommender, load_weights
from ..core.data import FloatArray
from ..core.evaluation import Task, cold_items, inner_tasks
from ..core.evaluation.opposites import Pair, opposite_pairs, opposites, price_of_sharing, share_of_own_lists, shared_by_opposites
from ..core.evaluation.study import same_train
from ..core.evaluation.tuning import Lesson, Penalty, as_matrix, fit_weights, lesson, ndcg_of, part_of, with_weights
from ..core.evaluation.variants import TOGETHER
from ..core.scorers import SCORERS
from ..errors import InvalidInput
from .evaluation import Data

Progress = Callable[[str], None]
LEAST_PEOPLE = 100  # raters below which an instance keeps the shipped weights
FIXED = ("aversions",)  # by design, not by hold-out: a clear no must count, however rare it is in the data
FACTS = ("genres", "people", "plots", "keywords", "years", "languages")  # what is known of a film that nobody rated
LEAST_GENRES = 0.45  # for a person with few ratings: the same reason
TOWARDS_BEFORE, TOWARDS_PRIOR = 0.01, 0.003  # shrinkage towards the weights before, and towards the plain prior from scratch
COLLABORATIVE, OTHER = 0.7, 0.15  # the plain prior: every collaborative signal alike, every other one alike
SEEDS = 100  # the first seed of tuning's splits
EVALUATED = (0, 1, 2)  # the seeds of `flask evaluate`: the people whom they hold out teach nothing
PROTOCOL = (
    "warm: T inside the train part of T, and, over seeded splits, NR and NX with 5, 10, 20 ratings given, without the people "
    "whom `flask evaluate` holds out; cold: C; ApproxNDCG by L-BFGS-B, shrunk; a price on films that opposite people share"
)
PAIRS, ASKED_PAIRS = 60, 90  # opposite people to learn from, and others for the gate
OWN_LISTS = 29 / 30  # so many pairs of the gate share fewer than five of twenty films
STRENGTHS = (0.01, 0.03, 0.1, 0.3)  # the price of sharing: the first with which the gate is passed


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Attributes:
        weights: the contents of a weights file; those from before if the new ones were not better.
        accepted: whether the new ones passed the gate.
        gains: for each task, nDCG@10 of the people kept for the gate, before and after.
        own_lists: share of opposite people with lists of their own (less than five of twenty films shared), before and after.
    """

    weights: dict[str, Any]
    accepted: bool
    gains: dict[str, tuple[float, float]]
    own_lists: tuple[float, float] = (1.0, 1.0)


def shipped() -> dict[str, Any]:
    """The shipped weights file's contents."""
    found: dict[str, Any] = json.loads(resources.files("movie_recommender.core").joinpath("weights.json").read_text("utf-8"))
    return found


def tune(data: Data, say: Progress, before: dict[str, Any] | None = None, n_splits: int = 4, from_scratch: bool = False) -> Tuned:
    """Fit on one half of the people; if the other half's lists get better than with the weights before, fit on all.

    From scratch, learning starts at and shrinks towards a plain prior instead of the weights before;
    the gate is the same. Cold weights, which have no lists of their own to compare, are learned with the warm ones.

    Raises:
        InvalidInput: There are too few people to tell better from worse.
    """
    if np.unique(data.ratings.user_ids).size < LEAST_PEOPLE:
        raise InvalidInput(f"Tuning needs ratings of {LEAST_PEOPLE} people at least. The shipped weights are the better ones until then.")
    before = before or shipped()
    names = [scorer.name for scorer in SCORERS if scorer.name not in FIXED]
    base = as_matrix(load_weights(before), names)
    start, shrinkage = (_prior(names, base.shape[1]), TOWARDS_PRIOR) if from_scratch else (base, TOWARDS_BEFORE)
    model = Recommender(with_weights(before, names, np.maximum(start, 0.01)))  # a signal without weight is not asked, so none is
    tasks, lessons, shares = _lessons(data, model, names, n_splits, say)
    kept = [np.random.default_rng(7).permutation(int(one.people.max()) + 1)[one.people] % 2 == 0 for one in lessons]
    learned, asked = ([part_of(one, mask ^ flip) for one, mask in zip(lessons, kept, strict=True)] for flip in (True, False))
    lists = _OwnLists(data, model, names, before)
    say("asked opposite people")
    for strength in STRENGTHS:
        penalty = lists.penalty(strength)
        found = _floored(names, fit_weights(learned, shares, start, shrinkage, shrinkage, penalty))
        gains = _gains(asked, base, found, tasks)
        say(f"fitted on one half of the people, price of sharing {strength:g}")
        tuned = with_weights(before, names, _floored(names, fit_weights(lessons, shares, start, shrinkage, shrinkage, penalty)))
        own_lists = (lists.before, lists.share(tuned))
        say(f"fitted on all people: {own_lists[1]:.0%} of opposite people have lists of their own")
        if own_lists[1] >= OWN_LISTS:
            break
    better = float(np.mean([after / max(first, 1e-9) for first, after in gains.values()])) > 1.0
    if not better or own_lists[1] < min(OWN_LISTS, lists.before):
        return Tuned(before, False, gains, own_lists)
    tuned = _with_cold(data, tuned, shrinkage, from_scratch)
    say("fitted on films without ratings")
    return Tuned({**tuned, "provenance": _provenance(data, gains, own_lists, from_scratch)}, True, gains, own_lists)


class _OwnLists:
    """Opposite people at a model that has learned from everybody."""

    def __init__(self, data: Data, model: Recommender, names: list[str], before: dict[str, Any]) -> None:
        self.model, self.names = model, names
        model.fit(data.ratings, data.items)
        self.taught: list[Pair] = opposite_pairs(model, PAIRS, SEEDS)
        self.asked: list[Pair] = opposite_pairs(model, ASKED_PAIRS, EVALUATED[0])
        self.candidates = opposites(model, self.taught, names) if self.taught else None
        self.before = self.share(before)

    def penalty(self, strength: float) -> Penalty | None:
        """The price of sharing; None where there are too few films to share."""
        return price_of_sharing(self.candidates, strength) if self.candidates else None

    def share(self, weights: dict[str, Any]) -> float:
        """How many pairs have lists of their own under these weights, 0..1."""
        self.model.weights = load_weights(weights)
        return share_of_own_lists(shared_by_opposites(self.model, self.asked))


def _prior(names: list[str], n_knots: int) -> FloatArray:
    """Every collaborative signal alike and every other one alike, whatever the number of ratings."""
    return np.array([[COLLABORATIVE if name in TOGETHER["collaborative"] else OTHER] * n_knots for name in names])


def _with_cold(data: Data, weights: dict[str, Any], shrinkage: float, from_scratch: bool) -> dict[str, Any]:
    """With the weights of facts for films without ratings learned on C; unchanged where nobody rated films to hold out."""
    names = list(FACTS)
    task = cold_items(data.ratings, data.items, SEEDS)
    if not task.cases:
        return weights
    before = as_matrix(load_weights(weights), names, cold=True)
    start = np.full_like(before, before.mean()) if from_scratch else before
    model = Recommender(with_weights(weights, names, np.maximum(start, 0.01), cold=True))
    return with_weights(
        weights, names, fit_weights([lesson(model, task, data.items, names)], [1.0], start, shrinkage, shrinkage), cold=True
    )


def save(tuned: Tuned, path: Path) -> None:
    """The weights as JSON."""
    path.write_text(json.dumps(tuned.weights, indent=2) + "\n", "utf-8")


def _lessons(data: Data, model: Recommender, names: list[str], n_splits: int, say: Progress) -> tuple[list[str], list[Lesson], list[float]]:
    """The tasks' names, their lessons, and what share of the loss each has: T one half, the rest the other."""
    tasks, lessons = [], []
    last: Task | None = None
    for task in inner_tasks(data.ratings, range(SEEDS, SEEDS + n_splits), EVALUATED):
        tasks.append(task.name)
        lessons.append(lesson(model, task, data.items, names, last is None or not same_train(last, task)))
        last = task
        say(f"{task.name}: candidates of {len(task.cases)} people")
    raw = [len(tasks) - 1.0 if name == "T" else 1.0 for name in tasks]
    return tasks, lessons, [share / sum(raw) for share in raw]


def _floored(names: list[str], weights: FloatArray) -> FloatArray:
    """Genres keep their say for newcomers."""
    floored = weights.copy()
    if "genres" in names:
        for first in (0, weights.shape[1] // 2):
            floored[names.index("genres"), first] = max(floored[names.index("genres"), first], LEAST_GENRES)
    return floored


def _gains(lessons: list[Lesson], before: FloatArray, after: FloatArray, tasks: list[str]) -> dict[str, tuple[float, float]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for name, one in zip(tasks, lessons, strict=True):
        if one.people.size:
            found.setdefault(name, []).append((float(ndcg_of(one, before).mean()), float(ndcg_of(one, after).mean())))
    return {name: (float(np.mean([b for b, _ in pairs])), float(np.mean([a for _, a in pairs]))) for name, pairs in found.items()}


def _provenance(data: Data, gains: dict[str, tuple[float, float]], own_lists: tuple[float, float], from_scratch: bool) -> dict[str, Any]:
    return {
        "date": date.today().isoformat(),  # noqa: DTZ011 - a date in a file that people read
        "data": f"{data.name}: {len(data.ratings)} ratings, {len(data.items)} movies",
        "protocol": PROTOCOL,
        "from": "a plain prior" if from_scratch else "the weights before",
        "by design": f"aversions; genres of {LEAST_GENRES} or more with 5 ratings: a clear no must count, however rare it is",
        "figures": {f"{name} nDCG@10, people kept for the gate": [round(b, 4), round(a, 4)] for name, (b, a) in gains.items()},
        "opposite people with lists of their own": [round(share, 3) for share in own_lists],
    }
