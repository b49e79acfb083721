"""The active person, folded in from the ratings given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .data import FloatArray, IntArray, checked_stars, to_codes
from .matrix import CodeArray, RatingMatrix

NEUTRAL, PULL = 3.2, 5.0
"""Where a person's middle lies before he has rated, and how many ratings that belief is worth."""

REJECTED, REJECTION = 2.0, 1.5
"""Below so many stars a rating is a clear no: a whole star below adds so much dislike."""

OFTEN = 0.25
"""Share of clear noes from which on they count in full: who says no rarely has mostly seen what he likes the kind of."""


@dataclass(frozen=True, eq=False)
class Profile:
    """One person's ratings on the item axis.

    Attributes:
        cols: ``int[n]``, ascending positions of the items that he rated.
        codes: ``uint8[n]``, half stars.
        stars: ``float[n]``.
        preferences: ``float[n]``, about -1..1: how much he likes each; 0 is indifferent.
        row: his row in the fitted matrix, -1 if he has none; never his own neighbour.
        newer: ``float[n]``, how many of his ratings are newer than each, infinite for old ones; None if times are unknown.
    """

    cols: IntArray
    codes: CodeArray
    stars: FloatArray
    preferences: FloatArray
    row: int = -1
    newer: FloatArray | None = None

    @property
    def n_ratings(self) -> int:
        return int(self.cols.size)

    def emphasis(self, strength: float, fading: float) -> FloatArray:
        """``float[n]``: ``1 + strength`` for the newest rating, fading to 1 over so many newer ones; 1 if times are unknown."""
        if self.newer is None:
            return np.ones(self.cols.size)
        return np.asarray(1.0 + strength * np.exp(-self.newer / fading))


def fold_in(ratings: Mapping[int, float], matrix: RatingMatrix, user_id: int | None = None) -> Profile:
    """Make the profile; ids of unknown items are ignored.

    Raises:
        InvalidRatings: if a value is NaN or outside 0.5..5.
    """
    stars = checked_stars(list(ratings.values()))
    cols = matrix.items.positions(np.fromiter(ratings.keys(), dtype=np.int64, count=len(ratings)))
    order = np.argsort(cols, kind="stable")
    order = order[cols[order] >= 0]
    codes = to_codes(stars[order])
    halves = codes / 2.0
    row = matrix.row_of(user_id)
    return Profile(cols[order], codes, halves, _preferences(halves), row, matrix.latest.newer_than(row, cols[order]))


def _preferences(stars: FloatArray) -> FloatArray:
    """How far above his own middle: the middle is shrunk to a common one and kept in sensible bounds."""
    middle = (stars.sum() + PULL * NEUTRAL) / (stars.size + PULL)
    rejected = np.clip(REJECTED - stars, 0.0, 1.0)
    strictness = min(float(rejected.mean()) / OFTEN, 1.0) if stars.size else 0.0
    return (stars - float(np.clip(middle, 2.5, 3.75)) + 0.5) / 2.0 - REJECTION * strictness * rejected
