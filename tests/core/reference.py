"""Plain NumPy over a dense matrix: what the kernels must equal, written to be read."""

from __future__ import annotations

import numpy as np

from movie_recommender.core import Items, Ratings
from movie_recommender.core.data import FloatArray, IntArray
from movie_recommender.core.profile import Profile

STARS = np.arange(1, 11) / 2.0


def dense_codes(rated: dict[tuple[int, int], int], n_users: int, n_items: int) -> IntArray:
    """``int[n_users, n_items]`` of half stars, 0 = not rated."""
    codes = np.zeros((n_users, n_items), dtype=np.int64)
    for (user, item), code in rated.items():
        codes[user, item] = code
    return codes


def bare_items(n_items: int) -> Items:
    return Items(np.arange(n_items), [set()] * n_items, [[]] * n_items)


def ratings_of(codes: IntArray, rng: np.random.Generator) -> Ratings:
    """The matrix as ratings, in a random order; person and item ids are positions."""
    users, items = np.nonzero(codes)
    order = rng.permutation(users.size)
    return Ratings(users[order], items[order], codes[users, items][order] / 2.0)


def similarities(codes: IntArray, profile: Profile, frequency_weights: FloatArray, settings: dict[str, float]) -> FloatArray:
    """``float[n_users]``: cosine of weighted preferences × overlap / (overlap + shrinkage); 0 for himself."""
    values = np.where(codes > 0, (codes / 2.0 - settings["middle"]) / (5.0 - settings["middle"]), 0.0) * frequency_weights
    own = np.zeros(codes.shape[1])
    liked = (profile.stars - settings["middle"]) / (5.0 - settings["middle"])
    own[profile.cols] = ((1.0 - settings["signed"]) * liked + settings["signed"] * profile.preferences) * frequency_weights[profile.cols]
    rated = np.zeros(codes.shape[1])
    rated[profile.cols] = 1.0
    overlaps = (codes > 0) @ rated
    lengths = np.linalg.norm(values, axis=1) * np.linalg.norm(own)
    cosines = np.divide(values @ own, lengths, out=np.zeros(len(codes)), where=lengths > 0)
    found = cosines * overlaps / np.maximum(overlaps + settings["shrinkage"], 1e-12)
    if profile.row >= 0:
        found[profile.row] = 0.0
    return found


def scores(codes: IntArray, nearest: IntArray, similarity: FloatArray, settings: dict[str, float]) -> FloatArray:
    """``float[n_items]``: the neighbours' values, weighted by similarity ** power; NaN where nobody rated."""
    weights = similarity ** settings["power"]
    values = np.where(codes > 0, (codes / 2.0 - settings["vote_middle"]) / (5.0 - settings["vote_middle"]), 0.0)
    found = weights / weights.sum() @ values[nearest]
    found[(codes > 0).sum(axis=0) == 0] = np.nan
    return found
