"""Reading the map of films, by plot or by fans; the background API draws it (`services.atlas`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..catalogue.records import FORMATS
from ..errors import InvalidInput
from ..storage import db, revisions
from ..storage.models import Movie
from . import atlases, browsing

KINDS = {"plots": "what happens in them", "fans": "who likes them"}
COLUMN = {"plots": "story", "fans": "fans"}  # where the document keeps the places
AT_ONCE = 1_000  # films whose facts are in memory at a time
EXAMPLES = 6  # films that stand for a group


@dataclass(frozen=True)
class Group:
    """Films that are alike: what they have in common, how many they are, and the best known of them."""

    name: str
    size: int
    examples: tuple[Movie, ...]


@dataclass(frozen=True)
class FilmPlan:
    """A map without its points. `tried`: number of groups, mean silhouette, sum of squares within, for each number tried."""

    films: int
    groups: tuple[Group, ...]
    tried: tuple[tuple[int, float, float], ...]


def load(kind: str) -> FilmPlan | None:
    """The newest map of a kind, or None while there is none.

    Raises:
        InvalidInput: There is no such kind.
    """
    document, places = _document(kind)
    members: dict[int, list[int]] = {}
    for movie_id, group, place in zip(document.get("ids", ()), document.get("cluster", ()), places, strict=True):
        if place:
            members.setdefault(group, []).append(movie_id)  # ids come best known first
    if not members:
        return None
    movies = browsing.by_ids([movie_id for ids in members.values() for movie_id in ids[:EXAMPLES]])
    groups = tuple(
        Group(name, len(members.get(number, ())), tuple(movies[key] for key in members.get(number, ())[:EXAMPLES] if key in movies))
        for number, name in enumerate(document["names"])
    )
    return FilmPlan(sum(group.size for group in groups), groups, tuple((int(k), s, within) for k, s, within in document["tried"]))


def points(kind: str) -> dict[str, list[object]]:
    """What a browser draws, as columns: ids, titles, years, x and y (0..`atlases.EDGE`), group, main genre (a place in `genres`).

    Raises:
        InvalidInput: There is no such kind.
    """
    document, places = _document(kind)
    films = list(zip(document.get("ids", ()), document.get("cluster", ()), places, strict=True))
    parts = [films[begin : begin + AT_ONCE] for begin in range(0, len(films), AT_ONCE)]
    common: Counter[str] = Counter()
    for part in parts:
        for some in browsing.genres_by_movie([movie_id for movie_id, *_ in part]).values():
            common.update(some - FORMATS)
    names = sorted(common)
    columns: dict[str, list[object]] = {name: [] for name in ("ids", "titles", "years", "x", "y", "group", "genre")}
    for part in parts:
        ids = [movie_id for movie_id, *_ in part]
        asked = select(Movie.id, Movie.title, Movie.year).where(Movie.id.in_(ids))
        facts = {movie_id: (title, year) for movie_id, title, year in db.session.execute(asked)}
        genres = browsing.genres_by_movie(ids)
        for movie_id, group, place in part:
            if place is None or movie_id not in facts:
                continue
            # The rarest genre says most: nearly everything is a drama.
            main = min(genres.get(movie_id, set()) - FORMATS, key=lambda name: (common[name], name), default=None)
            row = (movie_id, *facts[movie_id], *place, group, names.index(main) if main else -1)
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return {**columns, "genres": list(names)}


def made_of() -> tuple[str | None, int]:
    """Changes when the points of a map may."""
    return atlases.made_of("map"), revisions()[0]


def _document(kind: str) -> tuple[dict[str, Any], list[list[int] | None]]:
    """The map's document and the places of one kind, None for a film without one."""
    if kind not in KINDS:
        raise InvalidInput(f"There is no map by {kind!r}. Choose one of: {', '.join(KINDS)}.")
    document = atlases.read("map") or {}
    return document, document.get(COLUMN[kind]) or [None] * len(document.get("ids", ()))
