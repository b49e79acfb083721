"""The second head: how many stars this person would give."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .data import HIGHEST, LOWEST, FloatArray, Items
from .matrix import RatingMatrix
from .profile import Profile
from .scorers.features import FeatureAffinity, Genres, People


class StarPredictor:
    """Overall mean + item bias + person bias + what his deviations say about genres and people.

    Biases are damped means of residuals: Koren (2010), "Factor in the Neighbors". Every item gets
    a number within 0.5..5, whatever is unknown.
    """

    def __init__(self, settings: Mapping[str, float] | None = None) -> None:
        self.settings = {"item_damping": 4.0, "user_damping": 3.0, "genres": 0.5, "people": 0.3, **(settings or {})}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        """Learn the item biases and index the items' facts."""
        self.matrix = matrix
        self.features: list[tuple[float, FeatureAffinity]] = [
            (self.settings["genres"], Genres({"shrinkage": 6.0, "length": 1.0})),
            (self.settings["people"], People({"shrinkage": 4.0, "length": 1.0})),
        ]
        for _, feature in self.features:
            feature.fit(matrix, items)

    def predict(self, profile: Profile) -> FloatArray:
        """``float[n_items]``: stars within 0.5..5, never NaN."""
        item_base = self.matrix.damped_means(self.settings["item_damping"])
        residuals = profile.stars - item_base[profile.cols]
        bias = residuals.sum() / (residuals.size + self.settings["user_damping"])
        predicted = item_base + bias
        rest = Profile(profile.cols, profile.codes, profile.stars, residuals - bias, profile.row)
        for weight, feature in self.features:
            scores = feature.score(rest).scores
            predicted += weight * np.where(np.isfinite(scores), scores, 0.0)
        return np.clip(predicted, LOWEST, HIGHEST)
