"""The flask commands."""

from __future__ import annotations

from flask import Flask

from . import bringing, measuring, operating, running


def init_app(app: Flask) -> None:
    """Register the commands on the application."""
    for command in (*running.COMMANDS, *bringing.COMMANDS, *measuring.COMMANDS, *operating.COMMANDS):
        app.cli.add_command(command)
