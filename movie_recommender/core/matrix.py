"""The rating matrix: users × items by rows and by columns, two bytes a rating each, changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from numba import njit

from .cells import CODE_BITS, CellLists, Part, build_lists, sum_codes
from .data import CODES, CodeArray, FloatArray, IdArray, IntArray, Items, Ratings
from .heads import Heads
from .latest import Latest, Paths, paths_of
from .raters import USER_FULL, raters, write_rating

ColArray = npt.NDArray[np.int32]
Row = tuple[ColArray, CodeArray]
Change = tuple[int, int, int]
"""A rating that changed: the item's position, its code before and its code now; 0 is none."""

LARGEST_TABLE = 1 << 24
"""Ids up to here are looked up in a table, larger ones by bisection."""

AT_ONCE = 1 << 20
"""So many ratings are looked up at a time."""

_NO_ROW: Row = (np.empty(0, np.int32), np.empty(0, np.uint8))


class Axis:
    """External ids on positions 0..n-1: `positions` gives -1 for an id that is not there."""

    def __init__(self, ids: IntArray) -> None:
        self.ids = ids
        self._table: ColArray | None = None
        if ids.size and ids.min() >= 0 and ids.max() < min(LARGEST_TABLE, 100 * ids.size + 1_000_000):
            self._table = np.full(int(ids.max()) + 2, -1, dtype=np.int32)
            self._table[ids] = np.arange(ids.size)
        else:
            self._order = np.argsort(ids, kind="stable")
            self._sorted = ids[self._order]

    def __len__(self) -> int:
        return int(self.ids.size)

    def position(self, wanted: int) -> int:
        """Where this id is, or -1."""
        if self._table is not None:
            return int(self._table[wanted]) if 0 <= wanted < self._table.size else -1
        return int(self.positions([wanted])[0])

    def positions(self, ids: npt.ArrayLike) -> IntArray:
        """``int[n]``: where each id is, or -1."""
        wanted = np.asarray(ids, dtype=np.int64)
        if self._table is not None:
            return np.asarray(looked_up(self._table, wanted))
        if self.ids.size == 0:
            return np.full(wanted.shape, -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), self.ids.size - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1)


class RatingMatrix:
    """Ratings as codes (half stars), listed by people and by items.

    `replace_row` writes a person's changed ratings where they belong, in both lists, so that a
    change is visible at once and nothing is rebuilt. Not to be read while it is written.
    At the fit those who rated most come first, so that blocks of people are dense or empty.

    Attributes:
        by_user: what each person rated, by blocks of items, in order.
        by_item: an item's raters, by blocks of people, in any order within a block once it was written to.
        heads: what many of a block of people rated, once more.
        counts, sums: ``float64[n_items]``, how many ratings, and how many stars in all.
        standing: ``float64[n_items]``, the share of all ratings that films with fewer had at the fit (with as many: half).
        floor: ``float32[n_items]``, 0 where there is a rating and NaN where there is none.
        n_ratings: how many ratings there are.
        paths: people's ratings in the order of time, as far as times are known; None when all is learned.
        latest: each person's latest ratings.
    """

    def __init__(self, ratings: Ratings, items: Items, timed: Ratings | None = None) -> None:
        self.items = Axis(items.item_ids)
        given = _known(ratings, self.items)
        self.n_ignored = len(ratings) - given[0].size
        self.users = Axis(_people_most_first(given[0]))
        self._adopt(build_lists(lambda: _in_parts(given, self.users, self.items), len(self.users), len(self.items)))
        self.paths: Paths | None = paths_of(ratings if timed is None else timed, self.users, self.items)
        self.latest = Latest(self.paths, len(self.users))

    def _adopt(self, by_user: CellLists) -> None:
        self.by_user = by_user
        self.by_item = raters(by_user, len(self.items))
        self.heads = Heads(self.by_item, int(self.by_item.size.sum()))
        self.counts = self.by_item.size.astype(np.float64)
        self.sums = sum_codes(self.by_item.start, self.by_item.size, self.by_item.cells) / 2.0
        self.standing = _standing(self.counts)
        self.floor = np.where(self.counts > 0, 0.0, np.nan).astype(np.float32)
        self.n_ratings, self._halves = int(self.counts.sum()), round(2.0 * float(self.sums.sum()))
        self._new_rows: dict[int, int] = {}

    @property
    def n_items(self) -> int:
        return len(self.items)

    @property
    def n_users(self) -> int:
        """Rows, with those of people who came after the fit."""
        return len(self.users) + len(self._new_rows)

    @property
    def mean(self) -> float:
        """The mean of all ratings in stars; the middle of the usual scale if there are none."""
        return self._halves / 2.0 / self.n_ratings if self.n_ratings else 3.5

    def row_of(self, user_id: int | None) -> int:
        """The person's row, or -1."""
        if user_id is None:
            return -1
        at = self.users.position(int(user_id))
        return at if at >= 0 else self._new_rows.get(int(user_id), -1)

    def user_id(self, row: int) -> int:
        """Whose row it is."""
        if row < len(self.users):
            return int(self.users.ids[row])
        return next(user_id for user_id, at in self._new_rows.items() if at == row)

    def row(self, row: int) -> Row:
        """One person's columns (ascending) and codes."""
        if row < 0 or row >= self.n_users:
            return _NO_ROW
        return _unpacked(self.by_user.of(row))

    def csr(self) -> tuple[IntArray, ColArray, CodeArray]:
        """All ratings as ``indptr int64[n_users + 1]``, columns and codes: copies, to learn from."""
        indptr, cells = self.by_user.packed()
        return np.append(indptr[: self.n_users], cells.size), *_unpacked(cells)

    def row_for(self, user_id: int) -> int:
        """The person's row, a new one if he is new."""
        row = self.row_of(user_id)
        if row < 0:
            row = self.n_users
            self._new_rows[int(user_id)] = row
            self.by_user.extend_to(row + 1)
            self.by_item.reach(row + 1)
            self.heads.reach(row + 1)
        return row

    def replace_row(self, user_id: int, cols: IntArray, codes: CodeArray) -> tuple[int, list[Change]]:
        """The person's ratings are now these; returns his row and what changed."""
        row = self.row_for(user_id)
        now = dict(zip(cols.tolist(), codes.tolist(), strict=True))
        before = dict(zip(*(array.tolist() for array in self.row(row)), strict=True))
        wanted = [(col, 0) for col in before.keys() - now.keys()]
        wanted += [(col, code) for col, code in now.items() if before.get(col) != code]
        return row, [(col, self.put(row, col, code), code) for col, code in wanted]

    def put(self, row: int, col: int, code: int) -> int:
        """One rating is now this many half stars, 0 takes it away; returns how many it was."""
        before = self._write(row, col, code)
        while before < 0:
            if before == USER_FULL:
                self.by_user.move(row)
            else:
                self.by_item.move(col)
            before = self._write(row, col, code)
        if before != code:
            self.n_ratings += (code > 0) - (before > 0)
            self._halves += code - before
        return before

    def _write(self, row: int, col: int, code: int) -> int:
        users, items = self.by_user, self.by_item
        before: int = write_rating(
            users.start, users.size, users.room, users.counts, users.cells,
            items.start, items.size, items.room, items.counts, items.cells, (self.heads.item, self.heads.place, self.heads.rows),
            self.counts, self.sums, self.floor, row, col, code,
        )  # fmt: skip
        return before

    def damped_means(self, damping: float) -> FloatArray:
        """``float[n_items]``: mean stars, pulled to the overall mean as by `damping` more ratings."""
        return (self.sums + damping * self.mean) / (self.counts + damping)


