"""The time, in one place, so that every room means the same by it."""

import time


def now() -> int:
    """Whole seconds since 1970, UTC."""
    return int(time.time())
