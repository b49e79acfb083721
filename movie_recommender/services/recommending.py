"""Reading a person's cached list: filters, pages, and how current it is."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import select

from ..errors import InvalidInput
from ..storage import db
from ..storage.models import Movie, RecommendationList, UserState
from . import browsing, dismissing, rating, viewing
from .lists import Entry, unpack
from .wording import one_line


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
        known = {name.casefold(): name for name in browsing.genre_names()}
        if unknown := [name for name in (*include, *exclude) if name.casefold() not in known]:
            raise InvalidInput(f"There is no genre {unknown[0]!r} here. Known genres: {', '.join(known.values())}.")
        if match not in ("any", "all"):
            raise InvalidInput("`match` is `any` or `all`.")
        return cls(frozenset(known[name.casefold()] for name in include), frozenset(known[name.casefold()] for name in exclude), match)

    def without(self, genre: str) -> GenreFilter:
        """The same filter with one genre less."""
        return GenreFilter(self.include - {genre}, self.exclude - {genre}, self.match)

    def avoiding(self, genres: Collection[str]) -> GenreFilter:
        """The same filter without these genres too."""
        return GenreFilter(self.include, self.exclude.union(genres), self.match)

    def takes(self, genres: Collection[str]) -> bool:
        has = self.include.intersection(genres)
        wanted = not self.include or (len(has) == len(self.include) if self.match == "all" else bool(has))
        return wanted and self.exclude.isdisjoint(genres)


@dataclass(frozen=True)
class Recommended:
    """One row of the page: the movie, its score and stars, why in one line, and what the person said of it."""

    movie: Movie
    entry: Entry
    why: str
    said: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Recommendations:
    """One page of a person's list. `state`: `current`, `updating` (a newer one is on its way), `too_few_ratings`."""

    state: str
    version: int
    computed_version: int
    ratings: int
    total: int = 0
    page: int = 1
    pages: int = 0
    items: list[Recommended] = field(default_factory=list)


def status(user_id: int) -> Recommendations:
    """How current the list is, without its items: cheap enough to ask again and again."""
    row = db.session.execute(select(UserState.version, UserState.computed_version).where(UserState.user_id == user_id)).one_or_none()
    version, computed_version = (row[0], row[1]) if row else (0, 0)
    rated = rating.count(user_id)
    if rated < current_app.config["MIN_RATINGS"]:
        state = "too_few_ratings"
    else:
        state = "updating" if computed_version < version else "current"
    return Recommendations(state, version, computed_version, rated)


def recommendations(user_id: int, genres: GenreFilter | None = None, page: int = 1, per_page: int = 24) -> Recommendations:
    """The last complete list, best first, without what the person has rated or dismissed since, filtered and cut into pages."""
    now = status(user_id)
    payload = db.session.scalar(select(RecommendationList.payload).where(RecommendationList.user_id == user_id))
    if now.state == "too_few_ratings" or payload is None:
        return now
    rated = rating.stars_of(user_id)
    known = viewing.seen(user_id).union(rated, dismissing.film_ids(user_id))
    entries = [entry for entry in unpack(payload) if entry.movie_id not in known]
    genres = (genres or GenreFilter()).avoiding(dismissing.genre_names(user_id))
    if genres.include or genres.exclude:
        having = browsing.genres_by_movie([entry.movie_id for entry in entries])
        entries = [entry for entry in entries if genres.takes(having.get(entry.movie_id, ()))]
    pages = math.ceil(len(entries) / per_page)
    page = max(1, min(page, pages or 1))
    shown = entries[(page - 1) * per_page : page * per_page]
    return Recommendations(
        now.state, now.version, now.computed_version, now.ratings, len(entries), page, pages, _rows(user_id, shown, rated)
    )  # fmt: skip


def _rows(user_id: int, entries: list[Entry], rated: Mapping[int, float]) -> list[Recommended]:
    causes = {movie_id for entry in entries for reason in entry.reasons for movie_id, _ in reason.causes.get("movies", ())}
    movies = browsing.by_ids([entry.movie_id for entry in entries])
    titles = browsing.titles(causes)
    said = dismissing.said(user_id, list(movies))
    return [
        Recommended(movies[entry.movie_id], entry, one_line(entry.reasons, titles, rated), said.get(entry.movie_id, frozenset()))
        for entry in entries
        if entry.movie_id in movies
    ]
