"""Item-item collaborative filtering in closed form: films liked by the same people."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse
from numba import njit

from ..bytes import ByteTable, weighted_rows
from ..cells import BLOCK_BITS, CODE_BITS
from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Cause, Causes
from .base import Scorer, Signal, Trace, strongest_by_column, unknown
from .facts import fact_matrix
from .neighbours import STARS

AT_ONCE = 1024
"""People whose likes are multiplied at a time: they fit the cache."""

LISTED = 16 * AT_ONCE
"""People whose likes are listed at a time."""


Table = npt.NDArray[np.float32]


class CoLiking(Scorer):
    """A linear item-item model with a zero diagonal (EASE), that also knows the films' facts.

    B minimises ``||X - XB||² + facts * ||F' - F'B||² + ridge * ||B||²`` with diag(B) = 0, where F
    holds the facts: films are alike that the same people like or the same people made, so that a
    film with few ratings borrows from its facts. People with many ratings count less
    (`person_power`). A person's score for a film is the sum of his preferences times B, over the
    film's number of ratings to `popularity_power`; with few ratings, having chosen a film counts
    for it too (`chosen`), and his latest ratings count more (`lately`, `fading`).

    A second B, with a ridge that grows with how often a film was liked, is as if learned from
    people of whose ratings only few are known: it is asked for people with up to `few` ratings,
    and less and less up to `many`.

    Sources: Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data"; Steck (2020),
    "Autoencoders that don't overfit towards the Identity", for the second; Jeunen, Van Balen, Goethals
    (2020), "Closed-Form Models for Collaborative Filtering with Side-Information".

    The items are limited to the `max_items` most rated, so that fit stays feasible at tens of
    millions of ratings. Unknown: items outside that set, and everything for a person who rated
    none inside.
    """

    name: ClassVar[str] = "coliking"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {
            "max_items": 3000,
            "min_ratings": 3,
            "ridge": 150.0,
            "own_ridge": 0.2,
            "own_ridge_of_few": 10.0,
            "few": 8.0,
            "many": 40.0,
            "facts": 3.0,
            "middle": 2.0,
            "person_power": 0.25,
            "popularity_power": 0.12,
            "chosen": 0.25,
            "chosen_ratings": 20.0,
            "lately": 5.0,
            "fading": 10.0,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        order = np.argsort(-matrix.counts, kind="stable")[: int(self.settings["max_items"])]
        self.cols = np.sort(order[matrix.counts[order] >= self.settings["min_ratings"]]).astype(np.int32)
        self.position = np.full(matrix.n_items, -1, dtype=np.int32)
        self.position[self.cols] = np.arange(self.cols.size)
        gram, own = self._gram(matrix, items)
        self.model = self._solved(gram, own, self.settings["own_ridge"])
        self.model_of_few = self._solved(gram, own, self.settings["own_ridge_of_few"])
        self.model_of_few.scale *= _size(self.model) / max(_size(self.model_of_few), 1e-12)

    def _gram(self, matrix: RatingMatrix, items: Items) -> tuple[Table, Table]:
        """``float32[n_cols, n_cols]``: co-liking and shared facts; and the diagonal of co-liking."""
        gram, lists = np.zeros((self.cols.size, self.cols.size), dtype=np.float32), matrix.by_user
        values, weights = self._liking(matrix)
        for begin in range(0, matrix.n_users, LISTED):
            end = min(begin + LISTED, matrix.n_users)
            likes = likes_of(lists.start, lists.size, lists.counts, lists.cells, begin, end, self.position, values, weights)
            add_products(gram, *likes)
        gram += np.triu(gram, 1).T
        own = gram.diagonal().copy()
        if self.settings["facts"]:
            facts = fact_matrix(items)[self.cols]
            gram += np.float32(self.settings["facts"]) * (facts @ facts.T).toarray().astype(np.float32)
        return gram, own

    def _solved(self, gram: Table, own: Table, own_ridge: float) -> ByteTable:
        """B, each film's column over its number of ratings to `popularity_power`."""
        if not self.cols.size:
            return ByteTable(gram)
        ridged = gram.copy()
        ridged[np.diag_indices_from(ridged)] += own * np.float32(own_ridge) + np.float32(self.settings["ridge"])
        counts = np.maximum(self.matrix.counts[self.cols], 1.0).astype(np.float32)
        return ByteTable(_without_self(ridged) / counts ** np.float32(self.settings["popularity_power"]))

    def _liking(self, matrix: RatingMatrix) -> tuple[FloatArray, FloatArray]:
        """How much each code is a like, and how much each person's likes count: less for people with many ratings."""
        values = code_table(np.clip((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]), 0.02, None))
        sizes = matrix.by_user.size[: matrix.n_users]
        return values, (np.maximum(sizes, 1) / 100.0) ** -self.settings["person_power"]

    def score(self, profile: Profile) -> Signal:
        patience = self.settings["chosen_ratings"]
        chosen = self.settings["chosen"] * patience / (profile.n_ratings + patience)
        emphasis = profile.emphasis(self.settings["lately"], self.settings["fading"])
        share, usual, of_few = self._share_of_few(profile.n_ratings), self.model, self.model_of_few
        rows, weights, values = said_of_all(
            self.position, profile.cols, profile.preferences, chosen, emphasis,
            ((usual.steps, usual.scale, 1.0 - share), (of_few.steps, of_few.scale, share)),
        )  # fmt: skip
        if not rows.size:
            return unknown(self.matrix.n_items)
        return Signal(values, self._trace(profile, rows, weights), self.position, None, self.cols)

    def _share_of_few(self, n_ratings: int) -> float:
        """How much the model of few is asked for a person with so many ratings: alone up to `few`, not at all from `many` on."""
        few, many = math.log(self.settings["few"]), math.log(self.settings["many"])
        return min(max((many - math.log(max(n_ratings, 1))) / (many - few), 0.0), 1.0)

    def _trace(self, profile: Profile, rows: IntArray, weights: FloatArray) -> Trace:
        def trace(wanted: IntArray, limit: int) -> Causes:
            at, rated = self.position[wanted], self.position[profile.cols] >= 0
            share = self._share_of_few(profile.n_ratings)
            models = [(self.model, 1.0 - share), (self.model_of_few, share)]
            shares = weights[:, None] * sum(part * model.of(rows, np.maximum(at, 0)) for model, part in models if part)
            shares[:, at < 0] = 0.0
            return movie_causes(self.matrix.items.ids[profile.cols[rated]], profile.stars[rated], shares, limit)

        return trace