@njit(cache=True, nogil=True)
def looked_up(table, wanted):  # type: ignore[no-untyped-def]
    """``int64[n]``: ``table[wanted]``, -1 for what is outside."""
    found = np.full(wanted.size, -1, np.int64)
    for at in range(wanted.size):
        if 0 <= wanted[at] < table.size:
            found[at] = table[wanted[at]]
    return found


def code_table(stars_to_value: Iterable[float]) -> FloatArray:
    """A lookup by code from ten values (0.5, 1.0 … 5.0 stars); code 0 gives 0."""
    table = np.zeros(CODES)
    table[1:] = np.fromiter(stars_to_value, dtype=np.float64, count=CODES - 1)
    return table


def _standing(counts: FloatArray) -> FloatArray:
    _, places = np.unique(counts, return_inverse=True)
    ratings = np.bincount(places, weights=counts)
    return np.asarray(((np.cumsum(ratings) - ratings / 2.0) / max(float(ratings.sum()), 1.0))[places])


def _unpacked(cells: npt.NDArray[np.uint32]) -> Row:
    return (cells >> CODE_BITS).astype(np.int32), (cells & 15).astype(np.uint8)


Given = tuple[IdArray, IdArray, CodeArray]
"""People's ids, items' ids and codes, a rating a position."""


def _known(ratings: Ratings, items: Axis) -> Given:
    """The ratings of items that are known."""
    starts = range(0, len(ratings), AT_ONCE)
    known = [items.positions(ratings.item_ids[begin : begin + AT_ONCE]) >= 0 for begin in starts]
    if all(some.all() for some in known):
        return ratings.user_ids, ratings.item_ids, ratings.codes
    kept = np.concatenate(known)
    return ratings.user_ids[kept], ratings.item_ids[kept], ratings.codes[kept]


def _in_parts(given: Given, users: Axis, items: Axis) -> Iterator[Part]:
    """Rows, columns and codes of some ratings at a time: of tens of millions at once they would be as large as the model."""
    user_ids, item_ids, codes = given
    for begin in range(0, codes.size, AT_ONCE):
        some = slice(begin, begin + AT_ONCE)
        yield users.positions(user_ids[some]), items.positions(item_ids[some]), codes[some]


def most_first(ratings: Ratings, items: Items) -> IntArray:
    """The items' positions: those rated most first, those rated as much in the order given."""
    axis, counts = Axis(items.item_ids), np.zeros(items.n_items + 1, dtype=np.int64)
    for begin in range(0, len(ratings), AT_ONCE):
        counts += np.bincount(axis.positions(ratings.item_ids[begin : begin + AT_ONCE]) + 1, minlength=counts.size)
    return np.argsort(-counts[1:], kind="stable")


def _people_most_first(user_ids: IdArray) -> IntArray:
    """The people, each once: who rated most first, those who rated as much by their ids. Without sorting where they are sorted."""
    if (user_ids[1:] < user_ids[:-1]).any():
        ids, sizes = np.unique(user_ids, return_counts=True)
    else:
        first = np.append(0, np.flatnonzero(user_ids[1:] != user_ids[:-1]) + 1)[: user_ids.size]
        ids, sizes = user_ids[first], np.diff(first, append=user_ids.size)
    return ids[np.argsort(-sizes, kind="stable")].astype(np.int64)
