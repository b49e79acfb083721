"""What a person does not want to be offered: a film for good or for a while, a genre for good; and ratings
of his own that his list shall not follow. All of it can be lifted.

A dismissed film is left out of every list and teaches nothing: putting a film aside is no rating, no data set tells what
it is worth in stars, and a made-up rating would stand in receipts as something that the person never said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, or_, select, union_all

from ..errors import InvalidInput, NotFound
from ..storage import db, rows, upsert, writing
from ..storage.models import Dismissal, DismissedGenre, Genre, IgnoredRating, Mark, Movie, Rating
from . import browsing
from .clock import now
from .dispatch import request_recompute
from .rating import raise_version

NOT_NOW_DAYS = 30
KINDS = {"not_for_me": None, "not_now": NOT_NOW_DAYS * 86_400}  # for how many seconds; None: for good


@dataclass(frozen=True)
class DismissedFilm:
    """`until`: the second at which it lapses; None: never."""

    movie: Movie
    kind: str
    dismissed_at: int
    until: int | None


@dataclass(frozen=True)
class Dismissed:
    """All that a person put aside, newest first."""

    films: list[DismissedFilm]
    genres: list[tuple[Genre, int]]
    ratings: list[tuple[Movie, int]]


def dismiss(user_id: int, movie_id: int, kind: str) -> int:
    """Do not offer a film any more. Returns the person's new version.

    Raises:
        InvalidInput: There is no such kind.
        NotFound: There is no such movie.
    """
    if kind not in KINDS:
        raise InvalidInput("A film is dismissed as `not_for_me` or `not_now`.")
    time, lasts = now(), KINDS[kind]
    values = {"kind": kind, "dismissed_at": time, "until": None if lasts is None else time + lasts}
    with writing() as session:
        if session.get(Movie, movie_id) is None:
            raise NotFound("There is no such movie.")
        session.execute(
            upsert(Dismissal).values(user_id=user_id, movie_id=movie_id, **values)
            .on_conflict_do_update(index_elements=["user_id", "movie_id"], set_=values)
        )  # fmt: skip
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


def dismiss_genre(user_id: int, genre_id: int) -> int:
    """Do not offer any film of a genre. Returns the person's new version.

    Raises:
        NotFound: There is no such genre.
    """
    with writing() as session:
        if session.get(Genre, genre_id) is None:
            raise NotFound("There is no such genre.")
        row = {"user_id": user_id, "genre_id": genre_id, "dismissed_at": now()}
        session.execute(upsert(DismissedGenre).values(**row).on_conflict_do_nothing())
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


def lift(user_id: int, movie_id: int) -> bool:
    """Offer a film again; returns whether it had been dismissed."""
    gone = delete(Dismissal).where(Dismissal.user_id == user_id, Dismissal.movie_id == movie_id)
    return _lift(user_id, gone.returning(Dismissal.movie_id))


def lift_genre(user_id: int, genre_id: int) -> bool:
    """Offer films of a genre again; returns whether it had been dismissed."""
    gone = delete(DismissedGenre).where(DismissedGenre.user_id == user_id, DismissedGenre.genre_id == genre_id)
    return _lift(user_id, gone.returning(DismissedGenre.genre_id))


def _lift(user_id: int, statement: Executable) -> bool:
    with writing() as session:
        lifted = session.scalar(statement) is not None
        if lifted:
            raise_version(session, user_id)
    if lifted:
        request_recompute(user_id)
    return lifted


def ignore(user_id: int, movie_id: int) -> int:
    """Leave the person's rating of a film out when his list is computed. Returns his new version.

    Raises:
        NotFound: He has not rated the film.
    """
    with writing() as session:
        if session.get(Rating, (user_id, movie_id)) is None:
            raise NotFound("You have not rated this film.")
        session.execute(upsert(IgnoredRating).values(user_id=user_id, movie_id=movie_id, ignored_at=now()).on_conflict_do_nothing())
        version = raise_version(session, user_id)
    request_recompute(user_id)
    return version


def heed(user_id: int, movie_id: int) -> bool:
    """Count a rating again; returns whether it had been left out."""
    gone = delete(IgnoredRating).where(IgnoredRating.user_id == user_id, IgnoredRating.movie_id == movie_id)
    return _lift(user_id, gone.returning(IgnoredRating.movie_id))


def ignored_ids(user_id: int) -> set[int]:
    """The films whose ratings are left out."""
    return {movie_id for (movie_id,) in rows(_IGNORED, user_id=user_id)}


def set_genres(user_id: int, names: Collection[str]) -> None:
    """Let exactly these genres, in any case, be dismissed.

    Raises:
        InvalidInput: There is no genre of such a name.
    """
    known = {genre.name.casefold(): genre.id for genre in db.session.scalars(select(Genre))}
    if unknown := [name for name in names if name.casefold() not in known]:
        raise InvalidInput(f"There is no genre {unknown[0]!r} here. Known genres: {', '.join(browsing.genre_names())}.")
    wanted, mine = {known[name.casefold()] for name in names}, DismissedGenre.user_id == user_id
    with writing() as session:
        before = set(session.scalars(select(DismissedGenre.genre_id).where(mine)))
        if wanted == before:
            return
        session.execute(delete(DismissedGenre).where(mine, DismissedGenre.genre_id.not_in(wanted)))
        for genre_id in wanted - before:
            session.add(DismissedGenre(user_id=user_id, genre_id=genre_id, dismissed_at=now()))
        raise_version(session, user_id)
    request_recompute(user_id)


def film_ids(user_id: int) -> set[int]:
    """The films that are not to be offered at present."""
    return {movie_id for (movie_id,) in rows(_HIDDEN, user_id=user_id, now=now())}


def next_lapse(user_id: int) -> float:
    """The second at which the next of his films may be offered again; infinity if none is put aside for a while."""
    ((lapse,),) = rows(_NEXT_LAPSE, user_id=user_id, now=now())
    return float("inf") if lapse is None else float(lapse)


def genre_names(user_id: int) -> set[str]:
    """The genres of which nothing is to be offered."""
    return {name for (name,) in rows(_GENRE_NAMES, user_id=user_id)}


def said(user_id: int, movie_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """What the person said about films besides stars, for their cards: of `watchlist`, `not_for_me`, `not_now`."""
    found: dict[int, frozenset[str]] = {}
    for movie_id, kind in rows(_SAID, user_id=user_id, movie_ids=list(movie_ids), now=now()):
        found[movie_id] = found.get(movie_id, frozenset()) | {kind}
    return found


_OF_HIM = Dismissal.user_id == bindparam("user_id")
_LASTING = or_(Dismissal.until.is_(None), Dismissal.until > bindparam("now"))
_HIDDEN = select(Dismissal.movie_id).where(_OF_HIM, _LASTING)
_IGNORED = select(IgnoredRating.movie_id).where(IgnoredRating.user_id == bindparam("user_id"))
_NEXT_LAPSE = select(func.min(Dismissal.until)).where(_OF_HIM, Dismissal.until > bindparam("now"))
_GENRE_NAMES = select(Genre.name).join(DismissedGenre).where(DismissedGenre.user_id == bindparam("user_id"))
_FILMS: Any = bindparam("movie_ids", expanding=True)
_SAID = union_all(
    select(Mark.movie_id, Mark.kind).where(Mark.user_id == bindparam("user_id"), Mark.kind == "watchlist", Mark.movie_id.in_(_FILMS)),
    select(Dismissal.movie_id, Dismissal.kind).where(_OF_HIM, Dismissal.movie_id.in_(_FILMS), _LASTING),
)


def overview(user_id: int) -> Dismissed:
    """Everything that is dismissed at present, newest first."""
    lasting = or_(Dismissal.until.is_(None), Dismissal.until > now())
    rows = db.session.execute(
        select(Movie, Dismissal.kind, Dismissal.dismissed_at, Dismissal.until).join(Dismissal, Dismissal.movie_id == Movie.id)
        .where(Dismissal.user_id == user_id, lasting).options(*browsing.CARD).order_by(Dismissal.dismissed_at.desc(), Movie.id)
    )  # fmt: skip
    genres = db.session.execute(
        select(Genre, DismissedGenre.dismissed_at).join(DismissedGenre, DismissedGenre.genre_id == Genre.id)
        .where(DismissedGenre.user_id == user_id).order_by(DismissedGenre.dismissed_at.desc(), Genre.name)
    )  # fmt: skip
    ratings = db.session.execute(
        select(Movie, IgnoredRating.ignored_at).join(IgnoredRating, IgnoredRating.movie_id == Movie.id)
        .where(IgnoredRating.user_id == user_id).options(*browsing.CARD).order_by(IgnoredRating.ignored_at.desc(), Movie.id)
    )  # fmt: skip
    return Dismissed([DismissedFilm(*row) for row in rows], [(genre, at) for genre, at in genres], [(film, at) for film, at in ratings])


def lapse() -> list[int]:
    """Forget dismissals whose time is over; returns whose lists are behind now, because a film may come back."""
    if db.session.scalar(select(Dismissal.user_id).where(Dismissal.until <= now()).limit(1)) is None:
        return []
    with writing() as session:
        user_ids = sorted(set(session.scalars(delete(Dismissal).where(Dismissal.until <= now()).returning(Dismissal.user_id))))
        for user_id in user_ids:
            raise_version(session, user_id)
    return user_ids
