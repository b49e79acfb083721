"""Ratings in place: two bytes a rating, in lists that have room to grow and can be written while they serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
from numba import njit

from .data import IntArray

CODE_BITS = 4
"""A cell is ``position % 4096 << 4 | code``; with its block before it, ``position << 4 | code``: sorted cells are sorted positions."""

BLOCK_BITS = 12
BLOCK = 1 << BLOCK_BITS
"""Positions a block: what is summed over them fits the fastest cache."""

MOVED = 512
"""Cells moved at a time."""

FullCells = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.uint16]

SPARE = 256
"""One part in so many of all room is kept free for lists that outgrow theirs."""

SHARE, ROOM = 128, 2
"""A list has one part in so many, and so many cells more, beyond its cells, so that the first writes stay in place."""


class CellLists:
    """Many lists of cells in one array: list ``k`` is ``cells[start[k] : start[k] + size[k]]``, a block of positions after another.

    A list has a little room to grow in. When that is used up it moves to the free end, with an
    eighth more than it needs; when the free end is used up, all lists are packed again.

    Attributes:
        start: ``int64[n_lists]``.
        size, room: ``int32[n_lists]``.
        counts: ``uint16[n_lists, n_blocks]``, how many of a list's cells belong to each block.
        cells: ``uint16``.
    """

    def __init__(self, counts: Counts) -> None:
        """Lists of so many cells, all zero."""
        self.counts = counts
        self.size = counts.sum(axis=1, dtype=np.int32)
        self.room = rooms(self.size)
        ends = np.cumsum(self.room, dtype=np.int64)
        self.start: IntArray = ends - self.room
        self.used = int(ends[-1]) if ends.size else 0
        self.cells = np.zeros(self.used + self.used // SPARE, dtype=np.uint16)

    def __len__(self) -> int:
        return int(self.start.size)

    def of(self, at: int) -> FullCells:
        """One list's cells, ``position << 4 | code``; a copy."""
        found: FullCells = full_cells(self.start, self.size, self.counts, self.cells, np.array([at]))
        return found

    def positions_of(self, at: int) -> IntArray:
        """``int64``: the positions of one list's cells."""
        return (self.of(at) >> CODE_BITS).astype(np.int64)

    def extend_to(self, n_lists: int) -> None:
        """Make sure that there are so many lists; the new ones are empty."""
        if n_lists > len(self):
            more = max(n_lists - len(self), len(self) // 8)
            self.start, self.size, self.room = (
                np.concatenate((array, np.zeros(more, array.dtype))) for array in (self.start, self.size, self.room)
            )
            self.counts = np.ascontiguousarray(np.pad(self.counts, ((0, more), (0, 0))))

    def reach(self, n_positions: int) -> None:
        """Make sure that there are blocks for so many positions."""
        missing = -(-n_positions // BLOCK) - self.counts.shape[1]
        if missing > 0:
            self.counts = np.ascontiguousarray(np.pad(self.counts, ((0, 0), (0, missing))))

    def move(self, at: int) -> None:
        """Give one list more room."""
        size = int(self.size[at])
        room = size + size // 8 + 4
        if self.used + room > self.cells.size:
            self._pack(room)
        begin = int(self.start[at])
        self.cells[self.used : self.used + size] = self.cells[begin : begin + size]
        self.start[at], self.room[at] = self.used, room
        self.used += room

    def _pack(self, room: int) -> None:
        packed = np.zeros(int(rooms(self.size).sum()) + len(self.cells) // SPARE + 2 * room + 64, dtype=np.uint16)
        self.used = pack_cells(self.start, self.size, self.room, self.cells, packed, rooms(self.size))
        self.cells = packed

    def packed(self) -> tuple[IntArray, FullCells]:
        """All lists one after another: ``indptr int64[n_lists + 1]`` and their cells, ``position << 4 | code`` (copies)."""
        indptr = np.concatenate(([0], np.cumsum(self.size, dtype=np.int64)))
        return indptr, full_cells(self.start, self.size, self.counts, self.cells, np.arange(len(self)))


def rooms(size: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """How many cells lists of these sizes have room for at first."""
    return np.asarray(size + size // SHARE + ROOM, dtype=np.int32)


def no_counts(n_lists: int, n_positions: int) -> Counts:
    """``uint16[n_lists, n_blocks]`` of zeros."""
    return np.zeros((n_lists, -(-n_positions // BLOCK)), dtype=np.uint16)


Part = tuple[IntArray, IntArray, npt.NDArray[np.uint8]]


def build_lists(parts: Callable[[], Iterable[Part]], n_major: int, n_minor: int) -> CellLists:
    """Lists by the first of ``(major, minor, codes)``, from ratings in any order, each pair once; asked for twice, a part at a time."""
    counts = no_counts(n_major, n_minor)
    for major, minor, _ in parts():
        count_cells(major, minor, counts)
    lists = CellLists(counts)
    ends = first_places(lists.start, counts)
    for major, minor, codes in parts():
        spread_cells(ends, major, minor, codes, lists.cells)
    sort_cells(lists.start, counts, lists.cells)
    return lists


@njit(cache=True, nogil=True)
def full_cells(start, size, counts, cells, lists):  # type: ignore[no-untyped-def]
    """``uint32``: the cells of some lists, one list after another, ``position << 4 | code``."""
    found, to = np.empty(size[lists].sum(), np.uint32), 0
    for at in lists:
        c = start[at]
        for block in range(counts.shape[1]):
            head = np.uint32(block) << np.uint32(BLOCK_BITS + CODE_BITS)
            for cell in cells[c : c + counts[at, block]]:
                found[to] = head | np.uint32(cell)
                to += 1
            c += counts[at, block]
    return found


@njit(cache=True, nogil=True)
def count_cells(major, minor, counts):  # type: ignore[no-untyped-def]
    for at in range(major.size):
        counts[major[at], minor[at] >> BLOCK_BITS] += 1


@njit(cache=True, nogil=True)
def first_places(start, counts):  # type: ignore[no-untyped-def]
    """``int64[n_lists, n_blocks]``: where each block of each list begins among the cells."""
    found = np.empty(counts.shape, np.int64)
    for at in range(start.size):
        c = start[at]
        for block in range(counts.shape[1]):
            found[at, block] = c
            c += counts[at, block]
    return found


@njit(cache=True, nogil=True)
def spread_cells(ends, major, minor, codes, cells):  # type: ignore[no-untyped-def]
    """Write cells to the ends of their blocks, which move on."""
    for at in range(major.size):
        to, block = major[at], minor[at] >> BLOCK_BITS
        cells[ends[to, block]] = (np.uint16(minor[at] & (BLOCK - 1)) << np.uint16(CODE_BITS)) | np.uint16(codes[at])
        ends[to, block] += 1


@njit(cache=True, nogil=True)
def sort_cells(start, counts, cells):  # type: ignore[no-untyped-def]
    """Put each block of each list in order, where it is not."""
    for at in range(start.size):
        begin = start[at]
        for block in range(counts.shape[1]):
            own = cells[begin : begin + counts[at, block]]
            for place in range(1, own.size):
                if own[place] < own[place - 1]:
                    own.sort()
                    break
            begin += counts[at, block]


@njit(cache=True, nogil=True)
def sum_codes(start, size, cells):  # type: ignore[no-untyped-def]
    sums = np.zeros(start.size, np.float64)
    for at in range(start.size):
        for cell in cells[start[at] : start[at] + size[at]]:
            sums[at] += cell & np.uint16(15)
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
def find_cell(start, counts, cells, at, position):  # type: ignore[no-untyped-def]
    """Where a cell is in its sorted block, or would be; and the code that is there, 0 if none."""
    block, place = position >> BLOCK_BITS, position & (BLOCK - 1)
    low = start[at]
    for before_it in range(block):
        low += counts[at, before_it]
    stop = high = low + counts[at, block]
    while low < high:
        middle = (low + high) >> 1
        if (cells[middle] >> CODE_BITS) < place:
            low = middle + 1
        else:
            high = middle
    return low, np.int64(cells[low] & 15) if low < stop and (cells[low] >> CODE_BITS) == place else 0


@njit(cache=True, nogil=True)
def write_cell(start, size, counts, cells, at, position, where, before, code):  # type: ignore[no-untyped-def]
    """Set, change or remove (code 0) a cell that `find_cell` found; there must be room."""
    end = start[at] + size[at]
    if code:
        if not before:
            make_room(cells, where, end)
        cells[where] = ((position & (BLOCK - 1)) << CODE_BITS) | code
    else:
        for c in range(where, end - 1):
            cells[c] = cells[c + 1]
    change = (code > 0) - (before > 0)
    size[at] += change
    counts[at, position >> BLOCK_BITS] += change


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
