"""The kernels of the blend: moments of signals, and their weighted sum by blocks of items."""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 1024
"""Items blended at a time, so that all sums stay in the fastest cache."""


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
        return 0, 0.0, 0.0
    mean = total / known
    return int(known), origin + mean, np.sqrt(max(squares / known - mean * mean, 0.0))


@njit(cache=True, nogil=True)
def all_moments(values, shared_by, found):  # type: ignore[no-untyped-def]
    """Fill ``float64[n, 3]``, the `moments` of the first signals, where the first of them is not known (-1)."""
    for k in range(found.shape[0]):
        if found[k, 0] < 0.0:
            found[k, 0], found[k, 1], found[k, 2] = moments(values[k], shared_by[k])


@njit(cache=True, nogil=True, error_model="numpy")
def shares(counts, familiar):  # type: ignore[no-untyped-def]
    """``float64[n_items]``: how warm each item is, 0..1, with so many ratings; `familiar` of them make it half warm."""
    share = np.empty(counts.size)
    for at in range(counts.size):
        share[at] = counts[at] / (counts[at] + familiar)
    return share


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def add_terms(values, places, cols, numbers, heard, silent, share, caution, scores):  # type: ignore[no-untyped-def]
    """Fill `scores`, a block of items at a time; `heard` says which signals are known of all items."""
    unheard, blended, more = lined_up(BLOCK), lined_up(BLOCK), lined_up(BLOCK)
    more[:] = 0.0
    gathered, begun = np.empty(BLOCK, np.float32), np.zeros(numbers.shape[0], np.int64)
    steady, bent = sum_of_sizes(numbers)
    steady_silent, bent_silent = sum_of_sizes(silent)
    steady += steady_silent
    some_bend = bent.any() or bent_silent.any()
    for k in range(numbers.shape[0]):
        if cols[k].size and not bent[k]:  # as silent, but for few items
            steady_silent += sum_of_sizes(numbers[k : k + 1])[0]
    for begin in range(0, scores.size, BLOCK):
        n = min(BLOCK, scores.size - begin)
        warm, here_scores = share[begin : begin + n], scores[begin : begin + n]
        for j in range(n):
            blended[j] = 0.0
            unheard[j] = steady_silent[0] + steady_silent[1] * warm[j]
        if some_bend:
            more[:] = 0.0
            add_bent(silent, bent_silent, bent_silent, warm, more, unheard)
            add_bent(numbers, bent, np.array([cols[k].size > 0 for k in range(numbers.shape[0])]), warm, more, unheard)
        for k in range(numbers.shape[0]):
            cold, slope, mean, inverse = numbers[k]
            if cols[k].size:
                begun[k] = add_few(values[k], cols[k], begun[k], begin, numbers[k], warm, blended, unheard)
            elif inverse != 0.0 or not heard[k]:
                here = values[k][begin : begin + n]
                if places[k].size:
                    gather(values[k], places[k][begin : begin + n], gathered)
                    here = gathered[:n]
                if heard[k]:
                    for j in range(n):
                        blended[j] += (cold + slope * warm[j]) * ((np.float64(here[j]) - mean) * inverse)
                else:
                    add_some(here, cold, slope, mean, inverse, warm, blended, unheard)
        for j in range(n):
            total = steady[0] + steady[1] * warm[j] + more[j]
            here_scores[j] = blended[j] * (total / max(total - (1.0 - caution) * unheard[j], 1e-12))


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
    """Add a signal that is not known of all items."""
    for j in range(here.size):
        weight, value = cold + slope * share[j], np.float64(here[j])
        gap = 0.0 if value == value else abs(weight)
        value = value if value == value else mean
        blended[j] += weight * ((value - mean) * inverse)
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
