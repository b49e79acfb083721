"""User-user collaborative filtering: people with your taste."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..data import CODES, FloatArray, IntArray, Items
from ..matrix import CodeArray, ColArray, RatingMatrix, code_table
from ..profile import Profile
from ..results import Cause
from .base import Scorer, Signal, Trace, unknown

STARS = np.arange(1, CODES) / 2.0


class Neighbours(Scorer):
    """k nearest neighbours by cosine over signed preferences, the sum of their preferences.

    A rating's value is its distance from `middle` stars, so a film that both dislike brings two
    people together, and one that they judge differently drives them apart. Popular films say
    less (inverse user frequency). The similarity is shrunk by overlap / (overlap + shrinkage)
    and sharpened by a power. Source: Breese, Heckerman, Kadie (1998), "Empirical Analysis of
    Predictive Algorithms for Collaborative Filtering"; Aiolli (2013) for the power.

    Unknown: items that nobody rated; everything, for a person without a neighbour. An item that
    somebody rated and no neighbour did scores 0.
    """

    name: ClassVar[str] = "neighbours"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"max_neighbours": 80, "shrinkage": 4.0, "power": 1.5, "frequency_power": 0.5, "middle": 2.5}

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.values = code_table((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]))
        share = (matrix.counts + 1.0) / (matrix.n_users + 2.0)
        self.frequency_weights = np.maximum(-np.log(share), 0.05) ** self.settings["frequency_power"]
        owner = np.repeat(np.arange(len(matrix.users)), np.diff(matrix.indptr))
        squares = (self.frequency_weights[matrix.indices] * self.values[matrix.codes]) ** 2
        self.norms = np.sqrt(np.bincount(owner, weights=squares, minlength=len(matrix.users)))

    def refresh(self, row: int) -> None:
        cols, codes = self.matrix.row(row)
        if row >= self.norms.size:
            self.norms = np.append(self.norms, np.zeros(row + 1 - self.norms.size))
        self.norms[row] = np.linalg.norm(self.frequency_weights[cols] * self.values[codes])

    def similarities(self, profile: Profile) -> FloatArray:
        """``float[n_users]`` in -1..1: how alike this person and each other are; 0 for himself."""
        matrix, n_users = self.matrix, self.matrix.n_users
        weights = self.frequency_weights[profile.cols] ** 2 * profile.preferences
        owner, rows, codes = matrix.raters(profile.cols)
        products = np.bincount(rows, weights=weights[owner] * self.values[codes], minlength=n_users)
        overlaps = np.bincount(rows, minlength=n_users).astype(np.float64)
        if matrix.changed_rows:
            dense = np.zeros(matrix.n_items)
            dense[profile.cols] = weights
            rated = np.zeros(matrix.n_items, dtype=bool)
            rated[profile.cols] = True
            for row, (cols, row_codes) in matrix.changed_rows.items():
                products[row] = dense[cols] @ self.values[row_codes]
                overlaps[row] = rated[cols].sum()
        own = np.linalg.norm(self.frequency_weights[profile.cols] * profile.preferences)
        similarity = products / np.maximum(own * self.norms, 1e-12) * overlaps / (overlaps + self.settings["shrinkage"])
        if profile.row >= 0:
            similarity[profile.row] = 0.0
        return np.clip(similarity, -1.0, 1.0)

    def neighbourhood(self, profile: Profile) -> tuple[IntArray, FloatArray]:
        """Rows of the nearest neighbours, nearest first, and their similarities (all positive)."""
        similarity = self.similarities(profile)
        k = min(int(self.settings["max_neighbours"]), similarity.size)
        nearest = np.argsort(-similarity, kind="stable")[:k]
        nearest = nearest[similarity[nearest] > 0]
        return nearest, similarity[nearest]

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.matrix.n_users:
            return unknown(self.matrix.n_items)
        nearest, similarity = self.neighbourhood(profile)
        if not nearest.size:
            return unknown(self.matrix.n_items)
        weights = similarity ** self.settings["power"]
        weights /= weights.sum()
        owner, cols, codes = self.matrix.rows(nearest)
        votes = weights[owner] * self.values[codes]
        scores = np.bincount(cols, weights=votes, minlength=self.matrix.n_items).astype(np.float64)
        scores[self.matrix.counts <= 0] = np.nan
        return Signal(scores, _trace(cols, codes, votes))


def _trace(cols: ColArray, codes: CodeArray, votes: FloatArray) -> Trace:
    def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
        order = np.argsort(cols, kind="stable")
        starts = np.searchsorted(cols[order], wanted)
        ends = np.searchsorted(cols[order], wanted, side="right")
        return [_cause(codes[order[s:e]], votes[order[s:e]]) for s, e in zip(starts, ends, strict=True)]

    return trace


def _cause(codes: CodeArray, votes: FloatArray) -> tuple[Cause, ...]:
    if not codes.size:
        return ()
    histogram = tuple(np.bincount(codes, minlength=CODES)[1:].tolist())
    mean = float(codes.mean()) / 2.0
    return (Cause("neighbours", stars=mean, count=int(codes.size), contribution=float(votes.sum()), histogram=histogram),)
