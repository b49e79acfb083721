"""Search: films by title and people by name, with typing mistakes, in memory; stories by meaning, from the background API.

Both indexes are made from SQL when they are first asked, and again when the catalogue has changed: some 10,000 titles
take 0.1 s and 2 MB, so that SQLite and PostgreSQL answer alike.
"""

from __future__ import annotations

import math
import re
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from ..catalogue.titles import fold, search_key
from ..catalogue.words import Texts, WordIndex
from ..errors import BackgroundUnavailable, NotFound
from ..storage import db, revisions
from ..storage.models import Credit, Movie, Person
from . import dispatch
from .fame import fame

MOST_WORDS = 32  # of a question
MOST_PEOPLE = 60_000  # those with most films; of whom hardly anybody asks
AT_ONCE = 2_000  # rows that are read at a time
STORY_WORDS = 2  # words from which on a question may be about a plot
STORY_TIMEOUT = (0.5, 4.0)  # seconds to connect, to answer
LEAST_LIKE = 0.25  # cosine below which a plot has nothing to do with the question
# What counts besides how well the words fit (0..1), so that "god" leads to The Godfather and not to any film with that word.
CALLED_SO, BEGINS_SO, KNOWN = 0.4, 0.1, 0.35
_ARTICLE = re.compile(r"^(?:the|an?) (?=.)")
Row = tuple[int, str, str, float]
_lock = threading.Lock()


class _Index:
    """What is kept in memory, by places: ids, folded names and how well known each is, and the words."""

    def __init__(self, made_of: tuple[Any, ...], rows: Iterable[Row]) -> None:
        self.made_of = made_of
        self._ids, self._known, self._names = array("q"), array("d"), Texts()
        self._words = WordIndex(self._noted(rows))
        self._most = math.log1p(max(self._known, default=1.0)) or 1.0

    def _noted(self, rows: Iterable[Row]) -> Iterator[str]:
        for row_id, name, more, known in rows:
            self._ids.append(row_id)
            self._known.append(known)
            self._names.append(name)
            yield f"{name} {more}"

    def ask(self, query: str) -> list[int]:
        """Ids, best first: by how well the words fit, whether the name is or begins so, and how well known it is."""
        words = query.split()[:MOST_WORDS]
        if not words:
            return []
        key = _ARTICLE.sub("", " ".join(words))

        def worth(found: tuple[int, float]) -> tuple[float, int]:
            place, fits = found
            name = _ARTICLE.sub("", self._names[place])
            called = CALLED_SO * (name == key) + BEGINS_SO * name.startswith(key)
            return -(fits + called + KNOWN * math.log1p(self._known[place]) / self._most), self._ids[place]

        return [self._ids[place] for place, _ in sorted(self._words.find(words).items(), key=worth)]


@dataclass(frozen=True)
class PersonFound:
    """Somebody who makes films, and how many of his are here."""

    id: int
    name: str
    films: int


@dataclass(frozen=True)
class Stories:
    """Films whose plot is near to a text, nearest first. `state`: `asked`, `not_asked` (too short a text) or `away`."""

    state: str
    movies: list[Movie]


def title_ids(query: str) -> list[int]:
    """Ids of the movies whose titles hold the words of the query, best first; a year may be one of the words."""
    return _index("titles", _titles, Movie).ask(search_key(query))


def people(query: str, n: int = 6) -> list[PersonFound]:
    """People whose name holds the words of the query, best first; none for a single short word."""
    key = fold(query)
    if len(key) < 3:
        return []
    ids = _index("people", _people, Person).ask(key)[:n]
    films = func.count(Credit.movie_id.distinct())
    query_rows = select(Person.id, Person.name, films).join(Credit, Credit.person_id == Person.id).where(Person.id.in_(ids))
    rows = {row[0]: PersonFound(*row) for row in db.session.execute(query_rows.group_by(Person.id, Person.name))}
    return [rows[person_id] for person_id in ids if person_id in rows]


def stories(text: str, n: int = 12) -> Stories:
    """Films with a plot like the text; asks the background API, and says so when that is away."""
    from .browsing import by_ids

    if len(fold(text).split()) < STORY_WORDS:
        return Stories("not_asked", [])
    try:
        found = dispatch.call("GET", f"/plots/search?{urlencode({'q': text, 'n': n})}", timeout=STORY_TIMEOUT)["movies"]
    except BackgroundUnavailable:
        return Stories("away", [])
    ids = [near["movie_id"] for near in found if near["similarity"] >= LEAST_LIKE]
    movies = by_ids(ids)
    return Stories("asked", [movies[movie_id] for movie_id in ids if movie_id in movies])


def person(person_id: int) -> tuple[Person, dict[str, list[Movie]]]:
    """Somebody, and his films as `director` and as `actor`, newest first.

    Raises:
        NotFound: There is nobody of this id.
    """
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound("There is no such person.")
    roles: dict[str, list[Movie]] = {"director": [], "actor": []}
    rows = select(Credit.role, Movie).join(Movie, Movie.id == Credit.movie_id).where(Credit.person_id == person_id)
    options = (selectinload(Movie.genres), selectinload(Movie.directors))
    for role, movie in db.session.execute(rows.options(*options).order_by(Movie.year.desc(), Movie.id)):
        roles[role].append(movie)
    return found, roles


def _index(name: str, load: Callable[[], Iterator[Row]], model: Any) -> _Index:
    """The index of this name, made anew when the catalogue is another one than it was made of."""
    size = db.session.execute(select(func.count(), func.max(model.id)).select_from(model)).one()
    made_of = (revisions()[0], *size)
    kept: dict[str, _Index] = current_app.extensions.setdefault("search", {})
    with _lock:
        if name not in kept or kept[name].made_of != made_of:
            kept[name] = _Index(made_of, load())
        return kept[name]


def _titles() -> Iterator[Row]:
    columns = select(Movie.id, Movie.title, Movie.search_key, Movie.year, fame())
    for movie_id, title, key, year, known in db.session.execute(columns.execution_options(yield_per=AT_ONCE)):
        name = search_key(title)
        yield movie_id, name, f"{key.removeprefix(name)} {year or ''}", known


def _people() -> Iterator[Row]:
    films = func.count(Credit.movie_id.distinct())
    known = select(Person.id, Person.name, films).join(Credit, Credit.person_id == Person.id).group_by(Person.id, Person.name)
    found = known.order_by(films.desc()).limit(MOST_PEOPLE).execution_options(yield_per=AT_ONCE)
    return ((row[0], fold(row[1]), "", row[2]) for row in db.session.execute(found))
