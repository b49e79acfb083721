"""Applying an upload, and undoing it: each one transaction, one new version of the person's list, one hint to compute it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from ...catalogue.exports import Film
from ...catalogue.records import MovieRecord
from ...errors import InvalidInput
from ...storage import upsert, writing
from ...storage.models import FilmList, FilmListEntry, Import, Mark, Movie, Rating, ReplacedRating, Unseen, Viewing
from ...storage.movies import save_movies
from ..clock import now
from ..dispatch import request_recompute
from ..rating import raise_version
from . import wishes
from .matching import ID, UNKNOWN
from .planning import NewRating, Plan, make_plan
from .staging import Staged, load, pack, remainder

EXPORT = "export"  # the source of a movie of which only an export has told so far


def apply(user_id: int, import_id: int, overwrite: bool = False, add_unknown: bool = False) -> Counter[str]:
    """Write a staged import as a whole.

    Args:
        user_id: Whose import it is.
        import_id: Which one.
        overwrite: Whether stars that he gave here by hand give way to the upload's.
        add_unknown: Whether films with ids that the catalogue lacks are added to it, for `flask enrich` to complete.

    Returns:
        What was written and what was not, as `Plan.counts` says it. An import that changes nothing leaves no trace.

    Raises:
        NotFound: There is no such staged import.
    """
    with writing() as session:
        run, staged = load(user_id, import_id, "staged")
        if add_unknown:
            _add_unknown(staged)
        plan = make_plan(user_id, staged, overwrite)
        if plan.is_empty:
            session.execute(delete(Import).where(Import.id == run.id))
            return plan.counts
        _write(session, user_id, run.id, plan)
        counts = {**staged.counts(), **plan.counts, "added": len(staged.added)}
        session.execute(
            update(Import).where(Import.id == run.id)
            .values(state="applied", finished_at=now(), counts=counts, payload=pack(remainder(staged)))
        )  # fmt: skip
        changes_list = bool(plan.ratings or plan.viewings or plan.marks or plan.lists or not plan.wishes.is_empty)
        if changes_list:
            raise_version(session, user_id)
    if changes_list:
        request_recompute(user_id)
    return plan.counts


def _add_unknown(staged: Staged) -> None:
    wanted = [film for film in staged.films if film.how == UNKNOWN and (film.film.imdb_id or film.film.tmdb_id)]
    if wanted:
        ids, _ = save_movies([_record(film.film) for film in wanted], EXPORT)
        for film, movie_id in zip(wanted, ids, strict=True):
            film.how, film.movie_id = ID, movie_id
        staged.added = sorted(set(ids))


def _record(film: Film) -> MovieRecord:
    title = film.title or film.imdb_id or f"TMDB {film.tmdb_id}"
    return MovieRecord(title, film.year, film.imdb_id, film.tmdb_id, original_title=film.original_title)


def _write(session: Session, user_id: int, import_id: int, plan: Plan) -> None:
    time = now()
    _write_ratings(session, user_id, import_id, plan.ratings, time)
    if plan.viewings:
        rows = [{"user_id": user_id, "movie_id": movie_id, "watched_at": at, "import_id": import_id} for movie_id, at in plan.viewings]
        session.execute(insert(Viewing), rows)
    if plan.marks:
        marks = [
            {"user_id": user_id, "movie_id": movie_id, "kind": kind, "marked_at": at or time, "import_id": import_id}
            for movie_id, kind, at in plan.marks
        ]
        session.execute(insert(Mark), marks)
    if plan.unseen:
        session.execute(insert(Unseen), [{"user_id": user_id, "movie_id": movie_id} for movie_id in plan.unseen])
    wishes.write(session, plan.wishes)
    for name, movie_ids in plan.lists.items():
        list_id = session.scalar(select(FilmList.id).where(FilmList.user_id == user_id, FilmList.name == name))
        if list_id is None:
            list_id = session.scalar(insert(FilmList).values(user_id=user_id, name=name, import_id=import_id).returning(FilmList.id))
        last = session.scalar(select(func.max(FilmListEntry.position)).where(FilmListEntry.list_id == list_id)) or 0
        entries = [
            {"list_id": list_id, "movie_id": movie_id, "position": place, "import_id": import_id}
            for place, movie_id in enumerate(movie_ids, last + 1)
        ]
        session.execute(insert(FilmListEntry), entries)


def _write_ratings(session: Session, user_id: int, import_id: int, ratings: list[NewRating], time: int) -> None:
    if not ratings:
        return
    rows = [
        {"user_id": user_id, "movie_id": new.movie_id, "half_stars": new.half_stars, "rated_at": time if new.at is None else new.at,
         "import_id": import_id}
        for new in ratings
    ]  # fmt: skip
    statement = upsert(Rating)
    changes = {name: statement.excluded[name] for name in ("half_stars", "rated_at", "import_id")}
    session.execute(statement.on_conflict_do_update(index_elements=["user_id", "movie_id"], set_=changes), rows)
    names = ("half_stars", "rated_at", "before_import_id")
    replaced = [
        {"import_id": import_id, "movie_id": new.movie_id, **dict(zip(names, new.replaced, strict=True))} for new in ratings if new.replaced
    ]
    if replaced:
        session.execute(insert(ReplacedRating), replaced)
    _count(
        session, ((new.movie_id, 0 if new.replaced else 1, new.half_stars - (new.replaced[0] if new.replaced else 0)) for new in ratings)
    )


def _count(session: Session, changes: Iterable[tuple[int, int, int]]) -> None:
    """Keep the movies' counts and sums: (movie, ratings more, half stars more)."""
    rows = [{"key": movie_id, "more": more, "halves": halves} for movie_id, more, halves in changes]
    if rows:
        statement = "UPDATE movies SET rating_count = rating_count + :more, rating_sum = rating_sum + :halves WHERE id = :key"
        session.connection().execute(text(statement), rows)


