"""Films, their facts, and what is computed of the catalogue alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...catalogue.records import FORMATS
from .base import Base


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
    series: Mapped[str | None] = mapped_column(String(120), index=True)  # "The Godfather"
    part: Mapped[int | None] = mapped_column(SmallInteger)  # place among its parts that build upon each other; None: it stands on its own
    rating_count: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(BigInteger, default=0)  # half stars

    genres: Mapped[list[Genre]] = relationship(secondary="movie_genres", order_by="Genre.name", lazy="raise")
    credits: Mapped[list[Credit]] = relationship(order_by="Credit.role.desc(), Credit.billing", lazy="raise")
    directors: Mapped[list[Person]] = relationship(
        secondary="credits", secondaryjoin="and_(Credit.person_id == Person.id, Credit.role == 'director')",
        order_by="Credit.billing", viewonly=True, lazy="raise",
    )  # fmt: skip

    @property
    def chosen_by(self) -> list[Genre]:
        """The genres that people see and choose by."""
        return [genre for genre in self.genres if genre.name not in FORMATS]


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


class Atlas(Base):
    """What is drawn of the whole catalogue (`groups`, `map`), as one JSON document; `services.atlas` computes it."""

    __tablename__ = "atlases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    made_of: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
