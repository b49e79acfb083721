"""The kernels of the blend: moments of signals, and their weighted sum by blocks of items."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch

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
        ``float64[n_items]``, the scores; and ``float64[n_signals, 4]``: of how many items each signal is known, the mean and the
        scale it was brought to, and 1 if it is flat.
    """
    n, scores = told.size // TOLD, np.empty(share.size)
    told = told.reshape(n, TOLD)
    found, numbers, heard = np.empty((n, 4)), np.empty((n, 4)), np.empty(n, np.bool_)
    for k in range(n):
        known, mean, deviation, fixed = told[k, 2], told[k, 3], told[k, 4], told[k, 5]
        if known < 0.0:
            known, mean, deviation = moments(values[k], shared_by[k])
        flat, scale = deviation < FLAT, max(deviation, FLAT)
        if fixed == fixed:
            flat, mean, scale = flat and mean == 0.0, 0.0, fixed
        elif flat:
            scale = 1.0
        found[k, 0], found[k, 1], found[k, 2], found[k, 3] = known, mean, scale, flat
        numbers[k, 0], numbers[k, 1], numbers[k, 2], numbers[k, 3] = told[k, 0], told[k, 1], mean, 0.0 if flat else 1.0 / scale
        heard[k] = known == share.size
    add_terms(values, places, cols, numbers, heard, found[:, 0] == 0.0, told[:, 2] >= 0.0, share, caution, scores)
    return scores, found


@njit(cache=True, nogil=True, error_model="numpy")
def shares(counts, familiar):  # type: ignore[no-untyped-def]
    """``float64[n_items]``: how warm each item is, 0..1, with so many ratings; `familiar` of them make it half warm."""
    share = np.empty(counts.size)
    for at in range(counts.size):
        share[at] = counts[at] / (counts[at] + familiar)
    return share


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def add_terms(values, places, cols, numbers, heard, silent, kept, share, caution, scores):  # type: ignore[no-untyped-def]
    """Fill `scores`, a block of items at a time; `heard` says which signals are known of all items, `silent` which of none.

    What is `kept` from list to list, the shares among it, has left the caches since and is asked for a block ahead.
    """
    unheard, blended, more = lined_up(BLOCK), lined_up(BLOCK), lined_up(BLOCK)
    more[:] = 0.0
    gathered, begun = np.empty(BLOCK, np.float32), np.zeros(numbers.shape[0], np.int64)
    is_few = np.array([cols[k].size > 0 for k in range(numbers.shape[0])])
    steady, bent = sum_of_sizes(numbers)
    steady_silent, _ = sum_of_sizes(numbers[silent | is_few])  # few are heard: as silent, but for those
    middle = sum_of_middles(numbers[~(silent | is_few)])
    for begin in range(0, scores.size, BLOCK):
        n = min(BLOCK, scores.size - begin)
        fetch_floats(share, begin + BLOCK)
        warm, here_scores = share[begin : begin + n], scores[begin : begin + n]
        for j in range(n):
            blended[j] = middle[0] + middle[1] * warm[j]
            unheard[j] = steady_silent[0] + steady_silent[1] * warm[j]
        if bent.any():
            more[:] = 0.0
            add_bent(numbers, bent, silent | is_few, warm, more, unheard)
        for k in range(numbers.shape[0]):
            cold, slope, mean, inverse = numbers[k]
            if silent[k]:
                continue
            if is_few[k]:
                begun[k] = add_few(values[k], cols[k], begun[k], begin, numbers[k], warm, blended, unheard)
            elif inverse != 0.0 or not heard[k]:
                if kept[k]:
                    fetch_floats(values[k], begin + BLOCK)
                here = values[k][begin : begin + n]
                if places[k].size:
                    gather(values[k], places[k][begin : begin + n], gathered)
                    here = gathered[:n]
                if heard[k]:
                    for j in range(n):
                        blended[j] += (cold * inverse + slope * inverse * warm[j]) * np.float64(here[j])
                else:
                    add_some(here, cold, slope, mean, inverse, warm, blended, unheard)
        for j in range(n):
            total = steady[0] + steady[1] * warm[j] + more[j]
            here_scores[j] = blended[j] * (total / max(total - (1.0 - caution) * unheard[j], 1e-12))


