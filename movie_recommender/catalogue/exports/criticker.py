"""Criticker: CSV (each name of its header but the first begins with a space) and XML; scores from 0 to 100."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ...errors import InvalidInput
from ..records import imdb_id
from ..titles import split_title
from . import values
from .entries import Entry, Film, Reading
from .tables import Table

NAME = "Criticker"


def takes(table: Table) -> bool:
    """Whether this is Criticker's CSV, by its header."""
    return table.has("score", "film name")


def takes_xml(root: Element) -> bool:
    """Whether this is Criticker's XML."""
    return root.find(".//film/filmname") is not None or root.find(".//film/filmid") is not None


def read(table: Table, reading: Reading) -> None:
    """Read the CSV."""
    for row in table.rows(reading):
        fields = {
            "title": row.get("film name"), "year": row.get("year"), "link": row.get("url"), "imdb": row.get("imdb id"),
            "score": row.get("score"), "date": row.get("date rated"),
        }  # fmt: skip
        _take(table.name, row.number, fields, reading)


def read_xml(name: str, root: Element, reading: Reading) -> None:
    """Read the XML; a film is the `film` element that holds its fields."""
    for number, film in enumerate(root.iter("film"), 1):
        reading.count_row()

        def text(*names: str, film: Element = film) -> str:
            return next((found.strip() for tag in names if (found := film.findtext(tag)) and found.strip()), "")

        fields = {
            "title": text("filmname", "title", "name"), "year": text("filmyear", "year"), "link": text("filmlink", "link", "url"),
            "imdb": text("imdbid", "imdb"), "score": text("rating", "score"), "date": text("reviewdate", "date"),
        }  # fmt: skip
        _take(name, number, fields, reading)


def _take(source: str, number: int, fields: dict[str, str], reading: Reading) -> None:
    title, year = values.clean(fields["title"]), values.year(fields["year"])
    if year is None:
        title, _, year = split_title(title)
    film = Film(title, year, imdb_id=imdb_id(fields["imdb"]))
    if not title and film.imdb_id is None:
        reading.skip(source, number, "no title and no id")
        return
    if "/tv/" in fields["link"]:
        reading.skip(source, number, "not a film (series)", title)
        return
    try:
        stars = values.half_stars(fields["score"], best=100)
    except InvalidInput as error:
        reading.skip(source, number, error.message, title)
        return
    if stars is None:
        reading.skip(source, number, "no rating", title)
    else:
        reading.entries.append(Entry(film, "rating", source, number, stars, values.moment(fields["date"])))
