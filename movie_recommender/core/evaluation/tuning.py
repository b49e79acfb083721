"""Learn the blend's weights on hold-outs: a smooth nDCG, maximised by L-BFGS, shrunk towards the weights before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize

from ..blend import Blend
from ..data import FloatArray, IntArray, Items
from ..matrix import Axis
from ..profile import Profile
from ..recommender import Recommender
from ..weights import Weights
from .judge import top_n
from .protocols import Case, Task

Penalty = Callable[[FloatArray], tuple[float, FloatArray]]
"""What weights cost beside being wrong, and its gradient."""

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
        fixed: ``float32[n_cases, n_candidates]``, what the signals that are not learned add to the score.
        relevant: ``bool[n_cases, n_candidates]``.
        knots: ``float[n_cases, 2 * n_knots]``: how much each knot counts for the person; the second half
            are those of who has told only what he thinks of the best-known films.
        ideal: the ideal gain of each person.
        people: each case's person.
    """

    signals: npt.NDArray[np.float32]
    fixed: npt.NDArray[np.float32]
    relevant: np.ndarray
    knots: FloatArray
    ideal: FloatArray
    people: IntArray


def lesson(model: Recommender, task: Task, items: Items, names: Sequence[str], fit: bool = True) -> Lesson:
    """Fit on the task's train ratings (unless it already is) and gather every case's candidates."""
    if fit:
        model.fit(task.train, items)
    axis, weights = Axis(items.item_ids), model.weights
    blends = [model.blended(case.given, case.user_id) for case in task.cases]
    rows = [_case_rows(blended, case, axis, names) for blended, case in zip(blends, task.cases, strict=True)]
    knots = np.array([knot_shares(weights.knots, blended.profile) for blended in blends])
    ideal = np.array([_ideal(case.relevant.size) for case in task.cases])
    people = np.array([case.user_id for case in task.cases])
    signals, fixed, relevant = (np.stack([row[at] for row in rows]) for at in range(3))
    return Lesson(signals, fixed, relevant, knots, ideal, people)


def _case_rows(
    blended: Blend, case: Case, axis: Axis, names: Sequence[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], np.ndarray]:
    allowed = np.ones(len(axis), dtype=bool)
    excluded = axis.positions(case.excluded)
    allowed[excluded[excluded >= 0]] = False
    cols = np.flatnonzero(allowed)
    best = _best_place(blended, cols)
    chosen = cols[top_n(-best.astype(np.float64), np.arange(cols.size), CANDIDATES)]
    signals, fixed = np.full((CANDIDATES, len(names)), -100.0, dtype=np.float32), np.zeros(CANDIDATES, dtype=np.float32)
    signals[: chosen.size], fixed[: chosen.size] = said_of(blended, chosen, names)
    relevant = np.zeros(CANDIDATES, dtype=bool)
    relevant[: chosen.size] = np.isin(axis.ids[chosen], case.relevant)
    return signals, fixed, relevant


def _best_place(blended: Blend, cols: IntArray) -> IntArray:
    """``int[len(cols)]``: the best place of each item in the order of the blend and of each leading signal."""
    best = np.full(cols.size, cols.size)
    leading = [term.standardised(cols) for term in blended.terms if term.name in LEADING]
    for values in (blended.scores[cols].astype(np.float64), *leading):
        best = np.minimum(best, np.argsort(np.argsort(-values, kind="stable"), kind="stable"))
    return best


