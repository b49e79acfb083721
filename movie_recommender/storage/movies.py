"""Saving movies: a movie that two catalogues know becomes one, by its ids; each field keeps its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ..catalogue.records import MovieRecord
from ..catalogue.titles import fold, person_key, search_key
from .database import raise_revision, writing
from .models import Credit, Genre, Movie, MovieGenre, Person

# Which source's value stays where two give one: later ones win over earlier ones.
SOURCES = ("export", "movielens", "embedded", "metadata")
_COLUMNS = ("title", "original_title", "year", "runtime", "plot", "languages", "countries", "keywords", "renown")
_LINKED = ("genres", "directors", "cast")
_BATCH = 2000


class MovieSaver:
    """Saves the records of one source inside one transaction.

    It holds the ids, and the folded titles with years, of every movie there is: about 300 bytes a movie.
    """

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = source
        self._rank = SOURCES.index(source)
        self._by_id: dict[str, dict[Any, int]] = {"imdb_id": {}, "movielens_id": {}, "tmdb_id": {}}
        self._by_title: dict[tuple[str, int | None], list[int]] = {}
        self._known: dict[int, dict[str, Any]] = {}  # movie id -> its ids and sources
        self._genres = {name: genre_id for genre_id, name in session.execute(select(Genre.id, Genre.name))}
        self._people = {person_key(name): person_id for person_id, name in session.execute(select(Person.id, Person.name))}
        self._next_id = 1
        columns = (Movie.id, Movie.imdb_id, Movie.movielens_id, Movie.tmdb_id, Movie.title, Movie.year, Movie.sources)
        for row in session.execute(select(*columns)):
            self._remember(row.id, row._asdict())
        self.counts: Counter[str] = Counter()

    def _remember(self, movie_id: int, values: dict[str, Any]) -> None:
        self._known[movie_id] = {name: values.get(name) for name in (*self._by_id, "sources")}
        for name, index in self._by_id.items():
            if values.get(name) is not None:
                index[values[name]] = movie_id
        self._by_title.setdefault((fold(values["title"]), values.get("year")), []).append(movie_id)
        self._next_id = max(self._next_id, movie_id + 1)

    def match(self, record: MovieRecord) -> int | None:
        """The movie that the record means, or None.

        The strongest id that both have decides; a title with its year decides only for a record without any other id
        that is known here, and only when it names exactly one movie.
        """
        for name, index in self._by_id.items():
            value = getattr(record, name)
            movie_id = index.get(value) if value is not None else None
            if movie_id is not None and not self._contradicts(record, movie_id, name):
                return movie_id
        if record.imdb_id or record.tmdb_id:
            return None
        same = self._by_title.get((fold(record.title), record.year), [])
        same = [movie_id for movie_id in same if not self._contradicts(record, movie_id, "")]
        return same[0] if record.year and len(same) == 1 else None

    def _contradicts(self, record: MovieRecord, movie_id: int, matched_by: str) -> bool:
        """Whether a stronger id than `matched_by` says that they are two movies."""
        for name in self._by_id:
            if name == matched_by:
                return False
            ours, theirs = self._known[movie_id][name], getattr(record, name)
            if ours is not None and theirs is not None and ours != theirs:
                return True
        return False

    def save(self, records: Sequence[MovieRecord]) -> list[int]:
        """Add or complete the movies; returns a movie id a record, in order."""
        new_rows: list[dict[str, Any]] = []
        linked: dict[int, dict[str, tuple[str, ...]]] = {}
        ids = []
        for record in records:
            movie_id = self.match(record)
            if movie_id is None:
                movie_id = self._next_id
                values = self._values(record, {})
                new_rows.append({"id": movie_id, **values})
                self._remember(movie_id, values)
                linked[movie_id] = {name: getattr(record, name) for name in _LINKED if getattr(record, name)}
                self.counts["added"] += 1
            elif movie_id in linked:
                self.counts["repeated"] += 1
            else:
                # Rows of this batch must be there before one of them is changed.
                self._insert(new_rows)
                if changed := self._complete(movie_id, record):
                    linked[movie_id] = changed
            ids.append(movie_id)
        self._insert(new_rows)
        self._link(linked)
        return ids

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._session.execute(insert(Movie), rows)
            rows.clear()

    def _values(self, record: MovieRecord, sources: dict[str, str]) -> dict[str, Any]:
        """The columns that this record may set over a movie with these sources."""
        values: dict[str, Any] = {}
        for name in _COLUMNS:
            value = getattr(record, name)
            if value not in (None, ()) and SOURCES.index(sources.get(name, SOURCES[0])) <= self._rank:
                values[name] = list(value) if isinstance(value, tuple) else value
        for name, index in self._by_id.items():
            value = getattr(record, name)
            if value is not None and value not in index:
                values[name] = value
        values["sources"] = {**sources, **{name: self._source for name in values if name in _COLUMNS}}
        for name in _LINKED:
            if getattr(record, name) and SOURCES.index(sources.get(name, SOURCES[0])) <= self._rank:
                values["sources"][name] = self._source
        if "title" in values:
            values["search_key"] = search_key(values["title"], values.get("original_title") or record.original_title)[:620]
        return values

    def _complete(self, movie_id: int, record: MovieRecord) -> dict[str, tuple[str, ...]]:
        """Write what the record adds to a movie; returns its linked names (genres, people) that are to be set anew."""
        known = self._known[movie_id]
        values = self._values(record, dict(known["sources"] or {}))
        for name in self._by_id:
            if known[name] is not None:
                values.pop(name, None)
        self._session.execute(update(Movie).where(Movie.id == movie_id).values(**values))
        for name, index in self._by_id.items():
            if name in values:
                known[name] = values[name]
                index[values[name]] = movie_id
        known["sources"] = values["sources"]
        self.counts["completed"] += 1
        return {name: getattr(record, name) for name in _LINKED if getattr(record, name) and values["sources"].get(name) == self._source}

    def _link(self, linked: dict[int, dict[str, tuple[str, ...]]]) -> None:
        """Set genres and people of movies anew."""
        genre_rows: list[dict[str, Any]] = []
        credit_rows: list[dict[str, Any]] = []
        for movie_id, names in linked.items():
            genre_rows += [{"movie_id": movie_id, "genre_id": self._genre(name)} for name in names.get("genres", ())]
            for key, role in (("directors", "director"), ("cast", "actor")):
                people = dict.fromkeys(self._person(name) for name in names.get(key, ()) if fold(name))
                credit_rows += [
                    {"movie_id": movie_id, "role": role, "billing": place, "person_id": person_id} for place, person_id in enumerate(people)
                ]
        self._session.execute(
            delete(MovieGenre).where(MovieGenre.movie_id.in_([key for key, names in linked.items() if "genres" in names]))
        )
        for key, role in (("directors", "director"), ("cast", "actor")):
            movie_ids = [movie_id for movie_id, names in linked.items() if key in names]
            self._session.execute(delete(Credit).where(Credit.role == role, Credit.movie_id.in_(movie_ids)))
        if genre_rows:
            self._session.execute(insert(MovieGenre), genre_rows)
        if credit_rows:
            self._session.execute(insert(Credit), credit_rows)

    def _genre(self, name: str) -> int:
        if name not in self._genres:
            self._genres[name] = self._session.execute(insert(Genre).values(name=name[:40]).returning(Genre.id)).scalar_one()
        return self._genres[name]

    def _person(self, name: str) -> int:
        key = person_key(name)[:200]
        if key not in self._people:
            values = {"name": name, "name_key": key}
            self._people[key] = self._session.execute(insert(Person).values(**values).returning(Person.id)).scalar_one()
        return self._people[key]


def save_movies(
    records: Iterable[MovieRecord], source: str, progress: Callable[[int], None] = lambda done: None
) -> tuple[list[int], dict[str, int]]:
    """Save all records of a source in one transaction.

    Args:
        records: What the source says.
        source: One of `SOURCES`.
        progress: Called with the number of records saved since the last call.

    Returns:
        A movie id a record, in order; and counts of `added`, `completed` and `repeated` movies.
    """
    ids: list[int] = []
    with writing() as session:
        saver = MovieSaver(session, source)
        batch: list[MovieRecord] = []
        for record in records:
            batch.append(record)
            if len(batch) == _BATCH:
                ids += saver.save(batch)
                progress(len(batch))
                batch = []
        ids += saver.save(batch)
        progress(len(batch))
        raise_revision("catalogue")
        counts = {name: saver.counts[name] for name in ("added", "completed", "repeated")}
    return ids, counts
