"""The blend: signals on a common scale, renormalised over what is known, as an exact sum."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .adding import add_signals
from .data import FloatArray, IntArray, Scores
from .profile import Profile
from .results import Cause, Crowd, Part, ReasonTable
from .scorers import Scorer, Signal
from .scorers.base import Places
from .weights import Weights

CAUTION = 0.3
"""How much of the unknown signals' weight stays in the denominator: with little known, scores shrink."""

Flags = npt.NDArray[np.bool_]


@dataclass(eq=False, slots=True)
class Term:
    """One signal in one person's blend: ``contribution = weight * standardised``, zero where unknown.

    Attributes:
        mean, scale: ``standardised = (signal - mean) / scale``; all zero where the signal is `flat`.
        cold, slope: an item's weight before renormalising is ``cold + slope * share``.
        fixed: it is not renormalised; its weight is `cold` wherever it knows something.
    """

    name: str
    signal: Signal
    mean: float
    scale: float
    flat: bool
    cold: float
    slope: float
    fixed: bool = False

    def known(self, cols: IntArray) -> Flags:
        """``bool[len(cols)]``: whether the signal says anything about these items."""
        return np.asarray(~np.isnan(self.signal.of(cols)))

    def standardised(self, cols: IntArray) -> FloatArray:
        """``float[len(cols)]``, on the common scale; 0 where unknown."""
        if self.flat:
            return np.zeros(cols.size)
        return np.asarray(np.nan_to_num((self.signal.of(cols) - self.mean) / self.scale))


@dataclass(frozen=True, eq=False)
class Blend:
    """One person's scores over all items, with the terms that they are the sum of.

    Attributes:
        profile: whose they are.
        scores: ``float32[n_items]``, never NaN.
        share: ``float32[n_items]``, how warm each item is, 0..1.
        said: each signal's name, the signal, its weight for cold items and its slope.
        found: ``float64[n_signals, 4]``, what `add_signals` tells of each.
        dials: terms that the person has added himself (`steering`).
    """

    profile: Profile
    scores: Scores
    share: Scores
    said: tuple[tuple[str, Signal, float, float], ...]
    found: FloatArray
    dials: tuple[Term, ...] = ()

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """One for each signal that knows something about this person; made when reasons are asked for."""
        heard = [
            Term(name, signal, mean, scale, flat > 0.0, cold, slope)
            for (name, signal, cold, slope), (n_known, mean, scale, flat) in zip(self.said, self.found.tolist(), strict=True)
            if n_known
        ]
        return (*heard, *self.dials)

    @cached_property
    def silent(self) -> FloatArray:
        """``float[n, 2]``: the weights for cold items, and their slopes, of the signals that know nothing."""
        weights = [(cold, slope) for (_, _, cold, slope), n_known in zip(self.said, self.found[:, 0].tolist(), strict=True) if not n_known]
        return np.array(weights).reshape(-1, 2)

    def weights(self, cols: IntArray) -> FloatArray:
        """``float[n_terms, len(cols)]``: the terms' renormalised weights; 0 where they know nothing."""
        if not self.terms:
            return np.zeros((0, cols.size))
        share = self.share[cols]
        weights = np.stack([term.cold + term.slope * share for term in self.terms])
        known = np.stack([term.known(cols) for term in self.terms])
        moving = np.array([not term.fixed for term in self.terms])
        size = np.abs(weights[moving])
        total = size.sum(axis=0) + np.abs(self.silent[:, :1] + self.silent[:, 1:] * share).sum(axis=0)
        heard = (size * known[moving]).sum(axis=0)
        weights[moving] *= total / np.maximum(heard + CAUTION * (total - heard), 1e-12)
        return np.asarray(weights * known)

    def parts(self, cols: IntArray, n_causes: int) -> list[tuple[Part, ...]]:
        """The parts of these items' scores, the largest first."""
        weights = self.weights(cols)
        by_term = [self._parts_of(term, weight, cols, n_causes) for term, weight in zip(self.terms, weights, strict=True)]
        result = []
        for at in range(cols.size):
            parts = [part for parts in by_term if (part := parts[at]) is not None]
            result.append(tuple(sorted(parts, key=lambda part: -abs(part.contribution))))
        return result

    def reasons(self, cols: IntArray, limit: int, n_causes: int) -> ReasonTable:
        """The signals that lift each of these items most and can say why; only their causes are traced."""
        weights = self.weights(cols).T
        lifts = np.array([term.standardised(cols) for term in self.terms]).reshape(len(self.terms), cols.size).T * weights
        first = np.argsort(-lifts, axis=1, kind="stable")[:, :limit]
        contributions = np.take_along_axis(lifts, first, axis=1)
        terms = np.where(contributions > 0, first, -1).astype(np.int8)
        labels = np.full((*terms.shape, n_causes), -1, dtype=np.int32)
        shares = np.zeros(labels.shape)
        label: list[Callable[[int], Cause]] = []
        crowds: list[Crowd | None] = []
        for number, term in enumerate(self.terms):
            items, places = np.nonzero(terms == number)
            causes = term.signal.trace(cols[items], n_causes)
            width = causes.labels.shape[1]
            labels[items, places, :width] = causes.labels
            shares[items, places, :width] = causes.shares * (weights[items, number] / term.scale)[:, None]
            label.append(causes.label)
            crowds.append(causes.crowd)
        terms[labels[:, :, 0] < 0] = -1
        names = tuple(term.name for term in self.terms)
        return ReasonTable(names, terms, contributions, labels, shares, tuple(label), tuple(crowds))

    def _parts_of(self, term: Term, weights: FloatArray, cols: IntArray, n_causes: int) -> list[Part | None]:
        known, standardised = term.known(cols), term.standardised(cols)
        parts: list[Part | None] = []
        causes = term.signal.trace(cols, n_causes)
        for at in range(cols.size):
            if not known[at]:
                parts.append(None)
                continue
            weight = float(weights[at])
            own = causes.of(at, weight / term.scale)
            parts.append(Part(term.name, weight * float(standardised[at]), weight, float(standardised[at]), own))
        return parts


