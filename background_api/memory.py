"""How glibc keeps this process' memory; elsewhere nothing is changed."""

from __future__ import annotations

import contextlib
import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""`mallopt`'s names for what is set (malloc.h)."""

LARGE = 4 * 2**20
"""From so many bytes on an array goes back to the system as soon as it is freed. Left alone, glibc keeps what is smaller than the largest
that was ever freed, up to 32 MiB, and a fit leaves holes: 60 MB more at its most and 70 MB for good, with 32 million ratings."""

KEPT = 32 * 2**20
"""So much is kept free for the next list, whose arrays are all smaller: asked for again each time, it would cost a thousand page faults."""


def keep_little() -> None:
    """From now on what is large goes back at once."""
    with contextlib.suppress(OSError, AttributeError):  # the C library is not everywhere one that can
        library = ctypes.CDLL(None)
        library.mallopt(MMAP_THRESHOLD, LARGE)
        library.mallopt(TRIM_THRESHOLD, KEPT)


def give_back() -> None:
    """Hand freed memory back to the system: large work leaves hundreds of megabytes between what stays."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
