"""What people would look like if only few of their ratings were known: to learn from them what newcomers like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse
from numba import njit

from ..cells import CODE_BITS
from ..data import FloatArray, IntArray
from ..matrix import RatingMatrix
from ..profile import preferences_of

GIVEN = (5, 10, 20)
"""How many ratings a simulated newcomer gives; who has fewer than twice as many gives the next fewer."""

ENOUGH = 9000
"""How many newcomers are simulated at least, if `MOST` rounds are enough for it."""

MOST = 3
"""Rounds of simulation at most; in each everybody comes twice."""

FAME_POWER = 0.5
"""Of those who come at random, better-known films are given more often: by this power of their number of ratings."""


@dataclass(frozen=True, eq=False)
class Newcomers:
    """Some people with a few of their ratings each.

    Attributes:
        people: ``int[n]``, their places among those who are drawn from.
        own: CSR ``float32[n, n_items]``, rows of unit length: what each rating given says about his taste.
        asked: ``float[n]``: films with so many ratings or more were not asked about, given or not; infinite for none.
    """

    people: IntArray
    own: scipy.sparse.csr_matrix
    asked: FloatArray


def newcomers(matrix: RatingMatrix, people: IntArray, liking: FloatArray, patience: float, seed: int) -> Iterator[Newcomers]:
    """Rounds of newcomers, drawn from these rows: by turns some give their best-known films and some any.

    Who gives his best-known films was not asked about films that are as well known: not to have given them says nothing.
    """
    rng = np.random.default_rng(seed)
    for turn in range(min(max(ENOUGH // max(2 * people.size, 1), 1), MOST)):
        for best_known in (True, False):
            drawn = [_drawn(matrix, row, GIVEN[(place + turn) % len(GIVEN)], best_known, rng) for place, row in enumerate(people.tolist())]
            yield _gathered(matrix, drawn, best_known, liking, patience)


def _drawn(matrix: RatingMatrix, row: int, n_given: int, best_known: bool, rng: np.random.Generator) -> npt.NDArray[np.uint32]:
    """Some of a person's cells; none of who has too few."""
    cells = matrix.by_user.of(row)
    n_given = max((n for n in GIVEN if n <= n_given and 2 * n <= cells.size), default=0)
    if not n_given:
        return cells[:0]
    counts = matrix.counts[cells >> np.uint32(CODE_BITS)]
    luck = np.log(rng.random(cells.size))
    order = np.argsort(-counts + luck * 1e-3 if best_known else -luck / counts**FAME_POWER, kind="stable")
    return np.sort(cells[order[:n_given]])


def _gathered(
    matrix: RatingMatrix, drawn: list[npt.NDArray[np.uint32]], best_known: bool, liking: FloatArray, patience: float
) -> Newcomers:
    people = np.array([place for place, cells in enumerate(drawn) if cells.size], dtype=np.int64)
    given = [cells for cells in drawn if cells.size]
    sizes = np.array([cells.size for cells in given], dtype=np.int64)
    table = np.concatenate(given) if given else np.empty(0, dtype=np.uint32)
    cols, indptr = (table >> np.uint32(CODE_BITS)).astype(np.int32), np.concatenate(([0], np.cumsum(sizes)))
    values = [
        says(codes, preferences_of(codes / 2.0), liking, patience, np.ones(codes.size))
        for codes in np.split((table & 15).astype(np.uint8), indptr[1:-1])
    ]
    own = np.concatenate(values).astype(np.float32) if given else np.empty(0, dtype=np.float32)
    asked = np.minimum.reduceat(matrix.counts[cols], indptr[:-1]) if best_known and given else np.full(people.size, np.inf)
    return Newcomers(people, scipy.sparse.csr_matrix((own, cols, indptr), shape=(people.size, matrix.n_items)), asked)


@njit(cache=True, nogil=True)
def says(codes, preferences, liking, patience, emphasis):  # type: ignore[no-untyped-def]
    """``float[n]`` of unit length, what each rating says about a person's taste: with few of them having chosen a film counts."""
    few, squares = patience / (codes.size + patience), 0.0
    values = np.empty(codes.size)
    for at in range(codes.size):
        values[at] = ((1.0 - few) * preferences[at] + few * liking[codes[at]]) * emphasis[at]
        squares += values[at] * values[at]
    return values / max(np.sqrt(squares), 1e-12)
