"""The rating matrix: users × items by rows and by columns, one byte a rating, with an overlay of later changes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from .data import CODES, FloatArray, IntArray, Items, Ratings, to_codes

CodeArray = npt.NDArray[np.uint8]
ColArray = npt.NDArray[np.int32]
Row = tuple[ColArray, CodeArray]

_NO_ROW: Row = (np.empty(0, np.int32), np.empty(0, np.uint8))


class Axis:
    """External ids on positions 0..n-1: `positions` gives -1 for an id that is not there."""

    def __init__(self, ids: IntArray) -> None:
        self.ids = ids
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def __len__(self) -> int:
        return int(self.ids.size)

    def positions(self, ids: npt.ArrayLike) -> IntArray:
        """``int[n]``: where each id is, or -1."""
        wanted = np.asarray(ids, dtype=np.int64)
        if self.ids.size == 0:
            return np.full(wanted.shape, -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), self.ids.size - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1)


class RatingMatrix:
    """Ratings as codes (half stars), CSR ``(n_users, n_items)`` and the same as CSC.

    `replace_row` puts a person's changed ratings into an overlay that every reading honours, so
    that a change is visible at once and nothing is rebuilt.
    """

    def __init__(self, ratings: Ratings, items: Items) -> None:
        self.items = Axis(items.item_ids)
        cols = self.items.positions(ratings.item_ids)
        known = cols >= 0
        self.n_ignored = int((~known).sum())
        user_ids, rows = np.unique(ratings.user_ids[known], return_inverse=True)
        self.users = Axis(user_ids)
        codes = to_codes(ratings.values[known])
        shape = (len(self.users), len(self.items))
        self.indptr, self.indices, self.codes = _compress(rows, cols[known], codes, shape[0])
        self.col_indptr, self.col_rows, self.col_codes = _compress(cols[known], rows, codes, shape[1])
        self.counts = np.diff(self.col_indptr).astype(np.float64)
        self.sums = np.bincount(cols[known], weights=codes / 2.0, minlength=shape[1])[: shape[1]]
        self._overlay: dict[int, Row] = {}
        self._new_rows: dict[int, int] = {}

    @property
    def n_items(self) -> int:
        return len(self.items)

    @property
    def n_users(self) -> int:
        """Rows, with those of people who came after the fit."""
        return len(self.users) + len(self._new_rows)

    @property
    def n_ratings(self) -> int:
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """The mean of all ratings in stars; the middle of the usual scale if there are none."""
        total = float(self.counts.sum())
        return float(self.sums.sum()) / total if total else 3.5

    @property
    def changed_rows(self) -> dict[int, Row]:
        """The rows that `replace_row` has changed since the fit."""
        return self._overlay

    def row_of(self, user_id: int | None) -> int:
        """The person's row, or -1."""
        if user_id is None:
            return -1
        at = int(self.users.positions([user_id])[0])
        return at if at >= 0 else self._new_rows.get(int(user_id), -1)

    def row(self, row: int) -> Row:
        """One person's columns (ascending) and codes."""
        if row in self._overlay:
            return self._overlay[row]
        if row < 0 or row >= len(self.users):
            return _NO_ROW
        span = slice(self.indptr[row], self.indptr[row + 1])
        return self.indices[span], self.codes[span]

    def rows(self, rows: Iterable[int]) -> tuple[IntArray, ColArray, CodeArray]:
        """Several people's ratings one after another: positions in `rows`, columns, codes."""
        parts = [self.row(int(row)) for row in rows]
        if not parts:
            return np.empty(0, np.int64), *_NO_ROW
        sizes = [cols.size for cols, _ in parts]
        owner = np.repeat(np.arange(len(parts)), sizes)
        return owner, np.concatenate([cols for cols, _ in parts]), np.concatenate([codes for _, codes in parts])

    def raters(self, cols: IntArray) -> tuple[IntArray, ColArray, CodeArray]:
        """Who rated these items at the fit: positions in `cols`, rows, codes (the overlay apart)."""
        starts, ends = self.col_indptr[cols], self.col_indptr[cols + 1]
        sizes = ends - starts
        owner = np.repeat(np.arange(cols.size), sizes)
        if not owner.size:
            return owner, *_NO_ROW
        flat = np.arange(owner.size) + np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        return owner, self.col_rows[flat], self.col_codes[flat]

    def replace_row(self, user_id: int, cols: IntArray, codes: CodeArray) -> int:
        """The person's ratings are now these; returns the row, a new one if he is new."""
        row = self.row_of(user_id)
        if row < 0:
            row = self.n_users
            self._new_rows[int(user_id)] = row
        old_cols, old_codes = self.row(row)
        np.subtract.at(self.counts, old_cols, 1.0)
        np.subtract.at(self.sums, old_cols, old_codes / 2.0)
        order = np.argsort(cols)
        self._overlay[row] = (cols[order].astype(np.int32), codes[order])
        np.add.at(self.counts, cols, 1.0)
        np.add.at(self.sums, cols, codes / 2.0)
        return row

    def damped_means(self, damping: float) -> FloatArray:
        """``float[n_items]``: mean stars, pulled to the overall mean as by `damping` more ratings."""
        return (self.sums + damping * self.mean) / (self.counts + damping)


def code_table(stars_to_value: Iterable[float]) -> FloatArray:
    """A lookup by code from ten values (0.5, 1.0 … 5.0 stars); code 0 gives 0."""
    table = np.zeros(CODES)
    table[1:] = np.fromiter(stars_to_value, dtype=np.float64, count=CODES - 1)
    return table


def _compress(major: IntArray, minor: IntArray, codes: CodeArray, n_major: int) -> tuple[IntArray, ColArray, CodeArray]:
    order = np.lexsort((minor, major))
    indptr = np.zeros(n_major + 1, dtype=np.int64)
    np.cumsum(np.bincount(major, minlength=n_major), out=indptr[1:])
    return indptr, minor[order].astype(np.int32), codes[order]
