"""Re-ranking for variety: a list of good films that are not all alike."""

from __future__ import annotations

import numpy as np
from numba import njit

from .data import FloatArray, IntArray

FRANCHISE = 0.6
"""How much of two films' likeness is being of one franchise; the rest is their features."""


def diversify(order: IntArray, scores: FloatArray, features: FloatArray, groups: IntArray, n: int, dial: float) -> IntArray:
    """The first `n` of `order`, picked one by one by score less likeness to those picked.

    Maximal marginal relevance: Carbonell and Goldstein (1998).

    Args:
        order: candidates' positions, best first.
        scores: ``float[n_items]``.
        features: ``float[len(order), d]``, rows of unit length (or zero); films are alike by their product ...
        groups: ``int[len(order)]``, the franchise of each, -1 for none; ... and by being of one franchise.
        n: how many to pick.
        dial: 0 keeps the order, 1 gives up one standard deviation of the pool for a film quite alike; 2 is usual.
    """
    if dial <= 0 or order.size <= 1:
        return order[:n]
    values = scores[order]
    spread = float(values.std()) or 1.0
    return np.asarray(order[pick(values, np.ascontiguousarray(features.T), groups, FRANCHISE, min(n, order.size), dial * spread)])


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def pick(values, features, groups, franchise, n, price):  # type: ignore[no-untyped-def]
    """Positions in the order of picking: the largest value less `price` times the likeness to the likest picked."""
    picked = np.empty(n, np.int64)
    left = values.copy()
    likest, alike = np.zeros(values.size), np.empty(values.size)
    for at in range(n):
        best, most = 0, -np.inf
        for place in range(values.size):
            worth = left[place] - price * likest[place]
            if worth > most:
                best, most = place, worth
        picked[at] = best
        left[best] = -np.inf
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
    return picked
