"""Our own export (`movie-recommender.json`): everything that a person entered on an instance of this product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ImportFailed, InvalidInput
from ..records import imdb_id, positive
from . import values
from .entries import KINDS, Entry, Film, Reading

NAME = "Movie Recommender"
FILE = "movie-recommender.json"
FORMAT = "movie-recommender export"
VERSION = 1


def takes(value: Any) -> bool:
    """Whether JSON is an export of ours."""
    return isinstance(value, dict) and value.get("format") == FORMAT


def read(name: str, value: Mapping[str, Any], reading: Reading) -> None:
    """Read it.

    Raises:
        ImportFailed: It was made by a newer version of the product.
    """
    if not isinstance(value.get("version"), int) or value["version"] > VERSION:
        raise ImportFailed(f"{name} was made by a newer version of Movie Recommender. Update this instance first.")
    reading.never = [name for item in _items(value, "never_genres") if (name := values.clean(item, 40))][:100]
    steering = value.get("steering")
    if isinstance(steering, dict):
        reading.steering = {str(key)[:20]: dial for key, dial in list(steering.items())[:20] if type(dial) is int}
    films = [_film(item) for item in _items(value, "films")]
    for number, item in enumerate(_items(value, "entries"), 1):
        reading.count_row()
        place = item.get("film") if isinstance(item, dict) else None
        film = films[place] if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < len(films) else None
        if film is None or item.get("kind") not in KINDS:
            reading.skip(name, number, "not an entry")
            continue
        try:
            stars = values.half_stars(item.get("stars"), best=5) if item["kind"] == "rating" else None
        except InvalidInput as error:
            reading.skip(name, number, error.message, film.title)
            continue
        if item["kind"] == "rating" and stars is None:
            reading.skip(name, number, "no rating", film.title)
            continue
        list_name = values.clean(item.get("list"), 100) or None
        if item["kind"] == "list" and list_name is None:
            reading.skip(name, number, "a list without name", film.title)
            continue
        reading.entries.append(Entry(film, item["kind"], name, number, stars, _seconds(item.get("at")), list_name=list_name))


def _seconds(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**40 else None


def _items(value: Mapping[str, Any], key: str) -> list[Any]:
    items = value.get(key)
    return items if isinstance(items, list) else []


def _film(item: Any) -> Film | None:
    if not isinstance(item, dict):
        return None
    film = Film(
        values.clean(item.get("title")), values.year(item.get("year")), imdb_id(item.get("imdb_id")), positive(item.get("tmdb_id")),
        positive(item.get("movielens_id")), values.clean(item.get("original_title")) or None,
    )  # fmt: skip
    return film if film.title or film.imdb_id or film.tmdb_id or film.movielens_id else None
