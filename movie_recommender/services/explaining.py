"""The receipt of one film for one person: the exact parts of its score, asked of the engine, in the product's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import browsing, dismissing, rating
from .dispatch import call

TIMEOUT = (0.5, 5.0)  # seconds to connect, to answer
LABELS = {
    "neighbours": "People with your taste", "kindred": "People like you as a whole", "onward": "Seen next after your latest films",
    "coliking": "Loved by those who love what you love", "genres": "Its genres",
    "people": "Its directors and actors", "plots": "Its story", "keywords": "Its themes", "years": "Its time", "languages": "Its language",
    "popularity": "How well known it is", "quality": "What everybody thinks of it", "aversions": "Genres that you reject",
    "obscurity": "Your dial: how well known", "era": "Your dial: how old",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A summand of the score; `share` is its size against the largest one's, -1..1. `named`: what it is about, in words."""

    label: str
    points: float
    share: float
    named: str


@dataclass(frozen=True)
class OwnFilm:
    """A film of the person's that moved the score by `points`; `ignored` if its rating is left out since."""

    movie_id: int
    title: str
    stars: float | None
    points: float
    ignored: bool


@dataclass(frozen=True)
class Receipt:
    """All of it; the parts add up to `score`. `histogram`: the neighbours' ratings of 0.5, 1 ... 5 stars; empty without any."""

    score: float
    predicted_rating: float
    parts: list[Part]
    histogram: list[int]
    films: list[OwnFilm]
    people: list[tuple[str, str, float | None, int]]  # name, role, your mean, your films


def receipt(user_id: int, movie_id: int) -> Receipt:
    """Ask the engine.

    Raises:
        NotFound: There is no such movie.
        BackgroundUnavailable: The engine is away.
    """
    browsing.titles([movie_id]) or browsing.movie(movie_id)  # the engine may not know yet what was added a moment ago
    answer = call("POST", "/lists/explain", {"user_id": user_id, "movie_id": movie_id}, TIMEOUT)
    parts = answer["parts"]
    largest = max((abs(part["points"]) for part in parts), default=0.0) or 1.0
    causes = [cause for part in parts for cause in part["causes"]]
    histogram: list[int] = next((cause["histogram"] for cause in causes if cause["kind"] == "neighbours"), [])
    return Receipt(
        answer["score"],
        answer["predicted_rating"],
        [Part(LABELS.get(part["signal"], part["signal"]), part["points"], part["points"] / largest, _named(part)) for part in parts],
        histogram,
        _films(user_id, causes),
        [
            (cause["name"], cause["kind"], cause["stars"], cause["count"])
            for cause in causes
            if cause["kind"] in ("director", "actor") and cause["count"]
        ],
    )


def _named(part: Mapping[str, Any]) -> str:
    return ", ".join(cause["name"] for cause in part["causes"][:3] if cause["name"])


def _films(user_id: int, causes: list[dict[str, Any]]) -> list[OwnFilm]:
    """The rated films behind all parts, the strongest first, then those whose ratings are left out."""
    points: dict[int, float] = {}
    for cause in causes:
        if cause["kind"] == "movie":
            points[cause["movie_id"]] = points.get(cause["movie_id"], 0.0) + cause["points"]
    ignored = dismissing.ignored_ids(user_id)
    ids = sorted(points, key=lambda movie_id: -abs(points[movie_id])) + sorted(ignored - set(points))
    titles, stars = browsing.titles(ids), rating.stars_of(user_id, ids)
    return [OwnFilm(each, titles[each], stars.get(each), points.get(each, 0.0), each in ignored) for each in ids if each in titles]
