"""Long tables of numbers in one byte each: a quarter of the memory, and of the time to read it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import IntArray, Vectors

STEPS = 127


class ByteTable:
    """A table ``float[n, d]`` kept as whole numbers -127..127 times a scale a column.

    What is kept is the table: everything is computed from the rounded numbers, so that sums and
    their parts agree. Rounding moves a number by at most a 254th of its column's largest.

    Attributes:
        steps: ``int8[n, d]``.
        scale: ``float32[d]``.
    """

    def __init__(self, table: npt.NDArray[np.floating]) -> None:
        largest = np.abs(table).max(axis=0) if table.shape[0] else np.zeros(table.shape[1])
        self.scale = np.maximum(largest / STEPS, 1e-30).astype(np.float32)
        self.steps = np.rint(table / self.scale).astype(np.int8)

    @property
    def width(self) -> int:
        return int(self.steps.shape[1])

    def rows(self, cols: IntArray) -> Vectors:
        """``float32[len(cols), d]``."""
        return self.steps[cols] * self.scale

    def products(self, vector: npt.NDArray[np.floating]) -> Vectors:
        """``float32[n]``: every row times the vector."""
        found: Vectors = all_products(self.steps, self.scale * vector.astype(np.float32))
        return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def all_products(steps, vector):  # type: ignore[no-untyped-def]
    found = np.empty(steps.shape[0], np.float32)
    for at in range(found.size):
        row = steps[at]
        total = np.float32(0.0)
        for place in range(vector.size):
            total += vector[place] * np.float32(row[place])
        found[at] = total
    return found
