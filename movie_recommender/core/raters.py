"""Who rated each item: people come in blocks, within which they stand in any order, so that a new one is written at once."""

from __future__ import annotations

import numpy as np
from numba import njit

from .cells import BLOCK, BLOCK_BITS, CODE_BITS, CellLists, find_cell, no_counts, write_cell
from .heads import write_head


def raters(by_user: CellLists, n_items: int) -> CellLists:
    """People's cells, listed by item; in order at first."""
    counts = no_counts(n_items, len(by_user))
    count_raters(by_user.start, by_user.counts, by_user.cells, counts)
    found = CellLists(counts)
    spread_raters(by_user.start, by_user.counts, by_user.cells, found.start, found.cells)
    return found


@njit(cache=True, nogil=True)
def count_raters(start, counts, cells, of_items):  # type: ignore[no-untyped-def]
    for row in range(start.size):
        c = start[row]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[row, block]]:
                of_items[(block << BLOCK_BITS) + (cell >> CODE_BITS), row >> BLOCK_BITS] += 1
            c += counts[row, block]


@njit(cache=True, nogil=True)
def spread_raters(start, counts, cells, to_start, to_cells):  # type: ignore[no-untyped-def]
    end = to_start.copy()
    for row in range(start.size):
        head, c = np.uint16(row & (BLOCK - 1)) << np.uint16(CODE_BITS), start[row]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[row, block]]:
                to = (block << BLOCK_BITS) + (cell >> CODE_BITS)
                to_cells[end[to]] = head | (cell & np.uint16(15))
                end[to] += 1
            c += counts[row, block]


@njit(cache=True, nogil=True)
def write_rater(start, size, counts, cells, at, row, before, code):  # type: ignore[no-untyped-def]
    """Set, change or remove (code 0) a cell whose code is `before`, 0 for none; there must be room.

    Each later block gives its first place to the one before it and takes a cell to its end, or the other way round.
    """
    block, place = row >> BLOCK_BITS, row & (BLOCK - 1)
    end, cell = start[at] + size[at], (place << CODE_BITS) | code
    if not before:
        for later in range(counts.shape[1] - 1, block, -1):
            begin = end - counts[at, later]
            cells[end] = cells[begin]
            end = begin
        cells[end] = cell
        size[at] += 1
        counts[at, block] += 1
        return
    where = start[at]
    for before_it in range(block):
        where += counts[at, before_it]
    end = where + counts[at, block]
    while (cells[where] >> CODE_BITS) != place:
        where += 1
    if code:
        cells[where] = cell
        return
    cells[where] = cells[end - 1]
    for later in range(block + 1, counts.shape[1]):
        last = end + counts[at, later] - 1
        cells[end - 1] = cells[last]
        end = last + 1
    size[at] -= 1
    counts[at, block] -= 1


USER_FULL, ITEM_FULL = -1, -2


@njit(cache=True, nogil=True)
def write_rating(  # type: ignore[no-untyped-def]
    u_start, u_size, u_room, u_counts, u_cells, i_start, i_size, i_room, i_counts, i_cells, heads, n_of, sums, floor, row, col, code
):
    """One rating is now `code`, 0 for none, in the person's list, the item's, the heads, and the item's sums.

    Returns:
        The code before; or, with nothing written, which of the two lists has no room.
    """
    where, before = find_cell(u_start, u_counts, u_cells, row, col)
    if before == code:
        return before
    if not before:
        if u_size[row] >= u_room[row]:
            return USER_FULL
        if i_size[col] >= i_room[col]:
            return ITEM_FULL
    write_cell(u_start, u_size, u_counts, u_cells, row, col, where, before, code)
    write_rater(i_start, i_size, i_counts, i_cells, col, row, before, code)
    item, place, rows = heads
    if item[col] >= 0 and place[item[col], row >> BLOCK_BITS] >= 0:
        write_head(rows[place[item[col], row >> BLOCK_BITS]], row, code)
    n_of[col] += (code > 0) - (before > 0)
    sums[col] += (code - before) / 2.0
    floor[col] = 0.0 if n_of[col] else np.nan
    return before
