"""Run by Alembic: migrations happen on the application's own connection settings, each in one transaction."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def run() -> None:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection.execution_options(writes=True),
            target_metadata=database.metadatas[None],
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
