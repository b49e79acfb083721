"""Re-ranking for variety: a list of good films that are not all alike."""

from __future__ import annotations

import numpy as np
from numba import njit

from .data import FloatArray, IntArray


def diversify(order: IntArray, scores: FloatArray, features: FloatArray, n: int, dial: float) -> IntArray:
    """The first `n` of `order`, picked one by one by score less likeness to those picked.

    Maximal marginal relevance: Carbonell and Goldstein (1998).

    Args:
        order: candidates' positions, best first.
        scores: ``float[n_items]``.
        features: ``float[len(order), d]``, rows of unit length (or zero); likeness is their product.
        n: how many to pick.
        dial: 0 keeps the order, 1 gives up one standard deviation of the pool for a film quite alike; 2 is usual.
    """
    if dial <= 0 or order.size <= 1:
        return order[:n]
    values = scores[order]
    spread = float(values.std()) or 1.0
    return np.asarray(order[pick(values, features @ features.T, min(n, order.size), dial * spread)])


@njit(cache=True, nogil=True)
def pick(values, likeness, n, price):  # type: ignore[no-untyped-def]
    """Positions in the order of picking: the largest value less `price` times the likeness to the likest picked."""
    picked = np.empty(n, np.int64)
    left = np.ones(values.size, np.bool_)
    likest = np.zeros(values.size)
    for at in range(n):
        best, most = -1, -np.inf
        for place in range(values.size):
            worth = values[place] - price * likest[place]
            if left[place] and (best < 0 or worth > most):
                best, most = place, worth
        picked[at] = best
        left[best] = False
        for place in range(values.size):
            likest[place] = max(likest[place], likeness[best, place])
    return picked
