"""Ridge regression on the films of one person: straight for few, by BLAS and LAPACK for many."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numba import njit

from .bytes import ByteTable, scaled_rows
from .data import IntArray, Vectors

FEW = 120
"""Up to so many films the libraries take longer: within a list their code and buffers are cold (80 films: 0.15 to 0.075 ms)."""


def ridge(features: ByteTable, cols: IntArray, right: Vectors, noise: np.float32) -> Vectors:
    """``float32[d]``: the weights on the features that make ``right float32[len(cols)]`` of these rows, held back by `noise`."""
    if cols.size <= FEW:
        found: Vectors = ridge_of_few(features.steps, features.scale, cols, right, noise)
        return found
    own = features.rows(cols)
    if own.shape[0] < own.shape[1]:
        return np.asarray(own.T @ _solved(own @ own.T, noise, right))
    return _solved(own.T @ own, noise, own.T @ right)


def _solved(gram: Vectors, noise: np.float32, right: Vectors) -> Vectors:
    """``(gram + noise) ** -1 @ right``, by Cholesky; straight from LAPACK, whose wrapper takes longer than small ones do."""
    np.fill_diagonal(gram, gram.diagonal() + noise)
    _, solution, failed = scipy.linalg.lapack.sposv(gram, right, overwrite_a=True, overwrite_b=True)
    if failed:
        raise scipy.linalg.LinAlgError(f"the Gram matrix of one person's films is not positive definite ({failed})")
    return np.asarray(solution)


@njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def dot(one, other):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for at in range(one.size):
        total += one[at] * other[at]
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
def ridge_of_few(steps, scale, rows, right, noise):  # type: ignore[no-untyped-def]
    """`ridge` by a Cholesky factor of the rows' products, made a row at a time; its diagonal is kept as 1 / itself."""
    own, n = scaled_rows(steps, scale, rows), rows.size
    factor, solution = np.empty((n, n), np.float32), np.empty(n, np.float32)
    for at in range(n):
        row = factor[at]
        for other in range(at + 1):
            row[other] = dot(own[at], own[other])
        for other in range(at):
            row[other] = (row[other] - dot(row[:other], factor[other, :other])) * factor[other, other]
        row[at] = np.float32(1.0) / np.sqrt(row[at] + noise - dot(row[:at], row[:at]))
        solution[at] = (right[at] - dot(row[:at], solution[:at])) * row[at]
    weights = np.zeros(own.shape[1], np.float32)
    for at in range(n - 1, -1, -1):
        solution[at] *= factor[at, at]
        for other in range(at):
            solution[other] -= factor[at, other] * solution[at]
        for place in range(weights.size):
            weights[place] += solution[at] * own[at, place]
    return weights
