"""The contract of every signal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause

Trace = Callable[[IntArray, int], list[tuple[Cause, ...]]]
"""For some columns, at most so many causes each, strongest first; contributions in the score's raw unit."""


def no_causes(cols: IntArray, limit: int) -> list[tuple[Cause, ...]]:
    """The trace of a signal that has nothing to name."""
    return [()] * int(cols.size)


@dataclass(frozen=True, eq=False)
class Signal:
    """What a scorer says about one person.

    Attributes:
        scores: ``float[n_items]``, higher is better, NaN where it knows nothing; compares only
            within this signal.
        trace: names the causes of some of the scores.
    """

    scores: FloatArray
    trace: Trace = no_causes


class Scorer(ABC):
    """A signal over the item axis: `fit` once, `score` for each person, `refresh` after an update.

    A scorer never fails for want of data: it answers NaN. It never changes what it was given.
    """

    name: ClassVar[str]
    fixed_scale: ClassVar[float | None] = None
    """The unit of the common scale, for a signal that is zero nearly everywhere; None: the standard deviation."""

    def __init__(self, settings: Mapping[str, float] | None = None) -> None:
        self.settings = {**self.defaults(), **(settings or {})}

    @classmethod
    def defaults(cls) -> dict[str, float]:
        """The settings' values where the weights file has none."""
        return {}

    @abstractmethod
    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        """Learn from everybody's ratings and the items' facts."""

    @abstractmethod
    def score(self, profile: Profile) -> Signal:
        """Score every item for this person."""

    def refresh(self, row: int) -> None:  # noqa: B027 - most scorers keep nothing per row
        """One row of the matrix changed; recompute what depends on it."""


def unknown(n_items: int) -> Signal:
    """The answer of a scorer that knows nothing about this person."""
    return Signal(np.full(n_items, np.nan))


def strongest(contributions: FloatArray, limit: int) -> IntArray:
    """Positions of the largest in absolute value, largest first."""
    return np.argsort(-np.abs(contributions), kind="stable")[:limit]


def strongest_by_column(contributions: FloatArray, limit: int) -> IntArray:
    """``int[<= limit, m]``: for each column of ``float[n, m]`` the rows of the largest in absolute value, largest first."""
    sizes = -np.abs(contributions)
    n, limit = sizes.shape[0], max(limit, 0)
    if limit >= n:
        return np.asarray(np.argsort(sizes, axis=0, kind="stable"))
    rows = np.argpartition(sizes, limit, axis=0)[:limit]
    order = np.argsort(np.take_along_axis(sizes, rows, axis=0), axis=0, kind="stable")
    return np.asarray(np.take_along_axis(rows, order, axis=0))
