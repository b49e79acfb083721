"""Saving movies: a movie that two catalogues know becomes one, by its ids; each field keeps its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from ..catalogue.records import MovieRecord
from ..catalogue.titles import fold, person_key, search_key
from .database import raise_revision, writing
from .models import Credit, Genre, Movie, MovieGenre, Person
from .series import place_by_titles

# Which source's value stays where two give one: later ones win over earlier ones.
SOURCES = ("title", "export", "movielens", "provider", "embedded", "metadata")
_COLUMNS = ("title", "original_title", "year", "runtime", "plot", "languages", "countries", "keywords", "renown", "series", "part")
_ROLES = {"director": "directors", "actor": "cast"}
_LINKED = ("genres", *_ROLES.values())
_NOTHING: dict[str, Any] = dict.fromkeys(("original_title", "year", "runtime", "plot", "series", "part")) | {
    "languages": [], "countries": [], "keywords": [], "renown": 9,
}  # fmt: skip
_MOVIES: Any = Movie.__table__
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
        self._known: dict[int, dict[str, Any]] = {}  # movie id -> its ids elsewhere
        self._seen: set[int] = set()  # movies that a record of this source has meant
        self._genres = {name: genre_id for genre_id, name in session.execute(select(Genre.id, Genre.name))}
        people = session.execute(select(Person.id, Person.name)).all()
        self._people = {person_key(name): person_id for person_id, name in people}
        self._people_offset = max((person_id for person_id, _ in people), default=0) - len(self._people) + 1
        self._new_people: list[dict[str, Any]] = []
        self._next_id = 1
        if session.connection().dialect.name == "postgresql":
            # Movies and people get their ids here; nobody else may give the same ones meanwhile. (SQLite has one writer anyway.)
            session.execute(text("LOCK TABLE movies IN SHARE ROW EXCLUSIVE MODE"))
        columns = (Movie.id, Movie.imdb_id, Movie.movielens_id, Movie.tmdb_id, Movie.title, Movie.year)
        for row in session.execute(select(*columns)):
            self._remember(row.id, row._asdict())
        self.counts: Counter[str] = Counter()

    def _remember(self, movie_id: int, values: dict[str, Any]) -> None:
        self._known[movie_id] = {name: values[name] for name in self._by_id}
        for name, index in self._by_id.items():
            if values[name] is not None and index.setdefault(values[name], movie_id) != movie_id:
                self._known[movie_id][name] = None  # it is another movie's, whose stronger id says so
        self._by_title.setdefault((fold(values["title"]), values["year"]), []).append(movie_id)
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
        # What was saved from this very record before comes first, so that repeating an import adds nothing.
        alike = [movie_id for movie_id in same if all(self._known[movie_id][name] == getattr(record, name) for name in self._by_id)]
        if alike:
            return alike[0]
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
        """Add or complete the movies; returns a movie id a record, in order.

        Of several records that mean one movie the first counts. What is there already is neither written nor counted.
        """
        new: dict[int, MovieRecord] = {}
        old: dict[int, MovieRecord] = {}
        ids = []
        for record in records:
            movie_id = self.match(record)
            if movie_id is None:
                movie_id = self._next_id
                new[movie_id] = record
                self._remember(movie_id, vars(record))
            elif movie_id in self._seen:
                self.counts["repeated"] += 1
            else:
                old[movie_id] = record
            self._seen.add(movie_id)
            ids.append(movie_id)
        self._add(new)
        self._complete(old)
        return ids

    def _add(self, records: dict[int, MovieRecord]) -> None:
        rows = [{"id": movie_id, **_NOTHING, **self._values(record, {}), **self._known[movie_id]} for movie_id, record in records.items()]
        if rows:
            self._session.execute(insert(Movie), rows)
        self._link({row["id"]: self._links(records[row["id"]], row["sources"]) for row in rows})
        self.counts["added"] += len(rows)

    def _complete(self, records: dict[int, MovieRecord]) -> None:
        rows, linked = [], {}
        there = self._there(records)
        for movie_id, record in records.items():
            row, links = there[movie_id]
            values = self._values(record, row)
            for name, index in self._by_id.items():
                value = getattr(record, name)
                if row[name] is None and value is not None and index.setdefault(value, movie_id) == movie_id:
                    values[name] = self._known[movie_id][name] = value
            changed = {name: value for name, value in values.items() if row[name] != value}
            relinked = self._links(record, values["sources"])
            relinked = {name: keys for name, keys in relinked.items() if links.get(name, []) != keys}
            if changed:
                rows.append({"b_id": movie_id, **row, **changed})
            if relinked:
                linked[movie_id] = relinked
            self.counts["completed"] += bool(changed or relinked)
        if rows:
            self._session.connection().execute(update(_MOVIES).where(_MOVIES.c.id == bindparam("b_id")), rows)
        self._link(linked)

    def _there(self, movie_ids: Iterable[int]) -> dict[int, tuple[dict[str, Any], dict[str, list[int]]]]:
        """What the database says of the movies: columns, and ids of genres (in order of id) and people (in billing order)."""
        ids = list(movie_ids)
        columns = [getattr(Movie, name) for name in (*_COLUMNS, *self._by_id, "sources", "search_key")]
        found: dict[int, tuple[dict[str, Any], dict[str, list[int]]]] = {}
        for row in self._session.execute(select(Movie.id, *columns).where(Movie.id.in_(ids))):
            values = row._asdict()
            found[values.pop("id")] = (values, {})
        genres = select(MovieGenre.movie_id, MovieGenre.genre_id).where(MovieGenre.movie_id.in_(ids)).order_by(MovieGenre.genre_id)
        for movie_id, genre_id in self._session.execute(genres):
            found[movie_id][1].setdefault("genres", []).append(genre_id)
        credits = select(Credit.movie_id, Credit.role, Credit.person_id).where(Credit.movie_id.in_(ids)).order_by(Credit.billing)
        for movie_id, role, person_id in self._session.execute(credits):
            found[movie_id][1].setdefault(_ROLES[role], []).append(person_id)
        return found

    def _may_set(self, name: str, sources: dict[str, Any]) -> bool:
        source = sources.get(name, SOURCES[0])
        # What a provider filled in has its page and date with it (`storage.filling`).
        return SOURCES.index("provider" if isinstance(source, dict) else source) <= self._rank

    def _values(self, record: MovieRecord, row: Mapping[str, Any]) -> dict[str, Any]:
        """The columns that this record may set over a movie of these columns."""
        sources = row.get("sources") or {}
        given = {name: getattr(record, name) for name in (*_COLUMNS, *_LINKED)}
        given = {name: value for name, value in given.items() if value not in (None, ()) and self._may_set(name, sources)}
        given.pop("part", None)
        if "series" in given:  # both come from one hand: no part says that the film stands on its own
            given["part"] = record.part
        values: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if name in _COLUMNS
        }
        titles = [values.get(name) or row.get(name) for name in ("title", "original_title")]
        values["search_key"] = search_key(*titles)[:620]
        values["sources"] = {**sources, **dict.fromkeys(given, self._source)}
        return values

    def _links(self, record: MovieRecord, sources: Mapping[str, str]) -> dict[str, list[int]]:
        """Ids of the genres (in order of id) and people (in billing order) that this record gives and that it may set."""
        names = [name for name in _LINKED if sources.get(name) == self._source]
        links = {name: [self._person(person) for person in getattr(record, name) if fold(person)] for name in names if name != "genres"}
        if "genres" in names:
            links["genres"] = sorted(self._genre(name) for name in record.genres)
        return {name: list(dict.fromkeys(keys)) for name, keys in links.items()}

    def _link(self, linked: dict[int, dict[str, list[int]]]) -> None:
        """Set genres and people of movies anew."""
        if self._new_people:
            self._session.execute(insert(Person), self._new_people)
            self._new_people.clear()
        genres = {movie_id: links["genres"] for movie_id, links in linked.items() if "genres" in links}
        self._session.execute(delete(MovieGenre).where(MovieGenre.movie_id.in_(list(genres))))
        if rows := [{"movie_id": movie_id, "genre_id": key} for movie_id, keys in genres.items() for key in keys]:
            self._session.execute(insert(MovieGenre), rows)
        for role, name in _ROLES.items():
            people = {movie_id: links[name] for movie_id, links in linked.items() if name in links}
            self._session.execute(delete(Credit).where(Credit.role == role, Credit.movie_id.in_(list(people))))
            credits: list[dict[str, Any]] = [
                {"movie_id": movie_id, "role": role, "billing": place, "person_id": key}
                for movie_id, keys in people.items() for place, key in enumerate(keys)
            ]  # fmt: skip
            if credits:
                self._session.execute(insert(Credit), credits)

    def _genre(self, name: str) -> int:
        if name not in self._genres:
            self._genres[name] = self._session.execute(insert(Genre).values(name=name[:40]).returning(Genre.id)).scalar_one()
        return self._genres[name]

    def _person(self, name: str) -> int:
        key = person_key(name)[:200]
        if key not in self._people:
            # One statement for many: a catalogue brings tens of thousands of people.
            self._people[key] = len(self._people) + self._people_offset
            self._new_people.append({"id": self._people[key], "name": name, "name_key": key})
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
        A movie id a record, in order; and counts of movies `added`, `completed` (something changed) and `repeated`.
    """
    ids: list[int] = []
    source_records = iter(records)
    with writing() as session:
        saver = MovieSaver(session, source)
        while batch := list(islice(source_records, _BATCH)):
            ids += saver.save(batch)
            progress(len(batch))
        if saver.counts["added"] or saver.counts["completed"]:
            place_by_titles(session)
            raise_revision("catalogue")
        if session.connection().dialect.name == "postgresql":
            for table in ("movies", "people"):  # their sequences did not see the ids given above
                session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))  # noqa: S608 - two names of ours
    return ids, {name: saver.counts[name] for name in ("added", "completed", "repeated")}
