"""What a person does not want to be offered, and how he steers: brought along by an export of ours.

Only what he has not said here is added. Undoing an import leaves it as it is: each of it is lifted on the page of what one hid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ...catalogue.exports import Entry
from ...errors import InvalidInput
from ...storage import db
from ...storage.models import Dismissal, DismissedGenre, Genre, IgnoredRating, Rating, Steer
from ..clock import now
from ..dismissing import KINDS
from ..steering import Steering
from .staging import Staged

Rows = list[dict[str, Any]]


@dataclass
class Wishes:
    """Rows to write, by table."""

    dismissals: Rows = field(default_factory=list)
    genres: Rows = field(default_factory=list)
    ignored: Rows = field(default_factory=list)
    steers: Rows = field(default_factory=list)

    def tables(self) -> tuple[tuple[Any, Rows], ...]:
        return (Dismissal, self.dismissals), (DismissedGenre, self.genres), (IgnoredRating, self.ignored), (Steer, self.steers)

    @property
    def is_empty(self) -> bool:
        return not any(rows for _, rows in self.tables())


def plan(user_id: int, found: Sequence[tuple[int, Entry]], rated: set[int], staged: Staged) -> tuple[Wishes, Counter[str]]:
    """What to write, and how much of what: `hidden`, `ignored`, `never`, `steering`.

    Args:
        user_id: Whose upload it is.
        found: The upload's entries with their movies.
        rated: Movies that the upload gives him a rating of.
        staged: The upload.
    """
    time, wishes = now(), Wishes()
    here = set(db.session.scalars(select(Dismissal.movie_id).where(Dismissal.user_id == user_id)))
    for movie_id, entry in found:
        lasts, at = KINDS.get(entry.kind), time if entry.at is None else min(entry.at, time)
        if entry.kind in KINDS and movie_id not in here and (lasts is None or at + lasts > time):
            here.add(movie_id)
            until = None if lasts is None else at + lasts
            wishes.dismissals.append({"user_id": user_id, "movie_id": movie_id, "kind": entry.kind, "dismissed_at": at, "until": until})
    rated = rated.union(db.session.scalars(select(Rating.movie_id).where(Rating.user_id == user_id)))
    ignored = set(db.session.scalars(select(IgnoredRating.movie_id).where(IgnoredRating.user_id == user_id)))
    for movie_id in dict.fromkeys(key for key, entry in found if entry.kind == "ignored" and key in rated and key not in ignored):
        wishes.ignored.append({"user_id": user_id, "movie_id": movie_id, "ignored_at": time})
    names = {name.casefold() for name in staged.never}
    never = set(db.session.scalars(select(DismissedGenre.genre_id).where(DismissedGenre.user_id == user_id)))
    for genre in db.session.scalars(select(Genre).order_by(Genre.id)) if names else ():
        if genre.name.casefold() in names and genre.id not in never:
            wishes.genres.append({"user_id": user_id, "genre_id": genre.id, "dismissed_at": time})
    wishes.steers = _steers(user_id, staged, time)
    rows = {"hidden": wishes.dismissals, "ignored": wishes.ignored, "never": wishes.genres, "steering": wishes.steers}
    return wishes, Counter({name: len(some) for name, some in rows.items() if some})


def _steers(user_id: int, staged: Staged, time: int) -> Rows:
    if not staged.steering or db.session.get(Steer, user_id) is not None:
        return []
    try:
        steering = Steering.of(staged.steering)
    except InvalidInput:  # of another version of the product: its dials say nothing here
        return []
    return [] if steering == Steering() else [{"user_id": user_id, "settings": steering.values(), "saved_at": time}]


def write(session: Session, wishes: Wishes) -> None:
    """Write the rows."""
    for model, rows in wishes.tables():
        if rows:
            session.execute(insert(model), rows)
