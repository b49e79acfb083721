"""How good a list is, and how good predicted stars are. Every metric is of one person; intervals are over people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..data import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


def ndcg(hits: BoolArray, n_relevant: int, n: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `n`, with binary relevance, in 0..1.

    ``sum(hit_i / log2(i + 1)) / sum over the ideal list``. Source: Järvelin and Kekäläinen (2002).

    Args:
        hits: whether the film at each rank is relevant, best first.
        n_relevant: how many relevant films there are in all.
        n: length of the list.
    """
    discounts = 1.0 / np.log2(np.arange(2, n + 2))
    ideal = discounts[: min(n, n_relevant)].sum()
    gained = discounts[: hits[:n].size][hits[:n]].sum()
    return float(gained / ideal) if ideal else 0.0


def recall(hits: BoolArray, n_relevant: int, n: int = 20) -> float:
    """Share of the relevant films that are among the first `n`."""
    return float(hits[:n].sum() / n_relevant) if n_relevant else 0.0


def precision(hits: BoolArray, n: int = 10) -> float:
    """Share of the first `n` that is relevant."""
    return float(hits[:n].sum() / n)


def reciprocal_rank(hits: BoolArray, n: int = 20) -> float:
    """One over the rank of the first relevant film among the first `n`; 0 if there is none."""
    found = np.flatnonzero(hits[:n])
    return 1.0 / (1.0 + float(found[0])) if found.size else 0.0


def hit(hits: BoolArray, n: int = 10) -> float:
    """1 if any of the first `n` is relevant."""
    return float(hits[:n].any())


def auc(scores: FloatArray, relevant: BoolArray) -> float:
    """Area under the ROC curve: how often a relevant film scores above another; ties count half. NaN without both kinds."""
    n_relevant = int(relevant.sum())
    n_others = relevant.size - n_relevant
    if not n_relevant or not n_others:
        return float("nan")
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2.0)[places]
    return float((ranks[relevant].sum() - n_relevant * (n_relevant + 1) / 2.0) / (n_relevant * n_others))


def rmse(predicted: FloatArray, real: FloatArray) -> float:
    """Root of the mean squared error, in stars."""
    return float(np.sqrt(np.mean((predicted - real) ** 2)))


def mae(predicted: FloatArray, real: FloatArray) -> float:
    """Mean absolute error, in stars."""
    return float(np.mean(np.abs(predicted - real)))


def popularity_percentile(cols: IntArray, counts: FloatArray) -> float:
    """Mean share of all items that are rated less often than those of the list; 1 = the most popular."""
    order = np.sort(counts)
    return float(np.mean(np.searchsorted(order, counts[cols]) / max(counts.size - 1, 1))) if cols.size else float("nan")


def intra_list_diversity(features: FloatArray) -> float:
    """Mean of ``1 - cosine`` over all pairs of a list: rows of unit length (or zero), 0..1 for features >= 0."""
    n = features.shape[0]
    if n < 2:
        return float("nan")
    products = features @ features.T
    return float(1.0 - (products.sum() - np.trace(products)) / (n * (n - 1)))


def repeated_share(groups: Sequence[int]) -> float:
    """Share of a list whose franchise occurred further up in it; groups below 0 are films of their own."""
    seen: set[int] = set()
    repeats = 0
    for group in groups:
        repeats += group in seen
        if group >= 0:
            seen.add(group)
    return repeats / len(groups) if groups else float("nan")


def bootstrap_interval(values: npt.ArrayLike, seed: int = 0, n_samples: int = 1000, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of the mean over people: ``(low, high)``. Source: Efron (1979)."""
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    if not array.size:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).integers(0, array.size, (n_samples, array.size))
    low, high = np.quantile(array[draws].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
