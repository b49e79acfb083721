"""Films with the same fans, and people with the same favourites: both count what is shared against all there is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse

from .cells import CODE_BITS
from .data import FloatArray, IntArray
from .matrix import RatingMatrix

FAVOURITE = 8
"""Half stars from which on a film is somebody's favourite."""

SHARED = 3
"""So many fans two films share at least, and so many favourites two people."""

SHRINKAGE = 5.0
"""Shared fans count by ``shared / (shared + SHRINKAGE)``: a few may be chance."""

MAX_PEOPLE = 20_000
"""People that films are compared by; drawn where there are more, so that the work stays bounded."""

DRAWN = 0
"""The seed by which they are drawn."""


def likes(matrix: RatingMatrix, least: int) -> scipy.sparse.csr_matrix:
    """``float32[people, n_items]``: 1 where somebody gave at least so many half stars; at most `MAX_PEOPLE` who rated."""
    rows = np.flatnonzero(matrix.by_user.size[: matrix.n_users] > 0)
    if rows.size > MAX_PEOPLE:
        rows = np.sort(np.random.default_rng(DRAWN).choice(rows, MAX_PEOPLE, replace=False))
    liked = [cells[(cells & 15) >= least] >> CODE_BITS for cells in map(matrix.by_user.of, rows.tolist())]
    indptr = np.concatenate(([0], np.cumsum([cols.size for cols in liked], dtype=np.int64)))
    cols = np.concatenate(liked).astype(np.int32) if liked else np.empty(0, dtype=np.int32)
    return scipy.sparse.csr_matrix((np.ones(cols.size, np.float32), cols, indptr), shape=(rows.size, matrix.n_items))


class Fans:
    """Who has which film among his favourites; compares films by that."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._by_person = likes(matrix, FAVOURITE)
        # Somebody with many favourites says less of any two of them.
        weights = 1.0 / np.maximum(np.diff(self._by_person.indptr), 1).astype(np.float32)
        self._weighted = scipy.sparse.csr_matrix(scipy.sparse.diags(weights) @ self._by_person)
        self._by_film = self._by_person.T.tocsr()
        self.sizes = np.asarray(self._weighted.sum(axis=0), dtype=np.float32).ravel()

    def likenesses(self, cols: IntArray) -> npt.NDArray[np.float32]:
        """``float32[len(cols), n_items]``, 0..1: shared fans over the root of both films' fans, each fan by 1 / his favourites.

        Shrunk where few are shared, and 0 for fewer than `SHARED`.
        """
        fans = self._by_film[cols]
        shared = (fans @ self._by_person).toarray()
        weight = (fans @ self._weighted).toarray()
        sizes = np.sqrt(np.maximum(self.sizes[cols, None] * self.sizes[None, :], np.float32(1e-12)))
        return np.where(shared >= SHARED, weight / sizes * shared / (shared + np.float32(SHRINKAGE)), np.float32(0.0))


def fellows(matrix: RatingMatrix, favourites: IntArray, left_out: IntArray, n: int) -> tuple[IntArray, FloatArray]:
    """The people who share most favourites with somebody for what they rated in all: their rows, nearest first, and scores.

    The score is ``shared / sqrt(his favourites * all that they rated)``, 0..1.

    Args:
        matrix: everybody's ratings.
        favourites: positions of his favourite films.
        left_out: rows of people who are not looked at, himself among them; -1 is nobody.
        n: how many at most; fewer where fewer share `SHARED` favourites.
    """
    shared = np.zeros(matrix.n_users + 1)  # the last place is what -1 stands for
    for col in favourites.tolist():
        shared[matrix.by_item.positions_of(col)[(matrix.by_item.of(col) & 15) >= FAVOURITE]] += 1.0
    shared[left_out] = 0.0
    shared = shared[:-1]
    rated = np.maximum(matrix.by_user.size[: shared.size], 1)
    scores = np.where(shared >= SHARED, shared / np.sqrt(max(favourites.size, 1) * rated), 0.0)
    rows = np.argsort(-scores, kind="stable")[:n]
    rows = rows[scores[rows] > 0]
    return rows, scores[rows]
