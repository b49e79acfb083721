"""What the most rated items got, half a byte a person: where raters are so many that to read everybody's is faster than to visit each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from .ahead import fetch_near
from .cells import BLOCK, BLOCK_BITS, CODE_BITS, CellLists

SHARE = 8
"""An item is a head if one person in so many rated it: measured, docs/benchmarks.md."""

MOST = 255
"""Heads at most, so that the state stays small."""

NEUTRAL = 2
"""The code that stands where there is none too: one star, which where heads are summed adds nothing either."""

HALF = BLOCK // 2
"""Byte ``j`` of a block's codes holds person ``j``'s in its lower half and person ``j + HALF``'s in its upper one."""

EIGHTH = BLOCK // 8
"""After them, bit ``b`` of byte ``j`` says whether person ``j + b * EIGHTH`` gave one."""

WIDTH = HALF + EIGHTH
WORDS = EIGHTH // 8
PLANES = 8

LINE = 64
"""Bytes that a vector reads at once, from a multiple of it fastest."""

SIDE_BY_SIDE = 4
AT_ONCE = 24
"""Heads of equal weight whose codes are summed in bytes."""

TOGETHER = 32
"""Heads whose sums fit 32 bits: with more, weights would be coarser than float32."""

Rows = npt.NDArray[np.uint8]


