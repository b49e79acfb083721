"""Filling in what a movie lacks: only empty fields, each with its source and date."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..catalogue.records import MovieRecord
from ..catalogue.titles import person_key, search_key
from .models import Credit, Genre, Movie, MovieGenre, Person
from .series import SOURCE as TITLE

_COLUMNS = ("original_title", "year", "runtime", "plot", "languages", "countries", "keywords", "imdb_id", "tmdb_id")


def fill(session: Session, movie: Movie, record: MovieRecord, source: dict[str, str], origins: dict[str, dict[str, str]]) -> set[str]:
    """Write what the record adds.

    Args:
        session: The caller's transaction.
        movie: The movie.
        record: What a provider says about it.
        source: Who and when: `{"from": "tmdb", "on": "2026-11-21"}`.
        origins: Page and licence of single fields, added to their source.

    Returns:
        The names of the fields that were filled.
    """
    filled: set[str] = set()
    if movie.sources.get("title") == "export":
        movie.title = record.title
        movie.year = record.year or movie.year
        filled.add("title")
    for name in _COLUMNS:
        value = getattr(record, name)
        if getattr(movie, name) in (None, "", []) and value not in (None, "", ()) and not _is_taken(session, name, value):
            setattr(movie, name, list(value) if isinstance(value, tuple) else value)
            filled.add(name)
    if record.series and movie.sources.get("series", TITLE) == TITLE:  # a catalogue knows better than a title does
        movie.series, movie.part = _series(session, record.series), record.part
        filled |= {"series", "part"}
    filled |= _link(session, movie.id, record)
    if filled & {"title", "original_title"}:
        movie.search_key = search_key(movie.title, movie.original_title)[:620]
    if filled:
        movie.sources = {**movie.sources, **{name: {**source, **origins.get(name, {})} for name in filled}}
    return filled


def _series(session: Session, name: str) -> str:
    """The name under which the catalogue has the series already, with an article or without; else the name as it is."""
    bare = name.removeprefix("The ")
    return session.scalar(select(Movie.series).where(Movie.series.in_([bare, f"The {bare}"])).limit(1)) or name


def _is_taken(session: Session, name: str, value: Any) -> bool:
    """Whether an id already belongs to another movie."""
    return name in ("imdb_id", "tmdb_id") and session.scalar(select(Movie.id).where(getattr(Movie, name) == value)) is not None


def _link(session: Session, movie_id: int, record: MovieRecord) -> set[str]:
    filled: set[str] = set()
    if record.genres and session.scalar(select(MovieGenre.genre_id).where(MovieGenre.movie_id == movie_id).limit(1)) is None:
        ids = dict.fromkeys(_genre(session, name[:40]) for name in record.genres)
        session.execute(insert(MovieGenre), [{"movie_id": movie_id, "genre_id": genre_id} for genre_id in ids])
        filled.add("genres")
    for field, role in (("directors", "director"), ("cast", "actor")):
        names = [name for name in getattr(record, field) if person_key(name)]
        credited = select(Credit.person_id).where(Credit.movie_id == movie_id, Credit.role == role).limit(1)
        if names and session.scalar(credited) is None:
            people = dict.fromkeys(_person(session, name) for name in names)
            rows = [{"movie_id": movie_id, "role": role, "billing": place, "person_id": person} for place, person in enumerate(people)]
            session.execute(insert(Credit), rows)
            filled.add(field)
    return filled


def _genre(session: Session, name: str) -> int:
    known = session.scalar(select(Genre.id).where(Genre.name == name))
    return known or session.execute(insert(Genre).values(name=name).returning(Genre.id)).scalar_one()


def _person(session: Session, name: str) -> int:
    key = person_key(name)[:200]
    known = session.scalar(select(Person.id).where(Person.name_key == key))
    return known or session.execute(insert(Person).values(name=name[:200], name_key=key).returning(Person.id)).scalar_one()
