"""Who is nearest: one packed pass over the raters of what a person rated."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .borrowing import borrowing
from .cells import BLOCK, BLOCK_BITS, CODE_BITS
from .data import CODES
from .heads import NEUTRAL
from .summing import PLANES, TOGETHER, WORDS, by_weight, fetch_heads, sum_heads

ROUNDING = 1e-12
"""A similarity up to here is what rounding leaves of one that is zero."""

BINS = 1024
"""In so many steps it is told from where on enough of the first block are as near."""

AHEAD = 4
"""So many lists before it is read a list is asked for: the machine foresees few lists by itself."""

LINE, NORMS = 32, 16
"""Cells, and lengths, that come into the cache at once."""

BARELY = 1.0 - 1e-6
"""Who comes so near to being near enough is computed as exactly as all others: lengths are looked at in float32 first."""


@njit(cache=True, nogil=True)
def whole_numbers(weights, n_heads, slope, offset):  # type: ignore[no-untyped-def]
    """For each item the ``int64`` slope and offset that make ``weight * (slope * code + offset)`` a whole number, and their scale.

    Sums of them are exact: they do not depend on the order, the threads, the updates before. With 61
    bits, less those that the overlap takes, that is finer than float64 over as many summands. Where
    heads are summed, in 32 bits, it is as fine as float32.

    Returns:
        The slopes, the offsets, the bits of the overlap, and the scale.
    """
    bits = 0
    while weights.size >> bits:
        bits += 1
    size = max(abs(slope + offset), abs(slope * (CODES - 1) + offset))
    largest = np.abs(weights).sum() * size
    scale = 2.0 ** np.floor(np.log2(2.0 ** (61 - bits) / largest)) if largest > 0.0 else 1.0
    if n_heads and largest > 0.0:
        scale = min(scale, 2.0 ** np.floor(np.log2(2.0**30 / (np.abs(weights).max() * size * min(n_heads, TOGETHER)))))
    slopes = np.rint(weights * slope * scale).astype(np.int64)
    if is_neutral(slope, offset):
        return slopes, -NEUTRAL * slopes, bits, scale
    return slopes, np.rint(weights * offset * scale).astype(np.int64), bits, scale


@njit(cache=True, nogil=True)
def is_neutral(slope, offset):  # type: ignore[no-untyped-def]
    """Whether heads can be summed: what stands where no code is has to add nothing."""
    return abs(NEUTRAL * slope + offset) < ROUNDING


@njit(cache=True, nogil=True)
def packed_tables(slopes, offsets, bits):  # type: ignore[no-untyped-def]
    """``int64[n, 16]``: for each item and code ``slope * code + offset << bits | 1``, 0 for code 0.

    So one addition a rating sums the product and the overlap.
    """
    tables = np.zeros((slopes.size, 1 << CODE_BITS), np.int64)
    for k in range(slopes.size):
        for code in range(1, CODES):
            tables[k, code] = ((slopes[k] * code + offsets[k]) << bits) + 1
    return tables


@njit(cache=True, nogil=True)
def take_nearest(lists, all_heads, cols, weights, line, length, shrinkage, lengths, own_row, rows, similarities):  # type: ignore[no-untyped-def]
    """The rows of the largest similarities above `ROUNDING`, ascending; of equal ones the first.

    A similarity is ``sum(weights[col] * (slope * code + offset)) / length * inverse_norms[row]``, at most 1, times ``overlap /
    (overlap + shrinkage)``. The nearest of the first people, who rated most, say from where on others are looked at. Fills
    `rows` and `similarities` and returns how many there are.

    Args:
        lists: `CellLists.start`, `counts` and `cells` of who rated each item.
        all_heads: `Heads.item`, `place` and `rows`.
        cols, weights: ``int64[n]`` and ``float64[n]``, the active person's items and what each counts.
        line: the slope and the offset.
        lengths: each person's 1 / length, ``float64`` and, to look at first, ``float32``.
        rows, similarities: ``int64[k]`` and ``float64[k]``, filled.
    """
    item, place, head_rows = all_heads
    own = item[cols]
    if not is_neutral(line[0], line[1]):
        own[:] = -1
    slopes, offsets, bits, scale = whole_numbers(weights, np.count_nonzero(own >= 0), line[0], line[1])
    tables = packed_tables(slopes, offsets, bits)
    groups = by_weight(own, slopes, place, head_rows.shape[0] - 1)
    overlaps = np.arange(cols.size + 1).astype(np.float64)
    factors = overlaps / (overlaps + shrinkage) / (scale * length)
    return take_by_blocks(
        lists, cols, tables, head_rows, groups, bits, factors, scale * length, shrinkage, lengths, own_row, rows, similarities
    )


@njit(cache=True, nogil=True)
def take_by_blocks(  # type: ignore[no-untyped-def]
    lists, cols, tables, head_rows, groups, bits, factors, unit, shrinkage, lengths, own_row, rows, similarities
):
    """Each block of people's codes are added up and looked through while they are in the fastest cache; returns how many are found."""
    start, counts, cells = lists
    inverse_norms, short_norms = lengths
    sums, marks = np.empty(BLOCK, np.int64), np.zeros(BLOCK, np.bool_)
    scratch = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.uint8), np.empty(PLANES * WORDS, np.uint64)
    flat = head_rows.reshape(head_rows.size)
    fetch_heads(flat, groups, 0)
    at, sizes = by_blocks(start, counts, cols)
    k, found, least = rows.size, 0, ROUNDING
    some_rows, some = np.empty(2 * k + BLOCK, np.int64), np.empty(2 * k + BLOCK)
    for block in range(counts.shape[1]):
        begin = block << BLOCK_BITS
        n = max(min(BLOCK, inverse_norms.size - begin), 0)
        sum_block(sums, block, flat, groups, bits, scratch, short_norms, at, sizes, cells, tables, own_row)
        if block == 0:
            least = max(ROUNDING, near_in_first(sums[:n], bits, short_norms[:n], shrinkage, some[:n], k) / unit)
        found = add_near(sums, marks, bits, factors, lengths, begin, n, shrinkage, some_rows, some, found, least, unit)
        if found >= 2 * k:
            least = keep_nearest(some_rows, some, found, k)
            found = k
    if found > k:
        keep_nearest(some_rows, some, found, k)
        found = k
    rows[:found], similarities[:found] = some_rows[:found], some[:found]
    return found


