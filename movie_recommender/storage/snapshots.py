"""The fitted model on disk: one file whose arrays are mapped, not read; checked whole before it is trusted.

Layout: magic, SHA-256 of all that follows, the header's length (8 bytes), the header (JSON: `about`, and where the pickle
and each array begin and end), then those parts, each at a multiple of 64 bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import mmap
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

from .. import core
from ..core import Recommender

log = logging.getLogger(__name__)

NAME = "engine.snapshot"  # in the instance folder
MAGIC = b"MRSNAP01"
_ALIGN = 64
_START = len(MAGIC) + hashlib.sha256().digest_size
_CHUNK = 1 << 24

_NAMES = {
    "builtins": {"set", "frozenset", "slice"},
    "collections": {"defaultdict", "OrderedDict"},
    "numpy": {"dtype", "ndarray"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
    "scipy.sparse._csr": {"csr_matrix"},
    "scipy.sparse._csc": {"csc_matrix"},
}


class _Checked(pickle.Unpickler):
    """Makes nothing but arrays and the core's own objects."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(f"{core.__name__}.") or name in _NAMES.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into a snapshot")


def save(path: Path, model: Recommender, about: dict[str, Any]) -> None:
    """Replace the snapshot by this model, all or nothing.

    Args:
        about: JSON; says what the model was made of.

    Raises:
        OSError: it cannot be written; the old one is as it was.
    """
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(model, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(pickled), *(buffer.raw() for buffer in buffers)]
    header = _header(about, [part.nbytes for part in parts])
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            digest = hashlib.sha256(header)
            file.write(MAGIC + bytes(digest.digest_size) + header)
            for part in parts:
                for begin in range(0, part.nbytes, _CHUNK):
                    piece = part[begin : begin + _CHUNK]
                    file.write(piece)
                    digest.update(piece)
                padding = bytes(-part.nbytes % _ALIGN)
                file.write(padding)
                digest.update(padding)
            file.seek(len(MAGIC))
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _header(about: dict[str, Any], sizes: list[int]) -> bytes:
    """The header, padded so that the first part begins at a multiple of 64 in the file."""
    text = json.dumps({"about": about, "sizes": sizes}).encode()
    text += b" " * (-(_START + 8 + len(text)) % _ALIGN)
    return len(text).to_bytes(8, "little") + text


def load(path: Path) -> tuple[Recommender, dict[str, Any]] | None:
    """The model and what `save` was told about it; None if there is no snapshot or it is damaged (which is logged).

    The arrays are mapped copy-on-write: they can be changed, and the file stays as it is.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("The snapshot %s cannot be opened and is made anew: %s", path, error)
        return None
    try:
        return _parse(memoryview(mapped))
    except (pickle.UnpicklingError, ValueError, KeyError, TypeError, AttributeError, ImportError, EOFError, IndexError) as error:
        log.warning("The snapshot %s is not usable and is made anew: %s", path, error)
        return None


def damage(path: Path) -> str:
    """What is wrong with the snapshot as a file; empty when it is whole, or there is none."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            _check(view)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return error.strerror or str(error)
    except ValueError as error:
        return str(error)
    return ""


def _check(view: memoryview) -> None:
    """Raise `ValueError` unless every byte is as it was written."""
    if view[: len(MAGIC)] != MAGIC:
        raise ValueError("it is of another format")
    digest = hashlib.sha256()
    for begin in range(_START, view.nbytes, _CHUNK):
        digest.update(view[begin : begin + _CHUNK])
    if view[len(MAGIC) : _START] != digest.digest():
        raise ValueError("its checksum is wrong")


def _parse(view: memoryview) -> tuple[Recommender, dict[str, Any]]:
    _check(view)
    begin = _START + 8 + int.from_bytes(view[_START : _START + 8], "little")
    header = json.loads(bytes(view[_START + 8 : begin]))
    parts = []
    for size in header["sizes"]:
        parts.append(view[begin : begin + size])
        begin += size + -size % _ALIGN
    model = _Checked(io.BytesIO(parts[0]), buffers=parts[1:]).load()
    if not isinstance(model, Recommender):
        raise ValueError("it holds no model")
    return model, header["about"]
