"""Weights are data: a JSON file with the date, data set, protocol and figures that produced it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from movie_recommender.errors import InvalidInput

from .data import FloatArray

WeightsSource = Mapping[str, Any] | str | PathLike[str] | None


class InvalidWeights(InvalidInput):
    """The weights cannot be used: the message says what is missing."""


@dataclass(frozen=True)
class Weights:
    """The blend's weights and every scorer's settings.

    Attributes:
        knots: numbers of ratings at which the weights are given; between them they are
            interpolated over the logarithm, outside they are constant.
        warm: for each signal its weight at each knot, for items with ratings.
        cold: the same for items without.
        famous: as `warm`, for who has told only what he thinks of the best-known films; `warm` where there is none.
        familiarity: how many ratings make an item half warm.
        settings: each scorer's settings.
        rating: the star predictor's settings.
        diversity: the default dial of variety.
        provenance: date, data set, protocol, figures.
    """

    knots: tuple[float, ...]
    warm: Mapping[str, tuple[float, ...]]
    cold: Mapping[str, tuple[float, ...]]
    familiarity: float = 3.0
    settings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rating: Mapping[str, float] = field(default_factory=dict)
    diversity: float = 0.0
    provenance: Mapping[str, Any] = field(default_factory=dict)
    famous: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def at(self, signals: Sequence[str], n_ratings: int, famous: float = 0.0) -> FloatArray:
        """``float[2, n_signals]``: the weights for warm and for cold items, for who has so many ratings, so far of the best-known films."""
        found: FloatArray = between_knots(self._places, self._curves_of(tuple(signals)), math.log1p(n_ratings), famous)
        return found

    @cached_property
    def _places(self) -> FloatArray:
        return np.array([math.log1p(knot) for knot in self.knots])

    @cached_property
    def _tables(self) -> dict[tuple[str, ...], FloatArray]:
        return {}

    def _curves_of(self, signals: tuple[str, ...]) -> FloatArray:
        """``float[n_knots, 3, n_signals]``: at each knot the weights for warm and cold items, and of the best-known films."""
        if signals not in self._tables:
            none = (0.0,) * len(self.knots)
            warm, cold = ([curves.get(name, none) for name in signals] for curves in (self.warm, self.cold))
            famous = [self.famous.get(name, own) for name, own in zip(signals, warm, strict=True)]
            self._tables[signals] = np.ascontiguousarray(np.moveaxis(np.array([warm, cold, famous], dtype=float), 2, 0))
        return self._tables[signals]


@njit(cache=True, nogil=True)
def between_knots(places, curves, position, famous):  # type: ignore[no-untyped-def]
    """``float[2, n]``: of ``float[n_knots, 3, n]`` the values at a position, those of the best-known films mixed in."""
    after = np.searchsorted(places, position, side="right")
    before = max(after - 1, 0)
    way = (position - places[before]) / (places[after] - places[before]) if 0 < after < places.size else 0.0
    found, beyond = np.empty((2, curves.shape[2])), min(after, places.size - 1)
    for k in range(curves.shape[2]):
        warm, cold, best_known = curves[before, :, k] + way * (curves[beyond, :, k] - curves[before, :, k])
        found[0, k], found[1, k] = warm + famous * (best_known - warm), cold
    return found


def load_weights(source: WeightsSource = None) -> Weights:
    """Weights from a mapping, a file, or (None) those that are shipped.

    Raises:
        InvalidWeights: if the file cannot be read or a field is missing or of the wrong kind.
    """
    try:
        data = source if isinstance(source, Mapping) else json.loads(_text(source))
        ranking = data["ranking"]
        knots = tuple(float(knot) for knot in ranking["knots"])
        return Weights(
            knots=knots,
            warm=_curves(ranking["warm"], len(knots)),
            cold=_curves(ranking["cold"], len(knots)),
            familiarity=float(ranking["familiarity"]),
            settings=data.get("scorers", {}),
            rating=data.get("rating", {}),
            diversity=float(data.get("diversity", 0.0)),
            provenance=data.get("provenance", {}),
            famous=_curves(ranking.get("famous", {}), len(knots)),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidWeights(f"The weights cannot be used ({type(error).__name__}: {error}). `flask tune` writes a good file.") from error


def _text(source: str | PathLike[str] | None) -> str:
    if source is None:
        return resources.files(__package__).joinpath("weights.json").read_text("utf-8")
    return Path(source).read_text("utf-8")


def _curves(values: Mapping[str, Any], length: int) -> dict[str, tuple[float, ...]]:
    curves = {name: tuple(float(value) for value in curve) for name, curve in values.items()}
    for name, curve in curves.items():
        if len(curve) != length:
            raise ValueError(f"{name} needs one weight for each of the {length} knots")
    return curves
