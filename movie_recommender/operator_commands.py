"""The flask commands of whoever runs the instance: people, invitations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext

from .errors import MovieRecommenderError
from .services import accounts, joining, operating
from .services import doctor as doctor_service


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say what went wrong in one line and end with status 1."""
    try:
        yield
    except MovieRecommenderError as error:
        raise click.ClickException(error.message) from error


@click.command("make-account")
@click.argument("name")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when left out.")
@with_appcontext
def make_account(name: str, password: str) -> None:
    """Make an account, whatever registration says."""
    with clear_errors():
        user = accounts.register(name, password)
    click.echo(f"{user.name} can sign in now.")


@click.command("make-operator")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Make an operator a plain member again.")
@with_appcontext
def make_operator(name: str, undo: bool) -> None:
    """Let a member see the operator's page; nobody becomes an operator in another way."""
    with clear_errors():
        user = accounts.set_operator(name, not undo)
    click.echo(f"{user.name} is {'a plain member' if undo else 'an operator'} now.")


@click.command("set-password")
@click.argument("name")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when left out.")
@with_appcontext
def set_password(name: str, password: str) -> None:
    """Give somebody who forgot his password a new one; he is signed out everywhere."""
    with clear_errors():
        user = accounts.by_name(name)
        accounts.change_password(user, password)
    click.echo(f"{user.name} has a new password, and is signed out everywhere.")


@click.command()
@click.option("--note", default="", help="For whom it is, for your own memory.")
@with_appcontext
def invite(note: str) -> None:
    """Make an invitation: what it prints, added to the site's address, lets one person register."""
    with clear_errors():
        key = joining.invite(note)
    click.echo(f"/register?invitation={key}")
    click.echo(f"It works once, for {current_app.config['INVITATION_DAYS']} days. Put the address of your site before it.", err=True)


@click.command("doctor")
@click.option("--patience", default=doctor_service.PATIENCE_SECONDS, show_default=True, help="Seconds for which a list may be behind.")
@with_appcontext
def doctor(patience: float) -> None:
    """Look for everything that can be wrong with this instance; names each fault and its remedy, and ends with status 1 if there is one."""
    count = 0
    for fault in doctor_service.faults(patience):
        count += 1
        click.echo(f"{click.style('FAULT', fg='red', bold=True)}  {fault.what}\n       {click.style('Remedy:', bold=True)} {fault.remedy}")
    if count:
        raise click.ClickException("1 fault." if count == 1 else f"{count} faults.")
    click.echo("All is well.")


@click.command()
@with_appcontext
def retry() -> None:
    """Let every job and list that was set aside wait again, with all its attempts."""
    with clear_errors():
        click.echo(f"{operating.retry_all():,} wait again; the background API takes them up.")


COMMANDS = (doctor, retry, make_account, make_operator, set_password, invite)