@borrowing()
def sum_block(sums, block, flat, groups, bits, scratch, short_norms, at, sizes, cells, tables, own_row):  # type: ignore[no-untyped-def]
    """What this block of people's codes add up to, but for the person's own; asks for the next block's heads and for their lengths."""
    begin, (codes, products, given, planes) = block << BLOCK_BITS, scratch
    first, are_heads = groups[1], groups[4]
    if first[block + 1] > first[block]:
        sum_heads(sums, flat, block, groups, bits, codes, products, given, planes)
    else:
        sums[:] = 0
    if block + 1 < sizes.shape[0]:
        fetch_heads(flat, groups, block + 1)
    fetch_norms(short_norms, begin)
    add_block(sums, at, sizes[block], are_heads[block], cells, tables)
    if begin <= own_row < begin + BLOCK:
        sums[own_row - begin] = 0


@borrowing()
def add_near(  # type: ignore[no-untyped-def]
    sums, marks, bits, factors, lengths, begin, n, shrinkage, rows, similarities, found, least, unit
):
    """Write down who of a block of `n` people is near enough; returns how many there are now."""
    inverse_norms, short_norms = lengths
    mark_near(sums[:n], bits, short_norms[begin : begin + n], least * unit, shrinkage, marks)
    marks[n:] = False
    return add_marked(marks, sums, bits, factors, inverse_norms[begin : begin + n], begin, rows, similarities, found, least)


@njit(cache=True, nogil=True, error_model="numpy")
def near_in_first(sums, bits, norms, shrinkage, likeness, n):  # type: ignore[no-untyped-def]
    """How near, times the unit, at least `n` of these people are, by steps; 0 if so many are not near at all."""
    likenesses(sums, bits, norms, shrinkage, likeness)
    most = 0.0
    for value in likeness:
        most = max(most, value)
    if not most > 0.0:
        return 0.0
    counts, step, at, total = np.zeros(BINS + 1, np.int64), BINS / most, BINS, 0
    for value in likeness:
        counts[np.int64(max(value, 0.0) * step)] += 1
    while at > 0:
        total += counts[at]
        if total >= n:
            return at / step * BARELY
        at -= 1
    return 0.0


