"""Locks between processes: a file that its holder keeps locked, freed by the system when the holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ..errors import MovieRecommenderError


class FileLock:
    """An exclusive lock on a file, held from `acquire` until `release` or the end of the process."""

    def __init__(self, path: Path, busy: MovieRecommenderError) -> None:
        self._path = path
        self._busy = busy
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock at once, or raise the error given for "somebody has it"; nothing happens when it is held already."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise self._busy from None
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()
