"""User-user collaborative filtering: people with your taste."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..cells import CODE_BITS
from ..data import CODES, FloatArray, IntArray, Items
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Cause, Causes, Crowd
from ..votes import nearest_of, row_norm, row_norms, votes_for, votes_of_nearest
from .base import Scorer, Signal, Trace, unknown

STARS = np.arange(1, CODES) / 2.0


class Neighbours(Scorer):
    """k nearest neighbours by cosine over ratings, the sum of what they like less what they dislike.

    For the similarity a rating's value is its distance from `middle` stars (low: two people are
    alike mostly by what both like), for a neighbour's vote from `vote_middle`. Popular films say
    less (inverse user frequency). The similarity is shrunk by overlap / (overlap + shrinkage)
    and sharpened by a power. Source: Breese, Heckerman, Kadie (1998), "Empirical Analysis of
    Predictive Algorithms for Collaborative Filtering"; Aiolli (2013) for the power.

    Unknown: items that nobody rated; everything, for a person without a neighbour. An item that
    somebody rated and no neighbour did scores 0.
    """

    name: ClassVar[str] = "neighbours"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {
            "max_neighbours": 200,
            "shrinkage": 50.0,
            "power": 2.25,
            "frequency_power": 0.0,
            "middle": 1.0,
            "vote_middle": 2.0,
            "signed": 0.5,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.values, self.votes = _from_middle(self.settings["middle"]), _from_middle(self.settings["vote_middle"])
        share = (matrix.counts + 1.0) / (matrix.n_users + 2.0)
        self.frequency_weights = np.maximum(-np.log(share), 0.05) ** self.settings["frequency_power"]
        lists = matrix.by_user
        self.inverse_norms = np.asarray(
            row_norms(lists.start, lists.counts, lists.cells, matrix.n_users, self.frequency_weights, self.values)
        )  # fmt: skip
        self.short_norms = self.inverse_norms.astype(np.float32)

    def refresh(self, row: int) -> None:
        if row >= self.inverse_norms.size:
            more = row + 1 + row // 8
            self.inverse_norms = np.concatenate((self.inverse_norms, np.zeros(more - self.inverse_norms.size)))
            self.short_norms = self.inverse_norms.astype(np.float32)
        lists = self.matrix.by_user
        norm = row_norm(lists.start, lists.counts, lists.cells, row, self.frequency_weights, self.values)
        self.inverse_norms[row] = self.short_norms[row] = norm

    def neighbourhood(self, profile: Profile) -> tuple[IntArray, FloatArray]:
        """Rows of the nearest neighbours, ascending, and their similarities (all positive).

        The similarity of two people, -1..1: the product of their weighted preferences over their
        lengths, times overlap / (overlap + shrinkage). He is not his own neighbour.
        """
        found: tuple[IntArray, FloatArray] = nearest_of(*self._question(profile))
        return found

    def _question(self, profile: Profile) -> tuple[Any, ...]:
        """What `nearest_of` is asked."""
        lists, heads, settings = self.matrix.by_item, self.matrix.heads, self.settings
        return (
            (lists.start, lists.counts, lists.cells), (heads.item, heads.place, heads.rows), (self.inverse_norms, self.short_norms),
            profile.cols, profile.codes, profile.preferences, profile.row, self.frequency_weights, self.values,
            settings["signed"], settings["middle"], max(settings["shrinkage"], 1e-9),
            min(int(settings["max_neighbours"]), self.matrix.n_users),
        )  # fmt: skip

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.matrix.n_users:
            return unknown(self.matrix.n_items)
        lists = self.matrix.by_user
        nearest, scores, weights = votes_of_nearest(
            self._question(profile), self.matrix.floor, lists.start, lists.counts, lists.cells, self.settings["power"], self.votes
        )  # fmt: skip
        return Signal(scores, self._trace(nearest, weights)) if nearest.size else unknown(self.matrix.n_items)

    def _trace(self, nearest: IntArray, weights: FloatArray) -> Trace:
        def trace(wanted: IntArray, limit: int) -> Causes:
            lists = self.matrix.by_user
            place = np.full(self.matrix.n_items, -1, dtype=np.int32)
            place[wanted] = np.arange(wanted.size)
            histograms, votes = np.zeros((wanted.size, 1 << CODE_BITS), dtype=np.int64), np.zeros(wanted.size)
            votes_for(place, lists.start, lists.counts, lists.cells, nearest, weights, self.votes, histograms, votes)
            histograms = histograms[:, 1:CODES]
            counts = histograms.sum(axis=1)
            means = histograms @ STARS / np.maximum(counts, 1)

            def label(at: int) -> Cause:
                return Cause("neighbours", "", None, float(means[at]), int(counts[at]), 0.0, tuple(histograms[at].tolist()))

            labels = np.where(counts > 0, np.arange(counts.size), -1)
            return Causes(labels[:, None], votes[:, None], label, Crowd(counts, means, histograms))

        return trace


def _from_middle(middle: float) -> FloatArray:
    """``float64[16]`` by code: the distance from `middle` stars, 1 at five stars."""
    values = np.zeros(1 << CODE_BITS)
    values[:CODES] = code_table((STARS - middle) / (5.0 - middle))
    return values
