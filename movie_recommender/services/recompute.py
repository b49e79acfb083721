"""A person's list: computed from what he rated, written only as a whole and together with the version that it knows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select, update

from ..core import Explanation, Preferences
from ..storage import db, rows, upsert, writing
from ..storage.models import FilmList, FilmListEntry, RecommendationList, UserState
from . import dismissing, jobs, rating, steering, viewing, watchlist
from .clock import now
from .engine import Engine
from .lists import pack
from .receipts import packed
from .steering import Steering

log = logging.getLogger(__name__)
AGAIN = 4.0  # stars from which a film is worth seeing again
SIGNALS = {
    "company": ("neighbours", "kindred", "coliking", "onward"),
    "genres": ("genres",),
    "people": ("people",),
    "plots": ("plots", "keywords"),
}
MOST_ALSO = 500  # films of each kind that are scored beside the best


def recompute(engine: Engine, user_id: int, job_id: str | None = None) -> bool:
    """Bring a person's list up to date; returns whether there was anything to do.

    The transaction that writes the list also says for which version it is, and ends the job.
    """
    db.session.rollback()
    found = rows(_STATE, user_id=user_id)
    version, computed_version, made_by = found[0] if found else (0, 0, None)
    if computed_version >= version and made_by in (None, engine.version):
        _settle(user_id, job_id)
        return False
    # Read after the version: the list may know more than it says, never less.
    payload, made_by = computed(engine, user_id, version)
    keep(user_id, version, made_by, payload, job_id)
    return True


def keep(user_id: int, version: int, made_by: str, payload: bytes, job_id: str | None = None) -> None:
    """Write a list and for which of the person's versions it is, unless there is one for a later one, and end the job."""
    values = {"version": version, "engine": made_by, "computed_at": now(), "payload": payload}
    with writing() as session:
        connection = session.connection()
        if connection.execute(_REACHED, {"his": user_id, "reached": version}).first() is not None:
            connection.execute(_kept(db.engine.dialect.name), {"his": user_id, **{f"new_{name}": value for name, value in values.items()}})
        if job_id:
            jobs.end(job_id, "done")


_STATE = (
    select(UserState.version, UserState.computed_version, RecommendationList.engine)
    .outerjoin(RecommendationList, RecommendationList.user_id == UserState.user_id).where(UserState.user_id == bindparam("user_id"))
)  # fmt: skip
_REACHED = (
    update(UserState).where(UserState.user_id == bindparam("his"), UserState.computed_version <= bindparam("reached"))
    .values(computed_version=bindparam("reached"), attempts=0, retry_at=0.0, queued_at=0.0, error=None)
    .returning(UserState.user_id)
)  # fmt: skip


@cache
def _kept(_dialect: str) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("version", "engine", "computed_at", "payload")}
    statement = upsert(RecommendationList).values(user_id=bindparam("his"), **values)
    return statement.on_conflict_do_update(index_elements=["user_id"], set_=values)


def computed(engine: Engine, user_id: int, version: int) -> tuple[bytes, str]:
    """A person's list as it is kept, for this version of his, and the engine's that made it; nothing is written."""
    stars, seen, preferences = rating.stars_of(user_id), viewing.seen(user_id), preferences_of(user_id)
    dismissed = dismissing.film_ids(user_id)
    also, taste = _also(user_id, stars, seen) - dismissed, heeded(user_id, stars)
    exclude = seen.union(dismissed, stars)
    db.session.rollback()
    if len(stars) < current_app.config["MIN_RATINGS"]:
        return pack(()), engine.hear(user_id, stars, version)
    known = seen.union(stars)
    entries, made_by = engine.rank(
        user_id, stars, current_app.config["LIST_LENGTH"], exclude, preferences, also, version, taste, known
    )  # fmt: skip
    return packed(entries, known), made_by


def preferences_of(user_id: int) -> Preferences:
    """How the person steers his list, as the core takes it."""
    return as_preferences(steering.of(user_id), dismissing.genre_names(user_id))


def heeded(user_id: int, stars: Mapping[int, float]) -> dict[int, float]:
    """His ratings without those that his list shall not follow."""
    ignored = dismissing.ignored_ids(user_id)
    return {movie_id: given for movie_id, given in stars.items() if movie_id not in ignored}


def explain(engine: Engine, user_id: int, movie_id: int) -> Explanation:
    """The receipt of a film's score, as the person steers now."""
    stars, preferences = heeded(user_id, rating.stars_of(user_id)), preferences_of(user_id)
    db.session.rollback()
    return engine.explain(user_id, stars, movie_id, preferences)


def as_preferences(chosen: Steering, never: Collection[str]) -> Preferences:
    """Dials in hundredths and weights in percent as the core's numbers; a signal of the page is one or two of the core's."""
    weights = {signal: getattr(chosen, name) / 100 for name, signals in SIGNALS.items() for signal in signals}
    return Preferences(chosen.obscure / 100, chosen.new / 100, chosen.diverse / 100, weights, frozenset(never), not chosen.any_order)


def preview(engine: Engine, user_id: int, chosen: Steering, n: int) -> tuple[list[int], list[int]]:
    """The first films of the person's list as he steers now, and as he would by `chosen`; nothing is kept."""
    stars, never = rating.stars_of(user_id), dismissing.genre_names(user_id)
    seen, taste = viewing.seen(user_id).union(stars), heeded(user_id, stars)
    exclude = seen | dismissing.film_ids(user_id)
    both = [as_preferences(each, never) for each in (steering.of(user_id), chosen)]
    db.session.rollback()
    before, after = (engine.glance(user_id, taste, n, exclude, preferences, seen) for preferences in both)
    return before, after


def _also(user_id: int, stars: Mapping[int, float], seen: Collection[int]) -> set[int]:
    """Films that the list's filters ask for by name: those to see, those of his lists, those worth seeing again."""
    again = [movie_id for movie_id, given in stars.items() if given >= AGAIN] + [movie_id for movie_id in seen if movie_id not in stars]
    lists = (movie_id for (movie_id,) in rows(_LISTED, user_id=user_id))
    return {*again[:MOST_ALSO], *sorted(watchlist.movie_ids(user_id))[:MOST_ALSO], *lists}


_LISTED = select(FilmListEntry.movie_id).join(FilmList).where(FilmList.user_id == bindparam("user_id")).limit(MOST_ALSO)


def _settle(user_id: int, job_id: str | None) -> None:
    with writing() as session:
        changes = {"attempts": 0, "retry_at": 0.0, "queued_at": 0.0}
        session.execute(update(UserState).where(UserState.user_id == user_id, UserState.attempts > 0).values(**changes))
        if job_id:
            jobs.end(job_id, "done")
