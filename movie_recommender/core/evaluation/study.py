"""Whole studies: every protocol, every method, one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..data import FloatArray, IntArray, Items, Ratings
from ..recommender import Recommender
from . import metrics
from .baselines import Method
from .judge import Judge, Measured, families
from .protocols import Task, cold_items, new_people, rating_folds, temporal, who_is_new

GIVEN = (5, 10, 20)
"""How many ratings new people give."""

ENOUGH = 10
"""Ratings from which on a person's own check says anything."""

Progress = Callable[[str], None]


class StarMethod(Protocol):
    """Something that predicts stars: `fit` once a fold, `predict` for each person."""

    @property
    def name(self) -> str: ...

    def fit(self, train: Ratings, items: Items) -> None: ...

    def predict(self, given: Mapping[int, float], user_id: int, item_ids: IntArray) -> FloatArray: ...


class OurStars:
    """This product's predicted ratings."""

    name = "Movie Recommender"

    def __init__(self, model: Recommender | None = None) -> None:
        self.model = model or Recommender()

    def fit(self, train: Ratings, items: Items) -> None:
        self.model.fit(train, items)

    def predict(self, given: Mapping[int, float], user_id: int, item_ids: IntArray) -> FloatArray:
        return self.model.predict(given, item_ids.tolist(), user_id=user_id)


class BiasStars:
    """Overall mean + damped item bias + damped person bias. Source: Funk (2006)."""

    name = "damped bias"

    def __init__(self, damping: float = 5.0) -> None:
        self.damping = damping

    def fit(self, train: Ratings, items: Items) -> None:
        ids, places = np.unique(train.item_ids, return_inverse=True)
        self.mean = float(train.values.mean()) if len(train) else 3.5
        sums = np.bincount(places, weights=train.values - self.mean, minlength=ids.size)
        counts = np.bincount(places, minlength=ids.size)
        self.bias = dict(zip(ids.tolist(), (sums / (counts + self.damping)).tolist(), strict=True))

    def predict(self, given: Mapping[int, float], user_id: int, item_ids: IntArray) -> FloatArray:
        own = sum(stars - self.mean - self.bias.get(item, 0.0) for item, stars in given.items()) / (len(given) + self.damping)
        return np.clip([self.mean + own + self.bias.get(item, 0.0) for item in item_ids.tolist()], 0.5, 5.0)


@dataclass(frozen=True)
class StarsMeasured:
    """One method's predicted stars over all folds.

    Attributes:
        bins: for ten equal bins of the scale, ``(mean predicted, mean real, how many)``; empty ones left out.
        unpredicted: how many were NaN.
    """

    method: str
    rmse: float
    mae: float
    unpredicted: int
    bins: tuple[tuple[float, float, int], ...]


def tasks(ratings: Ratings, items: Items, names: Sequence[str] = ("T", "NR", "NX", "C"), seeds: Sequence[int] = (0,)) -> Iterator[Task]:
    """The tasks of the ranking protocols; NR and NX once a seed under one name, C with the first seed."""
    if "T" in names:
        yield temporal(ratings)
    kinds = [by_popularity for name, by_popularity in (("NR", False), ("NX", True)) if name in names]
    for seed in seeds:
        yield from (new_people(ratings, k, by_popularity, seed) for by_popularity in kinds for k in GIVEN)
    if "C" in names:
        yield cold_items(ratings, items, seeds[0])


def inner_tasks(ratings: Ratings, seeds: Sequence[int], apart: Sequence[int], names: Sequence[str] = ("T", "NR", "NX")) -> list[Task]:
    """Tasks to choose settings and weights on: T inside the train part of T, and other splits of new people.

    No rating that T asks for, and no person who is new in the splits of the seeds `apart`, is asked for here.
    """
    kept_apart = np.concatenate([who_is_new(ratings, seed) for seed in apart])
    new = [
        new_people(ratings, k, popular, seed)
        for seed in seeds
        for popular in (False, True)
        for k in GIVEN
        if ["NR", "NX"][popular] in names
    ]
    earlier = [temporal(temporal(ratings).train)] if "T" in names else []
    others = [replace(task, cases=tuple(case for case in task.cases if case.user_id not in kept_apart)) for task in new]
    return [task for task in (*earlier, *others) if task.cases]


def best_settings(measured: Sequence[Measured]) -> dict[str, set[str]]:
    """For each task the names of every family's best setting."""
    by_task: dict[str, list[Measured]] = {}
    for one in measured:
        by_task.setdefault(one.task, []).append(one)
    return {task: {best.method for best in families(group)} for task, group in by_task.items()}


def pooled(measured: Sequence[Measured]) -> list[Measured]:
    """The same method on tasks of one name as one: everybody of every seed, in order."""
    groups: dict[tuple[str, str], list[Measured]] = {}
    for one in measured:
        groups.setdefault((one.task, one.method), []).append(one)
    return [_together(group) for group in groups.values()]


