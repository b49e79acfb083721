"""The active person, folded in from the ratings given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit

from .data import HIGHEST, LOWEST, CodeArray, FloatArray, IntArray, checked_stars
from .matrix import RatingMatrix

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
    try:
        stars = np.fromiter(ratings.values(), dtype=np.float64, count=len(ratings))
    except (TypeError, ValueError):
        stars = checked_stars(list(ratings.values()))
    at = matrix.items.positions(np.fromiter(ratings.keys(), dtype=np.int64, count=len(ratings)))
    cols, codes, halves, preferences, famous, are_stars = folded(at, stars, matrix.standing)
    if not are_stars:
        checked_stars(stars)
    row = matrix.row_of(user_id)
    return Profile(cols, codes, halves, preferences, row, matrix.latest.newer_than(row, cols), famous)


@njit(cache=True, nogil=True)
def folded(positions, stars, standing):  # type: ignore[no-untyped-def]
    """Ascending columns of what is known (position >= 0), its codes, their stars, the preferences, and how famous it is (`Profile.famous`).

    And whether all stars are within the scale; if not, the rest is not to be used.
    """
    are_stars = True
    for value in stars:
        are_stars &= LOWEST <= value <= HIGHEST
    order = np.argsort(positions, kind="mergesort")
    order = order[np.searchsorted(positions[order], 0) :]
    cols, codes = positions[order], np.empty(order.size, np.uint8)
    mean = 0.0
    for at in range(order.size):
        codes[at] = min(max(np.rint(stars[order[at]] * 2.0), 1.0), 10.0)
        mean += standing[cols[at]] / order.size
    few, halves = min(max(math.log(MANY / max(order.size, 1)) / math.log(MANY / FEW), 0.0), 1.0), codes / 2.0
    famous = few * min(max((mean - FAMOUS_FROM) / (FAMOUS_TO - FAMOUS_FROM), 0.0), 1.0)
    return cols, codes, halves, preferences_of(halves), famous, are_stars


@njit(cache=True, nogil=True)
def preferences_of(stars):  # type: ignore[no-untyped-def]
    """``float64[n]``: how far above his own middle: the middle is shrunk to a common one and kept in sensible bounds."""
    middle = min(max((stars.sum() + PULL * NEUTRAL) / (stars.size + PULL), 2.5), 3.75)
    rejected = np.minimum(np.maximum(REJECTED - stars, 0.0), 1.0)
    strictness = min(rejected.sum() / max(stars.size, 1) / OFTEN, 1.0)
    return (stars - middle + 0.5) / 2.0 - REJECTION * strictness * rejected
