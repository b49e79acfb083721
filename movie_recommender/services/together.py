"""Films for several people, computed: what the background API answers when the website asks for an evening (`tonight`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..core.together import Attendee, Pick
from ..storage import db
from ..storage.models import FilmListEntry, Genre, Mark, Movie, MovieGenre
from . import dismissing, rating, receipts, recompute, viewing, watchlist
from .engine import Engine


@dataclass(frozen=True)
class Wish:
    """What the evening shall be like; what is None or empty makes no difference.

    Attributes:
        rule: `misery` or `average`.
        rewatches: films that somebody has seen may come, if who rated them liked them.
        genres, exclude_genres: a film has any of the first and none of the second.
        runtime: at most so many minutes.
        list_id: only films of this list.
        watchlist_of: only films of this person's watchlist.
    """

    rule: str
    rewatches: bool = False
    genres: Sequence[str] = ()
    exclude_genres: Sequence[str] = ()
    runtime: int | None = None
    list_id: int | None = None
    watchlist_of: int | None = None

    @property
    def is_from_a_list(self) -> bool:
        return self.list_id is not None or self.watchlist_of is not None


def picks(engine: Engine, members: Sequence[int], guests: Sequence[Mapping[int, float]], wish: Wish, n: int) -> dict[str, Any]:
    """The best films for these people, and each one's share of every film; nothing is kept.

    Raises:
        EngineLoading: Nothing is fitted yet.
    """
    people = [_member(user_id) for user_id in members] + [Attendee(stars, seen=stars) for stars in guests]
    only = _only(wish)
    db.session.rollback()
    # Who names a list wants what is on it, the second part of a series too.
    found, films = engine.together(people, n, wish.rule, only=only, rewatches=wish.rewatches, in_order=not wish.is_from_a_list)
    return {"films": films, "picks": [_shown(pick) for pick in found]}


def _member(user_id: int) -> Attendee:
    stars = rating.stars_of(user_id)
    seen = {**dict.fromkeys(viewing.seen(user_id), float("nan")), **stars}
    hidden = dismissing.film_ids(user_id)
    return Attendee(recompute.heeded(user_id, stars), user_id, seen, hidden, recompute.preferences_of(user_id))


def _only(wish: Wish) -> list[int] | None:
    """The films that the wish leaves; None for all."""
    of_genre = select(MovieGenre.movie_id).join(Genre)
    conditions = []
    if wish.runtime is not None:
        conditions.append(Movie.runtime <= wish.runtime)
    if wish.genres:
        conditions.append(Movie.id.in_(of_genre.where(Genre.name.in_(wish.genres))))
    if wish.exclude_genres:
        conditions.append(Movie.id.not_in(of_genre.where(Genre.name.in_(wish.exclude_genres))))
    if wish.list_id is not None:
        conditions.append(Movie.id.in_(select(FilmListEntry.movie_id).where(FilmListEntry.list_id == wish.list_id)))
    if wish.watchlist_of is not None:
        marked = select(Mark.movie_id).where(Mark.user_id == wish.watchlist_of, Mark.kind == watchlist.KIND)
        conditions.append(Movie.id.in_(marked))
    return list(db.session.scalars(select(Movie.id).where(*conditions))) if conditions else None


def _shown(pick: Pick) -> dict[str, Any]:
    shares = []
    for share in pick.shares:
        reasons = [receipts.reason(lift) for lift in share.reasons]
        shares.append(
            {
                "place": share.place, "predicted_rating": share.predicted_rating, "has_seen": share.has_seen,
                "reasons": [[reason.kind, reason.points, reason.causes] for reason in reasons],
            }
        )  # fmt: skip
    return {"movie_id": pick.item_id, "shares": shares}
