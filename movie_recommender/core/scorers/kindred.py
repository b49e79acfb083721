"""Kernel regression over people: what those liked whose taste is near, with what they share taken into account."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from ..cells import CODE_BITS
from ..data import CODES, FloatArray, IntArray, Items
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Cause
from .base import Scorer, Signal, Trace, unknown
from .coliking import movie_causes
from .neighbours import STARS

SAMPLED = 0
"""The seed by which people are drawn where there are more than `max_people`."""


class Kindred(Scorer):
    """Kernel ridge regression from a person's likes to everybody's likes.

    Two people's kernel is ``exp(sharpness * (cosine of their likes - 1))``: between the nearest
    neighbours, which see only who is very near, and a linear item-item model, which sees only sums.
    The regression solves ``(K + ridge) A = likes`` once; a person's scores are his kernel to those
    people times A. For who is among them his own row is taken out in closed form, as if it had
    never been learned from. A dislike counts below zero once a person has rated a lot, for few
    ratings having chosen a film counts (`patience`). Sources: Saunders, Gammerman, Vovk (1998),
    "Ridge Regression Learning Algorithm in Dual Variables"; Sachdeva et al. (2022), "Infinite
    Recommendation Networks", for kernels over people.

    At most `max_people` drawn people and the `max_items` most rated items take part, so that fit
    and memory stay bounded; other rated items score 0. Unknown: items that nobody rated, and
    everything for a person without ratings.
    """

    name: ClassVar[str] = "kindred"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {
            "max_people": 3000,
            "max_items": 5000,
            "min_ratings": 2,
            "sharpness": 2.0,
            "ridge": 1.0,
            "middle": 2.0,
            "patience": 20.0,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.liking = code_table(np.clip((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]), 0.02, None))
        order = np.argsort(-matrix.counts, kind="stable")[: int(self.settings["max_items"])]
        self.cols = np.sort(order[matrix.counts[order] >= self.settings["min_ratings"]])
        self.position = np.full(matrix.n_items, -1, dtype=np.int64)
        self.position[self.cols] = np.arange(self.cols.size)
        people = self._people(matrix)
        self.place = np.full(matrix.n_users, -1, dtype=np.int64)
        self.place[people] = np.arange(people.size)
        likes, lengths = self._likes(matrix, people)
        self.by_item = likes.T.tocsr()
        self.answers: npt.NDArray[np.float32] = np.zeros((people.size, self.cols.size), dtype=np.float32)
        self.inverse: npt.NDArray[np.float32] = np.zeros((people.size, people.size), dtype=np.float32)
        if people.size and self.cols.size:
            kernel = self._kernel((likes @ self.by_item).toarray().astype(np.float64))
            kernel[np.diag_indices_from(kernel)] += self.settings["ridge"]
            factor = scipy.linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
            inverse = scipy.linalg.cho_solve(factor, np.eye(people.size), overwrite_b=True, check_finite=False)
            self.inverse = inverse.astype(np.float32)
            targets = (scipy.sparse.diags(lengths) @ likes).tocsc()[:, self.cols]
            self.answers = np.ascontiguousarray((targets.T @ self.inverse).T, dtype=np.float32)

    def _people(self, matrix: RatingMatrix) -> IntArray:
        """Rows of the people who take part, ascending: all who rated, or so many drawn from them."""
        rated = np.flatnonzero(matrix.by_user.size[: matrix.n_users] > 0)
        limit = int(self.settings["max_people"])
        if rated.size <= limit:
            return rated
        return np.sort(np.random.default_rng(SAMPLED).choice(rated, limit, replace=False))

    def _likes(self, matrix: RatingMatrix, people: IntArray) -> tuple[scipy.sparse.csr_matrix, FloatArray]:
        """CSR ``float32[n_people, n_items]`` with rows of unit length, and the lengths that they had."""
        cells = [matrix.by_user.of(row) for row in people.tolist()]
        sizes = np.array([row.size for row in cells], dtype=np.int64)
        table = np.concatenate(cells) if cells else np.empty(0, dtype=np.uint32)
        values = self.liking[table & np.uint32(15)]
        owner = np.repeat(np.arange(people.size), sizes)
        lengths = np.sqrt(np.bincount(owner, weights=values**2, minlength=people.size))
        values = (values / lengths[owner]).astype(np.float32)
        indptr = np.concatenate(([0], np.cumsum(sizes)))
        cols = (table >> np.uint32(CODE_BITS)).astype(np.int32)
        return scipy.sparse.csr_matrix((values, cols, indptr), shape=(people.size, matrix.n_items)), lengths

    def _kernel(self, cosines: FloatArray) -> FloatArray:
        return np.exp(self.settings["sharpness"] * (cosines - 1.0))

    def _own(self, profile: Profile) -> npt.NDArray[np.float32]:
        """``float32[n_ratings]``, of unit length: what each of his ratings says about his taste."""
        few = self.settings["patience"] / (profile.n_ratings + self.settings["patience"])
        values = (1.0 - few) * profile.preferences + few * self.liking[np.minimum(profile.codes, CODES - 1)]
        return (values / max(float(np.linalg.norm(values)), 1e-12)).astype(np.float32)

    def _weights(self, profile: Profile, own: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """``float32[n_people]``: his kernel to everybody, and the weights of their answers, without his own row."""
        kernel = self._kernel((own @ self.by_item[profile.cols]).astype(np.float64)).astype(np.float32)
        weights = kernel
        place = int(self.place[profile.row]) if 0 <= profile.row < self.place.size else -1
        if place >= 0:
            weights = kernel.copy()
            weights[place] -= (kernel @ self.inverse[:, place]) / self.inverse[place, place]
        return kernel, weights

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.answers.size:
            return unknown(self.matrix.n_items)
        own = self._own(profile)
        kernel, weights = self._weights(profile, own)
        scores = np.where(self.matrix.counts > 0, 0.0, np.nan)
        scores[self.cols] = weights @ self.answers
        return Signal(scores, self._trace(profile, own, kernel))

    def _trace(self, profile: Profile, own: npt.NDArray[np.float32], kernel: npt.NDArray[np.float32]) -> Trace:
        """A film's share is how the score changes with its value, times its value."""
        item_ids = self.matrix.items.ids[profile.cols]
        place = int(self.place[profile.row]) if 0 <= profile.row < self.place.size else -1

        def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
            at = self.position[wanted]
            answers = self.answers[:, np.maximum(at, 0)]
            if place >= 0:
                answers = answers - np.outer(self.inverse[:, place] / self.inverse[place, place], answers[place])
            steep = np.float32(self.settings["sharpness"]) * kernel
            shares = own[:, None] * (self.by_item[profile.cols] @ (steep[:, None] * answers)).astype(np.float64)
            shares[:, at < 0] = 0.0
            return movie_causes(item_ids, profile.stars, shares, limit)

        return trace
