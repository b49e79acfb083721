"""What user-user filtering reads of people's rows: what a person's ratings count, how long rows are, and how neighbours vote."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .cells import BLOCK_BITS, CODE_BITS
from .nearest import LINE, add_list, by_blocks, take_nearest

FAR_AHEAD = 16
"""So many of neighbours' rows, which are short, before it is read one is asked for: four are read before the memory answers."""


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

    Returns:
        ``float32[n_items]``, the votes on the `floor`, and ``float64[n]``, the weights.

    Args:
        floor: ``float32[n_items]``, 0 or NaN.
        start, counts, cells: `CellLists.start`, `counts` and `cells` of what each person rated.
        rows, similarities: ``int64[n]`` and ``float64[n]``, at least one, all similarities above 0.
        values: ``float64[16]``, a vote by code.
    """
    scores, weights, total = floor.copy(), np.empty(rows.size), 0.0
    for k in range(rows.size):
        weights[k] = similarities[k] ** power
        total += weights[k]
    for k in range(rows.size):
        weights[k] /= total
    add_votes(scores, start, counts, cells, rows, weights, values)
    return scores, weights


@njit(cache=True, nogil=True)
def add_votes(scores, start, counts, cells, rows, weights, values):  # type: ignore[no-untyped-def]
    """Add each neighbour's weighted values to the scores of the items that he rated; arguments as of `votes_of`."""
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
