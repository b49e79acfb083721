"""MovieLens: the ratings of an account. `average_rating` is everybody's, not the person's."""

from __future__ import annotations

from ...errors import InvalidInput
from ..records import imdb_id, positive
from ..titles import split_title
from . import values
from .entries import Entry, Film, Reading
from .tables import Table

NAME = "MovieLens"


def takes(table: Table) -> bool:
    """Whether this is an account's export, by its header."""
    return table.has("movie id", "imdb id", "rating", "title") and table.has("average rating")


def read(table: Table, reading: Reading) -> None:
    """Read the ratings; a film that was only listed has none."""
    for row in table.rows(reading):
        title, other, year = split_title(values.clean(row.get("title")))
        number = positive(row.get("movie id"))
        film = Film(title, year, imdb_id(row.get("imdb id")), positive(row.get("tmdb id")), number, other)
        if not title and number is None:
            reading.skip(table.name, row.number, "no title and no id")
            continue
        try:
            stars = values.half_stars(row.get("rating"), best=5)
        except InvalidInput as error:
            reading.skip(table.name, row.number, error.message, title)
            continue
        if stars is None:
            reading.skip(table.name, row.number, "no rating", title)
        else:
            at = values.moment(row.get("date", "timestamp", "datetime"))
            reading.entries.append(Entry(film, "rating", table.name, row.number, stars, at))
