"""Which films belong together as a series, told from their casts."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from .data import IntArray, Items

BILLED, SHARED = 5, 3
"""Films that share so many of their first so many actors count as one franchise."""


def franchises(items: Items) -> IntArray:
    """``int[n_items]``: a number for each group of films with the same leading cast; -1 for a film of its own."""
    positions: dict[str, int] = {}
    rows, cols = [], []
    for row, people in enumerate(items.people):
        actors = [name for name, role in people if role == "actor"][:BILLED]
        for name in dict.fromkeys(actors):
            rows.append(row)
            cols.append(positions.setdefault(name, len(positions)))
    shape = (items.n_items, max(len(positions), 1))
    cast = scipy.sparse.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, cols)), shape=shape)
    together = scipy.sparse.coo_matrix(cast @ cast.T)
    close = (together.data >= SHARED) & (together.row != together.col)
    links = scipy.sparse.coo_matrix((np.ones(int(close.sum())), (together.row[close], together.col[close])), shape=together.shape)
    _, groups = connected_components(links, directed=False)
    sizes = np.bincount(groups, minlength=1)
    return np.where(sizes[groups] > 1, groups, -1).astype(np.int64) if items.n_items else np.empty(0, dtype=np.int64)
