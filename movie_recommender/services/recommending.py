"""Reading a person's cached list: filters, pages, and how current it is."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from flask import current_app
from sqlalchemy import select

from ..storage import db
from ..storage.models import Movie, RecommendationList, UserState
from . import browsing, dismissing, rating, viewing
from .filtering import Filter, fitter
from .lists import Entry, unpack_both
from .wording import one_line


@dataclass(frozen=True)
class Recommended:
    """One row of the page: the movie, its score and stars, why in one line, and what the person said of it; `stars` if he has rated it."""

    movie: Movie
    entry: Entry
    why: str
    said: frozenset[str] = frozenset()
    stars: float | None = None


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


def recommendations(user_id: int, chosen: Filter | None = None, page: int = 1, per_page: int = 24) -> Recommendations:
    """The last complete list, best first, without what the person has rated or dismissed since, filtered and cut into pages."""
    now, chosen = status(user_id), chosen or Filter()
    payload = db.session.scalar(select(RecommendationList.payload).where(RecommendationList.user_id == user_id))
    if now.state == "too_few_ratings" or payload is None:
        return now
    rated = rating.stars_of(user_id)
    known, hidden = viewing.seen(user_id).union(rated), dismissing.film_ids(user_id)
    new, again = unpack_both(payload)
    if chosen.rewatches:
        entries = _merged([entry for entry in (*new, *again) if entry.movie_id not in hidden], known)
    else:
        entries = [entry for entry in new if entry.movie_id not in known and entry.movie_id not in hidden]
    fits = fitter(user_id, chosen, entries)
    kept = [entry for entry in entries if fits(chosen, entry.movie_id)]
    loosen = []
    if not kept:
        loosen = [
            (kind, value, other, n)
            for kind, value, other in chosen.loosened()
            if (n := sum(fits(other, entry.movie_id) for entry in entries if other.rewatches or entry.movie_id not in known))
        ]
    pages = math.ceil(len(kept) / per_page)
    page = max(1, min(page, pages or 1))
    shown = kept[(page - 1) * per_page : page * per_page]
    return replace(now, total=len(kept), page=page, pages=pages, items=_rows(user_id, shown, rated), loosen=loosen)


def _merged(entries: list[Entry], known: Collection[int]) -> list[Entry]:
    """Films seen before among the new ones, each before the first new film that is worth less and whose followers are too."""
    new = [entry for entry in entries if entry.movie_id not in known]
    again = sorted((entry for entry in entries if entry.movie_id in known), key=lambda entry: -entry.score)
    best_yet_to_come = list(accumulate((entry.score for entry in reversed(new)), max))[::-1]
    merged: list[Entry] = []
    for entry, best in zip(new, best_yet_to_come, strict=True):
        while again and again[0].score > best:
            merged.append(again.pop(0))
        merged.append(entry)
    return merged + again


def _rows(user_id: int, entries: list[Entry], rated: Mapping[int, float]) -> list[Recommended]:
    causes = {movie_id for entry in entries for reason in entry.reasons for movie_id, _ in reason.causes.get("movies", ())}
    movies = browsing.by_ids([entry.movie_id for entry in entries])
    titles = browsing.titles(causes)
    said = dismissing.said(user_id, list(movies))
    return [
        Recommended(
            movies[entry.movie_id],
            entry,
            one_line(entry.reasons, titles, rated),
            said.get(entry.movie_id, frozenset()),
            rated.get(entry.movie_id),
        )
        for entry in entries
        if entry.movie_id in movies
    ]
