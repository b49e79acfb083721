"""The first two minutes: taste groups to pick from, then the films whose ratings tell most about a person.

Taste is a point in a few dimensions (`atlas`), of which nothing is known at first. Every film rated narrows what is
unknown; the next ones are those that are well known, likely seen, of the kind that was picked and liked, and that lie
where most is still unknown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ..errors import InvalidInput
from ..storage import db
from ..storage.models import Movie, Unseen
from . import atlases, browsing, rating

PICKED = 3  # taste groups that a person picks
FAME = 60.0  # place among the best known at which half of the people know a film
OTHERS = 0.35  # how much a film counts that is of no group picked
NOISE = 0.5  # how little one rating tells, against what is unknown of one dimension
MIDDLE = 3.3  # stars
Matrix = list[list[float]]


@dataclass(frozen=True)
class Group:
    """A kind of films to pick: its number, its name and films as examples."""

    number: int
    name: str
    films: list[Movie]


@dataclass(frozen=True, eq=False)
class _Film:
    id: int
    group: int
    place: int
    axes: Sequence[float]


def groups() -> list[Group]:
    """The taste groups; empty until the background API has made them."""
    found = atlases.read("groups")
    if found is None:
        return []
    movies = browsing.by_ids([movie_id for group in found["groups"] for movie_id in group["films"]])
    return [
        Group(number, group["name"], [movies[movie_id] for movie_id in group["films"] if movie_id in movies])
        for number, group in enumerate(found["groups"])
    ]


def check_picked(picked: Collection[int], there: Collection[Group]) -> None:
    """Raise `InvalidInput` unless these are three groups that are there."""
    numbers = {group.number for group in there}
    if len(set(picked)) != PICKED or not numbers.issuperset(picked):
        raise InvalidInput(f"Pick {PICKED} of the groups, or skip this.")


def next_films(user_id: int, picked: Collection[int], n: int, shown: Collection[int] = ()) -> list[Movie]:
    """The `n` films to ask about next: not rated, not marked unseen, not in `shown`."""
    unseen = set(db.session.scalars(select(Unseen.movie_id).where(Unseen.user_id == user_id)))
    return telling_films(rating.stars_of(user_id), unseen, n, picked, shown) or browsing.examples(user_id, n, shown)


def telling_films(
    stars: Mapping[int, float], unseen: Collection[int], n: int, picked: Collection[int] = (), shown: Collection[int] = ()
) -> list[Movie]:
    """The `n` films whose ratings tell most of somebody of whom this is known; none until the background API has made the groups."""
    found = atlases.read("groups")
    films = [_Film(row[0], row[1], place, row[2]) for place, row in enumerate(found["films"])] if found else []
    ids = _most_telling(films, stars, {*unseen}, picked, n, {*shown})
    movies = browsing.by_ids(ids)
    return [movies[movie_id] for movie_id in ids if movie_id in movies]


def _most_telling(
    films: Sequence[_Film], stars: Mapping[int, float], unseen: set[int], picked: Collection[int], n: int, shown: set[int]
) -> list[int]:
    seen, not_seen = Counter[int](), Counter[int]()
    size = len(films[0].axes) if films else 0
    unknown: Matrix = [[float(row == col) for col in range(size)] for row in range(size)]
    leaning = [0.0] * size
    for film in films:
        not_seen[film.group] += film.id in unseen
        if film.id in stars:
            seen[film.group] += 1
            _learn(unknown, film.axes)
            leaning = [old + (stars[film.id] - MIDDLE) * axis for old, axis in zip(leaning, film.axes, strict=True)]
        elif film.id in shown:
            _learn(unknown, film.axes)  # it is asked about already
    taste = [_dot(row, leaning) / NOISE for row in unknown]

    def promise(film: _Film) -> float:
        known = 1.0 / (1.0 + film.place / FAME)
        likely = (seen[film.group] + 2.0) / (seen[film.group] + not_seen[film.group] + 2.0)
        return known * likely * (1.0 if film.group in picked else OTHERS) * (1.0 + 0.5 * math.tanh(_dot(taste, film.axes)))

    left = {film: promise(film) for film in films if film.id not in stars and film.id not in unseen and film.id not in shown}
    chosen: list[int] = []
    while left and len(chosen) < n:
        best = max(left, key=lambda film: left[film] * math.sqrt(_dot(film.axes, [_dot(row, film.axes) for row in unknown])))
        del left[best]
        chosen.append(best.id)
        _learn(unknown, best.axes)
    return chosen


def _learn(unknown: Matrix, axes: Sequence[float]) -> None:
    """What a rating of a film with these axes takes away from what is unknown (a rank-one update of the covariance)."""
    along = [_dot(row, axes) for row in unknown]
    share = 1.0 / (NOISE + _dot(axes, along))
    for row, step in zip(unknown, along, strict=True):
        for col, other in enumerate(along):
            row[col] -= share * step * other


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
