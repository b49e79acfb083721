"""The kernels of the blend: moments of signals, and their weighted sum by blocks of items."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .borrowing import borrowing

LINE = 64
"""Bytes that come into the cache at once."""

BLOCK = 1024
"""Items blended at a time, so that all sums stay in the fastest cache."""


TOLD = 6
"""Numbers that are told of each signal."""

FLAT = 1e-9
"""A signal of a smaller standard deviation says the same of all items."""


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def moments(values, shared_by):  # type: ignore[no-untyped-def]
    """Of how many items the value is known, their mean and standard deviation, in one pass around the first known.

    `shared_by` says of how many items each value is; a single number says it of all of them.
    """
    origin = 0.0
    for value in values:
        if value == value:
            origin = value * 1.0
            break
    known, total, squares = 0.0, 0.0, 0.0
    if shared_by.size == values.size:
        for at in range(values.size):
            apart = values[at] * 1.0 - origin
            times = shared_by[at] if apart == apart else 0.0
            apart = apart if apart == apart else 0.0
            known += times
            total += times * apart
            squares += times * apart * apart
    else:
        for at in range(values.size):
            apart = values[at] * 1.0 - origin
            times = 1.0 if apart == apart else 0.0
            apart = apart if apart == apart else 0.0
            known += times
            total += times * apart
            squares += times * apart * apart
    if known == 0.0:
        return 0.0, 0.0, 0.0
    mean = total / known
    return known, origin + mean, np.sqrt(max(squares / known - mean * mean, 0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def add_signals(values, shared_by, places, cols, told, share, caution):  # type: ignore[no-untyped-def]
    """Bring the signals to a common scale and add them up.

    Args:
        told: ``float64[n_signals * 6]``, of each signal: the weight for cold items and its slope, the `moments` or -1, the fixed scale
            or NaN.

    Returns:
        ``float32[n_items]``, the scores; and ``float64[n_signals, 4]``: of how many items each signal is known, the mean and the
        scale it was brought to, and 1 if it is flat.
    """
    n, scores = told.size // TOLD, np.empty(share.size, np.float32)
    told = told.reshape(n, TOLD)
    found, numbers, ways = np.empty((n, 4)), np.empty((n, 4), np.float32), np.empty(n, np.uint8)
    for k in range(n):
        known, mean, deviation, fixed = told[k, 2], told[k, 3], told[k, 4], told[k, 5]
        if known < 0.0:
            known, mean, deviation = moments(values[k], shared_by[k])
        flat, scale = deviation < FLAT, max(deviation, FLAT)
        if fixed == fixed:
            flat, mean, scale = flat and mean == 0.0, 0.0, fixed
        elif flat:
            scale = 1.0
        mean = np.float64(np.float32(mean))  # as it is taken away: what is rounded off is the same for all items then
        found[k, 0], found[k, 1], found[k, 2], found[k, 3] = known, mean, scale, flat
        numbers[k, 0], numbers[k, 1], numbers[k, 2], numbers[k, 3] = told[k, 0], told[k, 1], mean, 0.0 if flat else 1.0 / scale
        ways[k] = way_of(known, share.size, flat, cols[k].size > 0)
    steady, steady_unheard = sum_of_sizes(numbers, ways)
    bent = are_bent(numbers)
    scratch = lined_up(BLOCK), lined_up(BLOCK), lined_up(BLOCK), lined_up(BLOCK), np.zeros(n, np.int64)
    signals, terms, sizes = (values, places, cols), (numbers, ways, told[:, 2] >= 0.0), (steady, steady_unheard, bent, bent.any())
    add_terms(signals, terms, sizes, share, caution, scratch, scores)
    return scores, found


SILENT, FEW, FLATLY, SOME, ALL = 0, 1, 2, 3, 4
"""What a signal knows: nothing, a few items, all alike, some items, or all items."""


@borrowing()
def way_of(known, n_items, flat, is_few):  # type: ignore[no-untyped-def]
    if known == 0.0:
        return SILENT
    if is_few:
        return FEW
    if known < n_items:
        return SOME
    return FLATLY if flat else ALL


@njit(cache=True, nogil=True, error_model="numpy")
def shares(counts, familiar):  # type: ignore[no-untyped-def]
    """``float32[n_items]``: how warm each item is, 0..1, with so many ratings; `familiar` of them make it half warm."""
    share = np.empty(counts.size, np.float32)
    for at in range(counts.size):
        share[at] = counts[at] / (counts[at] + familiar)
    return share


@borrowing(error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def add_terms(signals, told, sizes, share, caution, scratch, scores):  # type: ignore[no-untyped-def]
    """Fill `scores`, a block of items at a time.

    What is `kept` from list to list, the shares among it, has left the caches since and is asked for a block ahead.

    Args:
        signals: values, places and columns.
        told: ``float32[n, 4]``, weights for cold items, slopes, means and 1 / scales; what each signal knows; and which are kept.
        sizes: `sum_of_sizes`; ``bool[n]``, whose weights' sign depends on the item; and whether any does.
        scratch: four ``float32[BLOCK]``, and ``int64[n]`` of zeros.
    """
    (values, places, cols), (numbers, ways, kept), (steady, steady_unheard, bent, is_any_bent) = signals, told, sizes
    unheard, blended, total, gathered, begun = scratch
    heard_less = np.float32(1.0 - caution)
    for begin in range(0, scores.size, BLOCK):
        n = min(BLOCK, scores.size - begin)
        fetch_floats(share, begin + BLOCK)
        warm, here_scores = share[begin : begin + n], scores[begin : begin + n]
        for j in range(n):
            blended[j] = np.float32(0.0)
            total[j] = steady[0] + steady[1] * warm[j]
            unheard[j] = steady_unheard[0] + steady_unheard[1] * warm[j]
        if is_any_bent:
            add_bent(numbers, bent, ways, warm, total, unheard)
        for k in range(ways.size):
            if ways[k] == FEW:
                begun[k] = add_few(values[k], cols[k], begun[k], begin, numbers[k], warm, blended, unheard)
            elif ways[k] == SOME or ways[k] == ALL:
                if kept[k]:
                    fetch_floats(values[k], begin + BLOCK)
                here = values[k][begin : begin + n]
                if places[k].size:
                    gather(values[k], places[k][begin : begin + n], gathered)
                    here = gathered[:n]
                if ways[k] == ALL:
                    add_all(here, numbers[k], warm, blended)
                else:
                    add_some(here, numbers[k], warm, blended, unheard)
        for j in range(n):
            here_scores[j] = blended[j] * (total[j] / max(total[j] - heard_less * unheard[j], np.float32(1e-12)))


@borrowing()
def fetch_floats(array, begin):  # type: ignore[no-untyped-def]
    """Ask for a block of an array, or what there is of it."""
    for at in range(begin, min(begin + BLOCK, array.size), LINE // array.itemsize):
        fetch(array, at)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def lined_up(n):  # type: ignore[no-untyped-def]
    """``float32[n]`` that begins with a line of the cache: what is done in steps of sixteen reads one line at a time, not two."""
    room = np.empty(n + 16, np.float32)
    skip = (-np.int64(room.ctypes.data) & 63) // 4
    return room[skip : skip + n]


@borrowing()
def add_bent(numbers, bent, ways, share, total, unheard):  # type: ignore[no-untyped-def]
    """Add the sizes of the weights whose sign depends on the item, to what is unheard for those that say nothing of most items."""
    for k in range(bent.size):
        if bent[k]:
            add_sizes(numbers[k, 0], numbers[k, 1], share, total)
            if ways[k] <= FEW:
                add_sizes(numbers[k, 0], numbers[k, 1], share, unheard)


@njit(cache=True, nogil=True)
def are_bent(numbers):  # type: ignore[no-untyped-def]
    """``bool[n]``: whose weights' sign depends on the item."""
    return numbers[:, 0] * (numbers[:, 0] + numbers[:, 1]) < 0.0


