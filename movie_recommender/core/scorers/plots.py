"""Plot similarity: stories like those that a person liked, unlike those that he disliked."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numba import njit

from ..data import IntArray, Items
from ..half import HalfTable, products_of_words, sums_of_words
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Causes
from .base import Scorer, Signal, unknown
from .coliking import movie_causes


class Plots(Scorer):
    """The sum of cosines to the plots rated, each times the preference for it.

    Vectors are centred on the catalogue's mean plot first, so that "is a plot" does not count as
    alike, and kept in half bytes on their `axes` main axes: a fraction of the memory, and of the time
    to read it, orders lists as well (measured: docs/benchmarks-history.md). Linear, so one product of the
    profile's vector with all plots does it. Unknown: films without a plot vector; everything for a
    person none of whose films has one.
    """

    name: ClassVar[str] = "plots"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 2.0, "axes": 64.0}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        vectors = items.plot_vectors
        if vectors is None:
            vectors = np.empty((items.n_items, 0), dtype=np.float32)
        self.known = np.isfinite(vectors).all(axis=1) & (vectors != 0).any(axis=1)
        self.vectors = HalfTable(_on_main_axes(_centred(vectors, self.known), int(self.settings["axes"])))

    def score(self, profile: Profile) -> Signal:
        cols, weights, scores = likeness(
            self.vectors.words, self.vectors.scale, self.known, profile.cols, profile.preferences, self.settings["shrinkage"]
        )  # fmt: skip
        if not cols.size:
            return unknown(self.matrix.n_items)

        def trace(wanted: IntArray, limit: int) -> Causes:
            shares = weights[:, None] * (self.vectors.rows(cols) @ self.vectors.rows(wanted).T)
            return movie_causes(self.matrix.items.ids[cols], profile.stars[self.known[profile.cols]], shares, limit)

        return Signal(scores, trace)


@njit(cache=True, nogil=True)
def likeness(words, scale, known, cols, preferences, shrinkage):  # type: ignore[no-untyped-def]
    """What is `told`, and ``float32[n_items]``: what it adds up to times every plot, `words` and `scale` being a `HalfTable`'s."""
    own, weights = told(known, cols, preferences, shrinkage)
    if not own.size:
        return own, weights, scale
    return own, weights, products_of_words(words, scale * sums_of_words(words, scale, own, weights.astype(np.float32)), known)


@njit(cache=True, nogil=True)
def told(known, cols, preferences, shrinkage):  # type: ignore[no-untyped-def]
    """Those of these films whose plots are known, and how much each counts: ``float64[n]``, their sizes' sum below 1."""
    own, weights, n, size = np.empty(cols.size, np.int64), np.empty(cols.size), 0, shrinkage
    for at in range(cols.size):
        if known[cols[at]]:
            own[n], weights[n] = cols[at], preferences[at]
            size += abs(preferences[at])
            n += 1
    return own[:n], weights[:n] / max(size, 1e-12)


def _centred(vectors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Unit vectors around the mean of the known ones; zero rows where unknown."""
    centred = np.zeros(vectors.shape, dtype=np.float32)
    if known.sum() > 1:
        centred[known] = vectors[known] - vectors[known].mean(axis=0)
    else:
        centred[known] = vectors[known]
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.ascontiguousarray(centred / np.maximum(lengths, 1e-12))


def _on_main_axes(vectors: np.ndarray, n_axes: int) -> np.ndarray:
    """The vectors' coordinates on the axes of largest variance, largest first; as they are if there are no more."""
    if vectors.shape[1] <= n_axes:
        return vectors
    _, axes = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
    return np.ascontiguousarray(vectors @ axes[:, : -n_axes - 1 : -1].astype(np.float32))
