"""What user-user filtering reads of people's rows: what a person's ratings count, how long rows are, and how neighbours vote."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .borrowing import borrowing
from .cells import BLOCK_BITS, CODE_BITS
from .nearest import LINE, add_list, fetch_list, take_nearest

FAR_AHEAD, SOON = 4, 16
"""So many of neighbours' rows before it is read one is asked for, and so many lines of it: the machine foresees the rest."""


@njit(cache=True, nogil=True)
def told_by(cols, codes, preferences, rarity, values, signed):  # type: ignore[no-untyped-def]
    """What each of a person's ratings counts, ``float64[n]``, and the length of all.

    A rating says something between its value and the preference, as `signed`; times how rare its item is, once for him and
    once for who is compared with him.

    Args:
        cols, codes, preferences: as `Profile` has them.
        rarity: ``float64[n_items]``.
        values: ``float64[16]``, by code.
    """
    told, squares = np.empty(cols.size), 0.0
    for at in range(cols.size):
        rare = rarity[cols[at]]
        own = rare * ((1.0 - signed) * values[codes[at]] + signed * preferences[at])
        squares += own * own
        told[at] = rare * own
    return told, max(np.sqrt(squares), 1e-12)


@njit(cache=True, nogil=True)
def nearest_of(  # type: ignore[no-untyped-def]
    lists, heads, lengths, cols, codes, preferences, own_row, rarity, values, signed, middle, shrinkage, k
):
    """The rows of a person's `k` nearest, ascending, and their similarities, all above 0 (`take_nearest`).

    Args:
        lists, heads, lengths, own_row, shrinkage: as of `take_nearest`.
        cols, codes, preferences, rarity, values, signed: as of `told_by`.
        middle: from how many stars on a rating counts for who is compared with him.
    """
    told, length = told_by(cols, codes, preferences, rarity, values, signed)
    rows, similarities, line = np.empty(k, np.int64), np.empty(k), (0.5 / (5.0 - middle), -middle / (5.0 - middle))
    found = take_nearest(lists, heads, cols, told, line, length, shrinkage, lengths, own_row, rows, similarities)
    return rows[:found], similarities[:found]


@njit(cache=True, nogil=True)
def votes_of_nearest(question, floor, start, counts, cells, power, values):  # type: ignore[no-untyped-def]
    """`nearest_of` the question's rows, then `votes_of` them; no rows where nobody is near."""
    rows, similarities = nearest_of(*question)
    if not rows.size:
        return rows, floor, similarities
    scores, weights = votes_of(floor, start, counts, cells, rows, similarities, power, values)
    return rows, scores, weights


@njit(cache=True, nogil=True)
def votes_of(floor, start, counts, cells, rows, similarities, power, values):  # type: ignore[no-untyped-def]
    """The neighbours' weighted votes for all items, and their weights: similarities to a power, together 1.

    Votes are summed as whole numbers, 2**30 the largest that all of them could make: in any order they are the same.

    Returns:
        ``float32[n_items]``, the votes on the `floor`, and ``float64[n]``, the weights.

    Args:
        floor: ``float32[n_items]``, 0 or NaN.
        start, counts, cells: `CellLists.start`, `counts` and `cells` of what each person rated.
        rows, similarities: ``int64[n]`` and ``float64[n]``, at least one, all similarities above 0.
        values: ``float64[16]``, a vote by code.
    """
    weights, total = np.empty(rows.size), 0.0
    for k in range(rows.size):
        weights[k] = similarities[k] ** power
        total += weights[k]
    for k in range(rows.size):
        weights[k] /= total
    unit = 2.0**30 / np.abs(values).max()
    tables = np.empty((rows.size, values.size), np.int32)
    for k in range(rows.size):
        for code in range(values.size):
            tables[k, code] = np.int32(np.rint(weights[k] * values[code] * unit))
    sums, scores = np.zeros(floor.size, np.int32), np.empty(floor.size, np.float32)
    add_rows(sums, start, counts, cells, rows, tables)
    step = np.float32(1.0 / unit)
    for at in range(floor.size):
        scores[at] = floor[at] + np.float32(sums[at]) * step
    return scores, weights


@borrowing()
def add_rows(sums, start, counts, cells, rows, tables):  # type: ignore[no-untyped-def]
    """Add the table entries of rows' cells."""
    flat, n_blocks = counts.reshape(counts.size), np.uint64(counts.shape[1])
    for row in rows:
        fetch(start, row)  # type: ignore[call-arg]
        fetch(flat, np.uint64(row) * n_blocks)
    for k in range(rows.size):
        if k + FAR_AHEAD < rows.size:
            begin = np.uint64(start[rows[k + FAR_AHEAD]])
            fetch_list(cells, begin, begin + np.uint64(SOON * LINE))
        at = np.uint64(start[rows[k]])
        for block in range(counts.shape[1]):
            end = at + np.uint64(counts[rows[k], block])
            add_list(sums[block << BLOCK_BITS :], cells, at, end, tables[k])
            at = end


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
