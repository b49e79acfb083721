"""Trakt: the JSON files of an account's export, flat or in the older nested folders. Their ids give exact matches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ...errors import InvalidInput
from ..records import imdb_id, positive
from . import values
from .entries import Entry, Film, Reading

NAME = "Trakt"
_SIGNS = {"type", "rating", "watched_at", "last_watched_at", "rated_at", "listed_at", "collected_at", "added_at"}
_OTHERS = ("show", "season", "episode", "person")


def takes(value: Any) -> bool:
    """Whether JSON is a file of Trakt's: a list of objects that hold a `movie` or another thing of Trakt's with `ids`."""
    items = [item for item in value[:50] if isinstance(item, dict)] if isinstance(value, list) else []
    return any(_thing(item) is not None and not _SIGNS.isdisjoint(item) for item in items)


def _thing(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for name in ("movie", *_OTHERS):
        if isinstance(item.get(name), dict) and ("ids" in item[name] or "title" in item[name]):
            return item[name]
    return None


def read(name: str, value: Any, reading: Reading, titles: Mapping[str, str]) -> None:
    """Read one file.

    Args:
        name: Its path, which tells a watchlist from another list.
        value: Its JSON.
        reading: Where the entries and the rows that were left out go.
        titles: Slugs of the person's lists to their names (from `lists-lists.json`).
    """
    for number, item in enumerate(value, 1):
        reading.count_row()
        if not isinstance(item, dict):
            reading.skip(name, number, "not an entry")
            continue
        movie = item.get("movie")
        if not isinstance(movie, dict):
            other = next((kind for kind in _OTHERS if isinstance(item.get(kind), dict)), "something else")
            about = item.get(other)
            reading.skip(name, number, f"not a film ({other})", values.clean(about.get("title")) if isinstance(about, dict) else "")
        elif (film := _film(movie)) is None:
            reading.skip(name, number, "no title and no id")
        else:
            _entries(name, number, item, film, reading, titles)


def _film(movie: Mapping[str, Any]) -> Film | None:
    given = movie.get("ids")
    ids = given if isinstance(given, dict) else {}
    film = Film(values.clean(movie.get("title")), values.year(movie.get("year")), imdb_id(ids.get("imdb")), positive(ids.get("tmdb")))
    return film if film.title or film.imdb_id or film.tmdb_id else None


def _entries(name: str, number: int, item: Mapping[str, Any], film: Film, reading: Reading, titles: Mapping[str, str]) -> None:
    stem = PurePosixPath(name).stem.casefold()
    if item.get("rating") is not None and ("rated_at" in item or "rating" in stem):
        try:
            stars = values.half_stars(item["rating"], best=10)
        except InvalidInput as error:
            reading.skip(name, number, error.message, film.title)
            return
        reading.entries.append(Entry(film, "rating", name, number, stars, values.moment(item.get("rated_at"))))
    elif "watched_at" in item:
        reading.entries.append(Entry(film, "viewing", name, number, at=values.moment(item["watched_at"])))
    elif "last_watched_at" in item or "plays" in item:
        reading.entries.append(Entry(film, "viewing", name, number, at=values.moment(item.get("last_watched_at"))))
    elif "watchlist" in stem:
        reading.entries.append(Entry(film, "watchlist", name, number, at=values.moment(item.get("listed_at"))))
    elif "collect" in stem or "collected_at" in item:
        reading.skip(name, number, "collections are not kept here", film.title)
    elif "favorite" in stem or "recommendation" in stem:
        reading.entries.append(Entry(film, "liked", name, number, at=values.moment(item.get("listed_at"))))
    elif "comment" in item:
        reading.skip(name, number, "comments are not kept here", film.title)
    else:
        slug = re.sub(r"^lists?-(?:list-)?(?:\d+-)?", "", stem)
        list_name = titles.get(slug) or values.clean(slug.replace("-", " "), 100) or "Trakt list"
        reading.entries.append(Entry(film, "list", name, number, at=values.moment(item.get("listed_at")), list_name=list_name))


def list_titles(value: Any) -> dict[str, str]:
    """Slugs to names, when JSON is Trakt's table of the person's lists; else nothing."""
    found: dict[str, str] = {}
    for item in value if isinstance(value, list) else []:
        ids = item.get("ids") if isinstance(item, dict) else None
        if isinstance(ids, dict) and isinstance(ids.get("slug"), str) and (name := values.clean(item.get("name"), 100)):
            found[ids["slug"].casefold()] = name
    return found
