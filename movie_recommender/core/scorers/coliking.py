"""Item-item collaborative filtering in closed form: films liked by the same people."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Cause
from .base import Scorer, Signal, Trace, strongest_by_column, unknown
from .neighbours import STARS


class CoLiking(Scorer):
    """A linear item-item model with a zero diagonal (EASE), over the most rated items only.

    B minimises ||X - XB||² + ridge ||B||² with diag(B) = 0; a person's scores are his preferences
    times B. Source: Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data". The
    items are limited to `max_items`, so that fit stays feasible at tens of millions of ratings.

    Unknown: items outside that set, and everything for a person who rated none inside.
    """

    name: ClassVar[str] = "coliking"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"max_items": 3000, "min_ratings": 3, "ridge": 150.0, "middle": 2.0}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        order = np.argsort(-matrix.counts, kind="stable")[: int(self.settings["max_items"])]
        self.cols = np.sort(order[matrix.counts[order] >= self.settings["min_ratings"]])
        self.position = np.full(matrix.n_items, -1, dtype=np.int64)
        self.position[self.cols] = np.arange(self.cols.size)
        self.model: npt.NDArray[np.float32] = self._solve(matrix)

    def _solve(self, matrix: RatingMatrix) -> npt.NDArray[np.float32]:
        if not self.cols.size:
            return np.empty((0, 0), dtype=np.float32)
        values = code_table(np.clip((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]), 0.05, None))
        indptr, cols, codes = matrix.csr()
        positions = self.position[cols]
        kept = positions >= 0
        owner = np.repeat(np.arange(matrix.n_users), np.diff(indptr))[kept]
        shape = (matrix.n_users, self.cols.size)
        x = scipy.sparse.csr_matrix((values[codes[kept]].astype(np.float32), (owner, positions[kept])), shape=shape)
        gram = (x.T @ x).toarray()
        gram[np.diag_indices_from(gram)] += self.settings["ridge"]
        factor = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        inverse = scipy.linalg.cho_solve(factor, np.eye(self.cols.size, dtype=np.float32), overwrite_b=True, check_finite=False)
        model = inverse / -np.diag(inverse)
        np.fill_diagonal(model, 0.0)
        return np.ascontiguousarray(model, dtype=np.float32)

    def score(self, profile: Profile) -> Signal:
        positions = self.position[profile.cols]
        rated = positions >= 0
        if not rated.any():
            return unknown(self.matrix.n_items)
        rows, preferences = positions[rated], profile.preferences[rated]
        scores = np.full(self.matrix.n_items, np.nan)
        scores[self.cols] = preferences.astype(np.float32) @ self.model[rows]
        return Signal(scores, self._trace(profile, rows, preferences, rated))

    def _trace(self, profile: Profile, rows: IntArray, preferences: FloatArray, rated: npt.NDArray[np.bool_]) -> Trace:
        item_ids, stars = self.matrix.items.ids[profile.cols[rated]], profile.stars[rated]

        def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
            at = self.position[wanted]
            shares = preferences[:, None] * self.model[np.ix_(rows, np.maximum(at, 0))]
            shares[:, at < 0] = 0.0
            return movie_causes(item_ids, stars, shares, limit)

        return trace


def movie_causes(item_ids: IntArray, stars: FloatArray, shares: FloatArray, limit: int) -> list[tuple[Cause, ...]]:
    """For each column of ``float[n_rated, m]``, the rated films that contribute most, strongest first."""
    rows = strongest_by_column(shares, limit)
    largest = np.take_along_axis(shares, rows, axis=0)
    columns = zip(item_ids[rows].T.tolist(), stars[rows].T.tolist(), largest.T.tolist(), strict=True)
    return [tuple([Cause("movie", "", *cause[:2], 1, cause[2]) for cause in zip(*column, strict=True) if cause[2]]) for column in columns]
