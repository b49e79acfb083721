"""Ridge regression on the films of one person, by conjugate gradients."""

from __future__ import annotations

import numpy as np
from numba import njit

from .bytes import scaled_rows
from .data import FloatArray, Vectors

MANY = 600
"""From so many films on the steps are led by what films usually say: fewer are needed then, by more than that takes."""

AT_ONCE = 4096
"""Films whose features are multiplied in float64 at a time."""

ACCURATE, STEPS = 1e-6, 300
"""What is left unexplained when the steps end, of what there was; and how many there are at most."""


def gram(rows: Vectors, weights: FloatArray) -> FloatArray:
    """``float64[d, d]``: ``(rows * weights).T @ rows``, without a copy of all rows in float64."""
    found = np.zeros((rows.shape[1], rows.shape[1]))
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE].astype(np.float64)
        found += (some * weights[begin : begin + AT_ONCE, None]).T @ some
    return found


def sums(rows: Vectors, weights: FloatArray) -> FloatArray:
    """``float64[d]``: ``weights @ rows``, as `gram`."""
    found = np.zeros(rows.shape[1])
    for begin in range(0, len(rows), AT_ONCE):
        found += weights[begin : begin + AT_ONCE] @ rows[begin : begin + AT_ONCE]
    return found


def products(rows: Vectors, vector: FloatArray) -> FloatArray:
    """``float64[n]``: ``rows @ vector``, as `gram`."""
    found = np.empty(len(rows))
    for begin in range(0, len(rows), AT_ONCE):
        found[begin : begin + AT_ONCE] = rows[begin : begin + AT_ONCE] @ vector
    return found


def usual_axes(rows: Vectors, weights: FloatArray) -> tuple[Vectors, Vectors]:
    """The axes of ``rows float32[n, d]`` as they are rated: ``float32[d, d]``, an axis a column, and the mean squares along them.

    With so many films a person's own products are nearly these times how many he rated (see `of_some`).
    """
    spread, axes = np.linalg.eigh(gram(rows, weights) / max(float(weights.sum()), 1e-12))
    return np.ascontiguousarray(axes, dtype=np.float32), np.maximum(spread, 0.0).astype(np.float32)


@njit(cache=True, nogil=True)
def of_some(steps, scale, cols, right, noise, usual):  # type: ignore[no-untyped-def]
    """``float32[d]``: the weights on the features that make ``right float32[len(cols)]`` of these rows, held back by `noise`.

    By conjugate gradients (Hestenes, Stiefel 1952): a film says little that the others do not, so a dozen steps do. Where there are
    many films they are preconditioned by the `usual_axes`.
    """
    return by_gradients(scaled_rows(steps, scale, cols), right, noise, usual)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def by_gradients(own, right, noise, usual):  # type: ignore[no-untyped-def]
    """`of_some` the rows themselves, ``float32[n, d]``."""
    axes, spread = usual
    weights, rest = np.zeros(own.shape[1], np.float32), np.zeros(own.shape[1], np.float32)
    for row in range(right.size):
        for place in range(rest.size):
            rest[place] += right[row] * own[row, place]
    led, image, held = rest.copy(), np.empty(rest.size, np.float32), noise + np.float32(right.size) * spread
    is_led = right.size >= MANY
    if is_led:
        lead(rest, axes, held, led)
    step, left = led.copy(), product(rest, rest)
    size, end = product(rest, led), left * np.float32(ACCURATE * ACCURATE)
    for _ in range(STEPS):
        if left <= end:
            break
        multiply(own, noise, step, image)
        length = size / product(step, image)
        for place in range(step.size):
            weights[place] += length * step[place]
            rest[place] -= length * image[place]
        if is_led:
            lead(rest, axes, held, led)
        else:
            led[:] = rest
        left, before, size = product(rest, rest), size, product(rest, led)
        turned = size / before
        for place in range(step.size):
            step[place] = led[place] + turned * step[place]
    return weights


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def lead(rest, axes, held, led):  # type: ignore[no-untyped-def]
    """Fill `led` with what would explain the rest if the person's films were the usual ones; `held` is theirs along the axes."""
    along = np.zeros(rest.size, np.float32)
    for place in range(rest.size):
        own = axes[place]
        for axis in range(along.size):
            along[axis] += rest[place] * own[axis]
    along /= held
    for place in range(rest.size):
        led[place] = product(axes[place], along)


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def product(one, other):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for place in range(one.size):
        total += one[place] * other[place]
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def multiply(own, noise, vector, found):  # type: ignore[no-untyped-def]
    """Fill ``found = (own.T @ own + noise) @ vector``, four rows at a time, each read once."""
    for place in range(vector.size):
        found[place] = noise * vector[place]
    full = own.shape[0] - own.shape[0] % 4
    for row in range(0, full, 4):
        a, b, c, d = own[row], own[row + 1], own[row + 2], own[row + 3]
        w, x, y, z = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
        for place in range(vector.size):
            w += a[place] * vector[place]
            x += b[place] * vector[place]
            y += c[place] * vector[place]
            z += d[place] * vector[place]
        for place in range(vector.size):
            found[place] += w * a[place] + x * b[place] + y * c[place] + z * d[place]
    for row in range(full, own.shape[0]):
        last, weight = own[row], np.float32(0.0)
        for place in range(vector.size):
            weight += last[place] * vector[place]
        for place in range(vector.size):
            found[place] += weight * last[place]