@njit(cache=True, nogil=True)
def asked(position, cols, preferences, chosen, emphasis):  # type: ignore[no-untyped-def]
    """The rows of the model that stand for these items, and their weights ``float64[n]``."""
    rows, weights, n = np.empty(cols.size, np.int64), np.empty(cols.size), 0
    for at in range(cols.size):
        if position[cols[at]] >= 0:
            rows[n], weights[n] = position[cols[at]], (preferences[at] + chosen) * emphasis[at]
            n += 1
    return rows[:n], weights[:n]


@njit(cache=True, nogil=True)
def said_of_all(position, cols, preferences, chosen, emphasis, models):  # type: ignore[no-untyped-def]
    """What these ratings say of all items of the models, added up by the models' shares.

    Args:
        position, cols, preferences, chosen, emphasis: as of `asked`.
        models: `ByteTable.steps`, `scale`, and the share of each.

    Returns:
        `asked`, and ``float32[n_items + 1]``, whose last, NaN, stands for all items outside.
    """
    rows, weights = asked(position, cols, preferences, chosen, emphasis)
    values = np.zeros(models[0][1].size + 1, np.float32)
    for steps, scale, share in models:
        if share:
            sums = weighted_rows(steps, rows, (weights * share).astype(np.float32))
            for at in range(sums.size):
                values[at] += sums[at] * scale[at]
    values[-1] = np.nan
    return rows, weights, values


