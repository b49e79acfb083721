"""A person's taste in figures: against the crowd, by genre, decade and person, over time; and how well we predict him."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from ..catalogue.records import FORMATS
from ..errors import BackgroundUnavailable
from ..storage import db
from ..storage.models import Credit, Movie, Person, Rating
from . import browsing
from .dispatch import call

TIMEOUT = (0.5, 6.0)  # seconds to connect, to answer
CHECKED = 10  # ratings from which on the check says anything; the core's ENOUGH
CAUTION = 3.0  # ratings that a mean must outweigh before it counts in full
LEADS = 4  # of the cast, those whom a taste may be about
LEAST_FILMS = 3  # of somebody before he is called favoured
LEAST_OF_KIND = 2  # of a genre or decade before it is shown
PEOPLE = 8
APART = 5  # films that the crowd sees differently, of either kind
MOST_DOTS = 1000  # films of the picture film by film
MOST_MONTHS = 60  # shown; a longer history is shown by years


@dataclass(frozen=True)
class Line:
    """A genre, decade or person: how many films, your mean stars, the mean of what the others gave the same films (None: nobody did).

    `favour`: by how many stars it lies above your own mean, the less the fewer films.
    """

    name: str
    count: int
    mean: float
    crowd: float | None
    favour: float
    person_id: int | None = None


@dataclass(frozen=True)
class Apart:
    """A film seen differently; `other`: the crowd's mean stars, or what we had expected."""

    movie: Movie
    stars: float
    other: float


@dataclass(frozen=True)
class Span:
    """A month (`2026-11`) or a year of ratings; `mean` is None where there are none."""

    name: str
    count: int
    mean: float | None


@dataclass(frozen=True)
class Dot:
    """A film of yours: your stars, and the mean of what the others gave it."""

    movie_id: int
    stars: float
    crowd: float
    rated_at: int


@dataclass(frozen=True)
class Taste:
    """All of it, from SQL alone; `histogram`: how often you gave 0.5, 1 ... 5 stars. With `count` 0 the rest is empty.

    `dots`: your latest films that others rated too.
    """

    count: int
    mean: float = 0.0
    crowd: float | None = None
    histogram: tuple[int, ...] = ()
    genres: tuple[Line, ...] = ()
    decades: tuple[Line, ...] = ()
    directors: tuple[Line, ...] = ()
    actors: tuple[Line, ...] = ()
    history: tuple[Span, ...] = ()
    above: tuple[Apart, ...] = ()
    below: tuple[Apart, ...] = ()
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True)
class Check:
    """How well we predict, held out: root mean squared errors in stars, from `count` ratings.

    Attributes:
        state: `checked`, `too_few` or `away`.
        histogram: how the others rated the same films, each film counting once: shares of 0.5, 1 ... 5 stars; empty when away.
        missed: where we were furthest off.
    """

    state: str
    ours: float = 0.0
    own_mean: float = 0.0
    crowd: float = 0.0
    count: int = 0
    histogram: tuple[float, ...] = ()
    missed: tuple[Apart, ...] = ()

    @property
    def better_by(self) -> float:
        """By which part our error is smaller than that of one's own mean; below 0: it is larger."""
        return 1 - self.ours / self.own_mean if self.own_mean else 0.0


@dataclass(frozen=True)
class _Film:
    id: int
    year: int | None
    stars: float
    crowd: float | None
    rated_at: int


def of(user_id: int) -> Taste:
    """The person's taste."""
    films = _films(user_id)
    if not films:
        return Taste(0)
    mean = _mean([film.stars for film in films])
    genres = browsing.genres_by_movie([film.id for film in films])
    decades = [(f"{film.year // 10 * 10}s", film) for film in films if film.year]
    above, below = _apart(films)
    return Taste(
        len(films), mean, _crowd(films), tuple(_histogram(films)),
        _lines([(name, film) for film in films for name in genres.get(film.id, set()) - FORMATS], mean, LEAST_OF_KIND),
        tuple(sorted(_lines(decades, mean, LEAST_OF_KIND), key=lambda line: line.name)),
        _people(user_id, films, mean, "director"), _people(user_id, films, mean, "actor"), _history(films), above, below, _dots(films),
    )  # fmt: skip


def dots(user_id: int) -> dict[str, list[Any]]:
    """The dots as columns, with titles and years, for a picture that is drawn in the browser."""
    shown = _dots(_films(user_id))
    facts = {row.id: (row.title, row.year) for row in db.session.execute(
        select(Movie.id, Movie.title, Movie.year).join(Rating, Rating.movie_id == Movie.id).where(Rating.user_id == user_id)
    )}  # fmt: skip
    rows = [(dot.movie_id, *facts[dot.movie_id], dot.stars, round(dot.crowd, 2), dot.rated_at) for dot in shown]
    names = ("ids", "titles", "years", "stars", "crowd", "rated_at")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _dots(films: Iterable[_Film]) -> tuple[Dot, ...]:
    latest = sorted((film for film in films if film.crowd is not None), key=lambda film: -film.rated_at)
    return tuple(Dot(film.id, film.stars, film.crowd or 0.0, film.rated_at) for film in latest[:MOST_DOTS])


