"""Ratings in place: one uint32 a rating, in lists that have room to grow and can be written while they serve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import IntArray

CODE_BITS = 4
"""A cell is ``position << 4 | code``: sorted cells are sorted positions."""

CellArray = npt.NDArray[np.uint32]

SPARE = 32
"""One part in so many of all room is kept free for lists that outgrow theirs."""


class CellLists:
    """Many sorted lists of cells in one array: list ``k`` is ``cells[start[k] : start[k] + size[k]]``.

    A list is packed tight until it is written to; then it moves once to the free end, with an
    eighth more room than it needs, and later writes stay in place. When the free end is used up,
    all lists are packed again.

    Attributes:
        start, size, room: ``int64[n_lists]``.
        cells: ``uint32``, ascending within a list.
    """

    def __init__(self, start: IntArray, size: IntArray, cells: CellArray, used: int) -> None:
        self.start, self.size, self.room = start, size, size.copy()
        self.cells = cells
        self.used = used

    @property
    def nbytes(self) -> int:
        return self.start.nbytes + self.size.nbytes + self.room.nbytes + self.cells.nbytes

    def __len__(self) -> int:
        return int(self.start.size)

    def of(self, at: int) -> CellArray:
        """One list's cells; a view, good until the next write."""
        return self.cells[self.start[at] : self.start[at] + self.size[at]]

    def extend_to(self, n_lists: int) -> None:
        """Make sure that there are so many lists; the new ones are empty."""
        if n_lists > len(self):
            more = np.zeros(max(n_lists - len(self), len(self) // 8), dtype=np.int64)
            self.start, self.size, self.room = (np.concatenate((array, more)) for array in (self.start, self.size, self.room))

    def put(self, at: int, position: int, code: int) -> int:
        """Write one cell (code 0 removes it); returns the code that was there, 0 if none."""
        before = write_cell(self.start, self.size, self.room, self.cells, at, position, code)
        if before < 0:
            self._move(at)
            before = write_cell(self.start, self.size, self.room, self.cells, at, position, code)
        return int(before)

    def _move(self, at: int) -> None:
        size = int(self.size[at])
        room = size + size // 8 + 4
        if self.used + room > self.cells.size:
            self._pack(room)
        self.cells[self.used : self.used + size] = self.of(at)
        self.start[at], self.room[at] = self.used, room
        self.used += room

    def _pack(self, room: int) -> None:
        total = int(self.size.sum())
        packed = np.zeros(total + total // SPARE + 2 * room + 64, dtype=np.uint32)
        self.used = pack_cells(self.start, self.size, self.room, self.cells, packed)
        self.cells = packed

    def packed(self) -> tuple[IntArray, CellArray]:
        """All lists one after another: ``indptr int64[n_lists + 1]`` and their cells (copies)."""
        start, room = self.start.copy(), self.room.copy()
        cells = np.empty(int(self.size.sum()), dtype=np.uint32)
        pack_cells(start, self.size, room, self.cells, cells)
        return np.append(start, cells.size), cells


def build_lists(major: IntArray, minor: IntArray, codes: npt.NDArray[np.uint8], n_major: int) -> CellLists:
    """Lists by `major`, from ratings in any order; each pair once."""
    size = np.bincount(major, minlength=n_major).astype(np.int64)
    start = np.concatenate(([0], np.cumsum(size)))[:n_major].astype(np.int64)
    cells = np.zeros(major.size + major.size // SPARE, dtype=np.uint32)
    spread_cells(start, major, minor, codes, cells)
    return CellLists(start, size, cells, int(major.size))


def transposed(lists: CellLists, n_minor: int) -> CellLists:
    """The same cells listed by their positions."""
    size = count_positions(lists.start, lists.size, lists.cells, n_minor)
    start = np.concatenate(([0], np.cumsum(size)))[:n_minor].astype(np.int64)
    total = int(size.sum())
    cells = np.empty(total + total // SPARE, dtype=np.uint32)
    transpose_cells(lists.start, lists.size, lists.cells, start, cells)
    return CellLists(start, size, cells, total)


@njit(cache=True, nogil=True)
def spread_cells(start, major, minor, codes, cells):  # type: ignore[no-untyped-def]
    end = start.copy()
    tidy = True
    for at in range(major.size):
        to = major[at]
        cell = (np.uint32(minor[at]) << np.uint32(CODE_BITS)) | np.uint32(codes[at])
        if end[to] > start[to] and cells[end[to] - 1] > cell:
            tidy = False
        cells[end[to]] = cell
        end[to] += 1
    if not tidy:
        for to in range(start.size):
            cells[start[to] : end[to]].sort()


@njit(cache=True, nogil=True)
def count_positions(start, size, cells, n_minor):  # type: ignore[no-untyped-def]
    counts = np.zeros(n_minor, np.int64)
    for at in range(start.size):
        for c in range(start[at], start[at] + size[at]):
            counts[cells[c] >> np.uint32(CODE_BITS)] += 1
    return counts


@njit(cache=True, nogil=True)
def sum_codes(start, size, cells):  # type: ignore[no-untyped-def]
    sums = np.zeros(start.size, np.float64)
    for at in range(start.size):
        for c in range(start[at], start[at] + size[at]):
            sums[at] += cells[c] & np.uint32(15)
    return sums


@njit(cache=True, nogil=True)
def transpose_cells(start, size, cells, to_start, to_cells):  # type: ignore[no-untyped-def]
    end = to_start.copy()
    for at in range(start.size):
        head = np.uint32(at) << np.uint32(CODE_BITS)
        for c in range(start[at], start[at] + size[at]):
            position = cells[c] >> np.uint32(CODE_BITS)
            to_cells[end[position]] = head | (cells[c] & np.uint32(15))
            end[position] += 1


@njit(cache=True, nogil=True)
def pack_cells(start, size, room, cells, packed):  # type: ignore[no-untyped-def]
    """Copy every list into `packed`, tight; sets `start` and `room`; returns how much is used."""
    end = 0
    for at in range(start.size):
        begin = end
        for c in range(start[at], start[at] + size[at]):
            packed[end] = cells[c]
            end += 1
        start[at] = begin
        room[at] = size[at]
    return end


@njit(cache=True, nogil=True)
def write_cell(start, size, room, cells, at, position, code):  # type: ignore[no-untyped-def]
    """Set, change or remove (code 0) one cell; the code before, 0 if there was none, -1 if there is no room."""
    low, high = start[at], start[at] + size[at]
    end = high
    wanted = np.uint32(position) << np.uint32(CODE_BITS)
    while low < high:
        middle = (low + high) >> 1
        if cells[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < end and (cells[low] >> np.uint32(CODE_BITS)) == np.uint32(position):
        before = np.int64(cells[low] & np.uint32(15))
        if code:
            cells[low] = wanted | np.uint32(code)
            return before
        for c in range(low, end - 1):
            cells[c] = cells[c + 1]
        size[at] -= 1
        return before
    if not code:
        return np.int64(0)
    if size[at] >= room[at]:
        return np.int64(-1)
    for c in range(end, low, -1):
        cells[c] = cells[c - 1]
    cells[low] = wanted | np.uint32(code)
    size[at] += 1
    return np.int64(0)