class Heads:
    """The codes of the most rated items, everybody's: a second copy, beside the lists, for the pass over all people.

    Attributes:
        place: ``int16[n_items]``, an item's place among the heads, or -1.
        rows: ``uint8[n_heads + 1, n_blocks, WIDTH]``, the codes of a block of people, then who gave one; the last is nobody's.
    """

    def __init__(self, by_item: CellLists, n_users: int) -> None:
        wanted = np.argsort(-by_item.size, kind="stable")[:MOST]
        heads = np.sort(wanted[by_item.size[wanted] * SHARE >= max(n_users, BLOCK)])
        self.place = np.full(len(by_item), -1, dtype=np.int16)
        self.place[heads] = np.arange(heads.size)
        self.rows = _empty_rows(heads.size + 1, by_item.counts.shape[1])
        fill_heads(by_item.start, by_item.counts, by_item.cells, heads, self.rows)

    def reach(self, n_users: int) -> None:
        """Make sure that there is a place for so many people."""
        if n_users > self.rows.shape[1] << BLOCK_BITS:
            longer = _empty_rows(self.rows.shape[0], -(-n_users // BLOCK))
            longer[:, : self.rows.shape[1]] = self.rows
            self.rows = longer


def _empty_rows(n_heads: int, n_blocks: int) -> Rows:
    """Nobody gave anything; they begin at a multiple of `LINE`."""
    size = n_heads * n_blocks * WIDTH
    room = np.empty(size + LINE, dtype=np.uint8)
    begin = -room.ctypes.data % LINE
    rows = room[begin : begin + size].reshape(n_heads, n_blocks, WIDTH)
    rows[:, :, :HALF] = NEUTRAL << CODE_BITS | NEUTRAL
    rows[:, :, HALF:] = 0
    return rows


@njit(cache=True, nogil=True)
def write_head(rows, head, row, code):  # type: ignore[no-untyped-def]
    """A person's code for a head is now this, 0 for none."""
    block, place = row >> BLOCK_BITS, row & (BLOCK - 1)
    upper, bit = CODE_BITS if place >= HALF else 0, 1 << (place // EIGHTH)
    own = rows[head, block]
    own[place & (HALF - 1)] = (own[place & (HALF - 1)] & ~(15 << upper)) | ((code if code else NEUTRAL) << upper)
    own[HALF + (place & (EIGHTH - 1))] = (own[HALF + (place & (EIGHTH - 1))] & ~bit) | (bit if code else 0)


@njit(cache=True, nogil=True)
def fill_heads(start, counts, cells, heads, rows):  # type: ignore[no-untyped-def]
    for head in range(heads.size):
        c = start[heads[head]]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[heads[head], block]]:
                write_head(rows, head, (block << BLOCK_BITS) + (cell >> CODE_BITS), np.int64(cell & np.uint16(15)))
            c += counts[heads[head], block]


@njit(cache=True, nogil=True)
def by_weight(heads, weights, rows):  # type: ignore[no-untyped-def]
    """Heads of equal weight together, `AT_ONCE` at most: a person's weights are few, for they follow from his stars.

    Returns:
        ``uint64[n]``, where the heads' rows begin, each group filled with nobody's to a multiple of `SIDE_BY_SIDE`;
        ``int64[n_groups + 1]``, where each group begins; ``int32[n_groups]``, its weight.
    """
    width, nobody = rows.shape[1] * WIDTH, rows.shape[0] - 1
    order = np.argsort(weights, kind="mergesort")
    found, begins = np.full(SIDE_BY_SIDE * heads.size, nobody * width, np.uint64), np.zeros(heads.size + 1, np.int64)
    of_groups, end, at, n = np.zeros(heads.size, np.int32), 0, 0, 0
    while at < order.size:
        first = at
        while at < min(first + AT_ONCE, order.size) and weights[order[at]] == weights[order[first]]:
            found[end] = heads[order[at]] * width
            at += 1
            end += 1
        end += -end % SIDE_BY_SIDE
        of_groups[n] = weights[order[first]]
        n += 1
        begins[n] = end
    return found[:end], begins[: n + 1], of_groups[:n]


@njit(cache=True, nogil=True)
def fetch_heads(flat, heads, block):  # type: ignore[no-untyped-def]
    """Ask for a block's codes for these heads, ``uint64`` from `by_weight`."""
    for head in heads:
        begin = head + np.uint64(block * WIDTH)
        for at in range(begin, begin + np.uint64(WIDTH), np.uint64(LINE)):
            fetch_near(flat, at)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def sum_heads(sums, flat, block, groups, bits, codes, products, given, planes):  # type: ignore[no-untyped-def]
    """What a block's people's codes for these heads add up to, packed as `nearest.packed_tables` says.

    Args:
        sums: ``int64[BLOCK]``, filled.
        flat: ``uint8``, `Heads.rows` one after another.
        groups: from `by_weight`; a code adds ``weight * (code - NEUTRAL)``, and one to the overlap.
        codes, products, given, planes: scratch, ``uint8[BLOCK]``, ``int32[BLOCK]``, ``uint8[BLOCK]``, ``uint64[PLANES * WORDS]``.
    """
    heads, begins, weights = groups
    begin, words = np.uint64(block * WIDTH), flat.view(np.uint64)
    planes[:] = 0
    for k in range(0, heads.size, SIDE_BY_SIDE):
        count_four(words, begin, heads, k, planes)
    take_counts(planes.view(np.uint8), given)
    summed, nothing, is_first = 0, 0, True
    for group in range(weights.size):
        size = begins[group + 1] - begins[group]
        set_four(flat, begin, heads, begins[group], codes)
        for k in range(begins[group] + SIDE_BY_SIDE, begins[group + 1], SIDE_BY_SIDE):
            add_four(flat, begin, heads, k, codes)
        if summed:
            add_group(codes, weights[group], products)
        else:
            set_group(codes, weights[group], products)
        summed += size
        nothing += np.int64(weights[group]) * size * NEUTRAL
        if group + 1 == weights.size or summed + begins[group + 2] - begins[group + 1] > TOGETHER:
            if is_first:
                set_sums(products, nothing, bits, given, sums)
            else:
                add_sums(products, nothing, bits, sums)
            summed, nothing, is_first = 0, 0, False


@njit(cache=True, nogil=True)
def set_four(flat, begin, heads, k, codes):  # type: ignore[no-untyped-def]
    """The sums of four heads' codes. All in bytes: numba would make it whole words, of which a vector holds an eighth."""
    a, b, c, d = heads[k] + begin, heads[k + 1] + begin, heads[k + 2] + begin, heads[k + 3] + begin
    lower, upper = np.uint8(15), np.uint8(CODE_BITS)
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[j] = np.uint8(np.uint8((p & lower) + (q & lower)) + np.uint8((r & lower) + (s & lower)))
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[np.uint64(HALF) + j] = np.uint8(np.uint8((p >> upper) + (q >> upper)) + np.uint8((r >> upper) + (s >> upper)))


@njit(cache=True, nogil=True)
def add_four(flat, begin, heads, k, codes):  # type: ignore[no-untyped-def]
    """As `set_four`, added."""
    a, b, c, d = heads[k] + begin, heads[k + 1] + begin, heads[k + 2] + begin, heads[k + 3] + begin
    lower, upper = np.uint8(15), np.uint8(CODE_BITS)
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[j] += np.uint8(np.uint8((p & lower) + (q & lower)) + np.uint8((r & lower) + (s & lower)))
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[np.uint64(HALF) + j] += np.uint8(np.uint8((p >> upper) + (q >> upper)) + np.uint8((r >> upper) + (s >> upper)))


@njit(cache=True, nogil=True)
def set_group(codes, weight, products):  # type: ignore[no-untyped-def]
    for person in range(codes.size):
        products[person] = np.int32(weight * codes[person])


@njit(cache=True, nogil=True)
def add_group(codes, weight, products):  # type: ignore[no-untyped-def]
    for person in range(codes.size):
        products[person] = np.int32(products[person] + np.int32(weight * codes[person]))


@njit(cache=True, nogil=True)
def set_sums(products, nothing, bits, given, sums):  # type: ignore[no-untyped-def]
    for person in range(sums.size):
        sums[person] = ((np.int64(products[person]) - nothing) << bits) + np.int64(given[person])


@njit(cache=True, nogil=True)
def add_sums(products, nothing, bits, sums):  # type: ignore[no-untyped-def]
    for person in range(sums.size):
        sums[person] += (np.int64(products[person]) - nothing) << bits


@njit(cache=True, nogil=True)
def both(a, b, c):  # type: ignore[no-untyped-def]
    """Where at least two of three bits are set."""
    return (a & b) | (c & (a ^ b))


@njit(cache=True, nogil=True)
def count_four(words, begin, heads, k, planes):  # type: ignore[no-untyped-def]
    """Add four bits for each person to his number, whose bits lie in `planes`: sixty-four people a word, by whole adders."""
    first, eight = begin + np.uint64(HALF), np.uint64(8)
    a, b = (heads[k] + first) // eight, (heads[k + 1] + first) // eight
    c, d = (heads[k + 2] + first) // eight, (heads[k + 3] + first) // eight
    for j in range(np.uint64(WORDS)):
        p, q, r, s = words[a + j], words[b + j], words[c + j], words[d + j]
        three, two = p ^ q ^ r, both(p, q, r)
        ones, more = three ^ s, three & s
        twos, fours = two ^ more, two & more
        own = planes[j]
        planes[j], carry = own ^ ones, own & ones
        own = planes[np.uint64(WORDS) + j]
        planes[np.uint64(WORDS) + j], carry = own ^ twos ^ carry, both(own, twos, carry)
        own = planes[np.uint64(2 * WORDS) + j]
        planes[np.uint64(2 * WORDS) + j], carry = own ^ fours ^ carry, both(own, fours, carry)
        own = planes[np.uint64(3 * WORDS) + j]
        planes[np.uint64(3 * WORDS) + j], carry = own ^ carry, own & carry
        own = planes[np.uint64(4 * WORDS) + j]
        planes[np.uint64(4 * WORDS) + j], carry = own ^ carry, own & carry
        own = planes[np.uint64(5 * WORDS) + j]
        planes[np.uint64(5 * WORDS) + j], carry = own ^ carry, own & carry
        own = planes[np.uint64(6 * WORDS) + j]
        planes[np.uint64(6 * WORDS) + j], carry = own ^ carry, own & carry
        planes[np.uint64(7 * WORDS) + j] ^= carry


@njit(cache=True, nogil=True)
def take_counts(planes, counts):  # type: ignore[no-untyped-def]
    """Set ``uint8[BLOCK]`` to the numbers whose bits lie in the `planes`, which are used up."""
    one, e = np.uint8(1), np.uint64(EIGHTH)
    for eighth in range(np.uint64(0), np.uint64(BLOCK), e):
        for j in range(e):
            ones, twos = planes[j] & one, np.uint8((planes[e + j] & one) << 1)
            fours, eights = np.uint8((planes[2 * e + j] & one) << 2), np.uint8((planes[3 * e + j] & one) << 3)
            counts[eighth + j] = ones | twos | fours | eights
        for j in range(e):
            ones, twos = planes[4 * e + j] & one, np.uint8((planes[5 * e + j] & one) << 1)
            fours, eights = np.uint8((planes[6 * e + j] & one) << 2), np.uint8((planes[7 * e + j] & one) << 3)
            counts[eighth + j] |= np.uint8((ones | twos | fours | eights) << 4)
        for j in range(planes.size):
            planes[j] = planes[j] >> one