def blend(profile: Profile, scorers: Mapping[str, Scorer], weights: Weights, share: Scores) -> Blend:
    """Score every item: ``sum over known signals of weight * standardised``.

    A signal's weight for an item is its weight for so many ratings of the person and of the item (see `shares`),
    times total weight / (known weight + `CAUTION` * unknown weight).
    """
    asked = zip(scorers.items(), weights.at(tuple(scorers), profile.n_ratings, profile.famous).T.tolist(), strict=True)
    said = tuple([(name, scorer.score(profile), cold, warm - cold) for (name, scorer), (warm, cold) in asked if warm or cold])
    if not said:
        return Blend(profile, np.zeros(share.size, dtype=np.float32), share, (), np.empty((0, 4)))
    every = _padded([signal for _, signal, _, _ in said], len(scorers))
    values = tuple([signal.values for signal in every])
    shared_by = tuple([_ONE if signal.shared_by is None else signal.shared_by for signal in every])
    places = _alike([_NO_PLACES if signal.places is None or signal.cols is not None else signal.places for signal in every])
    cols = tuple([_NO_COLS if signal.cols is None else signal.cols for signal in every])
    told: list[float] = []
    for name, signal, cold, slope in said:
        told += (cold, slope, *signal.moments, scorers[name].fixed_scale or math.nan)
    scores, found = add_signals(values, shared_by, places, cols, np.array(told), share, CAUTION)
    return Blend(profile, scores, share, said, found)


def _padded(signals: list[Signal], length: int) -> list[Signal]:
    """As many signals as there are scorers, so that what takes them is compiled once."""
    return signals + signals[:1] * (length - len(signals))


def _alike(places: list[Places]) -> tuple[Places, ...]:
    """Of one type, as what is compiled takes them: the smaller one if all fit."""
    if max([array.itemsize for array in places]) > _NO_PLACES.itemsize:
        return tuple([array.astype(np.int32, copy=False) for array in places])
    return tuple(places)


_ONE = np.ones(1)
_NO_PLACES = np.empty(0, dtype=np.uint16)
_NO_COLS = np.empty(0, dtype=np.int32)
