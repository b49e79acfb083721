"""What a person asks of his list besides his taste: dials that become parts of the score, weights, genres to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .blend import Blend, Term
from .data import FloatArray, IntArray, Items
from .matrix import RatingMatrix
from .scorers import Signal
from .scorers.popularity import known
from .weights import Weights

OBSCURITY, ERA = 1.8, 2.5
"""What a dial turned to its end adds to a film one standard deviation off the middle, in standard deviations of the score."""


@dataclass(frozen=True)
class Preferences:
    """All neutral by default.

    Attributes:
        obscure: -1 prefers what many have rated, 1 what few have.
        new: -1 prefers old films, 1 new ones.
        diverse: -1 gives up variety, 1 doubles it.
        weights: for each signal what its weight is multiplied by; 1 where none is given.
        never: genres of which nothing is listed.
        in_order: a part of a series waits until the parts before it were seen.
    """

    obscure: float = 0.0
    new: float = 0.0
    diverse: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    in_order: bool = True

    def scaled(self, weights: Weights) -> Weights:
        """The blend's weights as this person wants them."""
        if all(factor == 1.0 for factor in self.weights.values()):
            return weights

        def times(curves: Mapping[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
            return {name: tuple(value * self.weights.get(name, 1.0) for value in curve) for name, curve in curves.items()}

        return replace(weights, warm=times(weights.warm), cold=times(weights.cold), famous=times(weights.famous))


NEUTRAL = Preferences()


def steer(blended: Blend, preferences: Preferences, matrix: RatingMatrix, items: Items) -> Blend:
    """The blend with a term for each dial that is turned, so that scores are still exactly the sum of their parts."""
    if not preferences.obscure and not preferences.new:
        return blended
    spread = float(blended.scores.std()) or 1.0
    terms = []
    if preferences.obscure:
        terms.append(_dial("obscurity", _obscurity(known(matrix.counts, items.fame)), preferences.obscure * OBSCURITY * spread))
    if preferences.new and items.years is not None:
        terms.append(_dial("era", _era(items.years), preferences.new * ERA * spread))
    terms = [term for term in terms if not term.flat]
    if not terms:
        return blended
    cols = np.arange(blended.scores.size)
    added = sum(term.cold * term.standardised(cols) for term in terms)
    return replace(blended, scores=(blended.scores + added).astype(np.float32), dials=tuple(terms))  # as what chooses is compiled for


def _obscurity(counts: FloatArray) -> FloatArray:
    """How few know each film; below what three of four known films have, fewer make no difference: unknown is no gem."""
    rated = counts[counts > 0]
    return -np.log1p(np.maximum(counts, np.percentile(rated, 75))) if rated.size else np.zeros(counts.size)


def _era(years: IntArray) -> FloatArray:
    """Each film's year, the ends of the catalogue's history taken in; NaN where unknown."""
    known = years[years > 0]
    if not known.size:
        return np.full(years.size, np.nan)
    return np.where(years > 0, np.clip(years, *np.percentile(known, (5, 95))), np.nan)


def _dial(name: str, values: FloatArray, weight: float) -> Term:
    known = values[~np.isnan(values)]
    mean, scale = (float(known.mean()), float(known.std())) if known.size else (0.0, 0.0)
    flat = scale < 1e-9
    return Term(name, Signal(values.astype(np.float32)), mean, 1.0 if flat else scale, flat, weight, 0.0, fixed=True)
