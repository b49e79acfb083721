"""Members and raters, and what lets them in."""

from __future__ import annotations

from flask_login import UserMixin
from sqlalchemy import BigInteger, Double, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base

DEMO_ORIGIN = "demo"  # of the raters of the demo community, who are made up and whom no figure counts


class User(Base, UserMixin):
    """A person who signs in (`member`), or a rater that an import brought (`community`), who cannot."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("origin", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str | None] = mapped_column(String(160), unique=True)  # case-folded; None for community raters
    kind: Mapped[str] = mapped_column(String(16), default="member")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    origin: Mapped[str | None] = mapped_column(String(40))  # the data set of a community rater
    external_id: Mapped[str | None] = mapped_column(String(40))  # the rater's id there
    created_at: Mapped[int] = mapped_column(BigInteger)
    is_operator: Mapped[bool] = mapped_column(default=False, server_default=false())

    session_key = ""  # of the browser that asks; no column

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the key of a session that the server knows and can end."""
        return self.session_key


class BrowserSession(Base):
    """A browser in which a person is signed in; only the digest of its key is kept."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(60))  # "Firefox on Linux", for its owner to know it again
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)


class Token(Base):
    """An API token; only its digest is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)


class Invitation(Base):
    """A link that lets one person register; it is deleted when it is used."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(String(80))  # for whom it is
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)


class Choice(Base):
    """What an operator chose while the site runs, in place of a setting: `registration`."""

    __tablename__ = "choices"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class Throttle(Base):
    """How much somebody has tried lately; see `services.throttling`."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # sha256 of what is counted
    forgiven_at: Mapped[float] = mapped_column(Double, index=True)


class Openness(Base):
    """What a member lets the others of this site see: without a row, nothing."""

    __tablename__ = "openness"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    as_neighbour: Mapped[bool] = mapped_column(default=False)  # his name and favourites among the neighbours of others
    tonight: Mapped[bool] = mapped_column(default=False)  # others may choose films together with him
