"""What is called again and again borrows its arrays: to count who holds them took a fifteenth of a list."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import NumbaError

from movie_recommender.core.borrowing import borrowing


def ends_of(some):
    return some[0] + some[some.size - 1]


def sums_of_ends(arrays, found):
    for k in range(found.size):
        some = arrays[k, : k + 1]
        found[k] = ends(some) if k % 2 else ends(some[k:])


def made(n):
    return np.ones(n)


ends = borrowing(cache=False)(ends_of)


def counts_references(kernel):
    """Whether its code, with that by which Python calls it, has any step that counts who holds an array."""
    (types,) = kernel.signatures
    return any(step in kernel.inspect_asm(types) for step in ("NRT_incref", "NRT_decref"))


def test_a_kernel_that_borrows_finds_the_same_and_counts_nothing():
    arrays = np.arange(16.0).reshape(4, 4)
    borrowed, counted = borrowing(cache=False)(sums_of_ends), njit(sums_of_ends)
    found, also_found = np.zeros(4), np.zeros(4)
    borrowed(arrays, found)
    counted(arrays, also_found)
    assert found.tolist() == also_found.tolist() == [0.0, 9.0, 20.0, 27.0]
    assert counts_references(counted)
    assert not counts_references(borrowed)


def test_a_kernel_that_borrows_cannot_make_an_array():
    with pytest.raises(NumbaError, match="array passed into the function"):
        borrowing(cache=False)(made)(3)
