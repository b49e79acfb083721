"""The kernels of user-user filtering: one packed pass over the raters of what a person rated, then his neighbours' rows."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .cells import BLOCK, BLOCK_BITS, CODE_BITS
from .data import CODES

ROUNDING = 1e-12
"""A similarity up to here is what rounding leaves of one that is zero."""

LOOKED_AT = 128
"""People whose similarities are compared at a time; most times none of them is near enough."""

OF_FIRST = 4
"""Of the first block so many times more people than its share of the nearest are taken."""

AHEAD = 4
"""So many lists before it is read a list is asked for: the machine foresees few lists by itself."""

FAR_AHEAD = 16
"""The same for the short lists of neighbours' rows: four are read before the memory answers."""

LINE = 32
"""Cells that come into the cache at once."""

BARELY = 1.0 - 1e-9
"""Who comes so near to being near enough is computed as exactly as all others."""


@njit(cache=True, nogil=True)
def packed_tables(weights, values):  # type: ignore[no-untyped-def]
    """Whole numbers to add up: for each item and code, ``rint(weight * value * scale) << bits | 1``.

    So one addition a rating sums the product and the overlap, exactly: the sums do not depend on
    the order, the threads or the updates before. The scale uses all 62 bits, which is finer than
    float64 over as many summands.

    Returns:
        ``int64[n, 16]`` (code 0 gives 0), the bits of the overlap, and the scale.
    """
    bits = 0
    while weights.size >> bits:
        bits += 1
    largest = np.abs(weights).sum() * np.abs(values).max()
    scale = 2.0 ** np.floor(np.log2(2.0 ** (62 - bits) / largest)) if largest > 0.0 else 1.0
    tables = np.zeros((weights.size, 1 << CODE_BITS), np.int64)
    for k in range(weights.size):
        for code in range(1, CODES):
            tables[k, code] = (np.int64(np.rint(weights[k] * values[code] * scale)) << bits) + 1
    return tables, bits, scale


