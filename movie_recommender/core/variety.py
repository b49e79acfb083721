"""Re-ranking for variety: a list of good films that are not all alike."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch
from .bits import how_many
from .data import IntArray, Scores
from .select import Groups

FRANCHISE = 0.6
"""How much of two films' likeness is being of one franchise; the rest is their features."""

SOON = 2
"""So many times as many films as are picked are mostly looked at."""


def diversify(order: IntArray, scores: Scores, features: Groups, groups: IntArray, n: int, dial: float) -> IntArray:
    """The candidates, the first `n` of them picked one by one by score less likeness to those picked, the rest in order.

    Maximal marginal relevance: Carbonell and Goldstein (1998).

    Args:
        order: candidates' positions, best first.
        scores: ``float32[n_items]``.
        features: which films have which; films are alike by the cosine of theirs ...
        groups: ``int[n_items]``, the franchise of each, -1 for none; ... and by being of one franchise.
        n: how many to pick.
        dial: 0 keeps the order, 1 gives up one standard deviation of the pool for a film quite alike; 2 is usual.
    """
    return np.asarray(varied(order, scores, features.kinds, features.bits, groups, n, dial))


@njit(cache=True, nogil=True)
def varied(order, scores, kinds, bits, groups, n, dial):  # type: ignore[no-untyped-def]
    """`diversify`; `kinds` and `bits` are the features'."""
    if dial <= 0 or n <= 0 or order.size <= 1:
        return order
    return picked_first(order, scores, kinds, bits, groups, FRANCHISE, min(n, order.size), dial)


@njit(cache=True, nogil=True, error_model="numpy")
def picked_first(order, scores, kinds, bits, groups, franchise, n, dial):  # type: ignore[no-untyped-def]
    """`diversify`. A film's worth only falls as more are picked, so that most films are never looked at: they score too little anyway."""
    for item in order[: SOON * n]:
        fetch(kinds, item)  # type: ignore[call-arg]
        fetch(groups, item)
    values, worth = scores[order], scores[order]
    price = dial * (values.std() or 1.0)
    picked, likest, looked_at = np.empty(n, np.int64), np.zeros(order.size), np.zeros(order.size, np.int64)
    own, lengths, own_groups = np.empty((order.size, bits.shape[0]), np.uint64), np.empty(order.size), np.empty(order.size, np.int64)
    found, end, seen = np.empty_like(order), n, 0
    for at in range(n):
        best, most = -1, -np.inf
        for place in range(order.size):
            if values[place] <= most:
                break
            if place == seen:
                lengths[place], own_groups[place], seen = known_of(order[place], kinds, bits, own[place]), groups[order[place]], seen + 1
            if looked_at[place] >= 0 and worth[place] > most:
                for one in picked[looked_at[place] : at]:
                    alike = (1.0 - franchise) * lengths[place] * lengths[one] * how_many_shared(own[place], own[one])
                    same = franchise if own_groups[place] >= 0 and own_groups[place] == own_groups[one] else 0.0
                    likest[place] = max(likest[place], alike + same)
                looked_at[place], worth[place] = at, values[place] - price * likest[place]
                if worth[place] > most:
                    best, most = place, worth[place]
        picked[at], found[at], looked_at[best] = best, order[best], -1
    for place in range(order.size):
        if looked_at[place] >= 0:
            found[end] = order[place]
            end += 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def known_of(item, kinds, bits, own):  # type: ignore[no-untyped-def]
    """Fill in a film's features; returns 1 / the length of their vector."""
    n = 0
    for word in range(own.size):
        own[word] = bits[word, kinds[item]]
        n += how_many(own[word])  # type: ignore[call-arg]
    return 1.0 / np.sqrt(max(n, 1))


@njit(cache=True, nogil=True)
def how_many_shared(own, others):  # type: ignore[no-untyped-def]
    n = 0
    for word in range(own.size):
        n += how_many(own[word] & others[word])  # type: ignore[call-arg]
    return n
