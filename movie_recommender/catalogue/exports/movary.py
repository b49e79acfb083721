"""Movary: history, ratings (1–10) and watchlist of an account, with ids."""

from __future__ import annotations

from ...errors import InvalidInput
from ..records import imdb_id, positive
from . import values
from .entries import Entry, Film, Reading
from .tables import Table

NAME = "Movary"


def takes(table: Table) -> bool:
    """Whether this is a file of Movary's, by its header."""
    return table.has("title", "year", "tmdbid", "imdbid") and (table.has("watchedat") or table.has("userrating") or table.has("addedat"))


def read(table: Table, reading: Reading) -> None:
    """Read one of the three files."""
    for row in table.rows(reading):
        title = values.clean(row.get("title"))
        film = Film(title, values.year(row.get("year")), imdb_id(row.get("imdbid")), positive(row.get("tmdbid")))
        if not title and film.imdb_id is None and film.tmdb_id is None:
            reading.skip(table.name, row.number, "no title and no id")
        elif table.has("userrating"):
            try:
                stars = values.half_stars(row.get("userrating"), best=10)
            except InvalidInput as error:
                reading.skip(table.name, row.number, error.message, title)
                continue
            if stars is None:
                reading.skip(table.name, row.number, "no rating", title)
            else:
                reading.entries.append(Entry(film, "rating", table.name, row.number, stars))
        elif table.has("watchedat"):
            reading.entries.append(Entry(film, "viewing", table.name, row.number, at=values.moment(row.get("watchedat"))))
        else:
            reading.entries.append(Entry(film, "watchlist", table.name, row.number, at=values.moment(row.get("addedat"))))
