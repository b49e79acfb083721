"""Bulk loading of community ratings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from .models import DEMO_ORIGIN, Movie, Rating, User

_BATCH = 50_000
# One statement a dialect for what SQLAlchemy's executemany would do several times slower.
_UPSERT = (
    "INSERT INTO ratings (user_id, movie_id, half_stars, rated_at, import_id) {source} "
    "ON CONFLICT (user_id, movie_id) DO UPDATE SET half_stars = excluded.half_stars, rated_at = excluded.rated_at "
    "WHERE excluded.rated_at > ratings.rated_at "
    "OR (excluded.rated_at = ratings.rated_at AND excluded.half_stars <> ratings.half_stars)"
)
Row = tuple[int, int, int, int, int]  # user_id, movie_id, half_stars, rated_at, import_id


def community_raters(session: Session, origin: str, external_ids: Sequence[int], created_at: int) -> dict[int, int]:
    """User ids of these raters of a data set by their ids there; those who are not here yet are made (they cannot sign in)."""
    known = _known_raters(session, origin, external_ids)
    rows = [
        {
            "name": f"MovieLens rater {external_id}", "kind": "community", "origin": origin, "external_id": str(external_id),
            "created_at": created_at,
        }
        for external_id in external_ids if external_id not in known
    ]  # fmt: skip
    if rows:
        session.execute(insert(User), rows)
        known = _known_raters(session, origin, external_ids)
    return known


def _known_raters(session: Session, origin: str, external_ids: Sequence[int]) -> dict[int, int]:
    known: dict[int, int] = {}
    for start in range(0, len(external_ids), 10_000):
        keys = [str(external_id) for external_id in external_ids[start : start + 10_000]]
        raters = select(User.external_id, User.id).where(User.origin == origin, User.external_id.in_(keys))
        known |= {int(key or 0): user_id for key, user_id in session.execute(raters)}
    return known


def load(session: Session, rows: Iterable[Row]) -> Iterator[tuple[int, int]]:
    """Insert ratings, in place of older ones of the same person and movie.

    Yields:
        The size of each batch, and how many ratings of it were new or changed.
    """
    connection = session.connection()
    source = iter(rows)
    while batch := list(islice(source, _BATCH)):
        # In key order the tree grows at its end instead of being split everywhere.
        batch = sorted({(row[0], row[1]): row for row in sorted(batch, key=lambda row: row[3])}.values())
        if connection.dialect.name == "sqlite":
            yield len(batch), connection.exec_driver_sql(_UPSERT.format(source="VALUES (?, ?, ?, ?, ?)"), batch).rowcount
        else:
            yield len(batch), _copy(connection, batch)


def _copy(connection: Any, batch: list[Row]) -> int:
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS incoming "
            "(user_id int, movie_id int, half_stars smallint, rated_at bigint, import_id int) ON COMMIT DROP"
        )
    )
    with connection.connection.cursor() as cursor, cursor.copy("COPY incoming FROM STDIN") as copy:
        for row in batch:
            copy.write_row(row)
    written: int = connection.exec_driver_sql(_UPSERT.format(source="SELECT * FROM incoming")).rowcount
    connection.exec_driver_sql("TRUNCATE incoming")
    return written


def recount(session: Session) -> None:
    """Set every movie's count and sum of ratings from the ratings themselves; made-up raters do not count."""
    made_up = select(User.id).where(User.origin == DEMO_ORIGIN)
    counts = (
        select(Rating.movie_id, func.count().label("n"), func.sum(Rating.half_stars).label("total"))
        .where(Rating.user_id.not_in(made_up)).group_by(Rating.movie_id)
    )  # fmt: skip
    session.execute(update(Movie).values(rating_count=0, rating_sum=0).where(Movie.rating_count > 0))
    rows = [{"b_id": movie_id, "n": n, "total": int(total)} for movie_id, n, total in session.execute(counts)]
    if rows:
        statement = text("UPDATE movies SET rating_count = :n, rating_sum = :total WHERE id = :b_id")
        session.connection().execute(statement, rows)
