"""Bulk loading of community ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, Table, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from ..errors import ImportFailed
from .models import DEMO_ORIGIN, Movie, Rating, User

if TYPE_CHECKING:  # numpy: not for the website
    from ..catalogue.rating_columns import RatingColumns

# One statement a dialect for what SQLAlchemy's executemany would do several times slower.
_COLUMNS = "user_id, movie_id, half_stars, rated_at, import_id"
_UPSERT = (
    f"INSERT INTO ratings ({_COLUMNS}) {{source}} "
    "ON CONFLICT (user_id, movie_id) DO UPDATE SET half_stars = excluded.half_stars, rated_at = excluded.rated_at "
    "WHERE excluded.rated_at > ratings.rated_at "
    "OR (excluded.rated_at = ratings.rated_at AND excluded.half_stars <> ratings.half_stars)"
)
_TABLE = "(user_id int, movie_id int, half_stars smallint, rated_at bigint, import_id int)"
_STAGED = "incoming_ratings"
STAGE_FROM = 500_000  # ratings: below, making keys and indexes anew is not worth it
_ROWS = 200  # in one statement
_BIG_CACHE, _USUAL_CACHE = -1_000_000, -2_000  # KiB of SQLite's pages in memory


def community_raters(session: Session, origin: str, external_ids: Sequence[int], created_at: int) -> dict[int, int]:
    """User ids of these raters of a data set by their ids there; those who are not here yet are made (they cannot sign in)."""
    known = _known_raters(session, origin)
    rows = [
        {
            "name": f"MovieLens rater {external_id}", "kind": "community", "origin": origin, "external_id": str(external_id),
            "created_at": created_at,
        }
        for external_id in external_ids if external_id not in known
    ]  # fmt: skip
    for start in range(0, len(rows), 10_000):
        session.execute(insert(User), rows[start : start + 10_000])
    return _known_raters(session, origin) if rows else known


def _known_raters(session: Session, origin: str) -> dict[int, int]:
    raters = select(User.external_id, User.id).where(User.origin == origin)
    return {int(key or 0): user_id for key, user_id in session.execute(raters)}


def upsert_ratings(session: Session, ratings: RatingColumns, import_id: int) -> int:
    """Insert ratings (our ids, each pair once, best in the order of the key), in place of older ones of the same person and movie.

    Returns:
        How many ratings are new or changed.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return _upsert_rows(connection, ratings, import_id)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS incoming {_TABLE} ON COMMIT DROP")
    _copy(connection, "incoming", ratings, import_id)
    written: int = connection.exec_driver_sql(_UPSERT.format(source="SELECT * FROM incoming")).rowcount
    connection.exec_driver_sql("TRUNCATE incoming")
    return written


def _upsert_rows(connection: Any, ratings: RatingColumns, import_id: int) -> int:
    """SQLite, past SQLAlchemy: statements of many rows, three times as fast as one a row."""
    import numpy as np

    numbers = np.column_stack((ratings.users, ratings.movies, ratings.half_stars, ratings.rated_at)).astype(np.int64, copy=False)
    whole, cursor, written = len(ratings) // _ROWS * _ROWS, connection.connection.cursor(), 0
    for part, rows in ((numbers[:whole].reshape(-1, 4 * _ROWS), _ROWS), (numbers[whole:].reshape(1, -1), len(ratings) - whole)):
        if rows and len(part):
            values = ", ".join([f"(?, ?, ?, ?, {int(import_id)})"] * rows)
            written += cursor.executemany(_UPSERT.format(source=f"VALUES {values}"), (row.tolist() for row in part)).rowcount
    return written


def insist_on_parents(session: Session, ratings: RatingColumns) -> None:
    """For what is written without looking up each row's rater and movie (`writing(bulk=True)`).

    Raises:
        ImportFailed: One of them is not there, or no longer.
    """
    import numpy as np

    for what, ids, column in (("rater", ratings.users, User.id), ("movie", ratings.movies, Movie.id)):
        if not ids.size:
            return
        there = session.scalars(select(column).where(column.between(int(ids.min()), int(ids.max())))).all()
        if missing := np.setdiff1d(ids, np.array(there, dtype=np.int64)).size:
            raise ImportFailed(f"Ratings of {missing} {what}s that were deleted meanwhile cannot be brought in. Start the import again.")


