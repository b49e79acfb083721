"""The plot index: a part that can be thrown away at any time, for our own copy of the vectors is in SQL.

Chroma's folder survives neither two processes nor the death of its writer. So a generation is built by a child process
in a folder of its own, checked by another, and only then named in the file `current`; from then on it is only read.
This module is cheap to import; Chroma (`storage/chroma.py`) is imported when it is needed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import DiskFull, FolderReadOnly, PlotIndexBusy, PlotIndexDamaged
from ..settings import ROOT
from .lockfile import FileLock

log = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]
NO_ROOM = "The disk is full: the plot index could not be built, and all plots are compared one by one. Make room; then it is built."
CHILD_LOOK = 0.2  # seconds between two looks at a child process


class PlotIndex(Protocol):
    """What the services need of an index; `digest` stands for exactly the vectors that it holds."""

    def is_current(self, digest: str) -> bool:
        """Whether it says that it holds exactly these vectors."""

    def build(self, digest: str, ids: Sequence[int], vectors: Vectors, alive: Callable[[], None]) -> None:
        """Hold exactly these vectors from now on; until this has succeeded, the old ones are served.

        Args:
            digest: What these vectors are called.
            ids: Movie ids.
            vectors: ``float32[len(ids), d]``, unit length.
            alive: Called several times a second; what it raises ends the building.

        Raises:
            PlotIndexBusy: Another process uses the index.
            PlotIndexDamaged: What was built does not answer as it should.
            DiskFull, FolderReadOnly: It cannot be written.
        """

    def query(self, digest: str, vector: Vectors, n: int) -> list[tuple[int, float]]:
        """The `n` nearest as ``(movie id, cosine similarity)``, nearest first.

        Raises:
            PlotIndexBusy: Another process uses the index.
            PlotIndexDamaged: It does not hold these vectors, or does not answer.
        """

    def close(self) -> None:
        """Let go of it."""


def open_index(instance: Path, url: str) -> PlotIndex:
    """The index of an instance: on Chroma's server when there is a URL, else in a folder. Nothing is opened yet."""
    return ServerIndex(url) if url else FolderIndex(instance / "chroma")


class FolderIndex:
    """Generations in a folder that exactly one process may use; the lock is taken at the first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owned = FileLock(folder / "lock", PlotIndexBusy())
        self._lock = threading.Lock()
        self._client: Any = None
        self._collection: Any = None
        self._open_digest = ""

    def is_current(self, digest: str) -> bool:
        live = self._live()
        return live is not None and _manifest(live).get("digest") == digest

    def build(self, digest: str, ids: Sequence[int], vectors: Vectors, alive: Callable[[], None]) -> None:
        with self._lock, _room():
            self._own()
            draft = self._folder / f"generation-{secrets.token_hex(6)}"
            try:
                draft.mkdir()
                np.save(draft / "ids.npy", np.asarray(ids, dtype=np.int64))
                np.save(draft / "vectors.npy", np.ascontiguousarray(vectors, dtype=np.float32))
                (draft / "manifest.json").write_text(json.dumps({"digest": digest, "count": len(ids)}), encoding="utf-8")
                _in_child("build", draft, alive)
                _in_child("check", draft, alive)
                pointer = self._folder / "current.new"
                pointer.write_text(draft.name, encoding="utf-8")
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
            self._shut()
            pointer.replace(self._folder / "current")
            for old in self._folder.glob("generation-*"):
                if old != draft:
                    shutil.rmtree(old, ignore_errors=True)

    def query(self, digest: str, vector: Vectors, n: int) -> list[tuple[int, float]]:
        with self._lock:
            if self._collection is None or self._open_digest != digest:
                self._open(digest)
            with _damage():
                from .chroma import nearest

                return nearest(self._collection, vector, n)

    def close(self) -> None:
        with self._lock:
            self._shut()
            self._owned.release()

    def _own(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self._owned.acquire()

    def _open(self, digest: str) -> None:
        self._own()
        self._shut()
        live = self._live()
        if live is None or _manifest(live).get("digest") != digest:
            raise PlotIndexDamaged()
        # A damaged store can end the process that opens it, so a child opens it first.
        _in_child("check", live, lambda: None)
        with _damage():
            from . import chroma

            self._client = chroma.open_folder(live / "store")
            self._collection = chroma.opened(self._client, chroma.NAME, _manifest(live)["count"])
        self._open_digest = digest

    def _shut(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._collection = None
        self._open_digest = ""

    def _live(self) -> Path | None:
        try:
            name = (self._folder / "current").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return self._folder / name if name else None


class ServerIndex:
    """Collections on a Chroma server that several processes share, named by the digest of their vectors and by who built them.

    No two builds share a name, and the older goes after the newer has come, so that two who build at once do not disturb each
    other and readers always find a whole one.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._client: Any = None
        self._open: tuple[str, Any] | None = None  # digest, collection

    def is_current(self, digest: str) -> bool:
        with self._lock:
            try:
                self._collection(digest)
            except PlotIndexDamaged:
                return False
        return True

    def build(self, digest: str, ids: Sequence[int], vectors: Vectors, alive: Callable[[], None]) -> None:
        from . import chroma

        with _damage():
            chroma.build(self._connected(), _prefix(digest), ids, vectors, alive)
        with self._lock:
            self._open = None

    def query(self, digest: str, vector: Vectors, n: int) -> list[tuple[int, float]]:
        from .chroma import nearest

        with self._lock:
            if self._open and self._open[0] == digest:
                with contextlib.suppress(PlotIndexDamaged), _damage():
                    return nearest(self._open[1], vector, n)
                # Another process may have put a new collection in its place: look once more.
            self._open = None
            with _damage():
                return nearest(self._collection(digest), vector, n)

    def close(self) -> None:
        self._client = self._open = None

    def _connected(self) -> Any:
        if self._client is None:
            from .chroma import open_server

            with _damage():
                self._client = open_server(self._url)
        return self._client

    def _collection(self, digest: str) -> Any:
        from .chroma import newest

        with _damage():
            collection = newest(self._connected(), _prefix(digest))
        self._open = digest, collection
        return collection


def _prefix(digest: str) -> str:
    from .chroma import NAME

    return f"{NAME}-{digest[:16]}-"


def _manifest(generation: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    """Whatever Chroma raises means the same to us: this index cannot be used and is to be built anew."""
    try:
        yield
    except PlotIndexDamaged:
        raise
    except Exception as error:
        raise PlotIndexDamaged(f"The plot index does not answer: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """What the folder suffers from, in words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(NO_ROOM) from error
        raise FolderReadOnly(f"The plot index cannot be written ({error.strerror}). Give its folder to the user who runs this.") from error


def _in_child(task: str, generation: Path, alive: Callable[[], None]) -> None:
    command = [sys.executable, "-m", "movie_recommender.storage.chroma", task, str(generation)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own list
        try:
            while True:
                try:
                    _, said = child.communicate(timeout=CHILD_LOOK)
                    break
                except subprocess.TimeoutExpired:
                    alive()
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        last = said.strip().splitlines()[-1] if said.strip() else f"status {child.returncode}"
        log.warning("The plot index did not stand the test (%s, status %s): %s", task, child.returncode, last)
        log.debug("All that was said: %s", said)
        if any(words in said for words in ("No space left on device", "disk is full")):
            raise DiskFull(NO_ROOM)
        raise PlotIndexDamaged(f"The plot index cannot be used: {last}")
