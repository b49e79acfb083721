"""Re-ranking for variety: a list of good films that are not all alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .ahead import fetch
from .data import FloatArray, IntArray

FRANCHISE = 0.6
"""How much of two films' likeness is being of one franchise; the rest is their features."""


def diversify(order: IntArray, scores: FloatArray, features: npt.NDArray[np.bool_], groups: IntArray, n: int, dial: float) -> IntArray:
    """The candidates, the first `n` of them picked one by one by score less likeness to those picked, the rest in order.

    Maximal marginal relevance: Carbonell and Goldstein (1998).

    Args:
        order: candidates' positions, best first.
        scores: ``float[n_items]``.
        features: ``bool[n_items, d]``; films are alike by the cosine of theirs ...
        groups: ``int[n_items]``, the franchise of each, -1 for none; ... and by being of one franchise.
        n: how many to pick.
        dial: 0 keeps the order, 1 gives up one standard deviation of the pool for a film quite alike; 2 is usual.
    """
    if dial <= 0 or n <= 0 or order.size <= 1:
        return order
    return np.asarray(picked_first(order, scores, features, groups, FRANCHISE, min(n, order.size), dial))


@njit(cache=True, nogil=True, error_model="numpy")
def picked_first(order, scores, features, groups, franchise, n, dial):  # type: ignore[no-untyped-def]
    flat, width = features.ravel(), np.int64(features.shape[1])
    for item in order:
        fetch(flat, item * width)  # type: ignore[call-arg]
    values, own_groups = scores[order], groups[order]
    price = dial * (values.std() or 1.0)
    alike = np.zeros((features.shape[1], order.size))
    for place in range(order.size):
        own, n_own = features[order[place]], 0
        for one in range(own.size):
            n_own += own[one]
        length = 1.0 / np.sqrt(max(n_own, 1))
        for one in range(own.size):
            if own[one]:
                alike[one, place] = length
    places, is_left, end = pick(values, alike, own_groups, franchise, n, price), np.ones(order.size, np.bool_), n
    found = np.empty_like(order)
    for at in range(n):
        found[at] = order[places[at]]
        is_left[places[at]] = False
    for place in range(order.size):
        if is_left[place]:
            found[end] = order[place]
            end += 1
    return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan", "contract"})
def pick(values, features, groups, franchise, n, price):  # type: ignore[no-untyped-def]
    """Positions in the order of picking: the largest value less `price` times the likeness to the likest picked."""
    picked = np.empty(n, np.int64)
    worth, lowest = values.copy(), values.min() - 10.0 * price - 1.0
    likest, alike = np.zeros(values.size), np.empty(values.size)
    for at in range(n):
        most = lowest
        for place in range(values.size):
            most = max(most, worth[place])
        best = 0
        while worth[best] < most:
            best += 1
        picked[at] = best
        values[best] = lowest - price  # below all, however alike they are
        alike[:] = 0.0
        for one in range(features.shape[0]):
            own, others = (1.0 - franchise) * features[one, best], features[one]
            if own != 0.0:
                for place in range(values.size):
                    alike[place] += own * others[place]
        group = groups[best]
        for place in range(values.size):
            same = franchise if groups[place] == group and group >= 0 else 0.0
            likest[place] = max(likest[place], alike[place] + same)
            worth[place] = values[place] - price * likest[place]
    return picked
