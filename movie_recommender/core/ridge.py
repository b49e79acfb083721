"""Ridge regression on the films of one person: by conjugate gradients, for very many films by BLAS and LAPACK."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numba import njit

from .bytes import ByteTable, scaled_rows
from .data import IntArray, Vectors

MANY = 800
"""From so many films on the steps of gradients, each a pass over all rows, take longer than the rows' products once."""

ACCURATE, STEPS = 1e-6, 300
"""What is left unexplained when the steps end, of what there was; and how many there are at most."""


def enough_for_products(features: ByteTable) -> int:
    """From how many films on their rows' products are made."""
    return max(MANY, features.width)


def ridge(features: ByteTable, cols: IntArray, right: Vectors, noise: np.float32) -> Vectors:
    """``float32[d]``: the weights on the features that make ``right float32[len(cols)]`` of these rows, held back by `noise`."""
    if cols.size < enough_for_products(features):
        found: Vectors = of_some(features.steps, features.scale, cols, right, noise)
        return found
    own = features.rows(cols)
    gram = own.T @ own
    np.fill_diagonal(gram, gram.diagonal() + noise)
    # Straight from LAPACK, whose wrapper takes longer than small ones do.
    _, solution, failed = scipy.linalg.lapack.sposv(gram, own.T @ right, overwrite_a=True, overwrite_b=True)
    if failed:
        raise scipy.linalg.LinAlgError(f"the Gram matrix of one person's films is not positive definite ({failed})")
    return np.asarray(solution)


@njit(cache=True, nogil=True)
def of_some(steps, scale, cols, right, noise):  # type: ignore[no-untyped-def]
    """`ridge` of the rows of a `ByteTable`, by `by_gradients`."""
    return by_gradients(scaled_rows(steps, scale, cols), right, noise)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def by_gradients(own, right, noise):  # type: ignore[no-untyped-def]
    """`ridge` by conjugate gradients: a film says little that the others do not, so a dozen steps do (Hestenes, Stiefel 1952)."""
    weights, rest = np.zeros(own.shape[1], np.float32), np.zeros(own.shape[1], np.float32)
    for row in range(right.size):
        for place in range(rest.size):
            rest[place] += right[row] * own[row, place]
    step, image = rest.copy(), np.empty(rest.size, np.float32)
    size = squares(rest)
    end = size * np.float32(ACCURATE * ACCURATE)
    for _ in range(STEPS):
        if size <= end:
            break
        multiply(own, noise, step, image)
        along = np.float32(0.0)
        for place in range(step.size):
            along += step[place] * image[place]
        length = size / along
        for place in range(step.size):
            weights[place] += length * step[place]
            rest[place] -= length * image[place]
        before, size = size, squares(rest)
        turned = size / before
        for place in range(step.size):
            step[place] = rest[place] + turned * step[place]
    return weights


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def squares(vector):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for place in range(vector.size):
        total += vector[place] * vector[place]
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def multiply(own, noise, vector, found):  # type: ignore[no-untyped-def]
    """``found = (own.T @ own + noise) @ vector``, four rows at a time, each read once."""
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
