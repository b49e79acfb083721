"""Plot similarity: stories like those that a person liked, unlike those that he disliked."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..data import IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause
from .base import Scorer, Signal, unknown
from .coliking import movie_causes


class Plots(Scorer):
    """The sum of cosines to the plots rated, each times the preference for it.

    Vectors are centred on the catalogue's mean plot first, so that "is a plot" does not count as
    alike. Linear, so one product of the profile's vector with all plots does it. Unknown: films
    without a plot vector; everything for a person none of whose films has one.
    """

    name: ClassVar[str] = "plots"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 2.0}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        vectors = items.plot_vectors
        if vectors is None:
            vectors = np.empty((items.n_items, 0), dtype=np.float32)
        self.known = np.isfinite(vectors).all(axis=1) & (vectors != 0).any(axis=1)
        self.vectors = _centred(vectors, self.known)

    def score(self, profile: Profile) -> Signal:
        rated = self.known[profile.cols]
        if not rated.any():
            return unknown(self.matrix.n_items)
        cols = profile.cols[rated]
        weights = profile.preferences[rated] / (np.abs(profile.preferences[rated]).sum() + self.settings["shrinkage"])
        taste = weights.astype(np.float32) @ self.vectors[cols]
        scores = np.where(self.known, self.vectors @ taste, np.nan).astype(np.float64)
        item_ids, stars = self.matrix.items.ids[cols], profile.stars[rated]

        def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
            shares = weights[:, None] * (self.vectors[cols] @ self.vectors[wanted].T)
            return movie_causes(item_ids, stars, shares, limit)

        return Signal(scores, trace)


def _centred(vectors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Unit vectors around the mean of the known ones; zero rows where unknown."""
    centred = np.zeros(vectors.shape, dtype=np.float32)
    if known.sum() > 1:
        centred[known] = vectors[known] - vectors[known].mean(axis=0)
    else:
        centred[known] = vectors[known]
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.ascontiguousarray(centred / np.maximum(lengths, 1e-12))
