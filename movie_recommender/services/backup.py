"""`flask backup` and `flask restore`: everything that people entered, in one file that was read back before it counts.

A backup is a ZIP: `manifest.json` (version, schema, sha256 of every part), the database (SQLite's backup interface, consistent
while people rate; PostgreSQL by its own `pg_dump`), the posters, `settings.toml`, and the two keys, so that who is signed in stays
so. A file with keys and password hashes is written with mode 600. The plot index, the queue and the logs are left out: they are made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy.engine import URL, make_url

from ..catalogue.exports.archives import DAMAGE
from ..errors import BackgroundRunning, BackupFailed
from ..storage import db, newest_revision
from ..storage.lockfile import FileLock

MANIFEST, SQLITE, POSTGRESQL = "manifest.json", "database.sqlite3", "database.pgdump"
FILES = ("secret_key", "background_key", "settings.toml")
PAGES = 2000  # copied at a time, so that writers get their turn
NAMES = r"database\.(sqlite3|pgdump)|secret_key|background_key|settings\.toml|posters/[A-Za-z0-9_-][A-Za-z0-9._-]*"
COPY_BYTES = 1024 * 1024
SQLITE_PARTS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Summary:
    """What a backup holds."""

    version: str
    schema: str
    made_at: float
    parts: dict[str, str]  # name in the ZIP to sha256

    @property
    def has_sqlite(self) -> bool:
        return SQLITE in self.parts


def backup(path: Path, overwrite: bool = False) -> Summary:
    """Write a backup, and read it back; an older file of this name is replaced only by a whole one.

    Raises:
        BackupFailed: The file exists, cannot be written, or did not stand the check; the message says which.
    """
    if path.exists() and not overwrite:
        raise BackupFailed(f"{path} exists. Choose another name, or say --yes to replace it.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _write(draft, _copy_database(Path(folder)))
        summary = check(draft)
        draft.replace(path)
    except OSError as error:
        raise BackupFailed(f"{path} cannot be written: {error.strerror or error}. Nothing was replaced.") from error
    finally:
        draft.unlink(missing_ok=True)
    return summary


def _copy_database(folder: Path) -> Path:
    url = _url()
    if url.get_backend_name() == "sqlite":
        copy = folder / SQLITE
        with contextlib.closing(sqlite3.connect(copy)) as target:
            target.execute("PRAGMA journal_mode=OFF")
            connection = db.engine.raw_connection()
            try:
                connection.driver_connection.backup(target, pages=PAGES)  # type: ignore[union-attr]
            except sqlite3.Error as error:
                raise BackupFailed(f"The database cannot be copied: {error}. `flask doctor` tells more.") from error
            finally:
                connection.close()
        _quick_check(copy)
        return copy
    copy = folder / POSTGRESQL
    _postgresql("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={copy}"], url)
    return copy


def _write(path: Path, database: Path) -> None:
    instance = Path(current_app.config["INSTANCE_PATH"])
    sources = [(database.name, database), *((name, instance / name) for name in FILES if (instance / name).is_file())]
    sources += [(f"posters/{poster.name}", poster) for poster in sorted((instance / "posters").glob("*")) if poster.is_file()]
    parts: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as archive:
        for name, source in sources:
            with contextlib.suppress(FileNotFoundError):  # a poster that was replaced a moment ago
                with source.open("rb") as opened:
                    parts[name] = _sha256(opened)
                archive.write(source, name)
        manifest = {
            "version": str(getattr(current_app, "version", "")),
            "schema": newest_revision(),
            "made_at": time.time(),
            "parts": parts,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))


def check(path: Path) -> Summary:
    """Read a backup from end to end: every part is there and as it was written, and the database in it is whole.

    Raises:
        BackupFailed: It is no backup, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            summary = Summary(manifest["version"], manifest["schema"], float(manifest["made_at"]), dict(manifest["parts"]))
            for name, digest in summary.parts.items():
                if not re.fullmatch(NAMES, name):
                    raise BackupFailed(f"{path} holds {name!r}, which no backup of this product does.")
                with archive.open(name) as part:
                    if _sha256(part) != digest:
                        raise BackupFailed(f"{path} is damaged: {name} is not what was written.")
            if summary.has_sqlite:
                with tempfile.TemporaryDirectory(dir=path.parent, prefix=".check-") as folder:
                    _quick_check(Path(archive.extract(SQLITE, folder)))
            elif POSTGRESQL not in summary.parts:
                raise BackupFailed(f"{path} holds no database.")
    except (*DAMAGE, KeyError, TypeError) as error:  # the last two: the manifest is of something else
        raise BackupFailed(f"{path} is no backup of this product, or is damaged: {error}") from error
    return summary


