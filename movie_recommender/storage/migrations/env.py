"""Run by Alembic: migrations happen on the application's own connection settings, each in one transaction."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def run() -> None:
    with database.engine.connect() as connection:
        if is_sqlite := connection.dialect.name == "sqlite":
            # Altering a table means there to copy it and drop the old one, and a drop deletes what refers to its rows.
            # On the driver's connection: within a transaction it has no effect, and SQLAlchemy would begin one.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection.execution_options(writes=True),
            target_metadata=database.metadatas[None],
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            before = context.get_context().get_current_heads()
            context.run_migrations()
            # Only after a change: the check reads every row, minutes for 32 million ratings.
            has_changed = context.get_context().get_current_heads() != before
            if is_sqlite and has_changed and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"The migration would leave a row that refers to nothing: {tuple(broken)}. Nothing was changed.")
        if is_sqlite:
            connection.invalidate()  # the next one checks again


run()
