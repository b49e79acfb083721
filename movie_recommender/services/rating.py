"""Rating: give, change and remove stars.

One transaction writes the rating, keeps the movie's counts and raises the person's version; then the background API
gets a hint. What this function has returned from is on disk.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from ..errors import InvalidInput, NotFound
from ..storage import db, rows, upsert, writing
from ..storage.models import Movie, Rating, UserState
from . import browsing
from .clock import now
from .dispatch import request_recompute

ORDERS = {
    "newest": (Rating.rated_at.desc(),),
    "oldest": (Rating.rated_at,),
    "highest": (Rating.half_stars.desc(), Rating.rated_at.desc()),
    "lowest": (Rating.half_stars, Rating.rated_at.desc()),
    "title": (Movie.title,),
    "year": (Movie.year.desc(),),
}


def half_stars(stars: object) -> int:
    """Stars (0.5..5 in halves) as whole half stars 1..10.

    Raises:
        InvalidInput: Not a number, out of range, or not a multiple of a half.
    """
    if isinstance(stars, bool) or not isinstance(stars, int | float | str):
        raise InvalidInput("A rating is a number from 0.5 to 5, in half stars.")
    try:
        doubled = float(stars) * 2
    except (ValueError, OverflowError):
        doubled = float("nan")
    if doubled not in range(1, 11):
        raise InvalidInput("A rating is a number from 0.5 to 5, in half stars.")
    return int(doubled)


def versions() -> dict[int, int]:
    """Everybody's version: who changed his ratings since another look shows in a difference."""
    return dict(db.session.execute(select(UserState.user_id, UserState.version)).all())


def changed_since(when: float) -> dict[int, int]:
    """The versions of those who changed something at or after this time, in seconds since 1970."""
    query = select(UserState.user_id, UserState.version).where(UserState.changed_at >= when)
    return dict(db.session.execute(query).all())


def rate(user_id: int, movie_id: int, stars: object) -> int:
    """Give a movie stars, in place of earlier ones. Returns the person's new version.

    Raises:
        InvalidInput: `stars` is not a rating.
        NotFound: There is no such movie.
    """
    halves = half_stars(stars)
    with writing() as session:
        found = rows(_BEFORE, his=user_id, film=movie_id)
        if not found:
            raise NotFound("There is no such movie.")
        ((before,),) = found
        session.connection().execute(_rated(db.engine.dialect.name), {"his": user_id, "film": movie_id, "halves": halves, "at": now()})
        _count(session, movie_id, 0 if before is not None else 1, halves - (before or 0))
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


_BEFORE = (
    select(Rating.half_stars).select_from(Movie)
    .outerjoin(Rating, and_(Rating.movie_id == Movie.id, Rating.user_id == bindparam("his"))).where(Movie.id == bindparam("film"))
)  # fmt: skip


@cache
def _rated(_dialect: str) -> Any:
    values: dict[str, Any] = {"half_stars": bindparam("halves"), "rated_at": bindparam("at"), "import_id": None}
    statement = upsert(Rating).values(user_id=bindparam("his"), movie_id=bindparam("film"), **values)
    return statement.on_conflict_do_update(index_elements=["user_id", "movie_id"], set_=values)


def remove(user_id: int, movie_id: int) -> int:
    """Take a rating back. Returns the person's version, raised only when there was a rating."""
    with writing() as session:
        before = session.scalar(select(Rating.half_stars).where(Rating.user_id == user_id, Rating.movie_id == movie_id))
        if before is None:
            return session.scalar(select(UserState.version).where(UserState.user_id == user_id)) or 0
        session.execute(delete(Rating).where(Rating.user_id == user_id, Rating.movie_id == movie_id))
        _count(session, movie_id, -1, -before)
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


def raise_version(session: Session, user_id: int) -> int:
    """Mark the person's list as behind, as part of the caller's transaction; returns the new version."""
    raised = session.connection().execute(_raised(db.engine.dialect.name), {"his": user_id, "at": time.time()})
    return int(raised.scalar_one())


