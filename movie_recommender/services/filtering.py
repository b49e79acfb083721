"""What of a list is to be shown: genres in and out, decades, length, language, one's own lists, films seen before.

A filter is a plain value that stands in an address, so that a filtered list can be shared and bookmarked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, select

from ..errors import InvalidInput, NotFound
from ..storage import db, revisions, rows
from ..storage.models import FilmList, FilmListEntry, Movie
from . import browsing, dismissing, watchlist

RUNTIMES = (90, 105, 120, 150)  # minutes that the page offers


@dataclass(frozen=True)
class GenreFilter:
    """Genres a movie must have (`any` or `all` of them) and genres it must not have."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    match: str = "any"

    @classmethod
    def of(cls, include: Collection[str], exclude: Collection[str], match: str = "any") -> GenreFilter:
        """Check the words of a request.

        Raises:
            InvalidInput: An unknown genre, or `match` is neither `any` nor `all`.
        """
        if not include and not exclude and match == "any":
            return cls()
        known = {name.casefold(): name for name in browsing.genre_names()}
        if unknown := [name for name in (*include, *exclude) if name.casefold() not in known]:
            raise InvalidInput(f"There is no genre {unknown[0]!r} here. Known genres: {', '.join(known.values())}.")
        if match not in ("any", "all"):
            raise InvalidInput("`match` is `any` or `all`.")
        return cls(frozenset(known[name.casefold()] for name in include), frozenset(known[name.casefold()] for name in exclude), match)

    def takes(self, genres: Collection[str]) -> bool:
        has = self.include.intersection(genres)
        wanted = not self.include or (len(has) == len(self.include) if self.match == "all" else bool(has))
        return wanted and self.exclude.isdisjoint(genres)


@dataclass(frozen=True)
class Filter:
    """Every condition that a person set.

    Attributes:
        genres: in and out.
        decades: first years (1990), any of them.
        runtime: at most so many minutes.
        language: the main language, ISO 639-1.
        watchlist: only what he wants to see.
        list_id: only films of this list of his.
        rewatches: films that he has seen take part.
    """

    genres: GenreFilter = field(default_factory=GenreFilter)
    decades: frozenset[int] = frozenset()
    runtime: int | None = None
    language: str | None = None
    watchlist: bool = False
    list_id: int | None = None
    rewatches: bool = False

    def args(self, page: int | None = None) -> dict[str, Any]:
        """The filter, and a page of what it leaves, as the parameters of an address."""
        return {
            "genre": sorted(self.genres.include), "exclude_genre": sorted(self.genres.exclude),
            "match": "all" if self.genres.match == "all" and len(self.genres.include) > 1 else None,
            "decade": sorted(self.decades), "runtime": self.runtime, "language": self.language, "list": self.list_id,
            "watchlist": 1 if self.watchlist else None, "rewatches": 1 if self.rewatches else None, "page": page,
        }  # fmt: skip

    def loosened(self) -> Iterator[tuple[str, Any, Filter]]:
        """Each condition, as (its kind, its value), and the filter without it."""
        genres = self.genres
        for name in sorted(genres.include):
            yield "genre", name, replace(self, genres=replace(genres, include=genres.include - {name}))
        for name in sorted(genres.exclude):
            yield "exclude_genre", name, replace(self, genres=replace(genres, exclude=genres.exclude - {name}))
        for decade in sorted(self.decades):
            yield "decade", decade, replace(self, decades=self.decades - {decade})
        if self.runtime is not None:
            yield "runtime", self.runtime, replace(self, runtime=None)
        if self.language is not None:
            yield "language", self.language, replace(self, language=None)
        if self.list_id is not None:
            yield "list_id", self.list_id, replace(self, list_id=None)
        if self.watchlist:
            yield "watchlist", True, replace(self, watchlist=False)
        if self.rewatches:
            yield "rewatches", True, replace(self, rewatches=False)


@dataclass(frozen=True)
class Facts:
    """What the conditions of one person's filters look at, movies by id."""

    genres: Mapping[int, Collection[str]]
    years: Mapping[int, int]
    runtimes: Mapping[int, int]
    languages: Mapping[int, str]
    wanted: Collection[int]
    listed: Collection[int]
    never: frozenset[str]

    def fits(self, chosen: Filter, movie_id: int) -> bool:
        genres = self.genres.get(movie_id, ())
        return (
            self.never.isdisjoint(genres)
            and chosen.genres.takes(genres)
            and (not chosen.decades or self.years.get(movie_id, 0) // 10 * 10 in chosen.decades)
            and (chosen.runtime is None or self.runtimes.get(movie_id, chosen.runtime + 1) <= chosen.runtime)
            and (chosen.language is None or self.languages.get(movie_id) == chosen.language)
            and (not chosen.watchlist or movie_id in self.wanted)
            and (chosen.list_id is None or movie_id in self.listed)
        )


def fitter(user_id: int, chosen: Filter, ids: Sequence[int]) -> Callable[[Filter, int], bool] | None:
    """A test of films under `chosen` or any loosened form of it; reads only what its conditions need, a query each.

    None: every film passes.
    """
    never = frozenset(dismissing.genre_names(user_id))
    if not never and replace(chosen, rewatches=False) == Filter():
        return None
    by_genre = bool(never or chosen.genres.include or chosen.genres.exclude)
    rows: Sequence[Any] = ()
    if chosen.decades or chosen.runtime is not None or chosen.language is not None:
        rows = db.session.execute(select(Movie.id, Movie.year, Movie.runtime, Movie.languages).where(Movie.id.in_(ids))).all()
    listed: Collection[int] = ()
    if chosen.list_id is not None:
        listed = set(db.session.scalars(select(FilmListEntry.movie_id).where(FilmListEntry.list_id == chosen.list_id)))
    return Facts(
        genres=browsing.genres_by_movie(ids) if by_genre else {},
        years={row.id: row.year for row in rows if row.year},
        runtimes={row.id: row.runtime for row in rows if row.runtime},
        languages={row.id: row.languages[0] for row in rows if row.languages},
        wanted=watchlist.movie_ids(user_id) if chosen.watchlist else (),
        listed=listed,
        never=never,
    ).fits


def film_lists(user_id: int) -> dict[int, str]:
    """The person's lists, id to name, by name."""
    return dict(rows(_LISTS, user_id=user_id))


_LISTS = select(FilmList.id, FilmList.name).where(FilmList.user_id == bindparam("user_id")).order_by(FilmList.name)


def check_list(user_id: int, list_id: int) -> int:
    """The list's id, if it is the person's.

    Raises:
        NotFound: He has no such list.
    """
    if list_id not in film_lists(user_id):
        raise NotFound("You have no such list.")
    return list_id


_choices: dict[tuple[str, int], tuple[list[int], list[str]]] = {}


def choices() -> tuple[list[int], list[str]]:
    """The decades, newest first, and the main languages, most films first, of the catalogue; kept until it changes."""
    key = str(db.engine.url), revisions()[0]
    if key not in _choices:
        decades: set[int] = set()
        languages: dict[str, int] = {}
        for year, spoken in db.session.execute(select(Movie.year, Movie.languages).execution_options(yield_per=2_000)):
            if year:
                decades.add(year // 10 * 10)
            if spoken:
                languages[spoken[0]] = languages.get(spoken[0], 0) + 1
        _choices.clear()
        _choices[key] = sorted(decades, reverse=True), sorted(languages, key=lambda name: (-languages[name], name))
    return _choices[key]