def _copy(connection: Any, table: str, ratings: RatingColumns, import_id: int) -> None:
    """PostgreSQL's binary COPY, whose rows numpy lays out."""
    import numpy as np

    fields = (("user_id", ">i4"), ("movie_id", ">i4"), ("half_stars", ">i2"), ("rated_at", ">i8"), ("import_id", ">i4"))
    layout = [("n", ">i2")] + [part for name, kind in fields for part in ((f"{name}_size", ">i4"), (name, kind))]
    rows = np.empty(len(ratings), dtype=layout)
    rows["n"] = len(fields)
    values = (ratings.users, ratings.movies, ratings.half_stars, ratings.rated_at, import_id)
    for (name, kind), column in zip(fields, values, strict=True):
        rows[f"{name}_size"], rows[name] = int(kind[-1]), column
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def keep_in_memory(session: Session, bulk: bool) -> None:
    """SQLite: a large import touches every page of the index by movie with every part; they stay in memory between the parts."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size={_BIG_CACHE if bulk else _USUAL_CACHE}")


def drop_indexes(session: Session, ratings: int) -> None:
    """SQLite: before a large import that is more than what is here, drop the indexes that are made anew in a tenth of the time."""
    connection = session.connection()
    if connection.dialect.name == "sqlite" and ratings >= STAGE_FROM and _count(session) < ratings:
        for index in _indexes():
            index.drop(connection, checkfirst=True)


def make_indexes(session: Session) -> None:
    """Make the indexes of the ratings that are not there, as after an import that was killed."""
    for index in _indexes():
        index.create(session.connection(), checkfirst=True)


def _indexes() -> set[Index]:
    table: Table = Rating.__table__  # type: ignore[assignment]
    return table.indexes


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Rating)) or 0


def can_stage(session: Session, user_ids: Sequence[int], ratings: int) -> bool:
    """Whether a large import is better staged: on PostgreSQL, when none of it is here and less than it is."""
    if session.connection().dialect.name != "postgresql" or ratings < STAGE_FROM:
        return False
    return _count(session) < ratings and not any(
        session.scalar(select(Rating.user_id).where(Rating.user_id.in_(user_ids[start : start + 10_000])).limit(1))
        for start in range(0, len(user_ids), 10_000)
    )


def stage(session: Session, ratings: RatingColumns, import_id: int) -> None:
    """PostgreSQL: put ratings of a large import aside; `publish_staged` brings all of them in at once."""
    session.execute(text(f"CREATE TABLE IF NOT EXISTS {_STAGED} {_TABLE}"))
    _copy(session.connection(), _STAGED, ratings, import_id)


def staged(session: Session, import_id: int) -> int:
    """How many ratings of this import are put aside; those of an import that nobody goes on with are thrown away."""
    if not inspect(session.connection()).has_table(_STAGED):
        return 0
    mine, all_of_them = session.execute(
        text(f"SELECT count(*) FILTER (WHERE import_id = :id), count(*) FROM {_STAGED}"), {"id": import_id}  # noqa: S608 - names of ours
    ).one()  # fmt: skip
    if mine != all_of_them:
        session.execute(text(f"DROP TABLE {_STAGED}"))
        return 0
    return int(mine)


def publish_staged(session: Session) -> int:
    """Bring staged ratings, none of which is here yet, into the table; in the caller's transaction.

    Keys and indexes are made anew over all rows at once, which takes a fraction of what checking row by row does. Nobody else
    reads or writes ratings meanwhile.
    """
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
    found = inspect(connection)
    keys = {key["name"]: key for key in found.get_foreign_keys("ratings")}
    definitions: dict[str, str] = dict(
        connection.execute(text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ratings'::regclass")).all()
    )
    primary = found.get_pk_constraint("ratings")["name"]
    again = [f'ALTER TABLE ratings ADD CONSTRAINT "{name}" {definitions[name]}' for name in (primary, *keys) if name]
    indexes = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ratings'")).all()
    others = [(name, definition) for name, definition in indexes if name != primary]
    connection.exec_driver_sql("LOCK TABLE ratings IN ACCESS EXCLUSIVE MODE")
    for name in (*keys, primary):
        connection.exec_driver_sql(f'ALTER TABLE ratings DROP CONSTRAINT "{name}"')
    for name, _ in others:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    written: int = connection.exec_driver_sql(f"INSERT INTO ratings ({_COLUMNS}) SELECT {_COLUMNS} FROM {_STAGED}").rowcount  # noqa: S608 - names of ours
    for statement in (*again[:1], *(definition for _, definition in others), *again[1:], f"DROP TABLE {_STAGED}"):
        connection.exec_driver_sql(statement)
    return written


def recount(session: Session) -> None:
    """Set every movie's count and sum of ratings from the ratings themselves; made-up raters do not count."""
    import numpy as np

    from .rating_reader import read_ratings

    made_up = np.array(session.scalars(select(User.id).where(User.origin == DEMO_ORIGIN)).all(), dtype=np.int64)
    found = read_ratings(session)
    movies, halves = found.movies, found.half_stars
    if made_up.size:
        kept = ~np.isin(found.users, made_up)
        movies, halves = movies[kept], halves[kept]
    counts, sums = np.bincount(movies), np.bincount(movies, weights=halves)
    session.execute(update(Movie).values(rating_count=0, rating_sum=0).where(Movie.rating_count > 0))
    rows = [{"b_id": movie_id, "n": int(counts[movie_id]), "total": int(sums[movie_id])} for movie_id in np.flatnonzero(counts).tolist()]
    if rows:
        statement = text("UPDATE movies SET rating_count = :n, rating_sum = :total WHERE id = :b_id")
        session.connection().execute(statement, rows)


def chunks(ratings: RatingColumns, start: int, size: int) -> Iterator[RatingColumns]:
    """The ratings from a place on, in parts."""
    for begin in range(start, len(ratings), size):
        yield ratings.take(slice(begin, begin + size))
