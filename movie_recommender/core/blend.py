"""The blend: signals on a common scale, renormalised over what is known, as an exact sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .data import FloatArray, IntArray
from .profile import Profile
from .results import Cause, Part, Reason
from .scorers import Scorer, Signal
from .weights import Weights

CAUTION = 0.3
"""How much of the unknown signals' weight stays in the denominator: with little known, scores shrink."""


@dataclass(frozen=True, eq=False)
class Term:
    """One signal in one person's blend: ``contributions = weights * standardised``, zeros where unknown."""

    name: str
    signal: Signal
    known: np.ndarray
    standardised: FloatArray
    scale: float
    weights: FloatArray
    contributions: FloatArray


@dataclass(frozen=True, eq=False)
class Blend:
    """One person's scores over all items, with the terms that they are the sum of.

    Attributes:
        profile: whose they are.
        scores: ``float[n_items]``, never NaN.
        terms: one for each signal that knows something about this person.
    """

    profile: Profile
    scores: FloatArray
    terms: tuple[Term, ...]

    def parts(self, cols: IntArray, n_causes: int) -> list[tuple[Part, ...]]:
        """The parts of these items' scores, the largest first."""
        by_term = [_parts_of(term, cols, n_causes) for term in self.terms]
        result = []
        for at in range(cols.size):
            parts = [part for parts in by_term if (part := parts[at]) is not None]
            result.append(tuple(sorted(parts, key=lambda part: -abs(part.contribution))))
        return result

    def reasons(self, cols: IntArray, limit: int, n_causes: int) -> list[tuple[Reason, ...]]:
        """The signals that lift each of these items most and can say why; only their causes are traced."""
        found: list[list[Reason]] = [[] for _ in range(cols.size)]
        if not self.terms:
            return [()] * int(cols.size)
        contributions = np.stack([term.contributions[cols] for term in self.terms])
        places = np.argsort(np.argsort(-contributions, axis=0, kind="stable"), axis=0, kind="stable")
        chosen = (places < limit) & (contributions > 0)
        for term, lifted in zip(self.terms, chosen, strict=True):
            at = np.flatnonzero(lifted)
            factors = term.weights[cols[at]] / term.scale
            for place, causes, factor in zip(at.tolist(), term.signal.trace(cols[at], n_causes), factors.tolist(), strict=True):
                if causes:
                    scaled = tuple(_scaled(cause, factor) for cause in causes)
                    found[place].append(Reason(term.name, float(term.contributions[cols[place]]), scaled))
        return [tuple(sorted(reasons, key=_contribution, reverse=True)) for reasons in found]


def _contribution(reason: Reason) -> float:
    return reason.contribution


def blend(profile: Profile, scorers: Mapping[str, Scorer], weights: Weights, counts: FloatArray) -> Blend:
    """Score every item: ``sum over known signals of weight * standardised``.

    A signal's weight for an item is its weight for so many ratings of the person and of the item,
    times total weight / (known weight + `CAUTION` * unknown weight).
    """
    rows = []
    total = np.zeros(counts.size)
    known_total = np.zeros(counts.size)
    for name, scorer in scorers.items():
        raw = weights.for_items(name, profile.n_ratings, counts)
        if not raw.any():
            continue
        signal = scorer.score(profile)
        known = np.isfinite(signal.scores)
        total += np.abs(raw)
        known_total += np.abs(raw) * known
        if known.any():
            rows.append((name, signal, known, raw, *_standardised(signal.scores, known, scorer.fixed_scale)))
    factor = total / np.maximum(known_total + CAUTION * (total - known_total), 1e-12)
    terms = []
    scores = np.zeros(counts.size)
    for name, signal, known, raw, standardised, scale in rows:
        share = raw * factor * known
        terms.append(Term(name, signal, known, standardised, scale, share, share * standardised))
        scores += terms[-1].contributions
    return Blend(profile, scores, tuple(terms))


def _standardised(scores: FloatArray, known: np.ndarray, fixed_scale: float | None) -> tuple[FloatArray, float]:
    """Scores in standard deviations from this person's mean item (or in units of a fixed scale); 0 where unknown."""
    if fixed_scale is not None:
        return np.where(known, scores, 0.0) / fixed_scale, fixed_scale
    values = scores[known]
    scale = float(values.std())
    if scale < 1e-9:
        return np.zeros(scores.size), 1.0
    return np.where(known, (scores - values.mean()) / scale, 0.0), scale


def _parts_of(term: Term, cols: IntArray, n_causes: int) -> list[Part | None]:
    causes = term.signal.trace(cols, n_causes)
    parts: list[Part | None] = []
    for at, col in enumerate(cols):
        if not term.known[col]:
            parts.append(None)
            continue
        weight = float(term.weights[col])
        scaled = tuple(_scaled(cause, weight / term.scale) for cause in causes[at])
        parts.append(Part(term.name, float(term.contributions[col]), weight, float(term.standardised[col]), scaled))
    return parts


def _scaled(cause: Cause, factor: float) -> Cause:
    return Cause(cause.kind, cause.name, cause.item_id, cause.stars, cause.count, cause.contribution * factor, cause.histogram)
