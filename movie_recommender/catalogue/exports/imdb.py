"""IMDb: ratings, watchlist and lists in the forms of 2011–2017, 2017–2024 and since."""

from __future__ import annotations

from pathlib import PurePosixPath

from ...errors import InvalidInput
from ..records import imdb_id
from . import values
from .entries import Entry, Film, Reading
from .tables import Row, Table

NAME = "IMDb"
# Title types as they were written over the years, folded; everything else is a series, an episode, a game, a podcast ...
FILMS = {
    "movie", "film", "feature", "feature film", "tvmovie", "tv movie", "video", "tvspecial", "tv special", "tvshort", "tv short",
    "short", "short film", "documentary", "musicvideo", "music video",
}  # fmt: skip


def takes(table: Table) -> bool:
    """Whether this is a file of IMDb's, by its header."""
    return table.has("const") and (table.has("title") or table.has("your rating") or table.has("you rated"))


def read(table: Table, reading: Reading) -> None:
    """Read ratings, a watchlist or a list; a list may carry ratings too."""
    created = "date rated" if table.has("date rated") and not table.has("created") else "created"
    name = PurePosixPath(table.name)
    day_first = table.scan(created, values.day_first) if table.has(created) else None
    is_list = table.has("created")
    for row in table.rows(reading):
        film = _film(table, row, reading)
        if film is None:
            continue
        stars = _stars(table, row, film, reading)
        if stars is not None:
            at = values.moment(row.get("date rated") or row.get("created"), day_first)
            reading.entries.append(Entry(film, "rating", table.name, row.number, stars, at))
        if is_list and (stars is None or "watchlist" in name.stem.casefold() or not table.has("you rated")):
            # Ratings of 2011–2017 have the columns of a list: there a row with stars is a rating and nothing else.
            at = values.moment(row.get("created"), day_first)
            kind = "watchlist" if "watchlist" in name.stem.casefold() else "list"
            list_name = (values.clean(name.stem, 100) or "IMDb list") if kind == "list" else None
            reading.entries.append(Entry(film, kind, table.name, row.number, at=at, list_name=list_name))
        elif stars is None:  # not a list
            reading.skip(table.name, row.number, "no rating", film.title)


def _film(table: Table, row: Row, reading: Reading) -> Film | None:
    title, kind = values.clean(row.get("title")), row.get("title type")
    number = imdb_id(row.get("const"))
    if not title and number is None:
        reading.skip(table.name, row.number, "no title and no id")
        return None
    if kind and kind.casefold() not in FILMS:
        reading.skip(table.name, row.number, f"not a film ({kind[:30]})", title)
        return None
    original = values.clean(row.get("original title"))
    return Film(title, values.year(row.get("year")), imdb_id=number, original_title=original if original != title and original else None)


def _stars(table: Table, row: Row, film: Film, reading: Reading) -> int | None:
    try:
        return values.half_stars(row.get("your rating", "you rated"), best=10)
    except InvalidInput as error:
        reading.skip(table.name, row.number, error.message, film.title)
        return None
