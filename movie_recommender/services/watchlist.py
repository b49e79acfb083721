"""Films that a person wants to see: put there by hand or brought by an import, which is the same thing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, select
from sqlalchemy.orm import Session

from ..errors import NotFound
from ..storage import db, rows, upsert, writing
from ..storage.models import Genre, Mark, Movie, MovieGenre, Rating, RecommendationList, Viewing
from . import browsing, lists
from .clock import now
from .dispatch import request_recompute
from .rating import note_change, raise_version

KIND = "watchlist"
ORDERS = {
    "newest": (Mark.marked_at.desc(),),
    "oldest": (Mark.marked_at,),
    "title": (Movie.title,),
    "year": (Movie.year.desc(),),
    "shortest": (Movie.runtime.is_(None), Movie.runtime),
}


@dataclass(frozen=True)
class Wanted:
    """A film of the watchlist, and when it came there."""

    movie: Movie
    added_at: int


@dataclass(frozen=True)
class Watchlist:
    """One page of a watchlist, `total` over all pages of the filter; `sort` is one of `ORDERS`."""

    items: list[Wanted]
    total: int
    page: int
    pages: int
    sort: str
    genre: str | None
    genres: list[str]


def add(user_id: int, movie_id: int) -> bool:
    """Put a film on the watchlist; returns whether it was not there.

    Raises:
        NotFound: There is no such movie.
    """
    with writing() as session:
        if session.get(Movie, movie_id) is None:
            raise NotFound("There is no such movie.")
        payload = session.scalar(select(RecommendationList.payload).where(RecommendationList.user_id == user_id))
        row = {"user_id": user_id, "movie_id": movie_id, "kind": KIND, "marked_at": now(), "import_id": None}
        statement = upsert(Mark).values(**row)
        if _is_done(session, user_id, movie_id):  # he wants to see again what he has seen since
            changes = {"marked_at": row["marked_at"], "import_id": None}
            statement = statement.on_conflict_do_update(index_elements=["user_id", "movie_id", "kind"], set_=changes)
        else:
            statement = statement.on_conflict_do_nothing()
        added = session.scalar(statement.returning(Mark.movie_id)) is not None
        unknown = added and payload is not None and movie_id not in lists.movie_ids(payload)
        if unknown:  # the next list scores it, for who looks at his watchlist only
            raise_version(session, user_id)
        elif added:
            note_change(session, user_id)
    if unknown:
        request_recompute(user_id)
    return added


def _is_done(session: Session, user_id: int, movie_id: int) -> bool:
    mark = select(Mark.movie_id).where(Mark.user_id == user_id, Mark.movie_id == movie_id, Mark.kind == KIND, ~_still_wanted())
    return session.scalar(mark) is not None


def remove(user_id: int, movie_id: int) -> bool:
    """Take a film off the watchlist; returns whether it was there."""
    with writing() as session:
        gone = delete(Mark).where(Mark.user_id == user_id, Mark.movie_id == movie_id, Mark.kind == KIND)
        removed = session.scalar(gone.returning(Mark.movie_id)) is not None
        if removed:
            note_change(session, user_id)
    return removed


def _still_wanted() -> ColumnElement[bool]:
    """A film that was rated or seen after it was marked is done with; taking the rating back makes it wanted again."""
    rated = exists().where(Rating.user_id == Mark.user_id, Rating.movie_id == Mark.movie_id, Rating.rated_at >= Mark.marked_at)
    seen = exists().where(Viewing.user_id == Mark.user_id, Viewing.movie_id == Mark.movie_id, Viewing.watched_at >= Mark.marked_at)
    return ~rated & ~seen


def movie_ids(user_id: int) -> set[int]:
    """The films that the person wants to see."""
    return {movie_id for (movie_id,) in rows(_WANTED, user_id=user_id)}


_WANTED = select(Mark.movie_id).where(Mark.user_id == bindparam("user_id"), Mark.kind == KIND, _still_wanted())


def _wanted_by(user_id: int) -> Select[Movie, int]:
    query = select(Movie, Mark.marked_at).join(Mark, Mark.movie_id == Movie.id)
    return query.where(Mark.user_id == user_id, Mark.kind == KIND, _still_wanted())


def page(user_id: int, sort: str = "newest", genre: str | None = None, number: int = 1, per_page: int = 24) -> Watchlist:
    """The watchlist, a page at a time; an unknown order means the newest first."""
    sort = sort if sort in ORDERS else "newest"
    query = _wanted_by(user_id)
    of_these = query.with_only_columns(Movie.id)
    genres = list(db.session.scalars(
        select(Genre.name).distinct().join(MovieGenre).where(MovieGenre.movie_id.in_(of_these)).order_by(Genre.name)
    ))  # fmt: skip
    if genre:
        query = query.where(Movie.id.in_(select(MovieGenre.movie_id).join(Genre).where(Genre.name == genre)))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = math.ceil(total / per_page)
    number = max(1, min(number, pages or 1))
    rows = db.session.execute(
        query.options(*browsing.CARD).order_by(*ORDERS[sort], Movie.id).limit(per_page).offset((number - 1) * per_page)
    )  # fmt: skip
    return Watchlist([Wanted(*row) for row in rows], total, number, pages, sort, genre, genres)
