"""Letterboxd: the ZIP of an account, or single files of it. Its rows carry no ids but a title and a year.

`Letterboxd URI` names the entry, not always the film, so it is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...errors import InvalidInput
from . import values
from .entries import Entry, Film, Reading
from .tables import Row, Table

NAME = "Letterboxd"
_LIST = "letterboxd list export"


def takes(table: Table) -> bool:
    """Whether this is a file of Letterboxd's, by its header."""
    return table.has("name", "year", "letterboxd uri") or next(iter(table.columns), "").startswith(_LIST)


def read(table: Table, reading: Reading) -> None:
    """Read one file: ratings, watched, watchlist, likes, diary, reviews or a list."""
    if next(iter(table.columns)).startswith(_LIST):
        _read_list(table, reading)
    elif table.has("watched date"):
        for row, film in _films(table, reading):
            _diary_entry(table, row, film, reading)
    elif table.has("rating"):
        for row, film in _films(table, reading):
            if (stars := _stars(table, row, film, reading)) is not None:
                reading.entries.append(Entry(film, "rating", table.name, row.number, stars, values.moment(row.get("date"))))
    else:
        _read_plain(table, reading)


def _films(table: Table, reading: Reading) -> Iterator[tuple[Row, Film]]:
    for row in table.rows(reading):
        title = values.clean(row.get("name"))
        if title:
            yield row, Film(title, values.year(row.get("year")))
        else:
            reading.skip(table.name, row.number, "no title")


def _stars(table: Table, row: Row, film: Film, reading: Reading) -> int | None:
    try:
        stars = values.half_stars(row.get("rating"), best=5)
    except InvalidInput as error:
        reading.skip(table.name, row.number, error.message, film.title)
        return None
    if stars is None and not table.has("watched date"):
        reading.skip(table.name, row.number, "no rating", film.title)
    return stars


def _diary_entry(table: Table, row: Row, film: Film, reading: Reading) -> None:
    watched = values.moment(row.get("watched date"))
    reading.entries.append(Entry(film, "viewing", table.name, row.number, at=watched))
    if (stars := _stars(table, row, film, reading)) is not None:
        when = values.moment(row.get("date")) or watched
        reading.entries.append(Entry(film, "rating", table.name, row.number, stars, when, standing=False))


def _read_plain(table: Table, reading: Reading) -> None:
    """watched.csv, watchlist.csv and likes/films.csv have one header; only the name tells them apart."""
    path = PurePosixPath(table.name.casefold())
    name = path.name
    kind, list_name = "list", None
    if "watchlist" in name:
        kind = "watchlist"
    elif "watched" in name:
        kind = "viewing"
    elif "likes" in path.parts or "like" in name or name == "films.csv":
        kind = "liked"
    else:
        list_name = values.clean(PurePosixPath(table.name).stem, 100) or "Letterboxd"
        reading.note(
            f"Nothing in {table.name} says whether its films were watched, liked or are to be watched, so they become the list "
            f"“{list_name}”. Name the file watched.csv, watchlist.csv or likes.csv to say it."
        )
    for row, film in _films(table, reading):
        # The date of watched.csv is the day on which the film was marked, not an evening.
        at = None if kind == "viewing" else values.moment(row.get("date"))
        reading.entries.append(Entry(film, kind, table.name, row.number, at=at, list_name=list_name))


def _read_list(table: Table, reading: Reading) -> None:
    """A heading line, a table of one row about the list, an empty line, and the table of its films."""
    about = table.next_row(reading) if table.next_header() and table.has("name") else None
    fallback = PurePosixPath(table.name).stem
    name = values.clean(about.get("name") if about else "", 100) or values.clean(fallback, 100) or "Letterboxd list"
    if not table.next_header() or not table.has("name"):
        reading.skip(table.name, 0, "a list without films")
        return
    for row, film in _films(table, reading):
        reading.entries.append(Entry(film, "list", table.name, row.number, list_name=name))
