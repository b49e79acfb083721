"""What people enter: ratings, viewings, marks, lists, what they do not want; and the imports that bring it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Rating(Base):
    """What one person gave one film, in half stars (1..10), and which import brought it (None: given here by hand)."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("half_stars BETWEEN 1 AND 10", name="half_stars_range"),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id"), primary_key=True, index=True)
    half_stars: Mapped[int] = mapped_column(SmallInteger)
    rated_at: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)


class Unseen(Base):
    """A movie that the person said he has not seen, so that it is not offered for rating again."""

    __tablename__ = "unseen"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)


class Viewing(Base):
    """That a person saw a film, whether he rated it or not: a film seen is never recommended as new."""

    __tablename__ = "viewings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id"), primary_key=True, index=True)
    watched_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # 0: he did not say when
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)


class Mark(Base):
    """What a person notes about a film besides stars: `watchlist` (wants to see it), `liked` (a heart)."""

    __tablename__ = "marks"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    marked_at: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)


class Dismissal(Base):
    """A film that a person does not want to be offered: for good (`not_for_me`) or for a while (`not_now`)."""

    __tablename__ = "dismissals"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(12))
    dismissed_at: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int | None] = mapped_column(BigInteger, index=True)  # None: for good


class DismissedGenre(Base):
    """A genre of which a person wants to be offered no film."""

    __tablename__ = "dismissed_genres"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genres.id", ondelete="CASCADE"), primary_key=True, index=True)
    dismissed_at: Mapped[int] = mapped_column(BigInteger)


class IgnoredRating(Base):
    """A rating that a person wants left out when his list is computed; the rating itself stays."""

    __tablename__ = "ignored_ratings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True, index=True)
    ignored_at: Mapped[int] = mapped_column(BigInteger)


class Steer(Base):
    """How a person steers his list; `services.steering` knows the settings."""

    __tablename__ = "steers"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    settings: Mapped[dict[str, int]] = mapped_column(JSON)
    saved_at: Mapped[int] = mapped_column(BigInteger)


class EveningGuest(Base):
    """Somebody without an account who chooses films with a member tonight, and what he said; forgotten when it expires."""

    __tablename__ = "evening_guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(30))
    nonce: Mapped[str] = mapped_column(String(32), unique=True)  # what his link is signed over
    stars: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # movie id to half stars
    unseen: Mapped[list[int]] = mapped_column(JSON, default=list)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class FilmList(Base):
    """A list of films that a person named."""

    __tablename__ = "film_lists"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)


class FilmListEntry(Base):
    """A film's place on a list."""

    __tablename__ = "film_list_entries"

    list_id: Mapped[int] = mapped_column(ForeignKey("film_lists.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column()
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)


class Import(Base):
    """One run of an import: what it read and what became of it.

    A person's upload is first `staged`: its payload holds what was read, until he applies it. `services.history` knows
    the payload's form.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="applied", server_default="applied")  # staged | applied | undone
    started_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class ReplacedRating(Base):
    """The stars that an import overwrote, so that undoing it brings them back."""

    __tablename__ = "replaced_ratings"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id"), primary_key=True)
    half_stars: Mapped[int] = mapped_column(SmallInteger)
    rated_at: Mapped[int] = mapped_column(BigInteger)
    before_import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)  # None: given by hand
