"""How what is called again and again is compiled: it borrows its arrays, so that nobody counts who holds them."""

from __future__ import annotations

from functools import partial

from numba import njit

borrowing = partial(njit, cache=True, nogil=True, _nrt=False)
"""`njit` without counting references, two atomic steps for every slice and every array that is handed on: a fifteenth of a list.

For kernels that make no array and return none; numba refuses others. Who calls them holds the arrays.
"""
