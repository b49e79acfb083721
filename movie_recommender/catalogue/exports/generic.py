"""Any other CSV, by the columns that docs/importing.md names, in any order and case."""

from __future__ import annotations

from pathlib import PurePosixPath

from ...errors import InvalidInput
from ..records import imdb_id, positive
from ..titles import split_title
from . import values
from .entries import Entry, Film, Reading
from .tables import Row, Table

NAME = "CSV"
# Our name of a column, and the other names under which it is taken.
COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("name", "movie", "film", "movie title", "film name"),
    "original title": (),
    "year": ("release year",),
    "imdb id": ("imdbid", "imdb", "const", "tconst"),
    "tmdb id": ("tmdbid", "tmdb"),
    "movielens id": ("movielensid",),
    "rating": ("stars", "rating5", "my rating"),
    "rating10": ("your rating", "userrating"),
    "rating100": ("score",),
    "rated at": ("date rated", "rated", "date", "timestamp"),
    "watched at": ("watcheddate", "watched date", "watchedat", "last watched"),
    "watchlist": (),
    "liked": ("like",),
    "list": ("list name",),
    "listed at": ("added at", "created"),
}
_NO = {"", "0", "no", "false", "n"}


def _cell(row: Row, name: str) -> str:
    return row.get(name, *COLUMNS[name])


def _has(table: Table, name: str) -> bool:
    return any(table.has(column) for column in (name, *COLUMNS[name]))


def _day_first(table: Table, name: str) -> bool | None:
    column = next((column for column in (name, *COLUMNS[name]) if table.has(column)), None)
    return table.scan(column, values.day_first) if column else None


def takes(table: Table) -> bool:
    """Whether the header names a film and something about it."""
    film = any(_has(table, name) for name in ("title", "imdb id", "tmdb id", "movielens id"))
    return film and any(_has(table, name) for name in ("rating", "rating10", "rating100", "watched at", "watchlist", "liked", "list"))


def read(table: Table, reading: Reading) -> None:
    """Read the rows; one row may say several things about its film."""
    orders = {name: _day_first(table, name) for name in ("rated at", "watched at", "listed at")}
    for row in table.rows(reading):
        film = _film(row)
        if film is None:
            reading.skip(table.name, row.number, "no title and no id")
            continue
        before = len(reading.entries)
        try:
            _entries(table, row, film, orders, reading)
        except InvalidInput as error:
            del reading.entries[before:]
            reading.skip(table.name, row.number, error.message, film.title)
            continue
        if len(reading.entries) == before:
            reading.skip(table.name, row.number, "it says nothing about the film", film.title)


def _film(row: Row) -> Film | None:
    title, original, year = values.clean(_cell(row, "title")), None, values.year(_cell(row, "year"))
    if year is None:
        title, original, year = split_title(title)
    film = Film(
        title, year, imdb_id(_cell(row, "imdb id")), positive(_cell(row, "tmdb id")), positive(_cell(row, "movielens id")),
        values.clean(_cell(row, "original title")) or original,
    )  # fmt: skip
    return film if film.title or film.imdb_id or film.tmdb_id or film.movielens_id else None


def _entries(table: Table, row: Row, film: Film, orders: dict[str, bool | None], reading: Reading) -> None:
    def moment(name: str) -> int | None:
        return values.moment(_cell(row, name), orders[name])

    stars = next((found for name, best in (("rating", 5), ("rating10", 10), ("rating100", 100))
                  if (found := values.half_stars(_cell(row, name), best)) is not None), None)  # fmt: skip
    if stars is not None:
        reading.entries.append(Entry(film, "rating", table.name, row.number, stars, moment("rated at")))
    watched = _cell(row, "watched at")
    if watched.casefold() not in _NO:
        reading.entries.append(Entry(film, "viewing", table.name, row.number, at=moment("watched at")))
    for kind in ("watchlist", "liked"):
        if _cell(row, kind).casefold() not in _NO:
            reading.entries.append(Entry(film, kind, table.name, row.number, at=moment("listed at")))
    if name := values.clean(_cell(row, "list"), 100):
        reading.entries.append(Entry(film, "list", table.name, row.number, at=moment("listed at"), list_name=name))
    elif "watchlist" in PurePosixPath(table.name).stem.casefold() and stars is None and not watched and not _has(table, "watchlist"):
        reading.entries.append(Entry(film, "watchlist", table.name, row.number, at=moment("listed at")))