def restore(path: Path) -> Summary:
    """Put a backup in the place of what is here, after it stood the check. What was here is kept beside it as `*.before-restore`.

    Raises:
        BackupFailed: The backup is damaged, is of another kind of database or of a newer program; nothing was changed.
        BackgroundRunning: The background API runs.
    """
    summary = check(path)
    if summary.has_sqlite != (_url().get_backend_name() == "sqlite"):
        raise BackupFailed("The backup is of another kind of database (SQLite or PostgreSQL) than DATABASE_URL. Nothing was changed.")
    if summary.schema > newest_revision():
        raise BackupFailed(f"The backup was made by a newer program ({summary.version}). Update this one first. Nothing was changed.")
    instance = Path(current_app.config["INSTANCE_PATH"])
    with FileLock(instance / "background.lock", BackgroundRunning("The background API runs. Stop everything first. Nothing was changed.")):
        _refuse_while_served()
        db.session.remove()
        db.engine.dispose()
        with tempfile.TemporaryDirectory(dir=instance, prefix=".restore-") as folder, zipfile.ZipFile(path) as archive:
            staged = Path(folder)
            for name in summary.parts:  # names of ours: check() has compared them with the manifest
                archive.extract(name, staged)
            if summary.has_sqlite:
                _swap_sqlite(staged / SQLITE)
            else:
                options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
                _postgresql("pg_restore", [*options, f"--dbname={_plain(_url())}", str(staged / POSTGRESQL)], _url())
            _swap_files(staged, instance, summary.parts)
    return summary


def _refuse_while_served() -> None:
    """The website has no lock of its own: whoever holds the database's file open would go on writing into the old one."""
    if _url().get_backend_name() != "sqlite":
        return
    file = Path(_url().database or "")
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupFailed("The database is in use. Stop the website and every other program first. Nothing was changed.") from error
    except sqlite3.DatabaseError:
        return  # damaged: that is why somebody restores
    for process in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if process.parts[2] != str(os.getpid()) and process.readlink() == file:
                raise BackupFailed(f"Process {process.parts[2]} uses the database. Stop the website first. Nothing was changed.")


def _swap_sqlite(new: Path) -> None:
    file = Path(_url().database or "")
    for part in SQLITE_PARTS:
        old = file.with_name(file.name + part)
        if old.exists():
            old.replace(file.with_name(f"{file.name}.before-restore{part}"))
    shutil.move(new, file)


def _swap_files(staged: Path, instance: Path, parts: dict[str, str]) -> None:
    for name in parts:
        if name in FILES:
            (staged / name).chmod(0o600)
            shutil.move(staged / name, instance / name)
        elif name.startswith("posters/"):
            (instance / "posters").mkdir(exist_ok=True)
            shutil.move(staged / name, instance / "posters" / Path(name).name)
    (instance / "chroma" / "current").unlink(missing_ok=True)  # the plot index of what was here before; it is built anew


def _url() -> URL:
    return make_url(current_app.config["DATABASE_URL"])


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _postgresql(program: str, options: Sequence[str], url: URL) -> None:
    found = shutil.which(program) or next(iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{program}")), reverse=True)), None)
    if found is None:
        raise BackupFailed(f"{program} is not installed; it comes with PostgreSQL's client programs (Debian: postgresql-client).")
    target = [] if program == "pg_restore" else [f"--dbname={_plain(url)}"]
    # The password is no argument: other users of the machine see arguments.
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run([found, *target, *options], env=environment, capture_output=True, text=True)  # noqa: S603 (our own list)
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")


def _quick_check(file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupFailed(f"The database is damaged: {found}.")


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(COPY_BYTES):
        digest.update(block)
    return digest.hexdigest()


def lines(summary: Summary) -> Iterator[str]:
    """What a backup holds, for people."""
    posters = sum(name.startswith("posters/") for name in summary.parts)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(summary.made_at))
    yield f"Made {made} by version {summary.version}, schema {summary.schema}; {posters:,} posters; checked from end to end."
