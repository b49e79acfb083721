"""Long tables in half a byte a number, for what is read whole for every list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .ahead import fetch
from .data import IntArray, Vectors

SIDE = 64
"""So many rows side by side: each step of a product is of many rows at once, and nothing is summed across."""

FOUR, LINE, AHEAD = 4, 32, 4
"""Numbers a word, words a line of memory, and so many blocks ahead they are asked for."""

MIDDLE = 7.5
CLIPS = np.linspace(0.2, 1.0, 17)
"""What is tried as the largest number of a column that is kept, of the largest there is."""


class HalfTable:
    """A table ``float[n, d]`` kept as one of sixteen levels a number, evenly apart in each column.

    What is beyond the outer levels is kept as these: where they lie is what loses least of the
    column. What is kept is the table, as in `ByteTable`.

    Attributes:
        words: ``uint16[blocks, words, SIDE]``: a block's rows side by side, four columns a word, the first in its lowest bits.
        scale: ``float32[d]``: how far levels are apart.
    """

    def __init__(self, table: npt.NDArray[np.floating]) -> None:
        self.n, self.width = table.shape
        self.scale = _least_lost(table.astype(np.float32))
        n_words = -(-self.width // (2 * FOUR)) * 2
        levels = np.zeros((-(-self.n // SIDE) * SIDE, n_words * FOUR), dtype=np.uint16)
        levels[: self.n, : self.width] = _levels(table, self.scale) + MIDDLE
        words = np.zeros((levels.shape[0], n_words), dtype=np.uint16)
        for place in range(FOUR):
            words |= levels[:, place::FOUR] << np.uint16(4 * place)
        self.words = np.ascontiguousarray(words.reshape(levels.shape[0] // SIDE, SIDE, n_words).transpose(0, 2, 1))

    def __len__(self) -> int:
        return int(self.n)

    def rows(self, rows: IntArray) -> Vectors:
        """``float32[len(rows), d]``."""
        found: Vectors = rows_of_words(self.words, self.scale, rows)
        return found


def _levels(table: npt.NDArray[np.floating], scale: Vectors) -> Vectors:
    return np.clip(np.floor(table / scale) + np.float32(0.5), -MIDDLE, MIDDLE)


def _least_lost(table: Vectors) -> Vectors:
    """``float32[d]``: how far apart a column's levels lose least of it."""
    largest = np.abs(table).max(axis=0, initial=0.0)
    tried = [np.maximum(largest * clip / MIDDLE, 1e-30).astype(np.float32) for clip in CLIPS]
    lost = [np.square(_levels(table, scale) * scale - table).sum(axis=0, dtype=np.float64) for scale in tried]
    return np.asarray(np.choose(np.argmin(lost, axis=0), tried), dtype=np.float32)


@njit(cache=True, nogil=True)
def rows_of_words(words, scale, rows):  # type: ignore[no-untyped-def]
    found = np.empty((rows.size, scale.size), np.float32)
    for at in range(rows.size):
        block, side = rows[at] // SIDE, rows[at] % SIDE
        for place in range(scale.size):
            level = (words[block, place // FOUR, side] >> np.uint16(4 * (place % FOUR))) & 15
            found[at, place] = (np.float32(level) - np.float32(MIDDLE)) * scale[place]
    return found


@njit(cache=True, nogil=True)
def sums_of_words(words, scale, rows, weights):  # type: ignore[no-untyped-def]
    """``float32[d]``, ``weights @ table[rows]``: each row is a word from each of a block's lines, which are asked for ahead."""
    n_words, flat, total = words.shape[1], words.ravel(), np.float32(0.0)
    sums = np.zeros((n_words, FOUR), np.float32)
    for at in range(rows.size):
        if at + AHEAD < rows.size:
            first = rows[at + AHEAD] // SIDE * n_words * SIDE + rows[at + AHEAD] % SIDE
            for word in range(n_words):
                fetch(flat, first + word * SIDE)  # type: ignore[call-arg]
        first, weight = rows[at] // SIDE * n_words * SIDE + rows[at] % SIDE, weights[at]
        for word in range(n_words):
            four = flat[first + word * SIDE]
            for place in range(FOUR):
                sums[word, place] += weight * np.float32((four >> np.uint16(4 * place)) & 15)
        total += weight
    found = np.empty(scale.size, np.float32)
    for place in range(scale.size):
        found[place] = (sums[place // FOUR, place % FOUR] - np.float32(MIDDLE) * total) * scale[place]
    return found


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def products_of_words(words, vector, known):  # type: ignore[no-untyped-def]
    """``float32[n]``: every row times the vector, which is given times the scale; NaN where not known.

    Sums are in two bytes, which the vector's whole numbers are made small enough for.
    """
    n_words, flat, total = words.shape[1], words.ravel(), np.float32(1e-30)
    for place in range(vector.size):
        total += abs(vector[place])
    unit = total / np.float32(4095 - vector.size // 2)
    whole = np.zeros(n_words * FOUR, np.int16)
    for place in range(vector.size):
        whole[place] = np.int16(np.rint(vector[place] / unit))
    found, sums = np.empty(known.size, np.float32), np.empty(SIDE, np.int16)
    middle = whole.sum()
    for block in range(words.shape[0]):
        for side in range(SIDE):
            sums[side] = np.int16(-8 * middle)
        for word in range(0, n_words, 2):
            at = (block * n_words + word) * SIDE
            for line in range(at, at + 2 * SIDE, LINE):
                fetch(flat, line + AHEAD * n_words * SIDE)  # type: ignore[call-arg]
            add_words(flat[at : at + SIDE], flat[at + SIDE : at + 2 * SIDE], whole[word * FOUR : (word + 2) * FOUR], sums)
        first = block * SIDE
        for side in range(min(SIDE, known.size - first)):
            value = (np.float32(sums[side]) + np.float32(0.5) * np.float32(middle)) * unit
            found[first + side] = value if known[first + side] else np.float32(np.nan)
    return found


@njit(cache=True, nogil=True, inline="always")
def add_words(one, other, by, sums):  # type: ignore[no-untyped-def]
    """Add ``SIDE`` rows' eight numbers each, 0..15, times the eight of `by`. What is beyond two bytes on the way comes back in the end."""
    a, b, c, d, e, f, g, h = by[0], by[1], by[2], by[3], by[4], by[5], by[6], by[7]
    for side in range(SIDE):
        word = one[side]
        some = np.int16((word & 15) * a + ((word >> 4) & 15) * b + ((word >> 8) & 15) * c + (word >> 12) * d)
        word = other[side]
        more = np.int16((word & 15) * e + ((word >> 4) & 15) * f + ((word >> 8) & 15) * g + (word >> 12) * h)
        sums[side] = np.int16(sums[side] + some + more)
