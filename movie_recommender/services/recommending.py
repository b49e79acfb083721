"""Reading a person's cached list: filters, pages, and how current it is."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, func, literal, select

from ..storage import first_row, rows
from ..storage.models import Movie, Rating, RecommendationList, Revision, UserState
from . import browsing, dismissing, rating, viewing
from .filtering import Filter, fitter
from .kept import KeptByRevision
from .lists import Kept, Reason, Shelf, opened
from .wording import line

WAIT_SECONDS, LOOK_SECONDS = 0.1, 0.004  # for a newer list, and between two looks
_waiting = threading.Semaphore(2)  # threads of this process that may wait; the others answer other people


@dataclass(frozen=True)
class Recommended:
    """One row of the page: its score and stars, why in one line, and what the person said of the movie; `stars` if he has rated it."""

    entry: Kept
    why: str
    shelf: Shelf
    said: frozenset[str] = frozenset()
    stars: float | None = None

    def reasons(self) -> list[Reason]:
        """All of them, the strongest first."""
        return list(self.shelf.reasons(self.entry.at))


@dataclass(frozen=True)
class Recommendations:
    """One page of a person's list. `state`: `current`, `updating` (a newer one is on its way), `too_few_ratings`.

    `loosen`: where nothing fits, the conditions without which something would: kind, value, the filter without it, how many.
    """

    state: str
    version: int
    computed_version: int
    ratings: int
    total: int = 0
    page: int = 1
    pages: int = 0
    items: list[Recommended] = field(default_factory=list)
    loosen: list[tuple[str, Any, Filter, int]] = field(default_factory=list)
    catalogue: int = 0  # the revision of the catalogue that was read

    def movies(self) -> dict[int, Movie]:
        """The movies of the items, with what a card shows."""
        return browsing.by_ids([item.entry.movie_id for item in self.items])


def status(user_id: int) -> Recommendations:
    """How current the list is, without its items: cheap enough to ask again and again."""
    return _read(user_id, with_list=False)[0]


def wait_for_newer(user_id: int, known: int) -> None:
    """Wait a moment for a list of a later version than the one that is known; return at once when enough others wait here.

    The first list after a rating takes about as long, and is there a question earlier.
    """
    if not _waiting.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + WAIT_SECONDS
        while True:
            found = first_row(_COMPUTED, user_id=user_id)
            if found is None or found[1] > known or found[1] >= found[0] or time.monotonic() > end:
                return
            time.sleep(LOOK_SECONDS)
    finally:
        _waiting.release()


_COMPUTED = select(UserState.version, UserState.computed_version).where(UserState.user_id == bindparam("user_id"))


def _read(user_id: int, with_list: bool) -> tuple[Recommendations, bytes | None]:
    """How current the list is, and the list itself if asked for, in one query."""
    found = rows(_WITH_LIST if with_list else _STATE, user_id=user_id)
    version, computed_version, ratings, catalogue, value = found[0] if found else (0, 0, rating.count(user_id), 0, None)
    if ratings < current_app.config["MIN_RATINGS"]:
        state = "too_few_ratings"
    else:
        state = "updating" if computed_version < version else "current"
    return Recommendations(state, version, computed_version, ratings, catalogue=catalogue or 0), value


def _state(column: Any) -> Select[Any]:
    rated = select(func.count()).where(Rating.user_id == bindparam("user_id")).scalar_subquery()
    revision = select(Revision.value).where(Revision.name == "catalogue").scalar_subquery()
    query = select(UserState.version, UserState.computed_version, rated, revision, column)
    query = query.outerjoin(RecommendationList, RecommendationList.user_id == UserState.user_id)
    return query.where(UserState.user_id == bindparam("user_id"))


_STATE, _WITH_LIST = _state(literal(None)), _state(RecommendationList.payload)


def recommendations(user_id: int, chosen: Filter | None = None, page: int = 1, per_page: int = 24) -> Recommendations:
    """The last complete list, best first, without what the person has rated or dismissed since, filtered and cut into pages."""
    now, payload = _read(user_id, with_list=True)
    chosen = chosen or Filter()
    if now.state == "too_few_ratings" or payload is None:
        return now
    rated = rating.stars_of(user_id)
    known, hidden = viewing.seen(user_id).union(rated), dismissing.film_ids(user_id)
    shelf = opened(payload)
    if chosen.rewatches:
        merged = _merged([entry for entry in (*shelf.new, *shelf.again) if entry.movie_id not in hidden], known)
        entries = [(entry.movie_id, entry.at) for entry in merged]
    else:
        gone = known | hidden
        entries = [(movie_id, at) for at, movie_id in enumerate(shelf.new_ids) if movie_id not in gone]
    fits = fitter(user_id, chosen, [movie_id for movie_id, _ in entries])
    kept = entries if fits is None else [entry for entry in entries if fits(chosen, entry[0])]
    loosen = []
    if fits and not kept:
        loosen = [
            (kind, value, other, n)
            for kind, value, other in chosen.loosened()
            if (n := sum(fits(other, movie_id) for movie_id, _ in entries if other.rewatches or movie_id not in known))
        ]
    pages = math.ceil(len(kept) / per_page)
    page = max(1, min(page, pages or 1))
    shown = [shelf.kept(at) for _, at in kept[(page - 1) * per_page : page * per_page]]
    items = _rows(user_id, shelf, shown, rated, now.catalogue)
    return replace(now, total=len(kept), page=page, pages=pages, items=items, loosen=loosen)


def _merged(entries: list[Kept], known: Collection[int]) -> list[Kept]:
    """Films seen before among the new ones, each before the first new film that is worth less and whose followers are too."""
    new = [entry for entry in entries if entry.movie_id not in known]
    again = sorted((entry for entry in entries if entry.movie_id in known), key=lambda entry: -entry.score)
    best_yet_to_come = list(accumulate((entry.score for entry in reversed(new)), max))[::-1]
    merged: list[Kept] = []
    for entry, best in zip(new, best_yet_to_come, strict=True):
        while again and again[0].score > best:
            merged.append(again.pop(0))
        merged.append(entry)
    return merged + again


def _rows(user_id: int, shelf: Shelf, entries: list[Kept], rated: Mapping[int, float], catalogue: int) -> list[Recommended]:
    lines = [line(shelf.reasons(entry.at), rated) for entry in entries]
    named = titles(catalogue, {movie_id for each in lines for movie_id in each.films})
    said = dismissing.said(user_id, [entry.movie_id for entry in entries])
    return [
        Recommended(entry, each.told(named), shelf, said.get(entry.movie_id, frozenset()), rated.get(entry.movie_id))
        for entry, each in zip(entries, lines, strict=True)
    ]


def titles(catalogue: int, movie_ids: Collection[int]) -> dict[int, str]:
    """Movie id to title, as of this revision of the catalogue."""
    return _titles.get(catalogue, list(movie_ids), browsing.titles)


def genre_choices(catalogue: int) -> list[str]:
    """The genres to choose by, as of this revision of the catalogue."""
    return _genre_choices.get(catalogue, ["all"], lambda _: {"all": browsing.genre_choices()})["all"]


_genre_choices: KeptByRevision[str, list[str]] = KeptByRevision("genre choices")
_titles: KeptByRevision[int, str] = KeptByRevision("titles")
