"""Which films belong together, told from their casts and series; and which have to wait for an earlier part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from .data import IntArray, Items

Flags = npt.NDArray[np.bool_]

BILLED, SHARED = 5, 3
"""Films that share so many of their first so many actors count as one franchise."""


def franchises(items: Items) -> IntArray:
    """``int[n_items]``: a number for each group of films with the same leading cast or of one series; -1 for a film of its own."""
    positions: dict[str, int] = {}
    cells: list[tuple[int, int]] = []
    for row, people in enumerate(items.people):
        actors = [name for name, role in people if role == "actor"][:BILLED]
        for name in dict.fromkeys(actors):
            cells.append((row, positions.setdefault(name, len(positions))))
    shape = (items.n_items, max(len(positions), 1))
    cast = scipy.sparse.csr_matrix((np.ones(len(cells), dtype=np.int32), np.array(cells, dtype=np.int64).reshape(-1, 2).T), shape=shape)
    together = scipy.sparse.coo_matrix(cast @ cast.T)
    close = (together.data >= SHARED) & (together.row != together.col)
    begin, end = _of_one_series(items)
    rows, cols = np.concatenate([together.row[close], begin]), np.concatenate([together.col[close], end])
    links = scipy.sparse.coo_matrix((np.ones(rows.size), (rows, cols)), shape=together.shape)
    _, groups = connected_components(links, directed=False)
    sizes = np.bincount(groups, minlength=1)
    return np.where(sizes[groups] > 1, groups, -1).astype(np.int64) if items.n_items else np.empty(0, dtype=np.int64)


def _of_one_series(items: Items) -> tuple[IntArray, IntArray]:
    """Pairs of positions: each film of a series with the first one of it."""
    first: dict[str, int] = {}
    pairs = [(first.setdefault(place[0], at), at) for at, place in enumerate(items.series or ()) if place]
    begin, end = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return begin, end


class InOrder:
    """Of a series in order only the first part that a person has not seen is for him: the later ones wait.

    Films that stand on their own (part 0) never wait and are waited for by none.
    """

    def __init__(self, items: Items) -> None:
        ordered = [(place[0], place[1], at) for at, place in enumerate(items.series or ()) if place and place[1] > 0]
        ordered.sort()
        names = [name for name, _, _ in ordered]
        self.cols = np.array([at for _, _, at in ordered], dtype=np.int64)
        self._parts = np.array([part for _, part, _ in ordered], dtype=np.int64)
        self._starts = np.array([at for at, name in enumerate(names) if not at or name != names[at - 1]], dtype=np.int64)
        self._sizes = np.diff(np.append(self._starts, len(names)))

    def waiting(self, seen: Flags) -> IntArray:
        """Positions of the films that wait, given ``bool[n_items]``: what was seen."""
        if not self.cols.size:
            return self.cols
        unseen = ~seen[self.cols]
        parts = np.where(unseen, self._parts, np.iinfo(np.int64).max)
        next_part = np.repeat(np.minimum.reduceat(parts, self._starts), self._sizes)
        return np.asarray(self.cols[unseen & (self._parts > next_part)])
