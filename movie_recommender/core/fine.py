"""Tables that are read whole for every list: one byte a number, and products of whole numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import IntArray, Vectors

LEADING = 32
"""So many columns, the first, also keep what their rounding lost: they carry most of a sum."""

LARGEST, PARTS = 127, 254
"""The largest whole number kept, and in how many parts a step is divided where the loss is kept too."""

SUM = (1 << 31) - 1
"""The largest number of four bytes: sums of products of whole numbers stay below."""


class FineTable:
    """A table ``float[n, d]`` as ``offset + steps * by_row * by_column``, with whole steps -127..127.

    Scales for rows and for columns follow both large columns and large rows, so that one byte keeps
    what would take two with either alone. A column's offset makes the kept column's sum that of the
    given one: sums over many rows with nearly the same weight have nothing of the rounding. What is
    kept is the table, as in `ByteTable`.

    Attributes:
        steps: ``int8[n, d + leading]``; the last columns are the first ones' losses, a 254th of a step each; with
            `across` ``int8[d + leading, n]``, for `sums_over_all` rows instead of `products_with_all`.
        by_row: ``float32[n]``.
        by_column: ``float32[d + leading]``.
        offset: ``float32[d]``.
    """

    def __init__(self, table: npt.NDArray[np.floating], across: bool = False) -> None:
        mean = table.mean(axis=0, dtype=np.float64) if len(table) else np.zeros(table.shape[1])
        centred = (table - mean).astype(np.float32)
        usual = np.sqrt(np.square(centred).mean(axis=0)) if len(table) else np.zeros(table.shape[1])
        relative = np.abs(centred / np.maximum(usual, 1e-30))
        self.by_row = np.maximum(relative.max(axis=1, initial=0.0), 1e-30).astype(np.float32)
        largest = (relative / self.by_row[:, None]).max(axis=0, initial=0.0)
        scale = np.maximum(usual * largest / LARGEST, 1e-30).astype(np.float32)
        exact = centred / self.by_row[:, None] / scale
        whole = np.rint(exact)
        lost = np.rint((exact - whole)[:, :LEADING] * PARTS)
        steps = np.hstack([whole, lost]).astype(np.int8)
        self.by_column = np.concatenate([scale, scale[:LEADING] / np.float32(PARTS)])
        self.across, self.offset = across, np.zeros(table.shape[1], dtype=np.float32)
        self.steps = np.ascontiguousarray(steps.T if across else steps)
        if len(table):
            self.offset = (mean + (centred - self.whole()).mean(axis=0, dtype=np.float64)).astype(np.float32)

    def __len__(self) -> int:
        return int(self.by_row.size)

    @property
    def width(self) -> int:
        return int(self.offset.size)

    def whole(self) -> Vectors:
        """``float32[n, d]``."""
        return self.rows(np.arange(len(self)))

    def rows(self, rows: IntArray) -> Vectors:
        """``float32[len(rows), d]``."""
        found: Vectors = fine_rows(self.steps.T if self.across else self.steps, self.by_row, self.by_column, self.offset, rows)
        return found

    @property
    def parts(self) -> tuple[npt.NDArray[np.int8], Vectors, Vectors, Vectors]:
        """What `products_with_all` and, of one kept `across`, `sums_over_all` take."""
        return self.steps, self.by_row, self.by_column, self.offset


@njit(cache=True, nogil=True)
def fine_rows(steps, by_row, by_column, offset, rows):  # type: ignore[no-untyped-def]
    """``float32[len(rows), d]``: these rows of a table, of which ``int8[n, d + leading]`` may lie either way."""
    width = offset.size
    found = np.empty((rows.size, width), np.float32)
    for at in range(rows.size):
        own, to, scale = steps[rows[at]], found[at], by_row[rows[at]]
        for place in range(width):
            to[place] = np.float32(own[place]) * by_column[place]
        for place in range(width, by_column.size):
            to[place - width] += np.float32(own[place]) * by_column[place]
        for place in range(width):
            to[place] = offset[place] + to[place] * scale
    return found


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def products_with_all(steps, by_row, by_column, offset, vector):  # type: ignore[no-untyped-def]
    """``float32[n]``: every row times the vector, ``float32[d]``."""
    scaled, usual, width = np.empty(by_column.size, np.float32), np.float32(0.0), vector.size
    for place in range(width):
        scaled[place] = vector[place] * by_column[place]
        usual += vector[place] * offset[place]
    for place in range(width, scaled.size):
        scaled[place] = vector[place - width] * by_column[place]
    found = whole_products(steps, scaled)
    for at in range(found.size):
        found[at] = usual + found[at] * by_row[at]
    return found


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def sums_over_all(steps, by_row, by_column, offset, weights):  # type: ignore[no-untyped-def]
    """``float32[d]``: ``weights @ table``, the weights ``float32[n]``."""
    scaled, total, width = np.empty(weights.size, np.float32), np.float32(0.0), offset.size
    for at in range(weights.size):
        scaled[at] = weights[at] * by_row[at]
        total += weights[at]
    kept = whole_products(steps, scaled)
    for place in range(width):
        kept[place] = total * offset[place] + kept[place] * by_column[place]
    for place in range(width, kept.size):
        kept[place - width] += kept[place] * by_column[place]
    return kept[:width]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def whole_products(steps, vector):  # type: ignore[no-untyped-def]
    """``float32[len(steps)]``: every row times the vector, which is rounded to whole numbers of two bytes.

    Products of whole numbers are half the work. They are added up in four bytes, for which the vector is made small enough.
    """
    largest, total = np.float32(1e-30), np.float32(0.0)
    for place in range(vector.size):
        largest = max(largest, abs(vector[place]))
        total += abs(vector[place])
    unit = np.float32(max(largest / 32767.0, total * LARGEST / (SUM - LARGEST * vector.size)))
    whole = np.empty(vector.size, np.int16)
    for place in range(vector.size):
        whole[place] = np.int16(np.rint(vector[place] / unit))
    found = np.empty(steps.shape[0], np.float32)
    for at in range(found.size):
        row, product = steps[at], np.int32(0)
        for place in range(whole.size):
            product = np.int32(product + np.int32(np.int32(row[place]) * np.int32(whole[place])))
        found[at] = np.float32(product) * unit
    return found
