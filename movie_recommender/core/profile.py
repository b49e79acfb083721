"""The active person, folded in from the ratings given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .data import FloatArray, IntArray, checked_stars, to_codes
from .matrix import CodeArray, RatingMatrix

NEUTRAL, PULL = 3.2, 5.0
"""Where a person's middle lies before he has rated, and how many ratings that belief is worth."""

REJECTED, REJECTION = 2.0, 1.5
"""Below so many stars a rating is a clear no: a whole star below adds so much dislike."""

FAMOUS_FROM, FAMOUS_TO = 0.7, 0.95
"""Mean standing of a person's films at which they begin to be the best-known ones, and are; drawn at random it is 0.5 to 0.6."""

FEW, MANY = 20, 60
"""Up to how many ratings their fame says how a person came by them, and from how many on it says nothing."""

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
        famous: 0..1, how much he has told only what he thinks of the best-known films.
    """

    cols: IntArray
    codes: CodeArray
    stars: FloatArray
    preferences: FloatArray
    row: int = -1
    newer: FloatArray | None = None
    famous: float = 0.0

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
    row, cols = matrix.row_of(user_id), cols[order]
    return Profile(cols, codes, halves, preferences_of(halves), row, matrix.latest.newer_than(row, cols), _famous(matrix.standing[cols]))


def _famous(standing: FloatArray) -> float:
    if not standing.size or standing.size >= MANY:
        return 0.0
    few = min(max(math.log(MANY / standing.size) / math.log(MANY / FEW), 0.0), 1.0)
    return few * min(max((float(standing.mean()) - FAMOUS_FROM) / (FAMOUS_TO - FAMOUS_FROM), 0.0), 1.0)


def preferences_of(stars: FloatArray) -> FloatArray:
    """``float[n]``: how far above his own middle: the middle is shrunk to a common one and kept in sensible bounds."""
    middle = (stars.sum() + PULL * NEUTRAL) / (stars.size + PULL)
    rejected = np.clip(REJECTED - stars, 0.0, 1.0)
    strictness = min(float(rejected.mean()) / OFTEN, 1.0) if stars.size else 0.0
    return (stars - float(np.clip(middle, 2.5, 3.75)) + 0.5) / 2.0 - REJECTION * strictness * rejected
