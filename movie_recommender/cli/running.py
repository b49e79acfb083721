"""The commands that prepare an instance and run it."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import storage
from ..services import importing
from .common import Bars, clear_errors, say


@click.command()
@click.option("--reload", is_flag=True, help="Start the website anew when its code changes.")
@click.pass_context
@with_appcontext
def start(context: click.Context, reload: bool) -> None:
    """Prepare what is not there yet, then run the website and the background API until Ctrl-C."""
    # Here and not above: the website imports this module, and has no use for what a command needs.
    from .. import supervisor

    with clear_errors():
        supervisor.check_ports(current_app.config)
        click.echo("Database and catalogue ...")
        context.invoke(initdb)
        click.echo("Plots ...")
        context.invoke(fillchroma)
        supervisor.run(current_app.config, click.echo, reload)


@click.command()
@with_appcontext
def initdb() -> None:
    """Make the database or bring it up to date, and load the embedded catalogue; nothing that people entered is lost."""
    with clear_errors(), Bars() as bars:
        storage.create_or_upgrade()
        report = importing.load_embedded(bars)
    say(report, nothing="The database is up to date.")


@click.command()
@click.option("--rebuild", is_flag=True, help="Build the index anew even if it seems to be up to date.")
@with_appcontext
def fillchroma(rebuild: bool) -> None:
    """Encode plots that are new or changed and bring the plot index up to date; by the background API if it runs."""
    from tqdm import tqdm

    from ..services import filling

    with clear_errors(), tqdm(desc="plots", unit="", mininterval=0.2, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            filled = filling.fill(rebuild, show)
        except KeyboardInterrupt:
            raise click.ClickException("Stopped. What is encoded is kept; `flask fillchroma` goes on from there.") from None
    click.echo(filled.sentence())


COMMANDS = (start, initdb, fillchroma)
