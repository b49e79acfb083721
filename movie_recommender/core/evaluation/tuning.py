"""Learn the blend's weights on hold-outs: a smooth nDCG, maximised by L-BFGS, shrunk towards the weights before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.optimize

from ..data import FloatArray, IntArray, Items
from ..matrix import Axis
from ..recommender import Recommender
from ..weights import Weights
from .judge import top_n
from .protocols import Task

CANDIDATES = 150
"""How many of each person's candidates take part: the best by the weights before, and by each signal alone."""

LEADING = ("neighbours", "kindred", "coliking", "onward", "people")
"""The signals whose own best are among the candidates."""

TEMPERATURE = 0.3
"""Softness of the ranks, in the score's unit."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One task's candidates, with what each signal says of them.

    Attributes:
        signals: ``float32[n_cases, n_candidates, n_signals]`` on the common scale, 0 = unknown.
        relevant: ``bool[n_cases, n_candidates]``.
        knots: ``float[n_cases, n_knots]``: how much each knot counts for the person.
        ideal: the ideal gain of each person.
        people: each case's person.
    """

    signals: FloatArray
    relevant: np.ndarray
    knots: FloatArray
    ideal: FloatArray
    people: IntArray


def lesson(model: Recommender, task: Task, items: Items, names: Sequence[str], fit: bool = True) -> Lesson:
    """Fit on the task's train ratings (unless it already is) and gather every case's candidates."""
    if fit:
        model.fit(task.train, items)
    axis, weights = Axis(items.item_ids), model.weights
    rows = [_case_rows(model, case, axis, names) for case in task.cases]
    n_given = np.array([len(case.given) for case in task.cases])
    knots = np.array([_knot_shares(weights.knots, n) for n in n_given.tolist()])
    ideal = np.array([_ideal(case.relevant.size) for case in task.cases])
    people = np.array([case.user_id for case in task.cases])
    return Lesson(np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows]), knots, ideal, people)


def _case_rows(model: Recommender, case, axis: Axis, names: Sequence[str]):  # type: ignore[no-untyped-def]
    blended = model.blended(case.given, case.user_id)
    allowed = np.ones(len(axis), dtype=bool)
    excluded = axis.positions(case.excluded)
    allowed[excluded[excluded >= 0]] = False
    cols = np.flatnonzero(allowed)
    terms = {term.name: term for term in blended.terms}
    standardised = {name: terms[name].standardised(cols) for name in names if name in terms}
    best = np.full(cols.size, cols.size)
    for values in (blended.scores[cols], *(standardised[name] for name in LEADING if name in standardised)):
        best = np.minimum(best, np.argsort(np.argsort(-values, kind="stable"), kind="stable"))
    chosen = top_n(-best.astype(np.float64), np.arange(cols.size), CANDIDATES)
    signals = np.zeros((CANDIDATES, len(names)), dtype=np.float32)
    for at, name in enumerate(names):
        if name in standardised:
            signals[: chosen.size, at] = standardised[name][chosen]
    signals[chosen.size :] = -100.0
    relevant = np.zeros(CANDIDATES, dtype=bool)
    relevant[: chosen.size] = np.isin(axis.ids[cols[chosen]], case.relevant)
    return signals, relevant


def _knot_shares(knots: Sequence[float], n_ratings: int) -> FloatArray:
    at = np.log1p(np.asarray(knots))
    return np.array([np.interp(np.log1p(n_ratings), at, np.eye(at.size)[k]) for k in range(at.size)])


def _ideal(n_relevant: int) -> float:
    return float((1.0 / np.log2(np.arange(2, 12)))[: min(10, n_relevant)].sum())


def smooth_ndcg(lesson: Lesson, weights: FloatArray) -> tuple[float, FloatArray]:
    """The mean smooth nDCG and its gradient by ``weights[n_signals, n_knots]``.

    A film's smooth rank is one plus the sum of logistic differences to all others; its gain
    ``1 / log2(1 + rank)`` fades out after the tenth place. Source: Qin, Liu, Li (2010), ApproxNDCG.
    """
    own = lesson.knots @ weights.T
    scores = np.einsum("cnk,ck->cn", lesson.signals, own)
    value, slopes = 0.0, np.zeros_like(scores)
    for case in range(scores.shape[0]):
        gained, slope = _case_gain(scores[case], np.flatnonzero(lesson.relevant[case]))
        value += gained / lesson.ideal[case]
        slopes[case] = slope / lesson.ideal[case]
    by_case = np.einsum("cnk,cn->ck", lesson.signals, slopes)
    n_cases = max(scores.shape[0], 1)
    return value / n_cases, by_case.T @ lesson.knots / n_cases


