"""What a database can suffer from, told apart from errors of the program, in words with a remedy."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseAway, DatabaseBusy, DatabaseDamaged, DatabaseNotReady, DiskFull, FolderReadOnly, MovieRecommenderError
from .database import is_ready
from .models import db

# After these a page must not ask the database who is signed in.
WITHOUT_DATABASE = (DatabaseAway, DatabaseBusy, DatabaseDamaged, DatabaseNotReady, DiskFull, FolderReadOnly)

_BY_CODE: dict[int, type[MovieRecommenderError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_READONLY: FolderReadOnly,
    sqlite3.SQLITE_PERM: FolderReadOnly,
    sqlite3.SQLITE_CANTOPEN: FolderReadOnly,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_IOERR: DatabaseDamaged,
}
# SQLSTATE classes of PostgreSQL: the whole code, or its first two characters.
_BY_STATE: dict[str, type[MovieRecommenderError]] = {
    "53100": DiskFull, "25006": FolderReadOnly, "55P03": DatabaseBusy, "40": DatabaseBusy, "08": DatabaseAway, "57": DatabaseAway,
    "XX": DatabaseDamaged,
}  # fmt: skip


def trouble_behind(error: DBAPIError) -> MovieRecommenderError | None:
    """`named`, or that the schema is not there yet; ends the transaction in which the error happened."""
    try:
        db.session.rollback()
        return named(error) or (None if is_ready() else DatabaseNotReady())
    except DBAPIError as another:
        return named(another) or DatabaseAway()


def named(error: DBAPIError) -> MovieRecommenderError | None:
    """The trouble behind a driver's error, to raise or to show in its place; None when the statement itself was wrong."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) or 0
        trouble = _BY_CODE.get(code & 0xFF)
        return trouble() if trouble else None
    state = getattr(cause, "sqlstate", None) or ""
    trouble = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    if trouble is None and (error.connection_invalidated or (not state and type(cause).__name__ == "OperationalError")):
        trouble = DatabaseAway  # the driver could not even ask
    return trouble() if trouble else None