@njit(cache=True, nogil=True)
def take_nearest(start, counts, cells, cols, weights, values, length, shrinkage, inverse_norms, own_row, rows, similarities):  # type: ignore[no-untyped-def]
    """The rows of the largest similarities above `ROUNDING`, largest first, equal ones by row.

    A similarity is ``sum(weights[col] * values[code]) / length * inverse_norms[row]``, at most 1, times ``overlap /
    (overlap + shrinkage)``. The few nearest of the first people say from where on others are looked at; should too few
    come so near, all are looked at again. Fills `rows` and `similarities` and returns how many there are.
    """
    tables, bits, scale = packed_tables(weights, values)
    overlaps = np.arange(cols.size + 1).astype(np.float64)
    factors = overlaps / (overlaps + shrinkage) / (scale * length)
    n_blocks = counts.shape[1]
    few = max(OF_FIRST * rows.size // n_blocks, 1) if n_blocks > OF_FIRST else rows.size
    found = 0
    for at_first in (few, rows.size):
        found, is_complete = take_by_blocks(
            start, counts, cells, cols, tables, bits, factors, scale * length, shrinkage,
            inverse_norms, own_row, at_first, rows, similarities,
        )  # fmt: skip
        if is_complete:
            break
    return found


@njit(cache=True, nogil=True)
def take_by_blocks(  # type: ignore[no-untyped-def]
    start, counts, cells, cols, tables, bits, factors, unit, shrinkage, inverse_norms, own_row, at_first, rows, similarities
):
    """For each block of people the raters' table entries are added up and looked through while they are in the fastest cache.

    Of the first block only `at_first` are taken, and of the others who is nearer. Returns how many were found, and whether they are all.
    """
    sums = np.zeros(BLOCK, np.int64)
    at, sizes = by_blocks(start, counts, cols)
    found, least, k = 0, ROUNDING, at_first
    for block in range(counts.shape[1]):
        add_block(sums, at, sizes[block], cells, tables)
        begin = block << BLOCK_BITS
        if begin <= own_row < begin + BLOCK:
            sums[own_row - begin] = 0
        for first in range(0, min(BLOCK, inverse_norms.size - begin), LOOKED_AT):
            last = min(first + LOOKED_AT, BLOCK, inverse_norms.size - begin)
            some, norms = sums[first:last], inverse_norms[begin + first : begin + last]
            if how_many_near(some, bits, norms, least * unit * BARELY, shrinkage):
                found, least = take_some(some, bits, factors, norms, begin + first, rows[:k], similarities[:k], found, least)
        sums[:] = 0
        k = rows.size
    return found, found == k or at_first == k or least == ROUNDING


@njit(cache=True, nogil=True)
def add_list(sums, cells, begin, end, table):  # type: ignore[no-untyped-def]
    """Add the table entries of ``cells[begin:end]``. A plain index: a slice takes a seventh longer."""
    while begin < end:
        cell = cells[begin]
        sums[cell >> np.uint16(CODE_BITS)] += table[cell & np.uint16(15)]
        begin += np.uint64(1)


@njit(cache=True, nogil=True)
def fetch_list(cells, begin, end):  # type: ignore[no-untyped-def]
    """Ask for ``cells[begin:end]``."""
    while begin < end:
        fetch(cells, begin)  # type: ignore[call-arg]
        begin += np.uint64(LINE)


@njit(cache=True, nogil=True)
def by_blocks(start, counts, lists):  # type: ignore[no-untyped-def]
    """Where these lists begin, ``uint64[n]``; and ``uint16[n_blocks, n]``, how many cells of each a block has, in the order of reading."""
    at, sizes, flat = np.empty(lists.size, np.uint64), np.empty((counts.shape[1], lists.size), np.uint16), counts.reshape(counts.size)
    for one in lists:
        fetch(start, np.uint64(one))  # type: ignore[call-arg]
        fetch(flat, np.uint64(one * counts.shape[1]))
    for k in range(lists.size):
        at[k] = start[lists[k]]
        for block in range(counts.shape[1]):
            sizes[block, k] = counts[lists[k], block]
    return at, sizes


@njit(cache=True, nogil=True)
def add_block(sums, at, sizes, cells, tables):  # type: ignore[no-untyped-def]
    """Add the table entries of a block's cells, list by list, and move `at` on to the next block."""
    for k in range(at.size):
        if k + AHEAD < at.size:
            soon = at[k + AHEAD]
            fetch_list(cells, soon, soon + np.uint64(sizes[k + AHEAD]))
        end = at[k] + np.uint64(sizes[k])
        add_list(sums, cells, at[k], end, tables[k])
        at[k] = end


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan"})
def how_many_near(sums, bits, inverse_norms, least, shrinkage):  # type: ignore[no-untyped-def]
    """How many similarities are above the least one, by multiplications alone: many people at a time."""
    mask = (np.int64(1) << bits) - 1
    found = 0
    for at in range(sums.size):
        overlap = np.float64(sums[at] & mask)
        found += np.float64(sums[at] >> bits) * inverse_norms[at] * overlap > least * (overlap + shrinkage)
    return found


@njit(cache=True, nogil=True)
def take_some(sums, bits, factors, inverse_norms, begin, rows, similarities, found, least):  # type: ignore[no-untyped-def]
    """Put those of a few people who are near enough where they belong; returns how many there are and what is near enough."""
    mask = (np.int64(1) << bits) - 1
    k = rows.size
    for person in range(sums.size):
        similarity = min(np.float64(sums[person] >> bits) * factors[sums[person] & mask] * inverse_norms[person], 1.0)
        if similarity <= least:
            continue
        at = found if found < k else k - 1
        while at > 0 and similarities[at - 1] < similarity:
            similarities[at] = similarities[at - 1]
            rows[at] = rows[at - 1]
            at -= 1
        similarities[at] = similarity
        rows[at] = begin + person
        found = min(found + 1, k)
        if found == k:
            least = similarities[k - 1]
    return found, least


@njit(cache=True, nogil=True)
def add_votes(scores, start, counts, cells, rows, weights, values):  # type: ignore[no-untyped-def]
    """Add each neighbour's weighted values to the scores of the items that he rated, nearest first."""
    tables = np.empty((rows.size, values.size), np.float32)
    for k in range(rows.size):
        for code in range(values.size):
            tables[k, code] = weights[k] * values[code]
    at, sizes = by_blocks(start, counts, rows)
    for begin in at:
        fetch(cells, begin)  # type: ignore[call-arg]
    for block in range(counts.shape[1]):
        sums = scores[block << BLOCK_BITS :]
        for k in range(rows.size):
            if k + FAR_AHEAD < rows.size:  # its second line, and where the next block's begins; most have no third
                soon = at[k + FAR_AHEAD]
                fetch(cells, soon + np.uint64(LINE))  # type: ignore[call-arg]
                fetch(cells, soon + np.uint64(sizes[block, k + FAR_AHEAD]))
            end = at[k] + np.uint64(sizes[block, k])
            add_list(sums, cells, at[k], end, tables[k])
            at[k] = end


@njit(cache=True, nogil=True)
def row_norm(start, counts, cells, row, weights, values):  # type: ignore[no-untyped-def]
    """1 / the length of a row's ``weights[col] * values[code]``; 0 for an empty row."""
    total, c = 0.0, start[row]
    for block in range(counts.shape[1]):
        for cell in cells[c : c + counts[row, block]]:
            value = weights[(block << BLOCK_BITS) + (cell >> CODE_BITS)] * values[cell & np.uint16(15)]
            total += value * value
        c += counts[row, block]
    return 1.0 / np.sqrt(total) if total > 0.0 else 0.0


@njit(cache=True, nogil=True)
def row_norms(start, counts, cells, n_rows, weights, values):  # type: ignore[no-untyped-def]
    """``float64[n_rows]``: `row_norm` of the first rows."""
    norms = np.empty(n_rows)
    for row in range(n_rows):
        norms[row] = row_norm(start, counts, cells, row, weights, values)
    return norms


@njit(cache=True, nogil=True)
def votes_for(place, start, counts, cells, rows, weights, values, histograms, votes):  # type: ignore[no-untyped-def]
    """For the items that have a place (>= 0), how many neighbours gave which code, and the sum of their votes."""
    for k in range(rows.size):
        c = start[rows[k]]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[rows[k], block]]:
                at = place[(block << BLOCK_BITS) + (cell >> CODE_BITS)]
                if at >= 0:
                    code = cell & np.uint16(15)
                    histograms[at, code] += 1
                    votes[at] += weights[k] * values[code]
            c += counts[rows[k], block]
