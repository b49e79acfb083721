"""Sums of heads: what a block of people gave, many people an instruction."""

from __future__ import annotations

import numpy as np
from numba import njit

from .ahead import fetch, fetch_near
from .borrowing import borrowing
from .cells import BLOCK, CODE_BITS
from .heads import EIGHTH, HALF, LINE, NEUTRAL, WIDTH

WORDS = EIGHTH // 8
PLANES = 8

COUNTED = (1 << PLANES) - 8
"""Heads counted at a time: so many fit the planes."""

SIDE_BY_SIDE = 4
AT_ONCE = 24
"""Heads of equal weight whose codes are summed in bytes."""

TOGETHER = 32
"""Heads whose sums fit 32 bits: with more, weights would be coarser than float32."""

PLACES = 16
"""Places of an item's heads that come into the cache at once."""


@njit(cache=True, nogil=True)
def by_weight(items, weights, place, nobody):  # type: ignore[no-untyped-def]
    """Each block's heads, those of equal weight together, `AT_ONCE` at most: a person's weights are few, for they follow from his stars.

    Args:
        items, weights: ``int32[n]``, `Heads.item` of the person's items (-1: they have no heads), and ``int64[n]``.
        place, nobody: `Heads.place`, and which row is nobody's.

    Returns:
        ``uint64``, where the heads' rows begin, each group filled with nobody's to a multiple of `SIDE_BY_SIDE`;
        ``int64[n_blocks + 1]``, the first group of each block; ``int64[n_groups + 1]``, where each group begins;
        ``int32[n_groups]``, its weight; and ``bool[n_blocks, n]``, which of the items are heads in which block.
    """
    n_blocks = place.shape[1]
    own, are_heads = np.flatnonzero(items >= 0), np.zeros((n_blocks, items.size), np.bool_)
    flat = place.reshape(place.size)
    for k in own:
        for at in range(items[k] * n_blocks, (items[k] + 1) * n_blocks, PLACES):
            fetch(flat, at)  # type: ignore[call-arg]
    order, most = own[np.argsort(weights[own], kind="mergesort")], 0
    for k in order:
        for block in range(n_blocks):
            most += place[items[k], block] >= 0
    found, end = np.full(SIDE_BY_SIDE * most, nobody * WIDTH, np.uint64), 0
    first, begins, of_groups, n = np.zeros(n_blocks + 1, np.int64), np.zeros(most + 1, np.int64), np.zeros(most, np.int32), 0
    for block in range(n_blocks):
        size = 0
        for k in order:
            row = place[items[k], block]
            if row < 0:
                continue
            if not size or size == AT_ONCE or of_groups[n - 1] != weights[k]:
                end += -end % SIDE_BY_SIDE
                begins[n], of_groups[n], size = end, weights[k], 0
                n += 1
            found[end], are_heads[block, k] = row * WIDTH, True
            end += 1
            size += 1
        end += -end % SIDE_BY_SIDE
        first[block + 1] = n
    begins[n] = end
    return found[:end], first, begins[: n + 1], of_groups[:n], are_heads


@borrowing()
def fetch_heads(flat, groups, block):  # type: ignore[no-untyped-def]
    """Ask for a block's heads, of groups from `by_weight`."""
    heads, first, begins = groups[0], groups[1], groups[2]
    for k in range(begins[first[block]], begins[first[block + 1]]):
        for at in range(heads[k], heads[k] + np.uint64(WIDTH), np.uint64(LINE)):
            fetch_near(flat, at)  # type: ignore[call-arg]


