"""The kernels of kindred: how near a person is to everybody who is learned from, and what that answers."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..ahead import fetch
from ..cells import CODE_BITS
from ..fine import products_with_all, sums_over_all
from .newcomers import says

AHEAD, LINE = 4, 32
"""So many films ahead their raters are asked for, and by so many raters."""


@njit(cache=True, nogil=True)
def own_and_cosines(cols, codes, preferences, liking, patience, emphasis, begins, raters, inverse_lengths):  # type: ignore[no-untyped-def]
    """What each of a person's ratings says about his taste, ``float32[n]`` of unit length; and ``float32[n_people]``, its cosines to
    everybody's likes.
    """
    own = says(codes, preferences, liking, patience, emphasis).astype(np.float32)
    return own, cosines_to(own, begins, raters, cols, liking, inverse_lengths)


@njit(cache=True, nogil=True)
def answered(weights, of_few, famous, people, people_of_few, films, floor, cols):  # type: ignore[no-untyped-def]
    """``float32[n_items]``: the answers to a person of these kernels, at these columns; the floor elsewhere.

    Args:
        weights: ``float32[n_people]``, the kernels.
        of_few, famous: those for the model of few, and by how much it answers.
        people, people_of_few, films: `FineTable.parts`.
    """
    answer = sums_over_all(*people, weights)  # type: ignore[call-arg]
    if famous:
        few = sums_over_all(*people_of_few, of_few)  # type: ignore[call-arg]
        answer = ((1.0 - famous) * answer + famous * few).astype(np.float32)
    values, scores = products_with_all(*films, answer), floor.copy()  # type: ignore[call-arg]
    for at in range(cols.size):
        scores[cols[at]] = values[at]
    return scores


@njit(cache=True, nogil=True)
def cosines_to(own, begins, raters, cols, liking, inverse_lengths):  # type: ignore[no-untyped-def]
    """``float32[n_people]``: of a person's likes of these columns to everybody's."""
    sums, says = np.zeros(inverse_lengths.size, np.float32), np.empty(liking.size, np.float32)
    for k in range(cols.size):
        if k + AHEAD < cols.size:
            fetch_cells(raters, begins[cols[k + AHEAD]], begins[cols[k + AHEAD] + 1])
        for code in range(says.size):
            says[code] = own[k] * liking[code]
        for cell in raters[begins[cols[k]] : begins[cols[k] + 1]]:
            sums[cell >> CODE_BITS] += says[cell & 15]
    return sums * inverse_lengths


@njit(cache=True, nogil=True)
def fetch_cells(raters, begin, end):  # type: ignore[no-untyped-def]
    for at in range(begin, end, LINE):
        fetch(raters, at)  # type: ignore[call-arg]
