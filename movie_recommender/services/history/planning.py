"""What applying an upload would change: worked out from the database as it is, before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from ...catalogue.exports import Entry
from ...storage import db
from ...storage.models import FilmList, FilmListEntry, Mark, Rating, Unseen, Viewing
from . import wishes
from .staging import Staged
from .wishes import Wishes

UNKNOWN_TIME = 0


@dataclass(frozen=True, slots=True)
class NewRating:
    """Stars that an import gives, and those that they replace."""

    movie_id: int
    half_stars: int
    at: int | None
    replaced: tuple[int, int, int | None] | None = None  # half stars, rated at, import


@dataclass
class Plan:
    """The rows to write, and what becomes of the rest.

    `counts`: `new`, `changed`, `same`, `kept` (given here by hand), `newer` (the ones here are newer) ratings; `viewings`,
    `watchlist`, `liked`, `list_entries`, `hidden`, `ignored`, `never`, `steering` to be added; `already` of those that are there.
    """

    ratings: list[NewRating] = field(default_factory=list)
    viewings: list[tuple[int, int]] = field(default_factory=list)  # movie, when
    marks: list[tuple[int, str, int | None]] = field(default_factory=list)  # movie, kind, when
    unseen: list[int] = field(default_factory=list)
    lists: dict[str, list[int]] = field(default_factory=dict)  # name -> movies that are not on it yet, in order
    wishes: Wishes = field(default_factory=Wishes)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        return not (self.ratings or self.viewings or self.marks or self.lists or self.unseen or not self.wishes.is_empty)


def make_plan(user_id: int, staged: Staged, overwrite: bool = False) -> Plan:
    """Compare an upload with what the person has.

    Args:
        user_id: Whose upload it is.
        staged: The upload.
        overwrite: Whether stars that were given here by hand give way to the upload's.
    """
    plan = Plan()
    found = [(film.movie_id, entry) for place, entry in staged.entries if (film := staged.films[place]).movie_id is not None]
    _plan_ratings(user_id, plan, [(movie_id, entry) for movie_id, entry in found if entry.kind == "rating"], overwrite)
    _plan_viewings(user_id, plan, [(movie_id, entry) for movie_id, entry in found if entry.kind == "viewing"])
    _plan_marks(user_id, plan, [(movie_id, entry) for movie_id, entry in found if entry.kind in ("watchlist", "liked")])
    _plan_lists(user_id, plan, [(movie_id, entry) for movie_id, entry in found if entry.kind == "list"])
    unseen = set(db.session.scalars(select(Unseen.movie_id).where(Unseen.user_id == user_id)))
    plan.unseen = [movie_id for movie_id in dict.fromkeys(key for key, entry in found if entry.kind == "unseen") if movie_id not in unseen]
    plan.wishes, more = wishes.plan(user_id, found, {new.movie_id for new in plan.ratings}, staged)
    plan.counts += more
    return plan


def _plan_ratings(user_id: int, plan: Plan, entries: list[tuple[int, Entry]], overwrite: bool) -> None:
    best: dict[int, Entry] = {}
    for movie_id, entry in entries:
        known = best.get(movie_id)
        # The standing rating wins over one of an evening, then the newest, then the last in the file.
        if known is None or (entry.standing, entry.at or 0) >= (known.standing, known.at or 0):
            best[movie_id] = entry
    columns = (Rating.movie_id, Rating.half_stars, Rating.rated_at, Rating.import_id)
    here = {row.movie_id: row for row in db.session.execute(select(*columns).where(Rating.user_id == user_id))}
    for movie_id, entry in best.items():
        old = here.get(movie_id)
        stars = entry.half_stars or 0
        if old is None:
            plan.ratings.append(NewRating(movie_id, stars, entry.at))
            plan.counts["new"] += 1
        elif old.half_stars == stars:
            plan.counts["same"] += 1
        elif old.import_id is None and not overwrite:
            plan.counts["kept"] += 1
        elif old.import_id is not None and not overwrite and entry.at is not None and entry.at < old.rated_at:
            plan.counts["newer"] += 1
        else:
            plan.ratings.append(NewRating(movie_id, stars, entry.at, (old.half_stars, old.rated_at, old.import_id)))
            plan.counts["changed"] += 1


def _plan_viewings(user_id: int, plan: Plan, entries: list[tuple[int, Entry]]) -> None:
    here: dict[int, set[int]] = {}
    for movie_id, watched_at in db.session.execute(select(Viewing.movie_id, Viewing.watched_at).where(Viewing.user_id == user_id)):
        here.setdefault(movie_id, set()).add(watched_at)
    # Those with a date first: "seen, no matter when" says nothing new about a film with a date.
    for movie_id, entry in sorted(entries, key=lambda pair: pair[1].at is None):
        at = entry.at if entry.at is not None else UNKNOWN_TIME
        dates = here.setdefault(movie_id, set())
        if at in dates or (entry.at is None and dates):
            plan.counts["already"] += 1
            continue
        dates.add(at)
        plan.viewings.append((movie_id, at))
        plan.counts["viewings"] += 1


def _plan_marks(user_id: int, plan: Plan, entries: list[tuple[int, Entry]]) -> None:
    marks = select(Mark.movie_id, Mark.kind).where(Mark.user_id == user_id)
    here = {(movie_id, kind) for movie_id, kind in db.session.execute(marks)}
    for movie_id, entry in entries:
        if (movie_id, entry.kind) in here:
            plan.counts["already"] += 1
            continue
        here.add((movie_id, entry.kind))
        plan.marks.append((movie_id, entry.kind, entry.at))
        plan.counts[entry.kind] += 1


def _plan_lists(user_id: int, plan: Plan, entries: list[tuple[int, Entry]]) -> None:
    pairs = select(FilmList.name, FilmListEntry.movie_id).join(FilmListEntry, FilmListEntry.list_id == FilmList.id)
    here = {(name, movie_id) for name, movie_id in db.session.execute(pairs.where(FilmList.user_id == user_id))}
    for movie_id, entry in entries:
        name = entry.list_name or "List"
        if (name, movie_id) in here:
            plan.counts["already"] += 1
            continue
        here.add((name, movie_id))
        plan.lists.setdefault(name, []).append(movie_id)
        plan.counts["list_entries"] += 1
