"""The flask commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from . import storage, supervisor
from .errors import MovieRecommenderError
from .services import importing


def init_app(app: Flask) -> None:
    """Register the commands on the application."""
    for command in (start, initdb, import_movielens, import_metadata):
        app.cli.add_command(command)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Say what went wrong in one line and end with status 1."""
    try:
        yield
    except MovieRecommenderError as error:
        raise click.ClickException(error.message) from error


class _Bars:
    """One progress bar for each thing that an import reads."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        bar = self._bars.get(what)
        if bar is None:
            bar = self._bars[what] = tqdm(total=total, desc=what, unit="", unit_scale=True, mininterval=0.5)
        bar.total = total
        bar.update(done)

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.total = bar.n
            bar.close()


def _say(report: importing.Report, nothing: str = "Nothing to do.") -> None:
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count)
    click.echo(f"Done: {counts}." if counts else nothing)
    for problem in report.problems[:20]:
        click.echo(f"  skipped: {problem}", err=True)
    if len(report.problems) > 20:
        click.echo(f"  ... and {len(report.problems) - 20:,} more.", err=True)


@click.command()
@click.option("--reload", is_flag=True, help="Start the website anew when its code changes.")
@click.pass_context
@with_appcontext
def start(context: click.Context, reload: bool) -> None:
    """Prepare what is not there yet, then run the website and the background API until Ctrl-C."""
    with _clear_errors():
        supervisor.check_ports(current_app.config)
        click.echo("Database and catalogue ...")
        context.invoke(initdb)
        supervisor.run(current_app.config, click.echo, reload)


@click.command()
@with_appcontext
def initdb() -> None:
    """Make the database or bring it up to date, and load the embedded catalogue; nothing that people entered is lost."""
    with _clear_errors(), _Bars() as bars:
        storage.create_or_upgrade()
        report = importing.load_embedded(bars)
    _say(report, nothing="The database is up to date.")


@click.command("import-movielens")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def import_movielens(path: Path) -> None:
    """Bring in a MovieLens data set (folder or zip of ml-latest*, ml-20m/25m/32m, ml-10m, ml-1m, ml-100k)."""
    with _clear_errors(), _Bars() as bars:
        report = importing.import_movielens(path, bars)
    _say(report)


@click.command("import-metadata")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def import_metadata(path: Path) -> None:
    """Complete movies from a JSON Lines file: ids, title, year, genres, directors, cast, plot, keywords, runtime, language."""
    with _clear_errors(), _Bars() as bars:
        report = importing.import_metadata(path, bars)
    _say(report)
