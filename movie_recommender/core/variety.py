"""Re-ranking for variety: a list of good films that are not all alike."""

from __future__ import annotations

import numpy as np

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
    likeness = np.zeros(order.size)
    left = np.ones(order.size, dtype=bool)
    picked = np.empty(min(n, order.size), dtype=np.int64)
    for at in range(picked.size):
        best = int(np.argmax(np.where(left, values - dial * spread * likeness, -np.inf)))
        picked[at], left[best] = order[best], False
        likeness = np.maximum(likeness, features @ features[best])
    return picked