@borrowing()
def sum_heads(sums, flat, block, groups, bits, codes, products, given, planes):  # type: ignore[no-untyped-def]
    """What a block's people's codes for these heads add up to, packed as `nearest.packed_tables` says.

    Args:
        sums: ``int64[BLOCK]``, filled.
        flat: ``uint8``, `Heads.rows` one after another.
        groups: from `by_weight`, at least one of the block; a code adds ``weight * (code - NEUTRAL)``, and one to the overlap.
        codes, products, given, planes: scratch, ``uint8[BLOCK]``, ``int32[BLOCK]``, ``uint8[BLOCK]``, ``uint64[PLANES * WORDS]``.
    """
    heads, first, begins, weights = groups[0], groups[1], groups[2], groups[3]
    begin, end = begins[first[block]], begins[first[block + 1]]
    count_heads(flat, heads[begin : min(begin + COUNTED, end)], given, planes)
    summed, nothing, is_first = 0, 0, True
    for group in range(first[block], first[block + 1]):
        size = begins[group + 1] - begins[group]
        set_four(flat, heads, begins[group], codes)
        for k in range(begins[group] + SIDE_BY_SIDE, begins[group + 1], SIDE_BY_SIDE):
            add_four(flat, heads, k, codes)
        if summed:
            add_group(codes, weights[group], products)
        else:
            set_group(codes, weights[group], products)
        summed += size
        nothing += np.int64(weights[group]) * size * NEUTRAL
        if group + 1 == first[block + 1] or summed + begins[group + 2] - begins[group + 1] > TOGETHER:
            if is_first:
                set_sums(products, nothing, bits, given, sums)
            else:
                add_sums(products, nothing, bits, sums)
            summed, nothing, is_first = 0, 0, False
    for more in range(begin + COUNTED, end, COUNTED):
        count_heads(flat, heads[more : min(more + COUNTED, end)], given, planes)
        sums += given


@borrowing()
def count_heads(flat, heads, given, planes):  # type: ignore[no-untyped-def]
    """Set ``uint8[BLOCK]`` to how many of these heads, `COUNTED` at most, each person gave a code."""
    planes[:] = 0
    for k in range(0, heads.size, SIDE_BY_SIDE):
        count_four(flat.view(np.uint64), heads, k, planes)
    take_counts(planes.view(np.uint8), given)


@borrowing()
def set_four(flat, heads, k, codes):  # type: ignore[no-untyped-def]
    """The sums of four heads' codes. All in bytes: numba would make it whole words, of which a vector holds an eighth."""
    a, b, c, d = heads[k], heads[k + 1], heads[k + 2], heads[k + 3]
    lower, upper = np.uint8(15), np.uint8(CODE_BITS)
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[j] = np.uint8(np.uint8((p & lower) + (q & lower)) + np.uint8((r & lower) + (s & lower)))
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[np.uint64(HALF) + j] = np.uint8(np.uint8((p >> upper) + (q >> upper)) + np.uint8((r >> upper) + (s >> upper)))


@borrowing()
def add_four(flat, heads, k, codes):  # type: ignore[no-untyped-def]
    """As `set_four`, added."""
    a, b, c, d = heads[k], heads[k + 1], heads[k + 2], heads[k + 3]
    lower, upper = np.uint8(15), np.uint8(CODE_BITS)
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[j] += np.uint8(np.uint8((p & lower) + (q & lower)) + np.uint8((r & lower) + (s & lower)))
    for j in range(np.uint64(HALF)):
        p, q, r, s = flat[a + j], flat[b + j], flat[c + j], flat[d + j]
        codes[np.uint64(HALF) + j] += np.uint8(np.uint8((p >> upper) + (q >> upper)) + np.uint8((r >> upper) + (s >> upper)))


@borrowing()
def set_group(codes, weight, products):  # type: ignore[no-untyped-def]
    for person in range(codes.size):
        products[person] = np.int32(weight * codes[person])


@borrowing()
def add_group(codes, weight, products):  # type: ignore[no-untyped-def]
    for person in range(codes.size):
        products[person] = np.int32(products[person] + np.int32(weight * codes[person]))


@borrowing()
def set_sums(products, nothing, bits, given, sums):  # type: ignore[no-untyped-def]
    for person in range(sums.size):
        sums[person] = ((np.int64(products[person]) - nothing) << bits) + np.int64(given[person])


@borrowing()
def add_sums(products, nothing, bits, sums):  # type: ignore[no-untyped-def]
    for person in range(sums.size):
        sums[person] += (np.int64(products[person]) - nothing) << bits


@njit(cache=True, nogil=True)
def both(a, b, c):  # type: ignore[no-untyped-def]
    """Where at least two of three bits are set."""
    return (a & b) | (c & (a ^ b))


@borrowing()
def count_four(words, heads, k, planes):  # type: ignore[no-untyped-def]
    """Add four bits for each person to his number, whose bits lie in `planes`: sixty-four people a word, by whole adders."""
    first, eight = np.uint64(HALF), np.uint64(8)
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


@borrowing()
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
