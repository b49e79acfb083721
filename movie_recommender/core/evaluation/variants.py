"""Our own ranking with something changed: a signal left out, series in order, or the dial of variety turned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from ..data import FloatArray, Items, Ratings
from ..recommender import Recommender

ABLATED = (
    "collaborative",
    "neighbours",
    "kindred",
    "coliking",
    "onward",
    "genres",
    "people",
    "plots",
    "keywords",
    "years",
    "languages",
    "crowd",
    "aversions",
)
"""What is left out in turn; "collaborative" is all four collaborative signals, "crowd" both of the crowd."""

TOGETHER = {"collaborative": ("neighbours", "kindred", "coliking", "onward"), "crowd": ("popularity", "quality")}


class Without:
    """Our ranking with one signal's weight at zero; shares the fit of `model`, which must be fitted before."""

    def __init__(self, name: str, model: Recommender) -> None:
        self.name = f"without {name}"
        self.model = model
        left_out = TOGETHER.get(name, (name,))
        weights = model.weights
        warm = {signal: curve for signal, curve in weights.warm.items() if signal not in left_out}
        cold = {signal: curve for signal, curve in weights.cold.items() if signal not in left_out}
        famous = {signal: curve for signal, curve in weights.famous.items() if signal not in left_out}
        self.weights = dataclasses.replace(weights, warm=warm, cold=cold, famous=famous)

    def fit(self, train: Ratings, items: Items) -> None:
        """Nothing: the model was fitted on the same ratings."""

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        all_weights, self.model.weights = self.model.weights, self.weights
        try:
            return self.model.blended(given, user_id).scores.astype(np.float64)
        finally:
            self.model.weights = all_weights


class Sequels:
    """Our ranking in which a part of a series waits for the parts before it; shares the fit of `model`."""

    name = "ours, series in order"

    def __init__(self, model: Recommender) -> None:
        self.model = model

    def fit(self, train: Ratings, items: Items) -> None:
        """Nothing: the model was fitted on the same ratings."""

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        scores = self.model.blended(given, user_id).scores.astype(np.float64)
        scores[self.model.waiting(given)] = -np.inf
        return scores


class Varied:
    """Our list at a dial of variety."""

    def __init__(self, dial: float, model: Recommender) -> None:
        self.name = f"ours, variety dial {dial:g}"
        self.dial, self.model = dial, model

    def fit(self, train: Ratings, items: Items) -> None:
        self.model.fit(train, items)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        scores = self.model.blended(given, user_id).scores.astype(np.float64)
        listed = [entry.item_id for entry in self.model.recommend(given, n=20, user_id=user_id, diversity=self.dial)]
        cols = self.model.matrix.items.positions(listed)
        scores[cols] = scores.max() + 1.0 + np.arange(cols.size)[::-1]
        return scores
