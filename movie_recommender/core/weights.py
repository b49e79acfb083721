"""Weights are data: a JSON file with the date, data set, protocol and figures that produced it."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from movie_recommender.errors import InvalidInput

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

    def at(self, signal: str, n_ratings: int, famous: float = 0.0) -> tuple[float, float]:
        """The signal's weight for warm and for cold items, for a person with so many ratings, so far of the best-known films."""
        position = math.log1p(n_ratings)
        none = (0.0,) * len(self.knots)
        warm = self._between(position, self.warm.get(signal, none))
        if famous and signal in self.famous:
            warm += famous * (self._between(position, self.famous[signal]) - warm)
        return warm, self._between(position, self.cold.get(signal, none))

    @cached_property
    def _places(self) -> list[float]:
        return [math.log1p(knot) for knot in self.knots]

    def _between(self, position: float, values: tuple[float, ...]) -> float:
        places = self._places
        after = bisect_right(places, position)
        if after == 0 or after == len(places):
            return values[max(after - 1, 0)]
        share = (position - places[after - 1]) / (places[after] - places[after - 1])
        return values[after - 1] + share * (values[after] - values[after - 1])


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
