"""Guests of an evening: people without an account, what they said of a few films, and the link by which one rates on his own phone.

A link is signed with the instance's key, holds while its guest is kept, and ends when he is removed. Guests are forgotten some
hours after the last change.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..errors import InvalidInput, NotFound
from ..storage import db, writing
from ..storage.models import EveningGuest, User
from . import browsing, tonight
from .clock import now
from .tonight import Guest

LASTS = 6 * 3600  # seconds after the last change
MOST = tonight.MOST_PEOPLE - 1
MOST_UNSEEN = 60  # films that are remembered as not seen


@dataclass(frozen=True)
class Invited(Guest):
    """A guest who is kept: his id, the member whose evening it is, and the key of his link."""

    id: int = 0
    host_id: int = 0
    key: str = ""


def of(host_id: int) -> list[Invited]:
    """The guests of a member's evening, in the order in which they came."""
    query = select(EveningGuest).where(EveningGuest.host_id == host_id, EveningGuest.expires_at > now())
    return [_told(row) for row in db.session.scalars(query.order_by(EveningGuest.id))]


def invite(host: User, name: str) -> Invited:
    """A new guest, who has said nothing yet.

    Raises:
        InvalidInput: There are too many, or the name is none or taken.
    """
    there = of(host.id)
    if len(there) == MOST:
        raise InvalidInput(f"There are {MOST} guests already. Who wants to come often may make an account.")
    taken = [host.name, *(other.name for other in tonight.others(host.id)), *(guest.name for guest in there)]
    name, nonce = tonight.check_guest(name, taken), secrets.token_urlsafe(18)
    guest = EveningGuest(host_id=host.id, name=name, nonce=nonce, stars={}, unseen=[], expires_at=now() + LASTS)
    with writing() as session:
        session.execute(delete(EveningGuest).where(EveningGuest.expires_at <= now()))
        session.add(guest)
        session.flush()
        return _told(guest)


def get(host_id: int, guest_id: int) -> Invited:
    """One of a member's guests.

    Raises:
        NotFound: He is not here any more.
    """
    found = next((guest for guest in of(host_id) if guest.id == guest_id), None)
    if found is None:
        raise NotFound("That guest is not here any more. Invite him again.")
    return found


def by_key(key: str) -> tuple[Invited, str]:
    """The guest whose link this is, and the name of the member who invited him.

    Raises:
        NotFound: The link was never made here, its evening is over, or it was taken back.
    """
    try:
        nonce = _signer().unsign(key).decode()
    except BadSignature:
        nonce = ""
    query = select(EveningGuest, User.name).join(User, User.id == EveningGuest.host_id)
    row = db.session.execute(query.where(EveningGuest.nonce == nonce, EveningGuest.expires_at > now())).one_or_none()
    if row is None:
        raise NotFound("This link opens nothing any more: the evening is over, or it was taken back. Ask for a new one.")
    return _told(row[0]), row[1]


def hear(guest: Invited, said: Mapping[int, float]) -> Invited:
    """Note what a guest says now: stars by movie id, 0 for a film that he has not seen. Unknown films do not count.

    Raises:
        NotFound: He was removed meanwhile.
    """
    there = browsing.titles([movie_id for movie_id in said if movie_id < 2**31])
    with writing() as session:
        row = session.get(EveningGuest, guest.id, with_for_update=True)
        if row is None or row.nonce != guest.key.rpartition(".")[0]:
            raise NotFound("This guest was removed meanwhile.")
        stars, unseen = dict(row.stars), list(row.unseen)
        for movie_id, value in said.items():
            if movie_id in there and not value:
                unseen.append(movie_id)
            elif movie_id in there and len(stars) < tonight.MOST_GUEST_RATINGS:
                stars[str(movie_id)] = round(value * 2)
        row.stars, row.unseen, row.expires_at = stars, unseen[-MOST_UNSEEN:], now() + LASTS
        _stay(session, row.host_id)
        return _told(row)


def _stay(session: Session, host_id: int) -> None:
    """Keep the others of an evening as long as the one who has just done something."""
    for row in session.scalars(select(EveningGuest).where(EveningGuest.host_id == host_id, EveningGuest.expires_at > now())):
        row.expires_at = now() + LASTS


def leave(guest: Invited) -> None:
    """Forget a guest; his link ends."""
    with writing() as session:
        session.execute(delete(EveningGuest).where(EveningGuest.id == guest.id))


def forget(host_id: int) -> None:
    """Forget all guests of a member."""
    with writing() as session:
        session.execute(delete(EveningGuest).where(EveningGuest.host_id == host_id))


def _told(row: EveningGuest) -> Invited:
    stars = {int(movie): halves / 2 for movie, halves in row.stars.items()}
    return Invited(row.name, stars, tuple(row.unseen), row.id, row.host_id, _signer().sign(row.nonce).decode())


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="evening guest", digest_method=hashlib.sha256)
