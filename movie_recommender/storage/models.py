"""The tables: the one truth of an instance.

Times are whole seconds since 1970 in UTC (`*_at`), as MovieLens gives them; stars are kept as whole half stars (1..10).
Schema changes go through Alembic only (`storage/migrations`).
"""

from __future__ import annotations

from typing import Any

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

DEMO_ORIGIN = "demo"  # of the raters of the demo community, who are made up and whom no figure counts


class Base(DeclarativeBase):
    # Named constraints: Alembic can only alter on SQLite what has a name.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


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


class Movie(Base):
    """A film. Its ids elsewhere make it the same film in every catalogue; its title does not (remakes exist)."""

    __tablename__ = "movies"
    __table_args__ = (Index("ix_movies_known", "renown", "rating_count"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    imdb_id: Mapped[str | None] = mapped_column(String(12), unique=True)  # "tt0111161"
    tmdb_id: Mapped[int | None] = mapped_column(unique=True)
    movielens_id: Mapped[int | None] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(300))
    original_title: Mapped[str | None] = mapped_column(String(300))
    search_key: Mapped[str] = mapped_column(String(620), index=True)  # both titles, folded: what search reads
    year: Mapped[int | None] = mapped_column(SmallInteger, index=True)
    runtime: Mapped[int | None] = mapped_column(SmallInteger)  # minutes
    plot: Mapped[str | None] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO 639-1, main language first
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO 3166 alpha-2
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    poster: Mapped[str | None] = mapped_column(String(300))  # a file under `posters/` of the instance folder
    sources: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # field -> where its value came from
    renown: Mapped[int] = mapped_column(SmallInteger, default=9)  # 1 nearly everybody knows it .. 3 a discovery, 9 not judged
    rating_count: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(BigInteger, default=0)  # half stars

    genres: Mapped[list[Genre]] = relationship(secondary="movie_genres", order_by="Genre.name", lazy="raise")
    credits: Mapped[list[Credit]] = relationship(order_by="Credit.role.desc(), Credit.billing", lazy="raise")
    directors: Mapped[list[Person]] = relationship(
        secondary="credits", secondaryjoin="and_(Credit.person_id == Person.id, Credit.role == 'director')",
        order_by="Credit.billing", viewonly=True, lazy="raise",
    )  # fmt: skip


class Enrichment(Base):
    """When a metadata provider was last asked about a film, and what it answered: what makes `flask enrich` resumable."""

    __tablename__ = "enrichments"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(20), primary_key=True)
    asked_at: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(10))  # found | nothing | failed


class Genre(Base):
    __tablename__ = "genres"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)


class MovieGenre(Base):
    __tablename__ = "movie_genres"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genres.id", ondelete="CASCADE"), primary_key=True, index=True)


class Person(Base):
    """Somebody who makes films. Sources without person ids are joined by the folded name."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)


class Credit(Base):
    """A person's part in a film: role `director` or `actor`, billing from 0."""

    __tablename__ = "credits"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    billing: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)

    person: Mapped[Person] = relationship(lazy="raise")


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


class UserState(Base):
    """How far a member's list is behind: it is current when `computed_version` equals `version`."""

    __tablename__ = "user_states"
    __table_args__ = (
        Index(
            "ix_user_states_behind",
            "user_id",
            sqlite_where=text("computed_version < version"),
            postgresql_where=text("computed_version < version"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)  # raised by every change that the list depends on
    changed_at: Mapped[float] = mapped_column(Double, default=0.0, server_default="0", index=True)  # when it was raised last
    computed_version: Mapped[int] = mapped_column(BigInteger, default=0)
    queued_at: Mapped[float] = mapped_column(Double, default=0.0)  # the reconciler's lease
    attempts: Mapped[int] = mapped_column(default=0)  # failures since the last success
    retry_at: Mapped[float] = mapped_column(Double, default=0.0)  # not queued before (back-off)
    error: Mapped[str | None] = mapped_column(Text)  # the last failure


class RecommendationList(Base):
    """A person's last complete list in one compact row; `services.lists` packs and unpacks the payload."""

    __tablename__ = "recommendation_lists"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    engine: Mapped[str] = mapped_column(String(80))
    computed_at: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class SimilarMovies(Base):
    """The movies most like a movie, best first, in one compact row."""

    __tablename__ = "similar_movies"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class PlotVector(Base):
    """Our own copy of a plot's embedding, from which Chroma can be rebuilt at any time."""

    __tablename__ = "plot_vectors"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(120))
    plot_hash: Mapped[str] = mapped_column(String(64))  # sha256 of the text that was encoded
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little endian, unit length


class Job(Base):
    """A piece of background work, as its owner and the operator see it."""

    __tablename__ = "jobs"
    __table_args__ = (
        # One waiting job a person and kind: a second request joins the first.
        Index(
            "uq_jobs_one_waiting",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_jobs_state", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # recompute | refit | fillchroma | reindex
    subject: Mapped[int] = mapped_column(default=0)  # the user of a recompute; 1 for a fillchroma that rebuilds; else 0
    state: Mapped[str] = mapped_column(String(10), default="queued")  # queued | running | done | failed | dead
    done: Mapped[int] = mapped_column(default=0)  # progress: done of total
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[float] = mapped_column(Double)
    started_at: Mapped[float | None] = mapped_column(Double)
    heartbeat_at: Mapped[float | None] = mapped_column(Double)
    finished_at: Mapped[float | None] = mapped_column(Double)


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


class Atlas(Base):
    """What is drawn of the whole catalogue (`groups`, `map`), as one JSON document; `services.atlas` computes it."""

    __tablename__ = "atlases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    made_of: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Openness(Base):
    """What a member lets the others of this site see: without a row, nothing."""

    __tablename__ = "openness"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    as_neighbour: Mapped[bool] = mapped_column(default=False)  # his name and favourites among the neighbours of others
    tonight: Mapped[bool] = mapped_column(default=False)  # others may choose films together with him


class Revision(Base):
    """Counters raised by changes that the resident engine must notice: `catalogue`, `community`."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)
