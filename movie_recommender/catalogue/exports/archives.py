"""Opening an upload: one file or a ZIP of them, within limits, without ever writing to disk."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from ...errors import ImportFailed

MAX_UPLOAD = 20 * 1024**2
MAX_MEMBER = 20 * 1024**2
MAX_UNPACKED = 100 * 1024**2
MAX_MEMBERS = 1_000
_READABLE = (".csv", ".json", ".xml", ".txt", ".tsv")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
"""What `zipfile` raises for an archive that is damaged, encrypted or packed in a way that it does not know."""

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")


def files_of(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of an upload, those of a ZIP in natural order (`history-2` before `history-10`).

    Raises:
        ImportFailed: It is too large, empty, no file that can be read, or a ZIP that is damaged or dangerous.
    """
    if len(data) > MAX_UPLOAD:
        raise ImportFailed(f"{name} is larger than {MAX_UPLOAD // 1024**2} MB. Split it, or upload the ZIP as you got it.")
    if not data.strip(b"\0 \r\n\t"):
        raise ImportFailed(f"{name} is empty.")
    if data.startswith(b"PK\x05\x06"):
        raise ImportFailed(f"{name} is a ZIP without files.")
    if not data.startswith(b"PK\x03\x04"):
        if data.startswith(_ARCHIVES):
            raise ImportFailed(f"{name} is packed in a way that is not read here. Unpack it and upload the files, or a plain ZIP.")
        yield name, data
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _members(name, archive)
    except DAMAGE as error:
        # Some of these repeat the file's own bytes, as many as it likes.
        why = "".join(sign if sign.isprintable() else "?" for sign in str(error)[:120])
        raise ImportFailed(f"{name} is a damaged ZIP ({why}). Download it anew.") from error


def _members(name: str, archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS:
        raise ImportFailed(f"{name} holds {len(infos):,} files; an export has at most {MAX_MEMBERS:,}.")
    for info in infos:
        _refuse_dangerous(name, info)
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise ImportFailed(f"{name} would unpack to more than {MAX_UNPACKED // 1024**2} MB.")
    unpacked = 0
    for info in sorted(infos, key=lambda info: _natural(info.filename)):
        if _is_private_or_foreign(info.filename):
            continue
        with archive.open(info) as file:
            # The size that the directory states may be a lie: read one byte more than allowed.
            content = file.read(MAX_MEMBER + 1)
        unpacked += len(content)
        if len(content) > MAX_MEMBER or unpacked > MAX_UNPACKED:
            raise ImportFailed(f"{info.filename} in {name} is larger than {MAX_MEMBER // 1024**2} MB.")
        if content.startswith(_ARCHIVES):
            raise ImportFailed(f"{name} holds another archive ({info.filename}). Unpack it and upload what is inside.")
        if content.strip():
            yield info.filename, content


def _refuse_dangerous(name: str, info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", info.filename):
        raise ImportFailed(f"{name} holds a file whose path leads outside of it ({info.filename[:100]!r}). Nothing was read.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ImportFailed(f"{name} holds a link ({info.filename[:100]!r}). Nothing was read.")
    if info.flag_bits & 0x1:
        raise ImportFailed(f"{name} is locked with a password. Unpack it and upload the files.")
    if path.suffix.lower() in {".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz"}:
        raise ImportFailed(f"{name} holds another archive ({info.filename[:100]}). Unpack it and upload what is inside.")


def _is_private_or_foreign(path: str) -> bool:
    """Whether a member is left unread: what says who the person is, what was deleted, and what is no table."""
    parts = [part.casefold() for part in PurePosixPath(path).parts]
    return (
        parts[-1] == "profile.csv" or parts[-1].startswith((".", "user-")) or parts[0] == "__macosx"
        or bool({"deleted", "orphaned"}.intersection(parts[:-1])) or not parts[-1].endswith(_READABLE)
    )  # fmt: skip


def _natural(path: str) -> list[tuple[int, int, str]]:
    """A sort key by which `history-2.json` comes before `history-10.json`."""
    parts = re.split(r"(\d{1,18})", path)
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]