@borrowing(error_model="numpy", fastmath={"reassoc", "nsz", "nnan"})
def likenesses(sums, bits, norms, shrinkage, likeness):  # type: ignore[no-untyped-def]
    mask = (np.int64(1) << bits) - 1
    for at in range(sums.size):
        overlap = np.float64(sums[at] & mask)
        likeness[at] = np.float64(sums[at] >> bits) * np.float64(norms[at]) * (overlap / (overlap + shrinkage))


@borrowing()
def add_list(sums, cells, begin, end, table):  # type: ignore[no-untyped-def]
    """Add the table entries of ``cells[begin:end]``. A plain index: a slice takes a seventh longer."""
    while begin < end:
        cell = cells[begin]
        sums[cell >> np.uint16(CODE_BITS)] += table[cell & np.uint16(15)]
        begin += np.uint64(1)


@borrowing()
def fetch_list(cells, begin, end):  # type: ignore[no-untyped-def]
    """Ask for ``cells[begin:end]``."""
    while begin < end:
        fetch(cells, begin)  # type: ignore[call-arg]
        begin += np.uint64(LINE)


@borrowing()
def fetch_norms(norms, begin):  # type: ignore[no-untyped-def]
    """Ask for a block's lengths."""
    for at in range(begin, min(begin + BLOCK, norms.size), NORMS):
        fetch(norms, at)  # type: ignore[call-arg]


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


@borrowing()
def add_block(sums, at, sizes, are_heads, cells, tables):  # type: ignore[no-untyped-def]
    """Add the table entries of a block's cells, list by list but for heads, and move `at` on to the next block."""
    for k in range(at.size):
        if k + AHEAD < at.size and not are_heads[k + AHEAD]:
            soon = at[k + AHEAD]
            fetch_list(cells, soon, soon + np.uint64(sizes[k + AHEAD]))
        end = at[k] + np.uint64(sizes[k])
        if not are_heads[k]:
            add_list(sums, cells, at[k], end, tables[k])
        at[k] = end


@borrowing(fastmath={"reassoc", "nsz", "nnan"})
def mark_near(sums, bits, norms, least, shrinkage, marks):  # type: ignore[no-untyped-def]
    """Mark whose similarities may be above the least one, by multiplications alone: many people at a time."""
    mask, least = (np.int64(1) << bits) - 1, least * BARELY
    for at in range(sums.size):
        overlap = np.float64(sums[at] & mask)
        marks[at] = np.float64(sums[at] >> bits) * np.float64(norms[at]) * overlap > least * (overlap + shrinkage)


@borrowing()
def add_marked(marks, sums, bits, factors, norms, begin, rows, similarities, found, least):  # type: ignore[no-untyped-def]
    """Write down, in order, which of a block's marked people are near enough; returns how many there are now."""
    mask, eights, end = (np.int64(1) << bits) - 1, marks.view(np.uint64), found
    for many in range(0, eights.size, 8):
        some = np.uint64(0)
        for eight in range(many, many + 8):
            some |= eights[eight]
        if not some:
            continue
        for person in range(8 * many, 8 * many + 64):
            if marks[person]:
                rows[end] = person
                fetch(norms, person)  # type: ignore[call-arg]
                end += 1
    for at in range(found, end):
        person = rows[at]
        similarity = np.float64(sums[person] >> bits) * factors[sums[person] & mask] * norms[person]
        rows[found], similarities[found] = begin + person, min(similarity, 1.0)
        found += similarities[found] > least
    return found


@njit(cache=True, nogil=True)
def keep_nearest(rows, similarities, found, k):  # type: ignore[no-untyped-def]
    """Keep the `k` nearest of those found, of equal ones the first, in the order in which they are; returns the least similarity."""
    least = np.partition(-similarities[:found], k - 1)[k - 1] * -1.0
    equal = k
    for at in range(found):
        equal -= similarities[at] > least
    kept = 0
    for at in range(found):
        is_kept = similarities[at] > least or (similarities[at] == least and equal > 0)
        equal -= similarities[at] == least
        rows[kept], similarities[kept] = rows[at], similarities[at]
        kept += is_kept
    return least
