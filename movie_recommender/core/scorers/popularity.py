"""What the crowd knows and thinks: for the cold, and as a tie-breaker for everybody."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numba import njit

from ..adding import moments
from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause, Causes, Crowd
from .base import Moments, Scorer, Signal, Values, unknown

ALL_COUNT = np.ones(1)
"""Each value is of one item."""


class Popularity(Scorer):
    """The square root of the number of ratings, with those that a judgement of a film's fame counts for.

    Among few people a film's one rating says little about what the world knows: the judgement keeps it in proportion.
    Unknown: everything, where nobody has rated or judged anything.
    """

    name: ClassVar[str] = "popularity"

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.fame = items.fame
        self._kept: tuple[Values, Moments] | None = None

    def refresh(self, row: int) -> None:
        self._kept = None

    def score(self, profile: Profile) -> Signal:
        if not self.matrix.n_ratings and self.fame is None:
            return unknown(self.matrix.n_items)
        values, of_all = self._same_for_all()
        return Signal(values, self._trace, moments=of_all)

    def _same_for_all(self) -> tuple[Values, Moments]:
        """The values and their moments, kept until a rating changes."""
        kept = self._kept
        if kept is None:
            values = self._values()
            kept = self._kept = values, moments(values, ALL_COUNT)
        return kept

    def _values(self) -> Values:
        """``float32[n_items]``."""
        found: Values = roots(known(self.matrix.counts, self.fame))
        return found

    def _trace(self, wanted: IntArray, limit: int) -> Causes:
        return self._causes(wanted, np.sqrt(known(self.matrix.counts, self.fame)[wanted]))

    def _causes(self, wanted: IntArray, values: FloatArray) -> Causes:
        counts, sums = self.matrix.counts[wanted], self.matrix.sums[wanted]
        means = sums / np.maximum(counts, 1)

        def label(at: int) -> Cause:
            return Cause("ratings", "", None, float(means[at]), int(counts[at]))

        return Causes(np.where(counts > 0, np.arange(counts.size), -1)[:, None], values[:, None], label, Crowd(counts, means))


class Quality(Popularity):
    """The mean rating in stars above the overall mean, damped; unknown for films without a rating.

    Source: the damped mean of Funk (2006), "Netflix Update: Try This at Home".
    """

    name: ClassVar[str] = "quality"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"damping": 8.0}

    def score(self, profile: Profile) -> Signal:
        values, of_all = self._same_for_all()
        return Signal(values, self._trace_means, moments=of_all)

    def _values(self) -> Values:
        found: Values = damped_apart(self.matrix.counts, self.matrix.sums, self.matrix.mean, self.settings["damping"])
        return found

    def _trace_means(self, wanted: IntArray, limit: int) -> Causes:
        means = self.matrix.damped_means(self.settings["damping"]) - self.matrix.mean
        return self._causes(wanted, means[wanted])


def known(counts: FloatArray, fame: FloatArray | None) -> FloatArray:
    """``float64[n_items]``: ratings, with those that a judgement counts for."""
    return counts if fame is None else counts + fame


@njit(cache=True, nogil=True)
def roots(counts):  # type: ignore[no-untyped-def]
    """``float32[n_items]``."""
    found = np.empty(counts.size, np.float32)
    for at in range(counts.size):
        found[at] = np.sqrt(np.float32(counts[at]))
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def damped_apart(counts, sums, mean, damping):  # type: ignore[no-untyped-def]
    """``float32[n_items]``: the damped means above the overall mean; NaN where nobody rated."""
    apart = np.empty(counts.size, np.float32)
    for at in range(counts.size):
        distance = (sums[at] - mean * counts[at]) / (counts[at] + damping)
        apart[at] = distance if counts[at] > 0.0 else np.nan
    return apart
