"""Who asks: the person of a browser's session or of an API token, and how far what he may see has changed, in one statement a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_login import UserMixin
from sqlalchemy import Executable, bindparam, func, select

from ..errors import NotSignedIn
from ..storage import first_row
from ..storage.models import BrowserSession, RecommendationList, Revision, Token, User, UserState
from . import keys
from .clock import now


class Standing(NamedTuple):
    """What raises a number here may change the person's list or the page of it; the same numbers, the same page.

    `version`, `computed_version` and `changed_at` are his state's (None before his first rating), what follows his list's, then
    the revisions of the catalogue and of the community. Time is not in it: see `dismissing.next_lapse`.
    """

    version: int | None
    computed_version: int | None
    changed_at: float | None
    list_version: int | None
    engine: str | None
    computed_at: int | None
    size: int | None
    catalogue: int | None
    community: int | None


@dataclass(frozen=True)
class Visitor(UserMixin):
    """A member who is signed in, as every page knows him; `session_key` is his browser's, or the token."""

    id: int
    name: str
    is_operator: bool
    created_at: int
    session_key: str
    standing: Standing

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self.session_key


def by_session(key: str) -> Visitor | None:
    """The member whose session this is and has not ended (Flask-Login's `user_loader`)."""
    return _visitor(_BY_SESSION, key)


def by_token(token: str) -> Visitor:
    """The member whose API token this is.

    Raises:
        NotSignedIn: The token is unknown, revoked or expired.
    """
    found = _visitor(_BY_TOKEN, token)
    if found is None:
        raise NotSignedIn("This token is unknown or has expired. Get a new one with POST /api/v1/tokens.")
    return found


def _visitor(statement: Executable, key: str) -> Visitor | None:
    found = first_row(statement, digest=keys.digest(key), now=now())
    if found is None:
        return None
    user_id, name, is_operator, created_at, *standing = found
    return Visitor(user_id, name, bool(is_operator), created_at, key, Standing(*standing))


def _revision(name: str) -> Any:
    return select(Revision.value).where(Revision.name == name).scalar_subquery()


def _by(kind: type[BrowserSession] | type[Token]) -> Executable:
    return (
        select(
            User.id, User.name, User.is_operator, User.created_at,
            UserState.version, UserState.computed_version, UserState.changed_at,
            RecommendationList.version, RecommendationList.engine, RecommendationList.computed_at,
            func.length(RecommendationList.payload), _revision("catalogue"), _revision("community"),
        )
        .join(kind, kind.user_id == User.id)
        .outerjoin(UserState, UserState.user_id == User.id)
        .outerjoin(RecommendationList, RecommendationList.user_id == User.id)
        .where(kind.digest == bindparam("digest"), kind.expires_at > bindparam("now"), User.kind == "member")
    )  # fmt: skip


_BY_SESSION, _BY_TOKEN = _by(BrowserSession), _by(Token)