@njit(cache=True, nogil=True)
def likes_of(start, size, counts, cells, begin, end, position, values, weights):  # type: ignore[no-untyped-def]
    """CSR of these people's likes: ``int64[end - begin + 1]``, ``int32`` columns that ascend in each row, and ``float32`` values.

    Args:
        start, size, counts, cells: `CellLists.start`, `size`, `counts` and `cells` of what each person rated.
        begin, end: the people's rows.
        position: each item's column, or -1.
        values, weights: ``float64[11]`` by code, and ``float64[n_users]``.
    """
    indptr, n = np.zeros(end - begin + 1, np.int64), size[begin:end].sum()
    cols, likes, to = np.empty(n, np.int32), np.empty(n, np.float32), 0
    for row in range(begin, end):
        c = start[row]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[row, block]]:
                col = position[(block << BLOCK_BITS) + (cell >> CODE_BITS)]
                if col >= 0:
                    cols[to], likes[to] = col, values[cell & np.uint16(15)] * weights[row]
                    to += 1
            c += counts[row, block]
        indptr[row - begin + 1] = to
    return indptr, cols[:to], likes[:to]


@njit(cache=True, nogil=True)
def add_products(found, indptr, cols, values):  # type: ignore[no-untyped-def]
    """Add ``X.T @ X`` of a CSR matrix with ascending columns in each row to the upper half of ``float32[n_cols, n_cols]``.

    Some rows at a time and, within them, column by column: one row of the result is written at a time.
    """
    n_cols = found.shape[0]
    for first in range(0, indptr.size - 1, AT_ONCE):
        last = min(first + AT_ONCE, indptr.size - 1)
        ends = np.zeros(n_cols, np.int64)
        for at in range(indptr[first], indptr[last]):
            ends[cols[at]] += 1
        ends = np.cumsum(ends)
        starts = ends.copy()
        begins, stops = np.empty(indptr[last] - indptr[first], np.int64), np.empty(indptr[last] - indptr[first], np.int64)
        for row in range(last - 1, first - 1, -1):
            for at in range(indptr[row], indptr[row + 1]):
                starts[cols[at]] -= 1
                begins[starts[cols[at]]] = at
                stops[starts[cols[at]]] = indptr[row + 1]
        for col in range(n_cols):
            sums = found[col]
            for place in range(starts[col], ends[col]):
                value = values[begins[place]]
                others, weights = cols[begins[place] : stops[place]], values[begins[place] : stops[place]]
                for at in range(others.size):
                    sums[np.uint32(others[at])] += value * weights[at]


def _size(table: ByteTable) -> float:
    """The mean square root of the squares of a table's numbers."""
    squares = np.square(table.steps, dtype=np.float32).mean(axis=0) if len(table) else np.zeros(1)
    return float(np.sqrt((squares * np.square(table.scale)).mean())) if len(table) else 0.0


def _without_self(gram: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """EASE's closed form: ``B = -P / diag(P)`` with a zero diagonal, where P inverts the Gram matrix."""
    factor = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    identity = np.eye(gram.shape[0], dtype=np.float32)
    inverse = scipy.linalg.cho_solve(factor, identity, overwrite_b=True, check_finite=False)
    model = np.ascontiguousarray(inverse / -np.diag(inverse), dtype=np.float32)
    np.fill_diagonal(model, 0.0)
    return model


def movie_causes(item_ids: IntArray, stars: FloatArray, shares: FloatArray, limit: int) -> Causes:
    """For each column of ``float[n_rated, m]``, the rated films that contribute most, strongest first."""
    rows = strongest_by_column(shares, limit)
    largest = np.take_along_axis(shares, rows, axis=0).T
    return Causes(np.where(largest != 0.0, rows.T, -1), largest, lambda at: Cause("movie", "", int(item_ids[at]), float(stars[at]), 1))
