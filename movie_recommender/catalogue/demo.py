"""A made-up community: raters with tastes over the facts of the catalogue, the same ones for the same seed.

Each person has genres, people and a time that he likes, a usual rating and a spread, and sees what is well known and to
his taste more often. It gives a newcomer something to look at, and is evidence of nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from .records import GENRES

_SEEN = {1: 1.0, 2: 0.35, 3: 0.1}  # how likely a film of this renown has been seen
_DAY = 86_400


@dataclass(frozen=True)
class Film:
    """What a taste is about. `key` tells films apart on every instance; `people` are directors and leads."""

    key: str
    year: int
    renown: int
    genres: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True)
class Rating:
    """A film's key, whole half stars (1..10), unix seconds."""

    film: str
    half_stars: int
    rated_at: int


def community(films: Sequence[Film], people: int, seed: str, until: int) -> Iterator[tuple[int, list[Rating]]]:
    """Each person's number (from 1) and ratings, each film once. A person does not depend on how many others there are.

    Args:
        films: The catalogue.
        people: How many raters.
        seed: Another seed is another community.
        until: Unix seconds before which everything was rated.
    """
    films = sorted(films, key=lambda film: film.key)
    # What makes a film good or bad for everybody.
    quality = {film.key: Random(f"{seed} film {film.key}").gauss(0, 0.4) for film in films}  # noqa: S311 - made up, no secret
    busy = Counter(name for film in films for name in film.people)
    known = sorted(name for name, count in busy.items() if count > 1)
    for number in range(1, people + 1):
        random = Random(f"{seed} person {number}")  # noqa: S311 - made up, no secret
        yield number, _ratings(random, films, quality, known, until)


def _ratings(random: Random, films: Sequence[Film], quality: dict[str, float], known: list[str], until: int) -> list[Rating]:
    genres = {name: random.gauss(0, 1) for name in GENRES}
    loved = set(random.sample(known, min(4, len(known))))
    decade, breadth = random.choice((1960, 1975, 1985, 1995, 2005, 2012)), random.uniform(12, 40)
    usual, spread = random.gauss(3.5, 0.35), random.uniform(0.3, 0.8)

    def liking(film: Film) -> float:
        """About normal: how much the film is to this person's taste."""
        genre = sum(genres[name] for name in film.genres & genres.keys()) / math.sqrt(len(film.genres) or 1)
        time = math.exp(-(((film.year - decade) / breadth) ** 2)) - 0.5
        return 0.8 * genre + 0.6 * time + 1.2 * bool(film.people & loved)

    tastes = {film.key: liking(film) for film in films}
    # The n largest of random ** (1 / weight): a weighted draw without replacement.
    weights = {film.key: _SEEN.get(film.renown, 0.1) * math.exp(0.5 * tastes[film.key] + quality[film.key]) for film in films}
    draws = {key: math.log(1 - random.random()) / weight for key, weight in weights.items()}
    count = max(15, min(len(films) // 3, int(random.lognormvariate(math.log(60), 0.6))))
    seen = sorted(draws, key=draws.__getitem__, reverse=True)[:count]
    start = until - random.randrange(30, 900) * _DAY
    return [
        Rating(key, _half_stars(usual + spread * tastes[key] + quality[key] + random.gauss(0, 0.5)), random.randrange(start, until))
        for key in seen
    ]


def _half_stars(stars: float) -> int:
    return max(1, min(10, round(stars * 2)))
