"""What many of a block of people rated, half a byte a person: where to read everybody's code is faster than to visit each rater."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .cells import BLOCK, CODE_BITS, CellLists

ENOUGH = 768
"""An item is a head in a block of people if so many of them rated it: measured, docs/benchmarks-history.md."""

BYTES = 1.2
"""Heads take so many bytes a rating at most, so that the state stays small."""

NEUTRAL = 2
"""The code that stands where there is none too: one star, which where heads are summed adds nothing either."""

HALF = BLOCK // 2
"""Byte ``j`` of a head holds person ``j``'s code in its lower half and person ``j + HALF``'s in its upper one."""

EIGHTH = BLOCK // 8
"""After them, bit ``b`` of byte ``j`` says whether person ``j + b * EIGHTH`` gave one."""

WIDTH = HALF + EIGHTH
LINE = 64
"""Bytes that a vector reads at once, from a multiple of it fastest."""

Rows = npt.NDArray[np.uint8]


class Heads:
    """Everybody's codes for an item in the blocks of people where many rated it: a second copy, beside the lists.

    Whoever rates much stands first (see `RatingMatrix`), so that first blocks are nearly full of codes and last ones nearly empty.

    Attributes:
        item: ``int32[n_items]``, an item's place among those that have a head, or -1.
        place: ``int32[n, n_blocks]``, which row is the head of each of those items in each block, or -1.
        rows: ``uint8[n_heads + 1, WIDTH]``, the codes of a block of people, then who gave one; the last is nobody's.
    """

    def __init__(self, by_item: CellLists, n_ratings: int) -> None:
        counts = by_item.counts
        blocks, items = np.nonzero(counts.T >= ENOUGH)  # a block after another, as they are read
        if items.size > (most := int(BYTES * n_ratings) // WIDTH):
            kept = np.sort(np.argsort(-counts[items, blocks].astype(np.int32), kind="stable")[:most])
            blocks, items = blocks[kept], items[kept]
        some = np.unique(items)
        self.item = np.full(len(by_item), -1, dtype=np.int32)
        self.item[some] = np.arange(some.size)
        self.place = np.full((some.size, counts.shape[1]), -1, dtype=np.int32)
        self.place[self.item[items], blocks] = np.arange(items.size)
        self.rows = _empty_rows(items.size + 1)
        fill_heads(by_item.start, counts, by_item.cells, items, blocks, self.rows)

    def reach(self, n_users: int) -> None:
        """Make sure that there is a place for so many people; new blocks have no heads."""
        missing = -(-n_users // BLOCK) - self.place.shape[1]
        if missing > 0:
            self.place = np.pad(self.place, ((0, 0), (0, missing)), constant_values=-1)


def _empty_rows(n_heads: int) -> Rows:
    """Nobody gave anything; they begin at a multiple of `LINE`."""
    size = n_heads * WIDTH
    room = np.empty(size + LINE, dtype=np.uint8)
    begin = -room.ctypes.data % LINE
    rows = room[begin : begin + size].reshape(n_heads, WIDTH)
    rows[:, :HALF] = NEUTRAL << CODE_BITS | NEUTRAL
    rows[:, HALF:] = 0
    return rows


@njit(cache=True, nogil=True)
def write_head(own, person, code):  # type: ignore[no-untyped-def]
    """A person's code in a head's row is now this, 0 for none."""
    at = person & (BLOCK - 1)
    upper, bit = CODE_BITS if at >= HALF else 0, 1 << (at // EIGHTH)
    own[at & (HALF - 1)] = (own[at & (HALF - 1)] & ~(15 << upper)) | ((code if code else NEUTRAL) << upper)
    own[HALF + (at & (EIGHTH - 1))] = (own[HALF + (at & (EIGHTH - 1))] & ~bit) | (bit if code else 0)


@njit(cache=True, nogil=True)
def fill_heads(start, counts, cells, items, blocks, rows):  # type: ignore[no-untyped-def]
    for row in range(items.size):
        c = start[items[row]]
        for block in range(blocks[row]):
            c += counts[items[row], block]
        for cell in cells[c : c + counts[items[row], blocks[row]]]:
            write_head(rows[row], np.int64(cell >> CODE_BITS), np.int64(cell & np.uint16(15)))
