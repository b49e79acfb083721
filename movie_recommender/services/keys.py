"""What opens the door after the password: the sessions of browsers, and API tokens. Only digests are kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import delete, select

from ..errors import NotFound
from ..storage import db, writing
from ..storage.models import BrowserSession, Token, User
from .clock import now

DAY = 86_400
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # as they call themselves; the first that is named is it
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}


def digest(key: str) -> str:
    """What is kept of a key: enough to know it again, useless to whoever reads the database."""
    return hashlib.sha256(key.encode()).hexdigest()


def begin_session(user: User, user_agent: str = "") -> str:
    """A new session of the person; returns its key, which only the browser keeps."""
    key, expires_at = secrets.token_urlsafe(32), now() + current_app.config["SESSION_DAYS"] * DAY
    with writing() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now()))
        browser = browser_name(user_agent)
        session.add(BrowserSession(user_id=user.id, digest=digest(key), browser=browser, created_at=now(), expires_at=expires_at))
    return key


def end_session(key: str) -> None:
    """End one session; an unknown one is as good as ended."""
    with writing() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.digest == digest(key)))


def end_all_sessions(user_id: int) -> None:
    """Sign a person out everywhere."""
    with writing() as session:
        session.execute(delete(BrowserSession).where(BrowserSession.user_id == user_id))


def sessions(user_id: int) -> Sequence[BrowserSession]:
    """Where the person is signed in, newest first."""
    query = select(BrowserSession).where(BrowserSession.user_id == user_id, BrowserSession.expires_at > now())
    return db.session.scalars(query.order_by(BrowserSession.created_at.desc(), BrowserSession.id.desc())).all()


def browser_name(user_agent: str) -> str:
    """`Firefox on Linux`: enough for its owner to know it again."""
    browser = next((name for name in BROWSERS if re.search(rf"\b{name}", user_agent)), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    named = f"{NAMES.get(browser, browser) or 'A browser'}{' on ' + NAMES.get(system, system) if system else ''}"
    return named if browser or system else "A browser or program"


def issue_token(user: User) -> tuple[str, int]:
    """A new API token and the second at which it expires; the token itself is shown once and never kept."""
    token, expires_at = secrets.token_urlsafe(32), now() + int(current_app.config["TOKEN_DAYS"]) * DAY
    with writing() as session:
        session.execute(delete(Token).where(Token.user_id == user.id, Token.expires_at <= now()))
        session.add(Token(user_id=user.id, digest=digest(token), created_at=now(), expires_at=expires_at))
    return token, expires_at


def tokens(user_id: int) -> Sequence[Token]:
    """The person's API tokens that still work, newest first."""
    query = select(Token).where(Token.user_id == user_id, Token.expires_at > now())
    return db.session.scalars(query.order_by(Token.created_at.desc(), Token.id.desc())).all()


def revoke_token(token: str) -> None:
    """End one API token; an unknown one is as good as ended."""
    with writing() as session:
        session.execute(delete(Token).where(Token.digest == digest(token)))


def revoke_tokens(user_id: int, token_id: int | None = None) -> None:
    """End all of a person's API tokens, or the one with this id.

    Raises:
        NotFound: The person has no such token.
    """
    statement = delete(Token).where(Token.user_id == user_id)
    if token_id is not None:
        statement = statement.where(Token.id == token_id)
    with writing() as session:
        if token_id is not None and session.scalar(statement.returning(Token.id)) is None:
            raise NotFound("There is no such token here. It may have been revoked already.")
        if token_id is None:
            session.execute(statement)