def said_of(blended: Blend, cols: IntArray, names: Sequence[str]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What each signal says of these items, ``float32[len(cols), n_signals]``, and what the others add to their scores."""
    terms = {term.name: term for term in blended.terms}
    nothing = np.zeros(cols.size)
    signals = [terms[name].standardised(cols) if name in terms else nothing for name in names]
    others = [(term.cold + term.slope) * term.standardised(cols) for name, term in terms.items() if name not in names]
    return np.stack(signals, axis=1).astype(np.float32), np.sum(others or [nothing], axis=0).astype(np.float32)


def knot_shares(knots: Sequence[float], profile: Profile) -> FloatArray:
    """``float[2 * n_knots]``: how much each knot counts for the person."""
    at = np.log1p(np.asarray(knots))
    shares = np.array([np.interp(np.log1p(profile.n_ratings), at, np.eye(at.size)[k]) for k in range(at.size)])
    return np.concatenate([shares * (1.0 - profile.famous), shares * profile.famous])


def _ideal(n_relevant: int) -> float:
    return float((1.0 / np.log2(np.arange(2, 12)))[: min(10, n_relevant)].sum())


def smooth_ndcg(lesson: Lesson, weights: FloatArray) -> tuple[float, FloatArray]:
    """The mean smooth nDCG and its gradient by ``weights[n_signals, 2 * n_knots]``.

    A film's smooth rank is one plus the sum of logistic differences to all others; its gain
    ``1 / log2(1 + rank)`` fades out after the tenth place. Source: Qin, Liu, Li (2010), ApproxNDCG.
    """
    own = lesson.knots @ weights.T
    scores = np.einsum("cnk,ck->cn", lesson.signals, own) + lesson.fixed
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
    lessons: Sequence[Lesson],
    shares: Sequence[float],
    before: FloatArray,
    shrinkage: float = 0.02,
    smoothness: float = 0.02,
    penalty: Penalty | None = None,
) -> FloatArray:
    """``float[n_signals, 2 * n_knots]``: maximise the shared smooth nDCG less the squared distance to the weights before.

    No weight is below zero.

    Each lesson's nDCG is relative to its value under the weights before, so that hard and easy
    tasks count alike; `smoothness` ties neighbouring knots, and `penalty` is what else the weights cost.
    """
    bases = [max(smooth_ndcg(one, before)[0], 1e-6) for one in lessons]

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(before.shape)
        value, gradient = 0.0, np.zeros_like(weights)
        for one, share, base in zip(lessons, shares, bases, strict=True):
            gained, slope = smooth_ndcg(one, weights)
            value -= share * gained / base
            gradient -= share * slope / base
        if penalty is not None:
            cost, slope = penalty(weights)
            value, gradient = value + cost, gradient + slope
        apart, bend = weights - before, np.diff(weights - before, axis=1)
        bend[:, before.shape[1] // 2 - 1] = 0.0  # from the last knot to the first of the other half
        value += shrinkage * float((apart**2).sum()) + smoothness * float((bend**2).sum())
        gradient += 2 * shrinkage * apart
        gradient[:, 1:] += 2 * smoothness * bend
        gradient[:, :-1] -= 2 * smoothness * bend
        return value, gradient.ravel()

    found = scipy.optimize.minimize(
        loss, before.ravel(), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * before.size, options={"maxiter": 40}
    )
    return np.asarray(found.x).reshape(before.shape)


def as_matrix(weights: Weights, names: Sequence[str], cold: bool = False) -> FloatArray:
    """``float[n_signals, 2 * n_knots]``: the weights for warm items, first the usual ones, then those for who told of the best-known films.

    For cold items both halves are the same.
    """
    nothing = (0.0,) * len(weights.knots)
    usual: Mapping[str, Sequence[float]] = weights.cold if cold else weights.warm
    famous: Mapping[str, Sequence[float]] = {**usual, **({} if cold else weights.famous)}
    return np.array([(*usual.get(name, nothing), *famous.get(name, nothing)) for name in names], dtype=np.float64)


def with_weights(data: Mapping[str, object], names: Sequence[str], matrix: FloatArray, cold: bool = False) -> dict[str, object]:
    """The weights file's contents with these weights for warm or cold items."""
    ranking = dict(data["ranking"])  # type: ignore[call-overload]
    for kind, half in (
        (("cold", (matrix[:, : matrix.shape[1] // 2])),) if cold else zip(("warm", "famous"), np.hsplit(matrix, 2), strict=True)
    ):
        curves = {name: [round(float(value), 3) for value in row] for name, row in zip(names, half, strict=True)}
        ranking[kind] = {**ranking.get(kind, {}), **curves}
    return {**data, "ranking": ranking}


def ndcg_of(one: Lesson, weights: FloatArray) -> FloatArray:
    """``float[n_cases]``: nDCG@10 among the candidates under ``weights[n_signals, 2 * n_knots]``."""
    scores = np.einsum("cnk,ck->cn", one.signals, one.knots @ weights.T) + one.fixed
    top = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    gains = np.take_along_axis(one.relevant, top, axis=1) / np.log2(np.arange(2, top.shape[1] + 2))
    return np.asarray(gains.sum(axis=1) / one.ideal)


def part_of(one: Lesson, chosen: np.ndarray) -> Lesson:
    """The lesson of some of its cases."""
    return Lesson(one.signals[chosen], one.fixed[chosen], one.relevant[chosen], one.knots[chosen], one.ideal[chosen], one.people[chosen])
