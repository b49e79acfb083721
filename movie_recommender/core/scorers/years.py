"""Taste for a time: films from the years of those that a person rated."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numba import njit

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause, Causes
from .base import Scorer, Signal, Trace, as_places, no_causes, strongest_by_column, unknown


class Years(Scorer):
    """A kernel density of the years rated; a liked film counts more, none counts below zero.

    The kernel is two-sided exponential with a width in years. Unknown: films without a year;
    everything for a person none of whose films has one.
    """

    name: ClassVar[str] = "years"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"width": 4.0, "seen": 0.7, "prior": 1.0}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.years = items.years if items.years is not None else np.zeros(items.n_items, dtype=np.int64)
        self.known = self.years > 0
        self.distinct, places, films = np.unique(self.years, return_inverse=True, return_counts=True)
        self.places, self.films = as_places(places, films.size), films.astype(np.float64)
        self.kernel = np.exp(-np.abs(self.distinct[:, None] - self.distinct[None, :]) / self.settings["width"])
        self.kernel[:, self.distinct <= 0] = np.nan

    def score(self, profile: Profile) -> Signal:
        weights, values = near_years(
            self.places, self.known, profile.cols, profile.preferences, self.settings["seen"], self.settings["prior"], self.kernel
        )
        if not weights.size:
            return unknown(self.matrix.n_items)
        return Signal(values, self._trace(profile, weights), self.places, self.films)

    def _trace(self, profile: Profile, weights: FloatArray) -> Trace:
        def trace(wanted: IntArray, limit: int) -> Causes:
            if not weights.any():
                return no_causes(wanted, limit)
            rated = self.known[profile.cols]
            own, stars = self.years[profile.cols[rated]], profile.stars[rated]
            kernel = weights[:, None] * np.exp(-np.abs(own[:, None] - self.years[None, wanted]) / self.settings["width"])
            names, places = np.unique(own // 10 * 10, return_inverse=True)
            shares = (places == np.arange(names.size)[:, None]).astype(np.float64) @ kernel
            counts = np.bincount(places)
            means = np.bincount(places, weights=stars) / counts
            rows = strongest_by_column(shares, limit)

            def label(at: int) -> Cause:
                return Cause("year", f"{names[at]}s", None, float(means[at]), int(counts[at]))

            return Causes(rows.T, np.take_along_axis(shares, rows, axis=0).T, label)

        return trace


@njit(cache=True, nogil=True)
def near_years(places, known, cols, preferences, seen, prior, kernel):  # type: ignore[no-untyped-def]
    """The weight of each rated film whose year is known, and ``float32[n_years]``: the sum of their kernels."""
    weights, rows, end, total = np.empty(cols.size), np.empty(cols.size, np.int64), 0, prior
    for at in range(cols.size):
        if known[cols[at]]:
            weights[end], rows[end] = max(preferences[at] + seen, 0.0), places[cols[at]]
            total += weights[end]
            end += 1
    sums = np.zeros(kernel.shape[1])
    for at in range(end):
        weights[at] /= total
        own = kernel[rows[at]]
        for year in range(sums.size):
            sums[year] += weights[at] * own[year]
    return weights[:end], sums.astype(np.float32)
