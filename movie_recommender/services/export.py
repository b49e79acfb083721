"""Taking everything away: one ZIP with all that a person entered, in our own form and in those that other sites read."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from ..catalogue.exports import own
from ..catalogue.titles import fold
from ..storage import db
from ..storage.models import (
    Credit,
    Dismissal,
    FilmList,
    FilmListEntry,
    Genre,
    IgnoredRating,
    Mark,
    Movie,
    MovieGenre,
    Person,
    Rating,
    Steer,
    Unseen,
    User,
    Viewing,
)
from . import dismissing
from .clock import now

LARGEST_LETTERBOXD = 1_000_000  # bytes: Letterboxd's importer takes no larger file
_FACTS = ("title", "original_title", "year", "imdb_id", "tmdb_id", "movielens_id")
_IMDB = (
    "Const", "Your Rating", "Date Rated", "Title", "Original Title", "URL", "Title Type", "IMDb Rating", "Runtime (mins)", "Year",
    "Genres", "Num Votes", "Release Date", "Directors",
)  # fmt: skip
_README = """Everything that you entered on this instance of Movie Recommender.

movie-recommender.json   all of it; any instance of Movie Recommender takes this ZIP as it is (Import)
ratings.csv, viewings.csv, watchlist.csv, liked.csv, lists/   the same for a spreadsheet
letterboxd/   for https://letterboxd.com/import/ (files under 1 MB each)
imdb/         your ratings with the columns of IMDb's own export

Times are in UTC. The columns are described in docs/importing.md of the program.
"""


@dataclass
class Belongings:
    """All that a person entered, movies by id."""

    movies: dict[int, Movie] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)
    viewings: list[Viewing] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    lists: dict[str, list[int]] = field(default_factory=dict)
    unseen: list[int] = field(default_factory=list)
    dismissed: list[Dismissal] = field(default_factory=list)
    ignored: list[IgnoredRating] = field(default_factory=list)


def belongings(user_id: int) -> Belongings:
    """Read everything, oldest first."""
    found = Belongings(
        ratings=list(db.session.scalars(select(Rating).where(Rating.user_id == user_id).order_by(Rating.rated_at, Rating.movie_id))),
        viewings=list(db.session.scalars(select(Viewing).where(Viewing.user_id == user_id).order_by(Viewing.watched_at, Viewing.movie_id))),
        marks=list(db.session.scalars(select(Mark).where(Mark.user_id == user_id).order_by(Mark.marked_at, Mark.movie_id))),
        unseen=list(db.session.scalars(select(Unseen.movie_id).where(Unseen.user_id == user_id).order_by(Unseen.movie_id))),
    )
    found.dismissed = list(db.session.scalars(select(Dismissal).where(Dismissal.user_id == user_id).order_by(Dismissal.movie_id)))
    found.ignored = list(db.session.scalars(select(IgnoredRating).where(IgnoredRating.user_id == user_id).order_by(IgnoredRating.movie_id)))
    entries = select(FilmList.name, FilmListEntry.movie_id).outerjoin(FilmListEntry, FilmListEntry.list_id == FilmList.id)
    for name, movie_id in db.session.execute(entries.where(FilmList.user_id == user_id).order_by(FilmList.name, FilmListEntry.position)):
        found.lists.setdefault(name, []).extend([movie_id] if movie_id is not None else [])
    wanted = {row.movie_id for rows in (found.ratings, found.viewings, found.marks, found.dismissed, found.ignored) for row in rows}
    wanted.update(found.unseen, *found.lists.values())
    ids = sorted(wanted)
    for start in range(0, len(ids), 5000):
        found.movies |= {movie.id: movie for movie in db.session.scalars(select(Movie).where(Movie.id.in_(ids[start : start + 5000])))}
    return found


def everything(user: User) -> bytes:
    """The ZIP."""
    have = belongings(user.id)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        archive.writestr(own.FILE, json.dumps(_json(user, have), ensure_ascii=False, separators=(",", ":")))
        for name, text in _tables(have):
            archive.writestr(name, text)
        for number, text in enumerate(letterboxd_files(have), 1):
            archive.writestr(f"letterboxd/letterboxd-{number}.csv", text)
        archive.writestr("imdb/ratings.csv", imdb_file(user.id, have))
    return buffer.getvalue()


def _json(user: User, have: Belongings) -> dict[str, Any]:
    places = {movie_id: place for place, movie_id in enumerate(have.movies)}
    entries: list[dict[str, Any]] = [
        {"film": places[row.movie_id], "kind": "rating", "stars": row.half_stars / 2, "at": row.rated_at} for row in have.ratings
    ]
    entries += [{"film": places[row.movie_id], "kind": "viewing", "at": row.watched_at} for row in have.viewings]
    entries += [{"film": places[row.movie_id], "kind": row.kind, "at": row.marked_at} for row in have.marks]
    entries += [{"film": places[movie_id], "kind": "list", "list": name} for name, ids in have.lists.items() for movie_id in ids]
    entries += [{"film": places[movie_id], "kind": "unseen"} for movie_id in have.unseen]
    entries += [{"film": places[row.movie_id], "kind": row.kind, "at": row.dismissed_at} for row in have.dismissed]
    entries += [{"film": places[row.movie_id], "kind": "ignored", "at": row.ignored_at} for row in have.ignored]
    films = [{name: value for name in _FACTS if (value := getattr(movie, name)) is not None} for movie in have.movies.values()]
    steering = db.session.get(Steer, user.id)
    return {
        "format": own.FORMAT, "version": own.VERSION, "person": user.name, "exported_at": now(), "films": films, "entries": entries,
        "never_genres": sorted(dismissing.genre_names(user.id)), "steering": steering.settings if steering else {},
    }  # fmt: skip


def _tables(have: Belongings) -> Iterator[tuple[str, str]]:
    """Our own CSV files: the film's columns, then what the file is about."""

    def film(movie_id: int) -> list[Any]:
        return [getattr(have.movies[movie_id], name) for name in _FACTS]

    yield (
        "ratings.csv",
        table([*_FACTS, "rating", "rated_at"], ([*film(row.movie_id), row.half_stars / 2, _time(row.rated_at)] for row in have.ratings)),
    )
    yield "viewings.csv", table([*_FACTS, "watched_at"], ([*film(row.movie_id), _time(row.watched_at) or "yes"] for row in have.viewings))
    for kind in ("watchlist", "liked"):
        rows = ([*film(row.movie_id), "yes", _time(row.marked_at)] for row in have.marks if row.kind == kind)
        yield f"{kind}.csv", table([*_FACTS, kind, "added_at"], rows)
    for number, (name, ids) in enumerate(have.lists.items(), 1):
        slug = "-".join(fold(name).split())[:60]
        yield f"lists/{number}-{slug}.csv", table([*_FACTS, "list"], ([*film(movie_id), name] for movie_id in ids))


