"""Kernel regression over people: what those liked whose taste is near, with what they share taken into account."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from ..bytes import ShortTable
from ..cells import CODE_BITS
from ..data import FloatArray, IntArray, Items
from ..fine import FineTable
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Causes
from .answers import answered, own_and_cosines
from .base import Scorer, Signal, Trace, unknown
from .coliking import movie_causes
from .neighbours import STARS
from .newcomers import newcomers

Table = npt.NDArray[np.float32]

STEADY = 1e-5
"""Of the mean diagonal, so much is added to it where newcomers are learned from."""

AT_ONCE = 512
"""People who are compared with all others at a time."""

SAMPLED = 0
"""The seed by which people are drawn where there are more than `max_people`."""


class Kindred(Scorer):
    """Kernel ridge regression from a person's likes to everybody's likes.

    Two people's kernel is ``exp(sharpness * (cosine of their likes - 1))``: between the nearest
    neighbours, which see only who is very near, and a linear item-item model, which sees only sums.
    The regression solves ``(K + ridge) A = likes`` once; a person's scores are his kernel to those
    people times A. For who is among them his own row is taken out in closed form, as if it had
    never been learned from. A dislike counts below zero once a person has rated a lot, for few
    ratings having chosen a film counts (`patience`), and his latest ratings count more (`lately`,
    `fading`). Sources: Saunders, Gammerman, Vovk (1998), "Ridge Regression Learning
    Algorithm in Dual Variables"; Sachdeva et al. (2022), "Infinite Recommendation Networks", for
    kernels over people.

    A second A is learned from people of whom only few ratings are known (`newcomers`), and answers
    in place of the first as far as a person has told only what he thinks of the best-known films
    (`Profile.famous`): who those are like differs more than the films that they share say.

    A is kept on the `axes` axes that carry most of what is answered to somebody else: the largest
    of ``K A`` without everybody's answer to himself. On them a person's scores are two short sums
    (measured: docs/benchmarks-history.md).

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
            "axes": 384.0,
            "ridge_of_few": 0.3,
            "lately": 5.0,
            "fading": 10.0,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.liking = code_table(np.clip((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]), 0.02, None))
        order = np.argsort(-matrix.counts, kind="stable")[: int(self.settings["max_items"])]
        self.cols = np.sort(order[matrix.counts[order] >= self.settings["min_ratings"]])
        self.position = np.full(matrix.n_items, -1, dtype=np.int32)
        self.position[self.cols] = np.arange(self.cols.size)
        people = self._people(matrix)
        self.place = np.full(matrix.n_users, -1, dtype=np.int16 if people.size < 1 << 15 else np.int32)
        self.place[people] = np.arange(people.size)
        rated = self._rated(matrix, people)
        likes, lengths = self._likes(rated)
        self._keep_raters(rated, lengths)
        targets = (scipy.sparse.diags(lengths) @ likes).tocsc()[:, self.cols]
        answers = self._answers(likes, targets)
        explained = targets.toarray()
        explained -= np.float32(self.settings["ridge"] + 1.0) * answers
        axes = _main_axes(explained, int(self.settings["axes"]))
        usual = answers @ axes
        del answers, explained  # each of them, as the kernels, takes 60 MB
        self.people, self.films = FineTable(usual, across=True), FineTable(axes)
        self.people_of_few = FineTable(self._of_few(people, likes, targets, usual, axes), across=True)

    def _answers(self, likes: scipy.sparse.csr_matrix, targets: scipy.sparse.csc_matrix) -> Table:
        """``float32[n_people, n_items]``: what each person adds to everybody's score; keeps what of it is his own."""
        if not all(targets.shape):
            self.own_shares = ShortTable(np.zeros((likes.shape[0], likes.shape[0])))
            return np.zeros(targets.shape, dtype=np.float32)
        inverse = self._inverse(likes)
        answers = targets.T @ inverse.astype(np.float32, order="C")
        inverse /= np.maximum(inverse.diagonal(), 1e-12)
        np.fill_diagonal(inverse, 0.0)
        self.own_shares = ShortTable(inverse)
        del inverse
        return np.ascontiguousarray(answers.T, dtype=np.float32)

    def _inverse(self, likes: scipy.sparse.csr_matrix) -> FloatArray:
        """``float64[n_people, n_people]``: that of the kernel with the ridge."""
        kernel = self._kernel(_cosines(likes, likes.T.tocsr()).astype(np.float64))
        np.fill_diagonal(kernel, 1.0 + self.settings["ridge"])
        factor = scipy.linalg.cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
        return np.asarray(scipy.linalg.cho_solve(factor, np.eye(likes.shape[0], order="F"), overwrite_b=True, check_finite=False))

    def _of_few(
        self, people: IntArray, likes: scipy.sparse.csr_matrix, targets: scipy.sparse.csc_matrix, usual: Table, axes: Table
    ) -> Table:
        """``float32[n_people, n_axes]``: as `usual`, learned from newcomers; what they were not asked about is answered as usual."""
        by_item = likes.T.tocsr()
        gram, right = self._kernel(_cosines(likes, by_item)), np.zeros(usual.shape, dtype=np.float32)
        gram *= np.float32(self.settings["ridge_of_few"])
        wanted, counts, rounds = targets.tocsr(), self.matrix.counts[self.cols], 0
        gained = np.zeros_like(gram)
        for some in newcomers(self.matrix, people, self.liking, self.settings["patience"], SAMPLED):
            near = without_oneself(self._kernel(_cosines(some.own, by_item)), some.people)
            for begin in range(0, some.people.size, AT_ONCE):
                few = slice(begin, begin + AT_ONCE)
                answered = (near[few] @ usual) @ axes.T
                likes_of_few = np.where(counts[None, :] >= some.asked[few, None], answered, wanted[some.people[few]].toarray())
                right += near[few].T @ (likes_of_few @ axes)
            gained += near.T @ near
            rounds += 1
        if not right.any():
            return usual
        # In float64, with a little more on the diagonal: people who rated the same make it singular, and float32 is too coarse for it.
        gram += gained / np.float32(rounds)
        del gained
        whole = gram.astype(np.float64)
        del gram
        whole[np.diag_indices_from(whole)] += STEADY * whole.diagonal().mean()
        factor = scipy.linalg.cho_factor(whole.T, lower=True, overwrite_a=True, check_finite=False)
        found = scipy.linalg.cho_solve(factor, right / np.float32(rounds), check_finite=False).astype(np.float32)
        as_large = np.linalg.norm(near @ usual) / max(float(np.linalg.norm(near @ found)), 1e-12)
        return np.asarray(found * np.float32(as_large), dtype=np.float32)

    def _people(self, matrix: RatingMatrix) -> IntArray:
        """Rows of the people who take part, ascending: all who rated, or so many drawn from them."""
        rated = np.flatnonzero(matrix.by_user.size[: matrix.n_users] > 0)
        limit = int(self.settings["max_people"])
        if rated.size <= limit:
            return rated
        return np.sort(np.random.default_rng(SAMPLED).choice(rated, limit, replace=False))

    def _rated(self, matrix: RatingMatrix, people: IntArray) -> scipy.sparse.csr_matrix:
        """CSR ``uint8[n_people, n_items]``: these people's codes."""
        cells = [matrix.by_user.of(row) for row in people.tolist()]
        indptr = np.concatenate(([0], np.cumsum([row.size for row in cells], dtype=np.int64)))
        table = np.concatenate(cells) if cells else np.empty(0, dtype=np.uint32)
        cols, codes = (table >> np.uint32(CODE_BITS)).astype(np.int32), (table & np.uint32(15)).astype(np.uint8)
        return scipy.sparse.csr_matrix((codes, cols, indptr), shape=(people.size, matrix.n_items))

    def _likes(self, rated: scipy.sparse.csr_matrix) -> tuple[scipy.sparse.csr_matrix, FloatArray]:
        """CSR ``float32[n_people, n_items]`` with rows of unit length, and the lengths that they had."""
        values, owner = self.liking[rated.data], np.repeat(np.arange(rated.shape[0]), np.diff(rated.indptr))
        lengths = np.sqrt(np.bincount(owner, weights=values**2, minlength=rated.shape[0]))
        values = (values / lengths[owner]).astype(np.float32)
        return scipy.sparse.csr_matrix((values, rated.indices, rated.indptr), shape=rated.shape), lengths

    def _keep_raters(self, rated: scipy.sparse.csr_matrix, lengths: FloatArray) -> None:
        """Who rated each item, ``place << 4 | code``, in two bytes where places fit; a like is its code's, over the person's length."""
        lists = rated.T.tocsr()
        kind: type[np.unsignedinteger] = np.uint16 if lengths.size <= 1 << (16 - CODE_BITS) else np.uint32
        self.begins, self.raters = lists.indptr, (lists.indices.astype(kind) << kind(CODE_BITS)) | lists.data.astype(kind)
        self.inverse_lengths = (1.0 / np.maximum(lengths, 1e-12)).astype(np.float32)

    def _raters_of(self, cols: IntArray) -> scipy.sparse.csr_matrix:
        """CSR ``float32[len(cols), n_people]``: the likes of these items, rows of people being of unit length."""
        cells = [self.raters[self.begins[col] : self.begins[col + 1]] for col in cols.tolist()]
        indptr = np.concatenate(([0], np.cumsum([some.size for some in cells], dtype=np.int64)))
        table = np.concatenate(cells) if cells else self.raters[:0]
        places = (table >> CODE_BITS).astype(np.int32)
        values = (self.liking[table & 15] * self.inverse_lengths[places]).astype(np.float32)
        return scipy.sparse.csr_matrix((values, places, indptr), shape=(cols.size, self.inverse_lengths.size))

    def _kernel(self, cosines: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """``exp(sharpness * (cosines - 1))``, in their place."""
        cosines -= 1.0
        cosines *= self.settings["sharpness"]
        return np.exp(cosines, out=cosines)

    def _place(self, profile: Profile) -> int:
        """His place among those who are learned from, or -1."""
        return int(self.place[profile.row]) if 0 <= profile.row < self.place.size else -1

    def _own_share(self, place: int) -> npt.NDArray[np.float32]:
        """``float32[n_people]``: how much of everybody's answer goes with his own row when it is taken out."""
        share = self.own_shares.steps[:, place] * self.own_shares.scale[place]
        share[place] = 1.0
        return np.asarray(share)

    def _rows_of_few(self, place: int) -> Table:
        """``float32[n_people, n_axes]``: what each person's kernel adds; his own is that of all others' mean."""
        rows = self.people_of_few.whole()
        if place >= 0:
            rows = rows + rows[place] / max(rows.shape[0] - 1, 1)
            rows[place] = 0.0
        return rows

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.films.steps.size:
            return unknown(self.matrix.n_items)
        emphasis, place = profile.emphasis(self.settings["lately"], self.settings["fading"]), self._place(profile)
        own, cosines = own_and_cosines(
            profile.cols, profile.codes, profile.preferences, self.liking, self.settings["patience"], emphasis,
            self.begins, self.raters, self.inverse_lengths,
        )  # fmt: skip
        weights = kernel = self._kernel(cosines)
        if place >= 0:
            weights = kernel.copy()
            weights[place] -= kernel @ self._own_share(place)
        of_few = without_oneself(kernel[None, :], np.array([place]))[0] if profile.famous else weights
        scores = answered(
            weights, of_few, profile.famous, self.people.parts, self.people_of_few.parts, self.films.parts, self.matrix.floor, self.cols
        )  # fmt: skip
        return Signal(scores, self._trace(profile, own, kernel))

    def _trace(self, profile: Profile, own: npt.NDArray[np.float32], kernel: npt.NDArray[np.float32]) -> Trace:
        """A film's share is how the score changes with its value, times its value."""

        def trace(wanted: IntArray, limit: int) -> Causes:
            at, place = self.position[wanted], self._place(profile)
            steep = self._raters_of(profile.cols)
            steep.data *= np.float32(self.settings["sharpness"]) * kernel[steep.indices]
            people = self.people.whole()
            on_axes = steep @ people
            if place >= 0:
                on_axes -= np.outer(steep @ self._own_share(place), people[place])
            if profile.famous:
                on_axes = (1.0 - profile.famous) * on_axes + profile.famous * (steep @ self._rows_of_few(place))
            on_axes *= own[:, None]
            shares = (on_axes @ self.films.rows(np.maximum(at, 0)).T).astype(np.float64)
            shares[:, at < 0] = 0.0
            return movie_causes(self.matrix.items.ids[profile.cols], profile.stars, shares, limit)

        return trace


def _cosines(some: scipy.sparse.csr_matrix, by_item: scipy.sparse.csr_matrix) -> npt.NDArray[np.float32]:
    """``float32[n, n_people]``: the products of these rows with everybody's, some at a time: sparse they take four times that."""
    found = np.empty((some.shape[0], by_item.shape[1]), dtype=np.float32)
    for begin in range(0, some.shape[0], AT_ONCE):
        found[begin : begin + AT_ONCE] = (some[begin : begin + AT_ONCE] @ by_item).toarray()
    return found


def without_oneself(kernel: npt.NDArray[np.floating], places: IntArray) -> Table:
    """``float32[n, n_people]``: with the mean of all others where a person meets himself (place -1: he does not)."""
    rows = np.flatnonzero(places >= 0)
    cols = places[rows]
    others = (kernel[rows].sum(axis=1) - kernel[rows, cols]) / max(kernel.shape[1] - 1, 1)
    changed = kernel.astype(np.float32)
    changed[rows, cols] = others
    return changed


def _main_axes(answers: npt.NDArray[np.float32], n_axes: int) -> npt.NDArray[np.float32]:
    """``float32[n_items, <= n_axes]``: the axes of largest variance of ``[n_people, n_items]``, as many as there can be."""
    n_axes = min(n_axes, *answers.shape)
    if not n_axes:
        return np.zeros((answers.shape[1], 0), dtype=np.float32)
    from sklearn.utils.extmath import randomized_svd  # a second to import: a start from a snapshot does without

    _, _, axes = randomized_svd(answers, n_axes, n_iter=3, random_state=0)
    return np.ascontiguousarray(axes.T, dtype=np.float32)