@njit(cache=True, nogil=True)
def fetch_floats(array, begin):  # type: ignore[no-untyped-def]
    """Ask for a block of an array, or what there is of it."""
    for at in range(begin, min(begin + BLOCK, array.size), LINE // array.itemsize):
        fetch(array, at)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def lined_up(n):  # type: ignore[no-untyped-def]
    """``float64[n]`` that begins with a line of the cache: what is done in steps of eight reads one line at a time, not two."""
    room = np.empty(n + 8)
    skip = (-np.int64(room.ctypes.data) & 63) // 8
    return room[skip : skip + n]


@njit(cache=True, nogil=True)
def add_bent(numbers, bent, unheard_of, share, total, unheard):  # type: ignore[no-untyped-def]
    """Add the sizes of the weights whose sign depends on the item, to what is unheard for some of them."""
    for k in range(numbers.shape[0]):
        if bent[k]:
            add_sizes(numbers[k, 0], numbers[k, 1], share, total)
            if unheard_of[k]:
                add_sizes(numbers[k, 0], numbers[k, 1], share, unheard)


@njit(cache=True, nogil=True)
def sum_of_sizes(numbers):  # type: ignore[no-untyped-def]
    """The sum of the weights' sizes as cold and slope, and which are left out of it: their sign depends on the item."""
    steady, bent = np.zeros(2), np.zeros(numbers.shape[0], np.bool_)
    for k in range(numbers.shape[0]):
        cold, warm = numbers[k, 0], numbers[k, 0] + numbers[k, 1]
        bent[k] = cold * warm < 0.0
        if not bent[k]:
            steady[0] += abs(cold)
            steady[1] += abs(warm) - abs(cold)
    return steady, bent


@njit(cache=True, nogil=True)
def sum_of_middles(numbers):  # type: ignore[no-untyped-def]
    """What all means add up to, taken away: for cold items, and its slope. So a signal is added in two steps instead of four."""
    middle = np.zeros(2)
    for k in range(numbers.shape[0]):
        cold, slope, mean, inverse = numbers[k]
        middle[0] -= cold * (mean * inverse)
        middle[1] -= slope * (mean * inverse)
    return middle


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def add_sizes(cold, slope, share, to):  # type: ignore[no-untyped-def]
    for j in range(share.size):
        to[j] += abs(cold + slope * share[j])


@njit(cache=True, nogil=True)
def gather(values, places, to):  # type: ignore[no-untyped-def]
    for j in range(places.size):
        to[j] = values[np.uint32(places[j])]


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def add_some(here, cold, slope, mean, inverse, share, blended, unheard):  # type: ignore[no-untyped-def]
    """Add a signal that is not known of all items: there it is the mean, which `sum_of_middles` takes away again."""
    for j in range(here.size):
        value = np.float64(here[j])
        gap = 0.0 if value == value else abs(cold + slope * share[j])
        value = value if value == value else mean
        blended[j] += (cold * inverse + slope * inverse * share[j]) * value
        unheard[j] += gap


@njit(cache=True, nogil=True)
def add_few(values, cols, at, begin, numbers, share, blended, unheard):  # type: ignore[no-untyped-def]
    """Add a signal that is known of few items, those of this block, from place `at` on; returns the place after them."""
    cold, slope, mean, inverse = numbers
    while at < cols.size and cols[at] < begin + share.size:
        j, value = cols[at] - begin, np.float64(values[at])
        if value == value:
            weight = cold + slope * share[j]
            blended[j] += weight * ((value - mean) * inverse)
            unheard[j] -= abs(weight)
        at += 1
    return at