def undo(user_id: int, import_id: int) -> int:
    """Take an import back as a whole: what it brought goes, what it overwrote comes back.

    What the person changed by hand since, or a later import changed, stays as it is.

    Returns:
        How many ratings were removed or brought back.

    Raises:
        NotFound: There is no such import.
        InvalidInput: It is not applied.
    """
    with writing() as session:
        run, kept = load(user_id, import_id)
        if run.state != "applied":
            raise InvalidInput("Only an import that was applied can be undone.")
        changed = _undo_ratings(session, user_id, import_id)
        for model in (Viewing, Mark, FilmListEntry):
            session.execute(delete(model).where(model.import_id == import_id))
        empty = ~exists().where(FilmListEntry.list_id == FilmList.id)
        session.execute(delete(FilmList).where(FilmList.import_id == import_id, empty))
        # A list to which something was added since stays, as that of the import that added it.
        heir = select(func.min(FilmListEntry.import_id)).where(FilmListEntry.list_id == FilmList.id).scalar_subquery()
        session.execute(update(FilmList).where(FilmList.import_id == import_id).values(import_id=heir))
        _forget_added(session, kept.added)
        session.execute(update(Import).where(Import.id == import_id).values(state="undone"))
        raise_version(session, user_id)
    request_recompute(user_id)
    return changed


def _undo_ratings(session: Session, user_id: int, import_id: int) -> int:
    old = {row.movie_id: row for row in session.scalars(select(ReplacedRating).where(ReplacedRating.import_id == import_id))}
    # A later import that overwrote this one's stars shall bring back what was there before both.
    later = session.scalars(select(ReplacedRating).where(ReplacedRating.before_import_id == import_id)).all()
    for row in later:
        if before := old.get(row.movie_id):
            row.half_stars, row.rated_at, row.before_import_id = before.half_stars, before.rated_at, before.before_import_id
        else:
            session.delete(row)
    session.flush()
    mine = session.execute(
        select(Rating.movie_id, Rating.half_stars).where(Rating.user_id == user_id, Rating.import_id == import_id)
    ).all()  # fmt: skip
    restored = [old[movie_id] for movie_id, _ in mine if movie_id in old]
    _count(
        session,
        ((movie_id, 0, old[movie_id].half_stars - halves) if movie_id in old else (movie_id, -1, -halves) for movie_id, halves in mine),
    )
    session.execute(delete(Rating).where(Rating.user_id == user_id, Rating.import_id == import_id))
    if restored:
        rows = [
            {"user_id": user_id, "movie_id": row.movie_id, "half_stars": row.half_stars, "rated_at": row.rated_at,
             "import_id": row.before_import_id}
            for row in restored
        ]  # fmt: skip
        session.execute(insert(Rating), rows)
    session.execute(delete(ReplacedRating).where(ReplacedRating.import_id == import_id))
    return len(mine)


def _forget_added(session: Session, movie_ids: list[int]) -> None:
    """Remove movies that only this import had named, unless they were completed or used since."""
    for movie_id in movie_ids:
        used = [exists().where(model.movie_id == movie_id) for model in (Rating, Viewing, Mark, FilmListEntry, ReplacedRating)]
        movie = session.scalar(select(Movie).where(Movie.id == movie_id, *(~condition for condition in used)))
        if movie is not None and set(movie.sources.values()) <= {EXPORT}:
            session.execute(delete(Movie).where(Movie.id == movie_id))
