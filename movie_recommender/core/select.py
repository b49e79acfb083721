"""The best of many: the n largest scores, over all items and within each genre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from .bits import BITS, lowest
from .data import IntArray, Items, Scores
from .scorers.base import Places, as_places

BINS, WORD = 4096, np.uint64(6)

SAMPLED, MORE = 8, 1.15
"""First one score in so many says from where on enough are found, with some more to be sure; then all do."""

SIDE_BY_SIDE = 64
"""Of so many scores in one bin on the average, squared, they are not put in order one by one."""


def best(scores: Scores, allowed: npt.NDArray[np.bool_], n: int) -> IntArray:
    """``int[<= n]``: positions of the `n` largest allowed scores, largest first, equal ones in order."""
    if n <= 0:
        return np.empty(0, dtype=np.int64)
    first, order = above_the_rest(scores, allowed, n)
    return np.asarray(first[order[:n]])


class Groups:
    """Items in groups, of which an item may have several: the best of each group.

    Args:
        groups: the positions of each group's items, ascending.
        n_items: how many items there are.
        kinds: each item's kind, where somebody has told them apart: items of one kind are in the same groups.

    Attributes:
        kinds: each item's kind: those of the same groups.
        bits: ``uint64[w, n_kinds]``: bit ``b`` of ``bits[w, kinds[i]]`` says whether item ``i`` is in group ``64 * w + b``.
    """

    def __init__(self, groups: Sequence[IntArray], n_items: int, kinds: Places | None = None) -> None:
        self.members = np.concatenate([np.empty(0, np.int64), *groups]).astype(np.int32)
        self.starts = np.cumsum([0, *(group.size for group in groups)])
        flags = np.zeros((-(-len(groups) // BITS), n_items), dtype=np.uint64)
        for at, group in enumerate(groups):
            flags[at // BITS, group] |= np.uint64(1 << at % BITS)
        if kinds is None:
            _, found = np.unique(flags, axis=1, return_inverse=True)
            kinds = as_places(found, int(found.max(initial=0)) + 1)
        self.kinds = kinds
        self.bits = np.zeros((flags.shape[0], int(kinds.max(initial=0)) + 1), dtype=np.uint64)
        self.bits[:, kinds] = flags

    @property
    def parts(self) -> tuple[IntArray, npt.NDArray[np.int32], Places, npt.NDArray[np.uint64]]:
        """Where each group's members begin, the members, and `kinds` and `bits`."""
        return self.starts, self.members, self.kinds, self.bits


def facet_groups(items: Items) -> list[IntArray]:
    """The films of each decade and of each language."""
    decades = items.years // 10 if items.years is not None else np.zeros(items.n_items, dtype=np.int64)
    _, languages = np.unique([name or "" for name in items.languages or [""] * items.n_items], return_inverse=True)
    return [np.flatnonzero(values == value) for values in (decades, languages) for value in np.unique(values)]


@njit(cache=True, nogil=True)
def all_but(n_items, some, more):  # type: ignore[no-untyped-def]
    """``bool[n_items]``: False at these positions; -1 stands for none."""
    allowed = np.ones(n_items, np.bool_)
    for positions in (some, more):
        for item in positions:
            if item >= 0:
                allowed[item] = False
    return allowed


@njit(cache=True, nogil=True)
def taken(ids, scores, cols):  # type: ignore[no-untyped-def]
    """The ids and the scores, ``float64``, of these positions."""
    return ids[cols], scores[cols].astype(np.float64)


@njit(cache=True, nogil=True)
def above_the_rest(scores, allowed, n):  # type: ignore[no-untyped-def]
    """Positions, ascending, of at least the `n` largest allowed scores (all, if there are fewer), and their places, largest first.

    All that are left out score less than those.
    """
    found = from_score(scores, allowed, enough_from(scores, allowed, n, SAMPLED))
    if found.size < n:
        found = from_score(scores, allowed, enough_from(scores, allowed, n, 1))
    return found, in_order(scores[found])


@njit(cache=True, nogil=True, error_model="numpy")
def enough_from(scores, allowed, n, every):  # type: ignore[no-untyped-def]
    """From which score on there are (if one item in `every` tells, about) `n` or a little more; -inf if that takes all."""
    low, high, total = np.inf, -np.inf, 0
    for at in range(0, scores.size, every):
        if allowed[at]:
            total += 1
            low = min(low, scores[at])
            high = max(high, scores[at])
    wanted = n if every == 1 else MORE * n / every
    if total <= wanted or not 1e-300 < high - low < np.inf:  # with a smaller spread the bins would have no width
        return -np.inf
    counts, step = np.zeros(BINS + 1, np.int64), BINS / (high - low)
    for at in range(0, scores.size, every):
        if allowed[at]:
            counts[np.uint32((scores[at] - low) * step)] += 1
    least, taken = BINS, counts[BINS]
    while least > 0 and taken < wanted:
        least -= 1
        taken += counts[least]
    return low + (least - 1) / step if least > 0 else -np.inf  # a bin lower: its edge is rounded


@njit(cache=True, nogil=True)
def from_score(scores, allowed, least):  # type: ignore[no-untyped-def]
    """Positions, ascending, of the allowed scores from `least` on: 64 are compared at a time, most of which are below."""
    found, end = np.empty(scores.size, np.int64), 0
    for begin in range(0, scores.size, BITS):
        n, above = min(BITS, scores.size - begin), np.uint64(0)
        some, are_allowed = scores[begin : begin + n], allowed[begin : begin + n]
        for at in range(n):
            above |= np.uint64((some[at] >= least) & are_allowed[at]) << np.uint64(at)
        while above:
            found[end] = begin + lowest(above)  # type: ignore[call-arg]
            end += 1
            above &= above - np.uint64(1)
    return found[:end]


