"""When people rated: everybody's ratings in the order of time while the model learns, and afterwards each one's latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import FloatArray, IntArray, Ratings

if TYPE_CHECKING:
    from .matrix import Axis

DEPTH = 40
"""How many of each person's latest ratings are remembered."""


@dataclass(frozen=True, eq=False)
class Paths:
    """People's ratings in the order of time, one person after the other.

    Attributes:
        rows: ``int[n_people]``, their rows in the matrix.
        start: ``int[n_people + 1]``, where each one's path begins in the following.
        cols, codes: ``int32[n]`` and ``uint8[n]``, what was rated, and how.
        tied: ``bool[n]``: at the same time as the one before.
    """

    rows: IntArray
    start: IntArray
    cols: npt.NDArray[np.int32]
    codes: npt.NDArray[np.uint8]
    tied: npt.NDArray[np.bool_]


def paths_of(ratings: Ratings, users: Axis, items: Axis) -> Paths:
    """The paths of all whose times are known; none where the ratings have no times."""
    times = ratings.timestamps
    if times is None:
        return Paths(np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, bool))
    rows, cols = users.positions(ratings.user_ids), items.positions(ratings.item_ids).astype(np.int32)
    codes = ratings.codes
    kept = (rows >= 0) & (cols >= 0) & np.isfinite(times)
    if not kept.all():
        rows, cols, codes, times = rows[kept], cols[kept], codes[kept], times[kept]
    if (rows[1:] < rows[:-1]).any():
        order = np.argsort(rows, kind="stable")
        rows, cols, codes, times = rows[order], cols[order], codes[order], times[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    start = np.append(first, rows.size)
    return Paths(rows[first], start, *put_in_order(start, cols, codes, times))


class Latest:
    """How new each person's latest ratings are. What comes after the fit is newer than all before.

    Attributes:
        cols: ``uint16[n_people, DEPTH]`` (``int32`` where there are too many films), newest first: the column + 1, 0 where there is none.
        apart: ``uint8[n_people, DEPTH / 8]``, a bit for each: it is older than the one before it, not of the same time.
        place: ``int32[n_rows]``, each row's place in them, or -1.
    """

    def __init__(self, paths: Paths, n_rows: int) -> None:
        n_people, are_few = paths.start.size - 1, paths.cols.max(initial=0) < np.iinfo(np.uint16).max
        self.cols = np.zeros((n_people, DEPTH), dtype=np.uint16 if are_few else np.int32)
        apart = np.zeros((n_people, DEPTH), dtype=bool)
        last_of_each(paths.start, paths.cols, paths.tied, self.cols, apart)
        self.apart = np.packbits(apart, axis=1)
        self.place = np.full(n_rows, -1, dtype=np.int32)
        self.place[paths.rows] = np.arange(paths.rows.size)
        self.since: dict[int, list[tuple[int, ...]]] = {}

    def follow(self, row: int, cols: Sequence[int]) -> None:
        """The person has just rated these, all at one time."""
        if cols:
            self.since.setdefault(row, []).append(tuple(cols))

    def newer_than(self, row: int, cols: IntArray) -> FloatArray | None:
        """``float[len(cols)]``, for ascending `cols`: how many of his ratings are newer; infinite for older ones than are remembered.

        None if nothing is known of his times.
        """
        place = int(self.place[row]) if 0 <= row < self.place.size else -1
        since = self.since.get(row, ())
        if place < 0 and not since:
            return None
        found, n_newer = np.full(cols.size, np.inf), 0
        for group in reversed(since):
            _put(found, cols, np.array(group), float(n_newer))
            n_newer += len(group)
            if n_newer >= DEPTH:
                return found
        if place >= 0:
            own = self.cols[place][self.cols[place] > 0].astype(np.int64) - 1
            apart = np.unpackbits(self.apart[place], count=own.size)
            _put(found, cols, own, n_newer + np.maximum.accumulate(np.arange(own.size) * apart).astype(np.float64))
        return found


def _put(found: FloatArray, cols: IntArray, wanted: npt.NDArray[np.signedinteger], newer: FloatArray | float) -> None:
    """Note how many are newer than the wanted ones, where nothing newer was noted."""
    if not cols.size:
        return
    at = np.minimum(np.searchsorted(cols, wanted), cols.size - 1)
    there = cols[at] == wanted
    found[at[there]] = np.minimum(found[at[there]], np.broadcast_to(newer, wanted.shape)[there])


@njit(cache=True, nogil=True)
def put_in_order(start, cols, codes, times):  # type: ignore[no-untyped-def]
    """Columns and codes, each person's by time (ties as they came), and whether each is tied with the one before."""
    sorted_cols, sorted_codes, tied = np.empty(cols.size, np.int32), np.empty(cols.size, np.uint8), np.zeros(cols.size, np.bool_)
    for person in range(start.size - 1):
        begin = start[person]
        own = times[begin : start[person + 1]]
        order = np.argsort(own, kind="mergesort")
        for at in range(order.size):
            sorted_cols[begin + at] = cols[begin + order[at]]
            sorted_codes[begin + at] = codes[begin + order[at]]
            tied[begin + at] = at > 0 and own[order[at]] == own[order[at - 1]]
    return sorted_cols, sorted_codes, tied


@njit(cache=True, nogil=True)
def last_of_each(start, cols, tied, latest, apart):  # type: ignore[no-untyped-def]
    """Fill in the last ones, newest first, one more than their columns, and which of them are older than the one before."""
    for person in range(start.size - 1):
        for back in range(min(latest.shape[1], start[person + 1] - start[person])):
            at = start[person + 1] - 1 - back
            latest[person, back] = cols[at] + 1
            apart[person, back] = back > 0 and not tied[at + 1]
