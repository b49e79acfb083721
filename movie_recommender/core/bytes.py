"""Long tables of numbers in one or two bytes each: a fraction of the memory, and of the time to read it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from .ahead import fetch
from .data import IntArray, Vectors

AHEAD, LINE = 8, 64
"""So many rows ahead they are asked for, and by so many numbers: rows here and there are waited for one by one."""

AT_ONCE = 1024
"""So many rows are rounded at a time: what is made on the way is as large as they are."""


class ByteTable:
    """A table ``float[n, d]`` kept as whole numbers -127..127 times a scale a column.

    What is kept is the table: everything is computed from the rounded numbers, so that sums and
    their parts agree. Rounding moves a number by at most a 254th of its column's largest.

    Attributes:
        steps: ``int8[n, d]``.
        scale: ``float32[d]``.
    """

    kind: ClassVar[type[np.signedinteger]] = np.int8

    def __init__(self, table: npt.NDArray[np.floating]) -> None:
        largest = np.maximum(table.max(axis=0, initial=0.0), -table.min(axis=0, initial=0.0))
        self.scale = np.maximum(largest / np.iinfo(self.kind).max, 1e-30).astype(np.float32)
        self.steps = np.empty(table.shape, dtype=self.kind)
        for begin in range(0, len(table), AT_ONCE):
            self.steps[begin : begin + AT_ONCE] = np.rint(table[begin : begin + AT_ONCE] / self.scale)

    def __len__(self) -> int:
        return int(self.steps.shape[0])

    @property
    def width(self) -> int:
        return int(self.steps.shape[1])

    def rows(self, cols: IntArray) -> Vectors:
        """``float32[len(cols), d]``."""
        found: Vectors = scaled_rows(self.steps, self.scale, cols)
        return found

    def of(self, rows: IntArray, cols: IntArray) -> Vectors:
        """``float32[len(rows), len(cols)]``: where they meet."""
        return self.steps[np.ix_(rows, cols)] * self.scale[cols]

    def products(self, vector: npt.NDArray[np.floating]) -> Vectors:
        """``float32[n]``: every row times the vector."""
        found: Vectors = all_products(self.steps, self.scale * vector.astype(np.float32))
        return found

    def sums(self, rows: IntArray, weights: npt.NDArray[np.floating]) -> Vectors:
        """``float32[d]``: ``weights @ table[rows]``."""
        found: Vectors = weighted_rows(self.steps, rows, weights.astype(np.float32))
        found *= self.scale
        return found


class ShortTable(ByteTable):
    """The same in two bytes a number, -32,767..32,767: what is lost is a 65,534th of the column's largest."""

    kind: ClassVar[type[np.signedinteger]] = np.int16


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def product(row, vector):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for place in range(vector.size):
        total += vector[place] * np.float32(row[place])
    return total


@njit(cache=True, nogil=True)
def all_products(steps, vector):  # type: ignore[no-untyped-def]
    found = np.empty(steps.shape[0], np.float32)
    for at in range(found.size):
        found[at] = product(steps[at], vector)
    return found


@njit(cache=True, nogil=True)
def fetch_row(flat, row, width):  # type: ignore[no-untyped-def]
    for place in range(row * width, (row + 1) * width, LINE):
        fetch(flat, place)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def scaled_rows(steps, scale, rows):  # type: ignore[no-untyped-def]
    found, flat = np.empty((rows.size, steps.shape[1]), np.float32), steps.ravel()
    for at in range(rows.size):
        if at + AHEAD < rows.size:
            fetch_row(flat, rows[at + AHEAD], steps.shape[1])
        own, to = steps[rows[at]], found[at]
        for place in range(own.size):
            to[place] = np.float32(own[place]) * scale[place]
    return found


@njit(cache=True, nogil=True)
def some_products(steps, rows, vector):  # type: ignore[no-untyped-def]
    found, flat = np.empty(rows.size, np.float32), steps.ravel()
    for at in range(found.size):
        if at + AHEAD < rows.size:
            fetch_row(flat, rows[at + AHEAD], steps.shape[1])
        found[at] = product(steps[rows[at]], vector)
    return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def weighted_rows(steps, rows, weights):  # type: ignore[no-untyped-def]
    """``weights @ steps[rows]``, without a copy of the rows: four at a time, so that the sums are read less often."""
    total = np.zeros(steps.shape[1], np.float32)
    full = rows.size - rows.size % 4
    for k in range(0, full, 4):
        a, b, c, d = steps[rows[k]], steps[rows[k + 1]], steps[rows[k + 2]], steps[rows[k + 3]]
        w, x, y, z = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for j in range(total.size):
            total[j] += w * np.float32(a[j]) + x * np.float32(b[j]) + y * np.float32(c[j]) + z * np.float32(d[j])
    for k in range(full, rows.size):
        last, weight = steps[rows[k]], weights[k]
        for j in range(total.size):
            total[j] += weight * np.float32(last[j])
    return total
