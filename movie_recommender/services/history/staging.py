"""A read and matched upload, waiting in the database as one compact row until the person applies or drops it."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from ...catalogue.exports import Entry, Film, Problem, Reading, read_upload
from ...errors import ImportFailed, InvalidInput, NotFound
from ...storage import db, writing
from ...storage.models import Import, Movie
from ..clock import now
from . import matching
from .matching import AMBIGUOUS, UNKNOWN, Matcher

CHOSEN, LEFT_OUT = "chosen", "left out"
FOUND = (matching.ID, matching.TITLE, matching.NEAR_YEAR, matching.PART, CHOSEN)
ORDERS = "orders"


@dataclass
class StagedFilm:
    """A film of the upload and what it was found to be. `how` is one of matching's words, `CHOSEN` or `LEFT_OUT`."""

    film: Film
    how: str
    movie_id: int | None = None
    candidates: tuple[int, ...] = ()


@dataclass
class Staged:
    """What was read from an upload. An entry names its film by its place in `films`."""

    format: str
    films: list[StagedFilm] = field(default_factory=list)
    entries: list[tuple[int, Entry]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    added: list[int] = field(default_factory=list)  # movies that applying put into the catalogue
    never: list[str] = field(default_factory=list)  # genres of which the person wants nothing
    steering: dict[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many films were found in which way, and how many rows were left out."""
        counts = Counter(staged.how for staged in self.films)
        return {"rows": self.rows, "films": len(self.films), **counts, "skipped": sum(self.reasons.values())}


def prepare(reading: Reading, matcher: Matcher) -> Staged:
    """Match everything that was read."""
    places: dict[Film, int] = {}
    staged = Staged(reading.format, problems=reading.problems, reasons=reading.reasons, notes=reading.notes, rows=reading.rows)
    staged.never, staged.steering = reading.never, reading.steering
    for entry in reading.entries:
        place = places.setdefault(entry.film, len(places))
        if place == len(staged.films):
            match = matcher.match(entry.film)
            staged.films.append(StagedFilm(entry.film, match.how, match.movie_id, match.candidates))
        staged.entries.append((place, entry))
    return staged


def stage(user_id: int, name: str, data: bytes, progress: Callable[[str, int, int], None] = lambda what, done, total: None) -> int:
    """Read and match an upload and keep it for the person; earlier ones that he did not apply are dropped.

    Returns:
        The id of the import.

    Raises:
        ImportFailed: Nothing in it can be read, or it is the operator's to bring in.
    """
    progress("reading", 0, 1)
    reading = read_upload(name, data)
    if any(entry.owner for entry in reading.entries):
        raise ImportFailed("These are orders of customers. The operator brings them in with `flask import-ratings FILE`.")
    progress("reading", 1, 1)
    staged = prepare(reading, Matcher())
    progress("matching", len(staged.films), len(staged.films))
    db.session.rollback()
    with writing() as session:
        session.execute(delete(Import).where(Import.user_id == user_id, Import.state == "staged"))
        run = Import(
            user_id=user_id, source=f"{reading.format}, {name}"[:200], state="staged", started_at=now(), counts=staged.counts(),
            payload=pack(staged),
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id


def load(user_id: int, import_id: int, state: str | None = None) -> tuple[Import, Staged]:
    """An import of this person's, with what it holds.

    Raises:
        NotFound: There is none with this id (and in this state).
    """
    run = db.session.scalar(select(Import).where(Import.id == import_id, Import.user_id == user_id))
    payload = db.session.scalar(select(Import.payload).where(Import.id == import_id)) if run else None
    if run is None or (state and run.state != state):
        raise NotFound("There is no such import, or it was already applied or dropped.")
    return run, unpack(payload) if payload else Staged("")


def runs(user_id: int) -> list[Import]:
    """A person's imports, newest first."""
    return list(db.session.scalars(select(Import).where(Import.user_id == user_id).order_by(Import.started_at.desc(), Import.id.desc())))


def choose(user_id: int, import_id: int, place: int, movie_id: int | None) -> None:
    """Say which movie a film of a staged import is; None leaves it out.

    Raises:
        NotFound: There is no such staged import or movie.
        InvalidInput: The import has no film of this number.
    """
    with writing() as session:
        run, staged = load(user_id, import_id, "staged")
        if not 0 <= place < len(staged.films):
            raise InvalidInput("The import has no such film.")
        if movie_id is not None and session.get(Movie, movie_id) is None:
            raise NotFound("There is no such movie.")
        film = staged.films[place]
        film.how, film.movie_id = (LEFT_OUT, None) if movie_id is None else (CHOSEN, movie_id)
        session.execute(update(Import).where(Import.id == run.id).values(payload=pack(staged), counts=staged.counts()))


def drop(user_id: int, import_id: int) -> None:
    """Forget a staged import.

    Raises:
        NotFound: There is no such staged import.
    """
    with writing() as session:
        run, _ = load(user_id, import_id, "staged")
        session.execute(delete(Import).where(Import.id == run.id))


def unresolved(staged: Staged) -> list[tuple[int, StagedFilm]]:
    """The films about which the person is asked, with their places."""
    return [(place, film) for place, film in enumerate(staged.films) if film.how == AMBIGUOUS]


def remainder(staged: Staged) -> Staged:
    """What is kept of an applied import: the films that were not found, and the rows that were left out."""
    films = [film for film in staged.films if film.how in (UNKNOWN, AMBIGUOUS, LEFT_OUT)]
    return Staged(staged.format, films, [], staged.problems, staged.reasons, staged.notes, staged.rows, staged.added)


def pack(staged: Staged) -> bytes:
    """The compact form in the database."""
    sources = {entry.source: None for _, entry in staged.entries}
    places = {name: place for place, name in enumerate(sources)}
    value = {
        "format": staged.format, "rows": staged.rows, "notes": staged.notes, "reasons": staged.reasons, "added": staged.added,
        "never": staged.never, "steering": staged.steering,
        "problems": [astuple(problem) for problem in staged.problems], "sources": list(sources),
        "films": [[_film(film.film), film.how, film.movie_id, film.candidates] for film in staged.films],
        "entries": [
            [place, entry.kind, places[entry.source], entry.row, entry.half_stars, entry.at, entry.standing, entry.list_name]
            for place, entry in staged.entries
        ],
    }  # fmt: skip
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), level=3)


def _film(film: Film) -> list[Any]:
    return [film.title, film.year, film.imdb_id, film.tmdb_id, film.movielens_id, film.original_title]


def unpack(payload: bytes) -> Staged:
    """What `pack` packed."""
    value = json.loads(zlib.decompress(payload))
    films = [StagedFilm(Film(*facts), how, movie_id, tuple(candidates)) for facts, how, movie_id, candidates in value["films"]]
    entries = [
        (place, Entry(films[place].film, kind, value["sources"][source], row, half_stars, at, standing, list_name))
        for place, kind, source, row, half_stars, at, standing, list_name in value["entries"]
    ]
    problems = [Problem(*problem) for problem in value["problems"]]
    return Staged(
        value["format"], films, entries, problems, Counter(value["reasons"]), value["notes"], value["rows"], value["added"],
        value.get("never", []), value.get("steering", {}),
    )  # fmt: skip