@cache
def _raised(_dialect: str) -> Any:
    state = upsert(UserState).values(user_id=bindparam("his"), version=1, computed_version=0, changed_at=bindparam("at"))
    changes = {"version": UserState.version + 1, "attempts": 0, "retry_at": 0.0, "changed_at": bindparam("at")}
    return state.on_conflict_do_update(index_elements=["user_id"], set_=changes).returning(UserState.version)


def note_change(session: Session, user_id: int) -> None:
    """Say that something of the person's changed that shows on the page of his list and makes no new list, in the caller's transaction."""
    session.execute(update(UserState).where(UserState.user_id == user_id).values(changed_at=time.time()))


def _count(session: Session, movie_id: int, ratings: int, halves: int) -> None:
    session.connection().execute(_COUNTED, {"film": movie_id, "more": ratings, "halves": halves})


_COUNTED = (
    update(Movie).where(Movie.id == bindparam("film"))
    .values(rating_count=Movie.rating_count + bindparam("more"), rating_sum=Movie.rating_sum + bindparam("halves"))
)  # fmt: skip


def stars_of(user_id: int, movie_ids: Sequence[int] | None = None) -> Mapping[int, float]:
    """What the person gave: movie id to stars, newest first; only for `movie_ids` when they are given."""
    if movie_ids is None:
        given = rows(_STARS, user_id=user_id)
    else:
        given = rows(_SOME_STARS, user_id=user_id, movie_ids=list(movie_ids))
    return {movie_id: halves / 2 for movie_id, halves in given}


_STARS = select(Rating.movie_id, Rating.half_stars).where(Rating.user_id == bindparam("user_id")).order_by(Rating.rated_at.desc())
_SOME_STARS = _STARS.where(Rating.movie_id.in_(bindparam("movie_ids", expanding=True)))


def count(user_id: int) -> int:
    """How many movies the person has rated."""
    return db.session.scalar(select(func.count()).select_from(Rating).where(Rating.user_id == user_id)) or 0


@dataclass(frozen=True)
class Rated:
    """One of a person's ratings: the movie, the stars, and when they were given."""

    movie: Movie
    stars: float
    rated_at: int


def given(user_id: int, movie_id: int) -> tuple[float, int] | None:
    """The stars that the person gave one movie, and when, if he did."""
    found = rows(_GIVEN, user_id=user_id, movie_id=movie_id)
    return (found[0][0] / 2, found[0][1]) if found else None


_GIVEN = (
    select(Rating.half_stars, Rating.rated_at)
    .where(Rating.user_id == bindparam("user_id"), Rating.movie_id == bindparam("movie_id"))
)  # fmt: skip


def _rated_by(user_id: int) -> Select[Movie, int, int]:
    """Movie with what a card shows, half stars and time of each of a person's ratings."""
    query = select(Movie, Rating.half_stars, Rating.rated_at).join(Rating, Rating.movie_id == Movie.id)
    return query.where(Rating.user_id == user_id).options(*browsing.CARD)


@dataclass(frozen=True)
class History:
    """One page of a person's ratings, `total` over all pages; `sort` is one of `ORDERS`."""

    items: list[Rated]
    total: int
    page: int
    pages: int
    sort: str


def history(user_id: int, sort: str = "newest", page: int = 1, per_page: int = 24) -> History:
    """Everything the person has rated, a page at a time; an unknown order means the newest first."""
    sort = sort if sort in ORDERS else "newest"
    total = count(user_id)
    pages = math.ceil(total / per_page)
    page = max(1, min(page, pages))
    rows = db.session.execute(_rated_by(user_id).order_by(*ORDERS[sort], Movie.id).limit(per_page).offset((page - 1) * per_page))
    return History([Rated(movie, halves / 2, rated_at) for movie, halves, rated_at in rows], total, page, pages, sort)