def check(user_id: int) -> Check:
    """How well the person's own ratings are predicted when they are held out; asks the engine."""
    try:
        answer = call("GET", f"/people/{user_id}/taste", timeout=TIMEOUT)
    except BackgroundUnavailable:
        return Check("away")
    histogram, found = tuple(answer["crowd"]), answer["check"]
    if found is None:
        return Check("too_few", histogram=histogram)
    movies = browsing.by_ids([row["movie_id"] for row in found["missed"]])
    missed = tuple(Apart(movies[row["movie_id"]], row["stars"], row["predicted"]) for row in found["missed"] if row["movie_id"] in movies)
    return Check("checked", found["ours"], found["own_mean"], found["crowd"], found["n"], histogram, missed)


def _films(user_id: int) -> list[_Film]:
    columns = (Movie.id, Movie.year, Movie.rating_count, Movie.rating_sum, Rating.half_stars, Rating.rated_at)
    rows = db.session.execute(select(*columns).join(Rating, Rating.movie_id == Movie.id).where(Rating.user_id == user_id))
    return [
        # What the others gave: without one's own rating.
        _Film(movie_id, year, halves / 2, (total - halves) / (count - 1) / 2 if count > 1 else None, rated_at)
        for movie_id, year, count, total, halves, rated_at in rows
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _crowd(films: Iterable[_Film]) -> float | None:
    known = [film.crowd for film in films if film.crowd is not None]
    return _mean(known) if known else None


def _histogram(films: Iterable[_Film]) -> list[int]:
    counts = [0] * 10
    for film in films:
        counts[round(film.stars * 2) - 1] += 1
    return counts


def _lines(pairs: Iterable[tuple[Any, _Film]], mean: float, least: int, names: Mapping[Any, str] | None = None) -> tuple[Line, ...]:
    """A line for each genre, decade or person (an id, named by `names`) with `least` films, the most favoured first."""
    groups: dict[Any, list[_Film]] = defaultdict(list)
    for key, film in pairs:
        groups[key].append(film)
    lines = [
        Line(
            names[key] if names else key, len(own), _mean([film.stars for film in own]), _crowd(own),
            sum(film.stars - mean for film in own) / (len(own) + CAUTION), key if names else None,
        )
        for key, own in groups.items() if len(own) >= least
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (-line.favour, -line.count, line.name)))


def _people(user_id: int, films: Sequence[_Film], mean: float, role: str) -> tuple[Line, ...]:
    """Whom the person favours: above his own mean, with some films."""
    by_id = {film.id: film for film in films}
    credits = select(Credit.movie_id, Person.id, Person.name).join(Person, Person.id == Credit.person_id)
    credits = credits.join(Rating, Rating.movie_id == Credit.movie_id).where(Rating.user_id == user_id, Credit.role == role)
    rows = [row for row in db.session.execute(credits.where(Credit.billing < LEADS)) if row[0] in by_id]
    names = {person_id: name for _, person_id, name in rows}
    lines = _lines([(person_id, by_id[movie_id]) for movie_id, person_id, _ in rows], mean, LEAST_FILMS, names)
    return tuple(line for line in lines if line.favour > 0)[:PEOPLE]


def _history(films: Sequence[_Film]) -> tuple[Span, ...]:
    """Ratings a month, or a year when that is too many, from the first to the last, empty ones too."""
    months: dict[int, list[float]] = defaultdict(list)
    for film in films:
        moment = datetime.fromtimestamp(film.rated_at, UTC)
        months[moment.year * 12 + moment.month - 1].append(film.stars)
    first, last = min(months), max(months)
    if last - first < MOST_MONTHS:
        return tuple(_span(f"{at // 12}-{at % 12 + 1:02}", months.get(at, [])) for at in range(first, last + 1))
    years = range(first // 12, last // 12 + 1)
    return tuple(_span(str(year), [given for at in range(year * 12, year * 12 + 12) for given in months.get(at, [])]) for year in years)


def _span(name: str, stars: Sequence[float]) -> Span:
    return Span(name, len(stars), _mean(stars) if stars else None)


def _apart(films: Sequence[_Film]) -> tuple[tuple[Apart, ...], tuple[Apart, ...]]:
    """The films that the person likes more than the crowd does, and those that he likes less; a whole star at least."""
    gaps = sorted(((film.stars - film.crowd, film) for film in films if film.crowd is not None), key=lambda pair: pair[0])
    below = [film for gap, film in gaps if gap <= -1][:APART]
    above = [film for gap, film in reversed(gaps) if gap >= 1][:APART]
    movies = browsing.by_ids([film.id for film in (*above, *below)])

    def told(some: Sequence[_Film]) -> tuple[Apart, ...]:
        return tuple(Apart(movies[film.id], film.stars, film.crowd or 0.0) for film in some)

    return told(above), told(below)