def _case_gain(scores: FloatArray, relevant: IntArray) -> tuple[float, FloatArray]:
    slope = np.zeros(scores.size)
    if not relevant.size:
        return 0.0, slope
    apart = np.clip((scores[None, :] - scores[relevant, None]) / TEMPERATURE, -30.0, 30.0)
    soft = 1.0 / (1.0 + np.exp(-apart))
    ranks = 0.5 + soft.sum(axis=1)
    discount, fade = 1.0 / np.log2(1.0 + ranks), 1.0 / (1.0 + np.exp((ranks - 15.0) / 4.0))
    by_rank = -fade * discount**2 / ((1.0 + ranks) * np.log(2.0)) - discount * fade * (1.0 - fade) / 4.0
    moved = by_rank[:, None] * soft * (1.0 - soft) / TEMPERATURE
    slope += moved.sum(axis=0)
    slope[relevant] -= moved.sum(axis=1)
    return float((discount * fade).sum()), slope


def fit_weights(
    lessons: Sequence[Lesson], shares: Sequence[float], before: FloatArray, shrinkage: float = 0.02, smoothness: float = 0.02
) -> FloatArray:
    """``float[n_signals, n_knots]``: maximise the shared smooth nDCG less the squared distance to the weights before; none is below zero.

    Each lesson's nDCG is relative to its value under the weights before, so that hard and easy
    tasks count alike; `smoothness` ties neighbouring knots.
    """
    bases = [max(smooth_ndcg(one, before)[0], 1e-6) for one in lessons]

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(before.shape)
        value, gradient = 0.0, np.zeros_like(weights)
        for one, share, base in zip(lessons, shares, bases, strict=True):
            gained, slope = smooth_ndcg(one, weights)
            value -= share * gained / base
            gradient -= share * slope / base
        apart, bend = weights - before, np.diff(weights - before, axis=1)
        value += shrinkage * float((apart**2).sum()) + smoothness * float((bend**2).sum())
        gradient += 2 * shrinkage * apart
        gradient[:, 1:] += 2 * smoothness * bend
        gradient[:, :-1] -= 2 * smoothness * bend
        return value, gradient.ravel()

    found = scipy.optimize.minimize(
        loss, before.ravel(), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * before.size, options={"maxiter": 40}
    )
    return np.asarray(found.x).reshape(before.shape)


def as_matrix(weights: Weights, names: Sequence[str], kind: str = "warm") -> FloatArray:
    """``float[n_signals, n_knots]``: the weights for "warm" or "cold" items."""
    nothing = (0.0,) * len(weights.knots)
    curves: Mapping[str, Sequence[float]] = getattr(weights, kind)
    return np.array([curves.get(name, nothing) for name in names], dtype=np.float64)


def with_weights(data: Mapping[str, object], names: Sequence[str], matrix: FloatArray, kind: str = "warm") -> dict[str, object]:
    """The weights file's contents with these weights for "warm" or "cold" items."""
    ranking = dict(data["ranking"])  # type: ignore[call-overload]
    curves = {name: [round(float(value), 3) for value in row] for name, row in zip(names, matrix, strict=True)}
    ranking[kind] = {**ranking[kind], **curves}
    return {**data, "ranking": ranking}


def ndcg_of(one: Lesson, weights: FloatArray) -> FloatArray:
    """``float[n_cases]``: nDCG@10 among the candidates under ``weights[n_signals, n_knots]``."""
    scores = np.einsum("cnk,ck->cn", one.signals, one.knots @ weights.T)
    top = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    gains = np.take_along_axis(one.relevant, top, axis=1) / np.log2(np.arange(2, top.shape[1] + 2))
    return np.asarray(gains.sum(axis=1) / one.ideal)


def part_of(one: Lesson, chosen: np.ndarray) -> Lesson:
    """The lesson of some of its cases."""
    return Lesson(one.signals[chosen], one.relevant[chosen], one.knots[chosen], one.ideal[chosen], one.people[chosen])
