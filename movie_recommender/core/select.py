"""The best of many: the n largest scores, over all items and within each genre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import FloatArray, IntArray, Items

BINS = 4096


def best(scores: FloatArray, allowed: npt.NDArray[np.bool_], n: int) -> IntArray:
    """``int[<= n]``: positions of the `n` largest allowed scores, largest first, equal ones in order."""
    if n <= 0:
        return np.empty(0, dtype=np.int64)
    return best_of(scores, above_the_rest(scores, allowed, n), n)


def best_of(scores: FloatArray, candidates: IntArray, n: int) -> IntArray:
    """The same of the candidates, which are positions, ascending."""
    values = -scores[candidates]
    if 0 < n < candidates.size:
        enough = values <= np.partition(values, n - 1)[n - 1]
        candidates, values = candidates[enough], values[enough]
    return np.asarray(candidates[np.argsort(values, kind="stable")[: max(n, 0)]])


class Groups:
    """Items in groups, of which an item may have several: the best of each group.

    Args:
        groups: the positions of each group's items, ascending.
        n_items: how many items there are.
    """

    def __init__(self, groups: Sequence[IntArray], n_items: int) -> None:
        self.members = np.concatenate([np.empty(0, np.int64), *groups]).astype(np.int32)
        self.starts = np.cumsum([0, *(group.size for group in groups)])
        group_of = np.repeat(np.arange(len(groups), dtype=np.int16), np.diff(self.starts))
        self._own_groups = group_of[np.argsort(self.members, kind="stable")]
        sizes = np.bincount(self.members, minlength=n_items)
        self._own_starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)

    def best(self, scores: FloatArray, allowed: npt.NDArray[np.bool_], first: IntArray, n: int) -> IntArray:
        """``int[n_groups, n]``: each group's `n` largest allowed scores, largest first, equal ones in order; -1 where there are fewer.

        `first` are the allowed items that score more than all others, ascending (see
        `above_the_rest`): a group that has `n` of them is not looked through.
        """
        n = max(n, 0)
        found = np.full((self.starts.size - 1, n), -1, dtype=np.int64)
        if n:
            best_in_groups(scores, allowed, first, self.starts, self.members, self._own_starts, self._own_groups, found)
        return found


def facet_groups(items: Items) -> list[IntArray]:
    """The films of each decade and of each language."""
    decades = items.years // 10 if items.years is not None else np.zeros(items.n_items, dtype=np.int64)
    _, languages = np.unique([name or "" for name in items.languages or [""] * items.n_items], return_inverse=True)
    return [np.flatnonzero(values == value) for values in (decades, languages) for value in np.unique(values)]


@njit(cache=True, nogil=True)
def above_the_rest(scores, allowed, n):  # type: ignore[no-untyped-def]
    """Positions, ascending, of at least the `n` largest allowed scores (all, if there are fewer)."""
    low, high, total = np.inf, -np.inf, 0
    for at in range(scores.size):
        if allowed[at]:
            total += 1
            low = min(low, scores[at])
            high = max(high, scores[at])
    step = BINS / (high - low) if high - low > 1e-300 else 0.0  # a smaller spread would make it infinite
    counts = np.zeros(BINS + 1, np.int64)
    for at in range(scores.size):
        if allowed[at]:
            counts[np.uint32((scores[at] - low) * step)] += 1
    least, taken = BINS, counts[BINS]
    while least > 0 and taken < n:
        least -= 1
        taken += counts[least]
    found = np.empty(min(taken, total), np.int64)
    end = 0
    for at in range(scores.size):
        if allowed[at] and np.uint32((scores[at] - low) * step) >= least:
            found[end] = at
            end += 1
    return found[:end]


@njit(cache=True, nogil=True)
def best_in_groups(scores, allowed, first, starts, members, own_starts, own_groups, found):  # type: ignore[no-untyped-def]
    """`Groups.best`: the groups of item ``i`` are ``own_groups[own_starts[i] : own_starts[i + 1]]``."""
    n_groups, n = found.shape
    values = np.full((n_groups, n), -np.inf)
    taken = np.zeros(n_groups, np.int64)
    for item in first:
        for group in own_groups[own_starts[item] : own_starts[item + 1]]:
            taken[group] = put_in_order(found[group], values[group], taken[group], item, scores[item])
    for group in range(n_groups):
        if taken[group] == n:
            continue
        taken[group] = 0
        for item in members[starts[group] : starts[group + 1]]:
            if allowed[item]:
                taken[group] = put_in_order(found[group], values[group], taken[group], item, scores[item])


@njit(cache=True, nogil=True)
def put_in_order(found, values, taken, item, score):  # type: ignore[no-untyped-def]
    """Insert the item if it is among the best; returns how many there are."""
    n = values.size
    if taken == n and score <= values[n - 1]:
        return taken
    at = taken if taken < n else n - 1
    while at > 0 and values[at - 1] < score:
        values[at] = values[at - 1]
        found[at] = found[at - 1]
        at -= 1
    values[at] = score
    found[at] = item
    return min(taken + 1, n)


@njit(cache=True, nogil=True)
def others(n_items, top, grouped, faceted, wanted):  # type: ignore[no-untyped-def]
    """Positions, ascending, of the items that are in one of the last three (-1 is none) and not in `top`."""
    is_new = np.zeros(n_items + 1, np.bool_)  # the last place is what -1 stands for
    for listed in (grouped.ravel(), faceted.ravel(), wanted):
        for item in listed:
            is_new[item] = True
    for item in top:
        is_new[item] = False
    return np.flatnonzero(is_new[:n_items])


@njit(cache=True, nogil=True)
def places_of(n_items, cols, grouped):  # type: ignore[no-untyped-def]
    """``int32`` of the shape of `grouped`: where in `cols` its items are; -1 for -1."""
    place = np.full(n_items + 1, -1, np.int32)
    for at in range(cols.size):
        place[cols[at]] = at
    found = np.empty(grouped.shape, np.int32)
    for row in range(grouped.shape[0]):
        for at in range(grouped.shape[1]):
            found[row, at] = place[grouped[row, at]]
    return found
