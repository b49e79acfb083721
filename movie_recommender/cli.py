"""The flask commands."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from . import storage


def init_app(app: Flask) -> None:
    """Register the commands on the application."""
    for command in (initdb,):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def initdb() -> None:
    """Make the database or bring it up to date, and load the embedded catalogue; nothing people entered is lost."""
    storage.create_or_upgrade()
    click.echo("The database is ready.")
