"""Ratings in place: a few bytes a rating, in lists that have room to grow and can be written while they serve."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import IntArray

CODE_BITS = 4
"""A cell is ``position << 4 | code``: sorted cells are sorted positions."""

MOVED = 512
"""Cells moved at a time."""

CellArray = npt.NDArray[np.unsignedinteger]

SPARE = 256
"""One part in so many of all room is kept free for lists that outgrow theirs."""

SHARE, ROOM = 128, 2
"""A list has one part in so many, and so many cells more, beyond its cells, so that the first writes stay in place."""


class CellLists:
    """Many sorted lists of cells in one array: list ``k`` is ``cells[start[k] : start[k] + size[k]]``.

    A list has a little room to grow in. When that is used up it moves to the free end, with an
    eighth more than it needs; when the free end is used up, all lists are packed again.

    Attributes:
        start: ``int64[n_lists]``.
        size, room: ``int32[n_lists]``.
        cells: ``uint32``, ascending within a list.
    """

    def __init__(self, start: IntArray, size: npt.NDArray[np.int32], room: npt.NDArray[np.int32], cells: CellArray, used: int) -> None:
        self.start, self.size, self.room = start, size, room
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
            more = max(n_lists - len(self), len(self) // 8)
            self.start, self.size, self.room = (
                np.concatenate((array, np.zeros(more, array.dtype))) for array in (self.start, self.size, self.room)
            )

    def put(self, at: int, position: int, code: int) -> int:
        """Write one cell (code 0 removes it); returns the code that was there, 0 if none."""
        before = write_cell(self.start, self.size, self.room, self.cells, at, position, code)
        if before < 0:
            self.move(at)
            before = write_cell(self.start, self.size, self.room, self.cells, at, position, code)
        return int(before)

    def move(self, at: int) -> None:
        """Give one list more room."""
        size = int(self.size[at])
        room = size + size // 8 + 4
        if self.used + room > self.cells.size:
            self._pack(room)
        self.cells[self.used : self.used + size] = self.of(at)
        self.start[at], self.room[at] = self.used, room
        self.used += room

    def _pack(self, room: int) -> None:
        packed = np.zeros(int(rooms(self.size).sum()) + len(self.cells) // SPARE + 2 * room + 64, dtype=self.cells.dtype)
        self.used = pack_cells(self.start, self.size, self.room, self.cells, packed, rooms(self.size))
        self.cells = packed

    def packed(self) -> tuple[IntArray, CellArray]:
        """All lists one after another: ``indptr int64[n_lists + 1]`` and their cells (copies)."""
        start, room = self.start.copy(), self.room.copy()
        cells = np.empty(int(self.size.sum()), dtype=self.cells.dtype)
        pack_cells(start, self.size, room, self.cells, cells, self.size.copy())
        return np.append(start, cells.size), cells


def rooms(size: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """How many cells lists of these sizes have room for at first."""
    return np.asarray(size + size // SHARE + ROOM, dtype=np.int32)


def build_lists(major: IntArray, minor: IntArray, codes: npt.NDArray[np.uint8], n_major: int) -> CellLists:
    """Lists by `major`, from ratings in any order; each pair once."""
    size = np.bincount(major, minlength=n_major).astype(np.int32)
    room, start, used = laid_out(size)
    cells = np.zeros(used + used // SPARE, dtype=np.uint32)
    spread_cells(start, major, minor, codes, cells)
    return CellLists(start, size, room, cells, used)


def laid_out(size: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], IntArray, int]:
    """The room and the start of each list of these sizes, and where the last one ends."""
    room = rooms(size)
    ends = np.cumsum(room, dtype=np.int64)
    return room, ends - room, int(ends[-1]) if ends.size else 0


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
def sum_codes(start, size, cells):  # type: ignore[no-untyped-def]
    sums = np.zeros(start.size, np.float64)
    for at in range(start.size):
        for c in range(start[at], start[at] + size[at]):
            sums[at] += cells[c] & np.uint32(15)
    return sums


@njit(cache=True, nogil=True)
def pack_cells(start, size, room, cells, packed, new_room):  # type: ignore[no-untyped-def]
    """Copy every list into `packed`, each with its new room; sets `start` and `room`; returns how much is used."""
    end = 0
    for at in range(start.size):
        begin = start[at]
        for c in range(size[at]):
            packed[end + c] = cells[begin + c]
        start[at] = end
        room[at] = new_room[at]
        end += new_room[at]
    return end


@njit(cache=True, nogil=True)
def write_cell(start, size, room, cells, at, position, code):  # type: ignore[no-untyped-def]
    """Set, change or remove (code 0) one cell; the code before, 0 if there was none, -1 if there is no room."""
    begin, end = start[at], start[at] + size[at]
    before, change = write_between(cells, begin, end, end, room[at] - size[at], position, code)
    size[at] += change
    return before


@njit(cache=True, nogil=True)
def make_room(cells, low, end):  # type: ignore[no-untyped-def]
    """Move ``cells[low:end]`` one further, many at a time by way of another place: one by one takes ten times as long."""
    moved = np.empty(MOVED, cells.dtype)
    while end > low:
        begin = max(low, end - MOVED)
        some = moved[: end - begin]
        some[:] = cells[begin:end]
        cells[begin + 1 : end + 1] = some
        end = begin


@njit(cache=True, nogil=True)
def write_between(cells, low, high, end, free, position, code):  # type: ignore[no-untyped-def]
    """Write a cell where ``cells[low:high]`` are in order, and move those up to `end` along.

    Returns:
        The code before, 0 if there was none, -1 if there is no room; and how many cells there are more.
    """
    stop = high
    while low < high:
        middle = (low + high) >> 1
        if (cells[middle] >> np.uint32(CODE_BITS)) < position:
            low = middle + 1
        else:
            high = middle
    if low < stop and (cells[low] >> np.uint32(CODE_BITS)) == position:
        before = np.int64(cells[low]) & 15
        if code:
            cells[low] = (position << CODE_BITS) | code
            return before, 0
        for c in range(low, end - 1):
            cells[c] = cells[c + 1]
        return before, -1
    if not code:
        return np.int64(0), 0
    if free <= 0:
        return np.int64(-1), 0
    make_room(cells, low, end)
    cells[low] = (position << CODE_BITS) | code
    return np.int64(0), 1