@njit(cache=True, nogil=True)
def sum_of_sizes(numbers, ways):  # type: ignore[no-untyped-def]
    """The sums of the weights' sizes as cold and slope: of all, and of those that say nothing or of few items; without the bent ones."""
    steady, unheard = np.zeros(2, np.float32), np.zeros(2, np.float32)
    for k in range(ways.size):
        cold, warm = numbers[k, 0], numbers[k, 0] + numbers[k, 1]
        if cold * warm >= 0.0:
            steady[0] += abs(cold)
            steady[1] += abs(warm) - abs(cold)
            if ways[k] <= FEW:
                unheard[0] += abs(cold)
                unheard[1] += abs(warm) - abs(cold)
    return steady, unheard


@borrowing(fastmath={"reassoc", "nsz", "contract"})
def add_sizes(cold, slope, share, to):  # type: ignore[no-untyped-def]
    for j in range(share.size):
        to[j] += abs(cold + slope * share[j])


@borrowing()
def gather(values, places, to):  # type: ignore[no-untyped-def]
    for j in range(places.size):
        to[j] = values[np.uint32(places[j])]


@borrowing(fastmath={"reassoc", "nsz", "contract"})
def add_all(here, numbers, share, blended):  # type: ignore[no-untyped-def]
    """Add a signal that is known of all items."""
    cold, slope, mean = numbers[0] * numbers[3], numbers[1] * numbers[3], numbers[2]
    for j in range(here.size):
        blended[j] += (cold + slope * share[j]) * (here[j] - mean)


@borrowing(fastmath={"reassoc", "nsz", "contract"})
def add_some(here, numbers, share, blended, unheard):  # type: ignore[no-untyped-def]
    """Add a signal that is not known of all items."""
    cold, slope, mean, inverse = numbers[0], numbers[1], numbers[2], numbers[3]
    for j in range(here.size):
        apart, weight = here[j] - mean, cold + slope * share[j]
        is_known = apart == apart
        blended[j] += weight * inverse * apart if is_known else np.float32(0.0)
        unheard[j] += np.float32(0.0) if is_known else abs(weight)


@borrowing()
def add_few(values, cols, at, begin, numbers, share, blended, unheard):  # type: ignore[no-untyped-def]
    """Add a signal that is known of few items, those of this block, from place `at` on; returns the place after them."""
    cold, slope, mean, inverse = numbers[0], numbers[1], numbers[2], numbers[3]
    while at < cols.size and cols[at] < begin + share.size:
        j, apart = cols[at] - begin, values[at] - mean
        if apart == apart:
            weight = cold + slope * share[j]
            blended[j] += weight * (apart * inverse)
            unheard[j] -= abs(weight)
        at += 1
    return at
