"""Who rated each item, in two bytes a rating: people come in blocks of 4,096, and a cell says who of its block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .cells import CODE_BITS, SPARE, CellArray, CellLists, laid_out, write_between
from .data import IntArray

BLOCK_BITS = 12
BLOCK = 1 << BLOCK_BITS
"""People a block: what is summed over them fits the fastest cache."""


class Raters(CellLists):
    """The lists of the items' raters, each a block of people after another.

    A cell is ``row % 4096 << 4 | code`` in a ``uint16``; `counts` says how many of a list's cells belong to each block.

    Attributes:
        counts: ``uint16[n_items, n_blocks]``.
    """

    def __init__(self, lists: CellLists, counts: npt.NDArray[np.uint16]) -> None:
        super().__init__(lists.start, lists.size, lists.room, lists.cells, lists.used)
        self.counts = counts

    @property
    def nbytes(self) -> int:
        return super().nbytes + self.counts.nbytes

    def rows_of(self, at: int) -> IntArray:
        """``int64``: the rows of an item's raters, ascending."""
        blocks = np.repeat(np.arange(self.counts.shape[1]), self.counts[at])
        return np.asarray((blocks << BLOCK_BITS) + (self.of(at) >> CODE_BITS))

    def put(self, at: int, position: int, code: int) -> int:
        """Write one row's code for an item (0 removes it); returns the code that was there, 0 if none."""
        missing = (position >> BLOCK_BITS) + 1 - self.counts.shape[1]
        if missing > 0:
            self.counts = np.ascontiguousarray(np.pad(self.counts, ((0, 0), (0, missing))))
        before = write_rater(self.start, self.size, self.room, self.counts, self.cells, at, position, code)
        if before < 0:
            self.move(at)
            before = write_rater(self.start, self.size, self.room, self.counts, self.cells, at, position, code)
        return int(before)


def raters(by_user: CellLists, n_items: int) -> Raters:
    """The cells of people's lists, listed by item."""
    counts = np.zeros((n_items, -(-len(by_user) // BLOCK)), dtype=np.uint16)
    count_raters(by_user.start, by_user.size, by_user.cells, counts)
    size = counts.sum(axis=1, dtype=np.int32)
    room, start, used = laid_out(size)
    cells: CellArray = np.zeros(used + used // SPARE, dtype=np.uint16)
    spread_raters(by_user.start, by_user.size, by_user.cells, start, cells)
    return Raters(CellLists(start, size, room, cells, used), counts)


@njit(cache=True, nogil=True)
def count_raters(start, size, cells, counts):  # type: ignore[no-untyped-def]
    for row in range(start.size):
        for cell in cells[start[row] : start[row] + size[row]]:
            counts[cell >> np.uint32(CODE_BITS), row >> BLOCK_BITS] += 1


@njit(cache=True, nogil=True)
def spread_raters(start, size, cells, to_start, to_cells):  # type: ignore[no-untyped-def]
    end = to_start.copy()
    for row in range(start.size):
        head = np.uint32(row & (BLOCK - 1)) << np.uint32(CODE_BITS)
        for cell in cells[start[row] : start[row] + size[row]]:
            item = cell >> np.uint32(CODE_BITS)
            to_cells[end[item]] = head | (cell & np.uint32(15))
            end[item] += 1


@njit(cache=True, nogil=True)
def write_rater(start, size, room, counts, cells, at, row, code):  # type: ignore[no-untyped-def]
    """`write_cell` for a row."""
    block = row >> BLOCK_BITS
    low = start[at]
    for before_it in range(block):
        low += counts[at, before_it]
    high, end = low + counts[at, block], start[at] + size[at]
    before, change = write_between(cells, low, high, end, room[at] - size[at], row & (BLOCK - 1), code)
    size[at] += change
    counts[at, block] += change
    return before
