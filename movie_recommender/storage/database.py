"""Connections and transactions: how SQLite and PostgreSQL are spoken to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import Executable, event, select
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .models import Revision, db
from .ratings import make_indexes

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 10_000
CACHE_KILOBYTES = 512  # of each connection, of which a thread has one; the system keeps the file's pages once for all of them


def init_app(app: Flask, durable: bool = True) -> None:
    """Bind the application to its database (`DATABASE_URL`).

    Args:
        durable: Whether a commit waits until it is on the disk. Without, power that fails may cost the last commits, but never
            a part of one: enough for what is computed again anyway.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    if app.config["DATABASE_URL"].startswith("postgresql"):
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True})
    db.init_app(app)
    if click.get_current_context(silent=True):  # the application of a `flask` command, among which are Alembic's: `flask db`
        prepare_migrations(app)
    with app.app_context():
        _prepare(db.engine, durable)


def prepare_migrations(app: Flask) -> None:
    """Let Alembic know the application's database; of 11 MB, for which a website has no use while all goes well."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)


def _prepare(engine: Engine, durable: bool) -> None:
    if engine.dialect.name == "postgresql" and not durable:

        @event.listens_for(engine, "connect")
        def do_not_wait(connection: Any, _record: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            connection.commit()

    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        # Python's sqlite3 would begin transactions by itself, and always deferred ones; `begin` below does it.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KILOBYTES}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once with "database is locked" when another
        # process wrote meanwhile; an immediate one waits for its turn.
        options = connection.get_execution_options()
        if options.get("bulk", False):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.info["bulk"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")

    @event.listens_for(engine, "checkin")
    def check_again(connection: sqlite3.Connection | None, record: Any) -> None:
        if record.info.pop("bulk", False) and connection is not None:
            connection.execute("PRAGMA foreign_keys=ON")


@contextmanager
def writing(bulk: bool = False) -> Iterator[Session]:
    """One transaction that may write; commits at the end, rolls back on any error. Nested uses join the outer one.

    What the session read before is a snapshot of its own and ends here.

    Args:
        bulk: SQLite does not look up for each row whether what it refers to is there; the caller has looked, in this transaction.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.commit()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"writes": True, "bulk": bulk})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def rows(statement: Executable, **values: Any) -> Sequence[Any]:
    """The rows of a query of columns, in the session's transaction; values come as the driver gives them.

    What a page asks each time is made once, with `bindparam`s, and asked straight from the driver: a statement of the session, its
    cache key and its results take five times as long as asking.

    Raises:
        DBAPIError: As from the session.
    """
    connection = _connection()
    with _driver_errors(statement, connection.dialect):
        found: Sequence[Any] = _asked(connection.connection, connection.dialect, statement, values).fetchall()
    return found


def _connection() -> Connection:
    """The connection of the session's transaction, looked up once in each: a page asks ten times, and half of that was looking it up."""
    session = db.session()
    transaction, connection = session.info.get("asked by", (None, None))
    # One that failed and was not rolled back yet is not active: the session says so.
    if transaction is None or not transaction.is_active or transaction is not session.get_transaction():
        connection = session.connection()
        session.info["asked by"] = session.get_transaction(), connection
    return connection


def first_row(statement: Executable, **values: Any) -> Sequence[Any] | None:
    """The first row of a query of columns, straight from the driver and outside of the session's transaction; None if there is none.

    For what every request asks: a tenth of what a connection of the session and its results take.

    Raises:
        DBAPIError: As from the session.
    """
    with _driver_errors(statement, db.engine.dialect):
        connection = db.engine.raw_connection()
        try:
            found: Sequence[Any] | None = _asked(connection, db.engine.dialect, statement, values).fetchone()
        finally:
            connection.close()
    return found


@contextmanager
def _driver_errors(statement: Executable, dialect: Dialect) -> Iterator[None]:
    """The driver's errors are raised as those of the session."""
    errors = dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance(_written(statement, dialect)[0], {}, error, errors, dialect=dialect) from error


def _asked(connection: Any, dialect: Dialect, statement: Executable, values: Mapping[str, Any]) -> Any:
    """A cursor with a statement's answer."""
    text, names, fixed = _written(statement, dialect)
    values = {**fixed, **values}
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    for name, value in lists.items():  # `IN`: as many placeholders as there are values
        items = {f"{name}_{at}": one for at, one in enumerate(value)}
        values |= items
        places = ["?" if dialect.positional else f"%({item})s" for item in items]
        text = text.replace(f"__[POSTCOMPILE_{name}]", ", ".join(places) or "SELECT 1 WHERE 1 = 0")
    if dialect.positional:
        arguments: Any = [one for name in names for one in (lists[name] if name in lists else (values[name],))]
    else:
        arguments = {name: value for name, value in values.items() if name not in lists}
    cursor = connection.cursor()
    cursor.execute(text, arguments)
    return cursor


@cache
def _written(statement: Executable, dialect: Dialect) -> tuple[str, Sequence[str], dict[str, Any]]:
    """A statement in the words of a dialect, the names of its values in their order, and those values that it says itself."""
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    return str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params)


def upsert(model: Any) -> Any:
    """An INSERT of the running dialect that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if db.engine.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(model)


def raise_revision(name: str) -> None:
    """Say that the `catalogue`, the `community` or which films are `similar` changed; part of the caller's transaction."""
    with writing() as session:
        statement = upsert(Revision).values(name=name, value=1)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": Revision.value + 1}))


def revisions() -> tuple[int, int]:
    """How often the catalogue and the community's ratings have changed."""
    values = dict(rows(_REVISIONS))
    return values.get("catalogue", 0), values.get("community", 0)


_REVISIONS = select(Revision.name, Revision.value)


def create_or_upgrade() -> None:
    """Bring the schema to the newest migration. Repeating it changes nothing; it deletes nothing that people entered."""
    from flask_migrate import upgrade

    prepare_migrations(current_app)
    upgrade(directory=str(MIGRATIONS))
    with writing() as session:
        make_indexes(session)


def newest_revision() -> str:
    """The migration that this program brings a database to."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def is_ready() -> bool:
    """Whether the schema is that of the newest migration."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory(str(MIGRATIONS)).get_heads())