@njit(cache=True, nogil=True, error_model="numpy")
def in_order(values):  # type: ignore[no-untyped-def]
    """The places of these values, largest first, equal ones in order."""
    low, high = np.inf, -np.inf
    for value in values:
        low, high = min(low, value), max(high, value)
    ends, bins = np.zeros(BINS + 1, np.uint32), np.zeros(values.size, np.uint32)
    step = BINS / (high - low) if 1e-300 < high - low < np.inf else 0.0
    if step > 0.0:
        for at in range(values.size):
            bins[at] = np.uint32((high - values[at]) * step)
    for kind in bins:
        ends[kind] += np.uint32(1)
    squares, end = np.int64(0), np.uint32(0)
    for kind in range(ends.size):
        size = ends[kind]
        squares += np.int64(size) * np.int64(size)
        ends[kind] = end
        end += size
    if squares > SIDE_BY_SIDE * values.size:
        return np.argsort(-values, kind="mergesort")
    order, ordered = np.empty(values.size, np.int64), np.empty_like(values)
    for at in range(values.size):
        place = ends[bins[at]]
        order[place], ordered[place] = at, values[at]
        ends[bins[at]] = place + np.uint32(1)
    for at in range(1, values.size):
        if ordered[at - 1] < ordered[at]:
            own, value, to = order[at], ordered[at], at
            while to > 0 and ordered[to - 1] < value:
                order[to], ordered[to] = order[to - 1], ordered[to - 1]
                to -= 1
            order[to], ordered[to] = own, value
    return order


@njit(cache=True, nogil=True)
def best_of_groups(scores, allowed, first, order, groups, n):  # type: ignore[no-untyped-def]
    """``int64[n_groups, n]``: each group's `n` largest allowed scores, largest first, equal ones in order; -1 where there are fewer.

    `first` are the allowed items that score more than all others, and their order (see `above_the_rest`): a group that has
    `n` of them is not looked through. `groups` are `Groups.parts`.
    """
    starts, members, kinds, bits = groups
    found = np.full((starts.size - 1, max(n, 0)), -1, np.int64)
    if found.size:
        best_in_groups(scores, allowed, first, order, starts, members, kinds, bits, found)
    return found


@njit(cache=True, nogil=True)
def best_in_groups(scores, allowed, first, order, starts, members, kinds, bits, found):  # type: ignore[no-untyped-def]
    """Fill in what `best_of_groups` finds."""
    n_groups, n = found.shape
    one, taken, own = np.uint64(1), np.zeros(n_groups, np.int64), np.empty(first.size, np.uint64)
    for word in range(bits.shape[0]):
        for at in range(first.size):  # in the order of memory: by score each would be waited for
            own[at] = bits[word, kinds[first[at]]]
        not_full = ~np.uint64(0)
        for at in order:
            left = own[at] & not_full
            while left:
                group = word * BITS + lowest(left)  # type: ignore[call-arg]
                found[group, taken[group]] = first[at]
                taken[group] += 1
                if taken[group] == n:
                    not_full &= ~bit_of(group)
                left &= left - one
    least = scores[first[order[-1]]] if order.size else np.inf
    for group in range(n_groups):
        more, rest = 0, found[group, taken[group] :]
        values = np.empty(rest.size)
        if rest.size and taken[group] < starts[group + 1] - starts[group]:
            for item in members[starts[group] : starts[group + 1]]:
                if allowed[item] and scores[item] < least:
                    more = put_in_order(rest, values, more, item, scores[item])


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
def listed(scores, first, order, top, grouped, faceted, wanted):  # type: ignore[no-untyped-def]
    """``int64`` positions of what a list holds: `top`, then by score what else the last three hold (-1 is none)."""
    is_wanted = np.zeros(scores.size // BITS + 1, np.uint64)
    for some in (grouped.ravel(), faceted.ravel(), wanted):
        for item in some:
            if item >= 0:
                is_wanted[np.uint64(item) >> WORD] |= bit_of(item)
    for item in top:
        is_wanted[np.uint64(item) >> WORD] &= ~bit_of(item)
    cols, end = np.empty(top.size + grouped.size + faceted.size + wanted.size + 1, np.int64), top.size
    cols[:end] = top
    for at in order:
        if is_wanted[np.uint64(first[at]) >> WORD] & bit_of(first[at]):
            is_wanted[np.uint64(first[at]) >> WORD] &= ~bit_of(first[at])
            cols[end] = first[at]
            end += 1
    begin = end
    for word in range(is_wanted.size):
        while is_wanted[word]:
            cols[end] = word * BITS + lowest(is_wanted[word])  # type: ignore[call-arg]
            is_wanted[word] &= is_wanted[word] - np.uint64(1)
            end += 1
    if end > begin:  # these were not among the first
        put_by_score(scores, cols[begin:end])
        if begin > top.size and scores[cols[begin]] >= scores[cols[begin - 1]]:  # what was asked for may score as much
            put_by_score(scores, cols[top.size : end])
    return cols[:end]


@njit(cache=True, nogil=True)
def put_by_score(scores, cols):  # type: ignore[no-untyped-def]
    """Put ``int64`` positions in order, in place: largest score first, equal ones ascending."""
    ascending = np.sort(cols)
    cols[:] = ascending[np.argsort(-scores[ascending], kind="mergesort")]


@njit(cache=True, nogil=True)
def bit_of(item):  # type: ignore[no-untyped-def]
    """Its bit in its word of a set of items."""
    return np.uint64(1) << (np.uint64(item) & np.uint64(BITS - 1))
