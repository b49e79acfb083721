"""The best of many: the n largest scores, over all items and within each genre."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import FloatArray, IntArray, Items

BINS = 4096


def best(scores: FloatArray, allowed: npt.NDArray[np.bool_], n: int) -> IntArray:
    """``int[<= n]``: positions of the `n` largest allowed scores, largest first, equal ones in order."""
    if n <= 0:
        return np.empty(0, dtype=np.int64)
    candidates = above_the_rest(scores, allowed, n)
    return np.asarray(candidates[np.argsort(-scores[candidates], kind="stable")[:n]])


def facet_groups(items: Items) -> tuple[IntArray, IntArray]:
    """The films of each decade and of each language, as starts and members for `best_in_groups`."""
    decades = items.years // 10 if items.years is not None else np.zeros(items.n_items, dtype=np.int64)
    _, languages = np.unique([name or "" for name in items.languages or [""] * items.n_items], return_inverse=True)
    groups = [np.flatnonzero(values == value) for values in (decades, languages) for value in np.unique(values)]
    sizes = [group.size for group in groups]
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), np.concatenate([np.empty(0, np.int64), *groups])


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
            counts[int((scores[at] - low) * step)] += 1
    least, taken = BINS, counts[BINS]
    while least > 0 and taken < n:
        least -= 1
        taken += counts[least]
    found = np.empty(min(taken, total), np.int64)
    end = 0
    for at in range(scores.size):
        if allowed[at] and int((scores[at] - low) * step) >= least:
            found[end] = at
            end += 1
    return found[:end]


@njit(cache=True, nogil=True)
def best_in_groups(scores, allowed, starts, members, n):  # type: ignore[no-untyped-def]
    """``int[n_groups, n]``: each group's `n` largest allowed scores, largest first, equal ones in order; -1 where there are fewer.

    Group ``g`` is ``members[starts[g] : starts[g + 1]]``, ascending.
    """
    found = np.full((starts.size - 1, n), -1, np.int64)
    values = np.empty(n)
    for group in range(starts.size - 1):
        taken = 0
        for m in range(starts[group], starts[group + 1]):
            item = members[m]
            score = scores[item]
            if not allowed[item] or n == 0 or (taken == n and score <= values[n - 1]):
                continue
            at = taken if taken < n else n - 1
            while at > 0 and values[at - 1] < score:
                values[at] = values[at - 1]
                found[group, at] = found[group, at - 1]
                at -= 1
            values[at] = score
            found[group, at] = item
            taken = min(taken + 1, n)
    return found
