"""The kernels of user-user filtering: one packed pass over the raters of what a person rated, then his neighbours' rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .cells import CODE_BITS
from .data import CODES, FloatArray
from .raters import BLOCK, BLOCK_BITS

ROUNDING = 1e-12
"""A similarity up to here is what rounding leaves of one that is zero."""

LOOKED_AT = 256
"""People whose similarities are computed at a time; most times none of them is near enough."""

PackedArray = npt.NDArray[np.int64]


def packed_tables(weights: FloatArray, values: FloatArray) -> tuple[PackedArray, int, float]:
    """Whole numbers to add up: for each item and code, ``rint(weight * value * scale) << bits | 1``.

    So one addition a rating sums the product and the overlap, exactly: the sums do not depend on
    the order, the threads or the updates before. The scale uses all 62 bits, which is finer than
    float64 over as many summands.

    Returns:
        ``int64[n, 16]`` (code 0 gives 0), the bits of the overlap, and the scale.
    """
    bits = int(weights.size).bit_length()
    largest = float(np.abs(weights).sum() * np.abs(values).max()) or 1.0
    scale = 2.0 ** (np.floor(np.log2(2.0 ** (62 - bits) / largest)))
    tables = np.zeros((weights.size, 1 << CODE_BITS), dtype=np.int64)
    products = np.rint(weights[:, None] * values[None, 1:CODES] * scale).astype(np.int64)
    tables[:, 1:CODES] = (products << bits) + 1
    return tables, bits, scale


@njit(cache=True, nogil=True)
def take_nearest(start, counts, cells, cols, tables, bits, factors, inverse_norms, own_row, rows, similarities):  # type: ignore[no-untyped-def]
    """The rows of the largest similarities above `ROUNDING`, largest first, equal ones by row.

    For each block of people the raters' table entries are added up and looked through while they
    are in the fastest cache. The similarity is ``min(product * factors[overlap] * inverse_norms[row], 1)``.
    Fills `rows` and `similarities` and returns how many there are.
    """
    sums = np.zeros(BLOCK, np.int64)
    at = start[cols]
    found, least = 0, ROUNDING
    for block in range(counts.shape[1]):
        for k in range(cols.size):
            table, end = tables[k], at[k] + np.int64(counts[cols[k], block])
            for cell in cells[at[k] : end]:
                sums[cell >> np.uint16(CODE_BITS)] += table[cell & np.uint16(15)]
            at[k] = end
        begin = block << BLOCK_BITS
        if begin <= own_row < begin + BLOCK:
            sums[own_row - begin] = 0
        for first in range(0, min(BLOCK, inverse_norms.size - begin), LOOKED_AT):
            last = min(first + LOOKED_AT, BLOCK, inverse_norms.size - begin)
            some, norms = sums[first:last], inverse_norms[begin + first : begin + last]
            found, least = take_some(some, bits, factors, norms, begin + first, rows, similarities, found, least)
        sums[:] = 0
    return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan"})
def take_some(sums, bits, factors, inverse_norms, begin, rows, similarities, found, least):  # type: ignore[no-untyped-def]
    """Put those of a few people who are near enough where they belong; returns how many there are and what is near enough."""
    near = np.empty(LOOKED_AT)
    mask = (np.int64(1) << bits) - 1
    nearest = 0.0
    for at in range(sums.size):
        near[at] = np.float64(sums[at] >> bits) * factors[sums[at] & mask] * inverse_norms[at]
        nearest = max(nearest, near[at])
    if nearest <= least:
        return found, least
    k = rows.size
    for person in range(sums.size):
        similarity = min(near[person], 1.0)
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
def add_votes(scores, start, size, cells, rows, weights, values):  # type: ignore[no-untyped-def]
    """Add each neighbour's weighted values to the scores of the items that he rated, nearest first."""
    for k in range(rows.size):
        weight = weights[k]
        for cell in cells[start[rows[k]] : start[rows[k]] + size[rows[k]]]:
            scores[cell >> np.uint32(CODE_BITS)] += weight * values[cell & np.uint32(15)]


@njit(cache=True, nogil=True)
def row_norm(start, size, cells, row, weights, values):  # type: ignore[no-untyped-def]
    """1 / the length of a row's ``weights[col] * values[code]``; 0 for an empty row."""
    total = 0.0
    for cell in cells[start[row] : start[row] + size[row]]:
        value = weights[cell >> np.uint32(CODE_BITS)] * values[cell & np.uint32(15)]
        total += value * value
    return 1.0 / np.sqrt(total) if total > 0.0 else 0.0


@njit(cache=True, nogil=True)
def row_norms(start, size, cells, n_rows, weights, values):  # type: ignore[no-untyped-def]
    """``float64[n_rows]``: `row_norm` of the first rows."""
    norms = np.empty(n_rows)
    for row in range(n_rows):
        norms[row] = row_norm(start, size, cells, row, weights, values)
    return norms


@njit(cache=True, nogil=True)
def votes_for(place, start, size, cells, rows, weights, values, histograms, votes):  # type: ignore[no-untyped-def]
    """For the items that have a place (>= 0), how many neighbours gave which code, and the sum of their votes."""
    for k in range(rows.size):
        begin = start[rows[k]]
        for c in range(begin, begin + size[rows[k]]):
            at = place[cells[c] >> np.uint32(CODE_BITS)]
            if at >= 0:
                code = cells[c] & np.uint32(15)
                histograms[at, code] += 1
                votes[at] += weights[k] * values[code]