def _together(group: Sequence[Measured]) -> Measured:
    first = group[0]
    per_person = {name: np.concatenate([one.per_person[name] for one in group]) for name in first.per_person}
    people = tuple(person for one in group for person in one.people)
    return Measured(first.method, first.task, people, per_person, float(np.mean([one.coverage for one in group])))


def ranking_study(judge: Judge, asked: Iterable[Task], methods: Callable[[Task], Iterable[Method]], say: Progress) -> list[Measured]:
    """Measure the methods on every task; one whose train ratings were the last it learned from is not fitted again."""
    measured: list[Measured] = []
    learned: dict[str, Method] = {}
    last: Task | None = None
    for task in asked:
        if last is None or not same_train(last, task):
            learned = {}
        for method in methods(task):
            known = learned.setdefault(method.name, method)
            measured.append(judge.measure(known, task, fit=known is method))
            say(f"{task.name}: {method.name}")
        last = task
    return measured


def same_train(one: Task, other: Task) -> bool:
    """Whether both learn from the same ratings."""
    return np.array_equal(one.train.user_ids, other.train.user_ids) and np.array_equal(one.train.item_ids, other.train.item_ids)


def rating_study(ratings: Ratings, items: Items, methods: Sequence[StarMethod], say: Progress, seed: int = 0) -> list[StarsMeasured]:
    """R: every rating is predicted once by every method."""
    predicted: dict[str, list[FloatArray]] = {method.name: [] for method in methods}
    real: list[FloatArray] = []
    for number, fold in enumerate(rating_folds(ratings, seed=seed)):
        by_person = list(_asked(fold.train, fold.test))
        real.extend(stars for *_, stars in by_person)
        for method in methods:
            method.fit(fold.train, items)
            predicted[method.name].extend(method.predict(given, user_id, ids) for user_id, given, ids, _ in by_person)
            say(f"R: {method.name}, fold {number + 1}")
    truth = np.concatenate(real)
    return [stars_measured(method.name, np.concatenate(predicted[method.name]), truth) for method in methods]


def stars_measured(name: str, predicted: FloatArray, real: FloatArray) -> StarsMeasured:
    """Errors and calibration of predicted stars."""
    known = np.isfinite(predicted)
    predicted, real, missing = predicted[known], real[known], int((~known).sum())
    place = np.clip(((predicted - 0.5) / 0.45).astype(int), 0, 9)
    bins = tuple(
        (float(predicted[place == at].mean()), float(real[place == at].mean()), int((place == at).sum()))
        for at in range(10)
        if (place == at).any()
    )
    return StarsMeasured(name, metrics.rmse(predicted, real), metrics.mae(predicted, real), missing, bins)


def _asked(train: Ratings, test: Ratings) -> Iterator[tuple[int, dict[int, float], IntArray, FloatArray]]:
    order = np.argsort(train.user_ids, kind="stable")
    users = train.user_ids[order]
    for user_id in np.unique(test.user_ids).tolist():
        own = order[slice(*np.searchsorted(users, [user_id, user_id + 1]))]
        wanted = test.user_ids == user_id
        given = dict(zip(train.item_ids[own].tolist(), train.values[own].tolist(), strict=True))
        yield user_id, given, test.item_ids[wanted], test.values[wanted]


@dataclass(frozen=True)
class SelfCheck:
    """How far off predictions are for one person (root mean squared errors in stars), from `n` of his ratings.

    Attributes:
        ours: our predictions.
        own_mean: his own mean of what was not asked.
        crowd: the films' means, damped.
        missed: ``(item_id, his stars, ours)``, the largest surprise first.
    """

    ours: float
    own_mean: float
    crowd: float
    n: int
    missed: tuple[tuple[int, float, float], ...]


def self_check(model: Recommender, rated: Mapping[int, float], n_folds: int = 5) -> SelfCheck | None:
    """Predict a person's ratings, each from the other folds of them; None with fewer than 10: not enough to say.

    `model` should not hold his ratings, or the films' means know what is asked.
    """
    known = {item: stars for item, stars in rated.items() if model.matrix.items.positions([item])[0] >= 0}
    if len(known) < ENOUGH:
        return None
    ids = np.array(sorted(known))
    real = np.array([known[item] for item in ids.tolist()])
    fold_of = np.random.default_rng(0).permutation(ids.size) % n_folds
    crowd = model.matrix.damped_means(5.0)[model.matrix.items.positions(ids)]
    ours, own_mean = np.zeros(ids.size), np.zeros(ids.size)
    for fold in range(n_folds):
        asked = fold_of == fold
        given = {item: known[item] for item in ids[~asked].tolist()}
        ours[asked] = model.predict(given, ids[asked].tolist())
        own_mean[asked] = np.mean(list(given.values()))
    worst = np.argsort(-np.abs(ours - real), kind="stable")
    missed = zip(ids[worst].tolist(), real[worst].tolist(), ours[worst].tolist(), strict=True)
    rmse = {name: metrics.rmse(values, real) for name, values in (("ours", ours), ("own_mean", own_mean), ("crowd", crowd))}
    return SelfCheck(**rmse, n=int(ids.size), missed=tuple(missed))
