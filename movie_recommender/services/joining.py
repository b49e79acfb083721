"""Who may make an account: everybody, whoever has an invitation, or nobody. An operator changes it while the site runs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from ..errors import InvalidInput, NotFound, RegistrationClosed
from ..settings import REGISTRATION_MODES
from ..storage import db, upsert, writing
from ..storage.models import Choice, Invitation, User
from . import accounts, passwords, throttling
from .clock import now
from .keys import DAY, digest

CHOICE = "registration"
NEEDS_INVITATION = "This site takes new people by invitation. Ask whoever runs it for a link."
BAD_INVITATION = "This invitation was used already, was taken back, or has expired. Ask for a new one."


def mode() -> str:
    """`open`, `invited` or `closed`: what an operator chose last, else the setting."""
    chosen = db.session.scalar(select(Choice.value).where(Choice.name == CHOICE))
    return chosen if chosen in REGISTRATION_MODES else str(current_app.config["REGISTRATION"])


def set_mode(mode: str) -> None:
    """Open or close the door.

    Raises:
        InvalidInput: There is no such mode.
    """
    if mode not in REGISTRATION_MODES:
        raise InvalidInput(f"Registration is one of: {', '.join(REGISTRATION_MODES)}.")
    with writing() as session:
        row = upsert(Choice).values(name=CHOICE, value=mode)
        session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": mode}))


def join(name: str, password: str, address: str, invitation: str = "") -> User:
    """Make an account for somebody at this address; an invitation is used up by it.

    Raises:
        RegistrationClosed: Nobody may, or not without an invitation that holds.
        InvalidInput: The name or the password breaks a rule; the message says which.
        TooManyTries: The address has made too many accounts lately.
        NameTaken: The name is in use, whatever its case.
    """
    needs_one = check_open(invitation)
    name = accounts.check_name(name)
    passwords.check(password, name)
    throttling.of_registration(address).take()

    def redeem(session: Session) -> None:
        used = session.scalar(delete(Invitation).where(*_holds(invitation)).returning(Invitation.id))
        if needs_one and used is None:
            raise RegistrationClosed(BAD_INVITATION)

    return accounts.register(name, password, redeem)


def check_open(invitation: str = "") -> bool:
    """Whether an invitation is needed; raises `RegistrationClosed` when this one does not open the door."""
    current = mode()
    if current == "closed":
        raise RegistrationClosed()
    if current == "open":
        return False
    if not invitation:
        raise RegistrationClosed(NEEDS_INVITATION)
    if db.session.scalar(select(Invitation.id).where(*_holds(invitation))) is None:
        raise RegistrationClosed(BAD_INVITATION)
    return True


def _holds(invitation: str) -> tuple[ColumnElement[bool], ...]:
    return Invitation.digest == digest(invitation), Invitation.expires_at > now()


def invite(note: str = "") -> str:
    """A new invitation for one person; returns the key that the link carries, which is kept nowhere."""
    key, expires_at = secrets.token_urlsafe(24), now() + current_app.config["INVITATION_DAYS"] * DAY
    with writing() as session:
        session.execute(delete(Invitation).where(Invitation.expires_at <= now()))
        session.add(Invitation(digest=digest(key), note=note.strip()[:80], created_at=now(), expires_at=expires_at))
    return key


def invitations() -> Sequence[Invitation]:
    """Those that wait to be used, newest first."""
    return db.session.scalars(select(Invitation).where(Invitation.expires_at > now()).order_by(Invitation.id.desc())).all()


def withdraw(invitation_id: int) -> None:
    """Take an invitation back.

    Raises:
        NotFound: There is no such invitation.
    """
    with writing() as session:
        if session.scalar(delete(Invitation).where(Invitation.id == invitation_id).returning(Invitation.id)) is None:
            raise NotFound("There is no such invitation. It may have been used meanwhile.")
