"""The flask commands of whoever runs the instance: people, invitations."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from ..services import accounts, joining, operating
from ..services import backup as backups
from ..services import doctor as doctor_service
from .common import clear_errors


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


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Replace a file of this name.")
@with_appcontext
def backup(path: Path, yes: bool) -> None:
    """Write database, posters, settings and keys into one ZIP, while everything runs, and read it back; it holds secrets."""
    with clear_errors():
        summary = backups.backup(path, overwrite=yes)
    click.echo(f"Written: {path} ({path.stat().st_size / 1024**2:.1f} MB).")
    click.echo("\n".join(backups.lines(summary)))


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Put it in the place of what is here without being asked.")
@with_appcontext
def restore(path: Path, yes: bool) -> None:
    """Put a backup in the place of what is here, after checking it; everything must be stopped. Then run `flask initdb`."""
    with clear_errors():
        click.echo("\n".join(backups.lines(backups.check(path))))
        if not yes and not click.confirm("Put it in the place of everything that is here now?"):
            raise click.ClickException("Nothing was changed. Say --yes to restore without being asked.")
        backups.restore(path)
    click.echo("Restored. What was here is kept beside it as *.before-restore. Run `flask initdb`, then start everything.")


COMMANDS = (doctor, retry, backup, restore, make_account, make_operator, set_password, invite)