def letterboxd_files(have: Belongings) -> list[str]:
    """CSV files that Letterboxd imports: a row an evening; the stars stand beside the last one."""
    stars = {row.movie_id: row.half_stars / 2 for row in have.ratings}
    evenings: dict[int, list[int]] = {movie_id: [] for movie_id in stars}
    for row in have.viewings:
        evenings.setdefault(row.movie_id, []).append(row.watched_at)
    header = ["tmdbID", "imdbID", "Title", "Year", "Rating", "WatchedDate", "Rewatch"]
    rows = []
    for movie_id, dates in evenings.items():
        movie, days = have.movies[movie_id], sorted(date for date in dates if date) or [0]
        for place, date in enumerate(days):
            last = place == len(days) - 1
            rows.append([
                movie.tmdb_id, movie.imdb_id, movie.title, movie.year, stars.get(movie_id) if last else None, _time(date)[:10],
                "true" if place else None,
            ])  # fmt: skip
    return list(_split(header, rows))


def _split(header: Sequence[str], rows: list[list[Any]]) -> Iterator[str]:
    lines = [table(None, [row]) for row in rows]
    start, size, first = 0, 0, table(header, [])
    for place, line in enumerate(lines):
        length = len(line.encode())
        if place > start and size + length + len(first) > LARGEST_LETTERBOXD:
            yield first + "".join(lines[start:place])
            start, size = place, 0
        size += length
    yield first + "".join(lines[start:])


def imdb_file(user_id: int, have: Belongings) -> str:
    """The ratings with the columns of IMDb's export (1–10); films without an IMDb id have no place in it."""
    mine = select(Rating.movie_id).where(Rating.user_id == user_id)
    genres: dict[int, list[str]] = {}
    for movie_id, name in db.session.execute(select(MovieGenre.movie_id, Genre.name).join(Genre).where(MovieGenre.movie_id.in_(mine))):
        genres.setdefault(movie_id, []).append(name)
    directors: dict[int, list[str]] = {}
    people = (
        select(Credit.movie_id, Person.name)
        .join(Person)
        .where(Credit.role == "director", Credit.movie_id.in_(mine))
        .order_by(Credit.billing)
    )
    for movie_id, name in db.session.execute(people):
        directors.setdefault(movie_id, []).append(name)
    rows = []
    for row in have.ratings:
        movie = have.movies[row.movie_id]
        if movie.imdb_id:
            rows.append([
                movie.imdb_id, row.half_stars, _time(row.rated_at)[:10], movie.title, movie.original_title or movie.title,
                f"https://www.imdb.com/title/{movie.imdb_id}", "Movie", None, movie.runtime, movie.year,
                ", ".join(genres.get(movie.id, ())), None, None, ", ".join(directors.get(movie.id, ())),
            ])  # fmt: skip
    return table(_IMDB, rows)


def table(header: Sequence[str] | None, rows: Iterable[Sequence[Any]]) -> str:
    """CSV text with CRLF line ends, as RFC 4180 has it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _time(seconds: int) -> str:
    """ISO 8601 in UTC; empty for a time that nobody said."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z") if seconds else ""
