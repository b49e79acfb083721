"""Ask methods the questions of a task and measure the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse

from ..data import FloatArray, IntArray, Items
from ..franchises import InOrder
from ..matrix import Axis, RatingMatrix
from . import metrics
from .baselines import Method
from .protocols import Case, Task

LISTED = 20
"""How many films of a list are looked at."""


@dataclass(frozen=True)
class Measured:
    """One method on one task.

    Attributes:
        method: its name.
        task: the task's name.
        people: ``user_id`` of each case, in the order of `per_person`.
        per_person: for each metric one value a case.
        coverage: share of the candidates that were on anybody's list.
    """

    method: str
    task: str
    people: tuple[int, ...]
    per_person: dict[str, FloatArray] = field(repr=False)
    coverage: float = float("nan")

    def mean(self, metric: str) -> float:
        """The mean over people who have a value."""
        return float(np.nanmean(self.per_person[metric]))

    def interval(self, metric: str) -> tuple[float, float]:
        """Its 95% bootstrap interval over people."""
        return metrics.bootstrap_interval(self.per_person[metric])


class Judge:
    """Knows the items' facts that metrics of lists need."""

    def __init__(self, items: Items, franchises: IntArray | None = None, in_order: InOrder | None = None) -> None:
        self.items = items
        self.axis = Axis(items.item_ids)
        self.features = _genre_rows(items)
        self.franchises = franchises
        self.in_order = in_order

    def measure(self, method: Method, task: Task, fit: bool = True) -> Measured:
        """Fit on the train ratings (unless it already is) and answer every case."""
        if fit:
            method.fit(task.train, self.items)
        counts = RatingMatrix(task.train, self.items).counts
        rows = []
        listed: set[int] = set()
        candidates = np.zeros(len(self.axis), dtype=bool)
        for case in task.cases:
            scores = np.nan_to_num(method.scores(case.given, case.user_id), nan=-1e30)
            allowed = self._allowed(case)
            candidates |= allowed
            rows.append(self._answer(scores, allowed, case, counts, listed))
        per_person = {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}
        coverage = len(listed) / max(int(candidates.sum()), 1)
        return Measured(method.name, task.name, tuple(case.user_id for case in task.cases), per_person, coverage)

    def _allowed(self, case: Case) -> np.ndarray:
        allowed = np.ones(len(self.axis), dtype=bool)
        excluded = self.axis.positions(case.excluded)
        allowed[excluded[excluded >= 0]] = False
        return allowed

    def _answer(self, scores: FloatArray, allowed: np.ndarray, case: Case, counts: FloatArray, listed: set[int]) -> dict[str, float]:
        cols = np.flatnonzero(allowed)
        relevant = np.zeros(len(self.axis), dtype=bool)
        relevant[self.axis.positions(case.relevant)] = True
        top = top_n(scores, cols, LISTED)
        listed.update(top[:10].tolist())
        answer = list_metrics(top, relevant, int(relevant.sum()))
        answer["auc"] = metrics.auc(scores[cols], relevant[cols])
        answer.update(self.list_facts(top[:10], counts))
        if self.in_order is not None:
            answer.update(self._sequels(self.in_order, top[:10], relevant, case))
        return answer

    def _sequels(self, in_order: InOrder, top: IntArray, relevant: np.ndarray, case: Case) -> dict[str, float]:
        """Shares of the list, and of the right answers, that are parts of series of which an earlier part was not given.

        Who rated a sequel had mostly seen what came before, rated or not: what is `barred` by the order of series is
        an upper bound of what the order keeps from him.
        """
        seen = np.zeros(len(self.axis) + 1, dtype=bool)
        seen[self.axis.positions(np.fromiter(case.given, dtype=np.int64))] = True
        waits = np.zeros(len(self.axis), dtype=bool)
        waits[in_order.waiting(seen[:-1])] = True
        return {"ahead": float(waits[top].mean()), "barred": float(waits[relevant].mean())}

    def list_facts(self, top: IntArray, counts: FloatArray) -> dict[str, float]:
        """What a list is like, apart from being right."""
        facts = {
            "popularity": metrics.popularity_percentile(top, counts),
            "diversity": metrics.intra_list_diversity(self.features[top].toarray()),
        }
        if self.franchises is not None:
            facts["franchise"] = metrics.repeated_share(self.franchises[top].tolist())
        return facts


def top_n(scores: FloatArray, cols: IntArray, n: int) -> IntArray:
    """The `n` best of `cols`, best first; ties by position."""
    if n < cols.size:
        threshold = np.partition(scores[cols], cols.size - n)[cols.size - n]
        cols = cols[scores[cols] >= threshold]
    return cols[np.lexsort((cols, -scores[cols]))][:n]


def list_metrics(top: IntArray, relevant: np.ndarray, n_relevant: int) -> dict[str, float]:
    """The metrics of being right, from the list and the truth."""
    hits = relevant[top]
    return {
        "ndcg@10": metrics.ndcg(hits, n_relevant),
        "recall@20": metrics.recall(hits, n_relevant),
        "precision@10": metrics.precision(hits),
        "mrr": metrics.reciprocal_rank(hits),
        "hit@10": metrics.hit(hits),
    }


def ratio_interval(ours: Measured, other: Measured, metric: str = "ndcg@10", seed: int = 0) -> tuple[float, float, float]:
    """Our mean over another's on the same people, with the paired 95% bootstrap interval."""
    a, b = ours.per_person[metric], other.per_person[metric]
    draws = np.random.default_rng(seed).integers(0, a.size, (1000, a.size))
    ratios = a[draws].mean(axis=1) / np.maximum(b[draws].mean(axis=1), 1e-12)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(a.mean() / max(b.mean(), 1e-12)), float(low), float(high)


def best_of(measured: Iterable[Measured], metric: str = "ndcg@10") -> Measured:
    """The best by the mean of a metric."""
    return max(measured, key=lambda one: one.mean(metric))


def families(measured: Sequence[Measured]) -> list[Measured]:
    """Each method's best setting (names differ only in brackets), in the order of appearance."""
    groups: dict[str, list[Measured]] = {}
    for one in measured:
        groups.setdefault(one.method.split(" (")[0], []).append(one)
    return [best_of(group) for group in groups.values()]


def _genre_rows(items: Items) -> scipy.sparse.csr_matrix:
    """CSR ``(n_items, n_genres)``, rows of unit length."""
    names = {name: at for at, name in enumerate(sorted({name for genres in items.genres for name in genres}))}
    rows = np.repeat(np.arange(items.n_items), [len(genres) for genres in items.genres])
    cols = np.array([names[name] for genres in items.genres for name in genres], dtype=np.int64)
    lengths = np.sqrt(np.array([len(genres) for genres in items.genres], dtype=np.float64))
    return scipy.sparse.csr_matrix((1.0 / lengths[rows], (rows, cols)), shape=(items.n_items, max(len(names), 1)))
