"""Large data sets: read as arrays with the same result as row by row, loaded in parts, taken up again after a kill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select, text

from movie_recommender.catalogue.movielens import open_data_set
from movie_recommender.catalogue.rating_columns import RatingColumns, read
from movie_recommender.services import bulk, importing
from movie_recommender.storage import create_or_upgrade, db, ratings
from movie_recommender.storage.models import Import, Movie, Rating, Revision

from ..catalogue.data_sets import latest

CSV = "userId,movieId,rating,timestamp\n"
CELLS = st.sampled_from(
    [
        "1",
        "2",
        "77",
        "0",
        "-1",
        "4.5",
        "3.3",
        "5.0",
        "4.",
        "2.50",
        ".5",
        "",
        "x",
        "1e3",
        " 1",
        "2147483648",
        "9" * 11,
        "9" * 19,
        "nan",
        '"3"',
    ]
)
LINE = st.lists(CELLS, min_size=3, max_size=5).map(",".join)


class Killed(Exception):
    """Stands for a kill -9 between two transactions."""


def rows(columns: RatingColumns) -> list[tuple[int, ...]]:
    parts = (columns.users, columns.movies, columns.half_stars, columns.rated_at)
    return list(zip(*(part.tolist() for part in parts), strict=True))


@settings(deadline=None)  # the first block waits for the compiler
@example(["1,1,1", "1,1,1,1,1"], "\n")  # together as many cells as two ratings
@given(st.lists(LINE, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_arrays_hold_what_the_reader_of_rows_finds(tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str) -> None:
    folder = latest(tmp_path_factory.mktemp("set"), ratings=CSV)
    (folder / "ratings.csv").write_bytes((CSV + "".join(line + end for line in lines)).encode())
    quick, slow = open_data_set(folder), open_data_set(folder)
    with (folder / "ratings.csv").open("rb") as file:
        expected = list(slow._rating_rows(file, 0))
    assert rows(RatingColumns.joined(list(quick.ratings()))) == expected
    assert (quick.skipped, quick.problems) == (slow.skipped, slow.problems)


def test_lines_are_whole_wherever_a_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ratings.dat"
    path.write_text("".join(f"{user}::{user * 3}::4.5::{user}\n" for user in range(1, 200)))
    for size in (1, 7, 64, 10_000):
        monkeypatch.setattr("movie_recommender.catalogue.rating_columns.CHUNK", size)
        with path.open("rb") as file:
            found = RatingColumns.joined(list(read(file, b"::", lambda block, lines: pytest.fail(f"{block!r}"))))
        assert rows(found) == [(user, user * 3, 9, user) for user in range(1, 200)]


@given(st.lists(st.tuples(*(st.integers(1, 4),) * 4)))
def test_in_order_each_pair_comes_once_and_the_latest_stays(given_rows: list[tuple[int, int, int, int]]) -> None:
    found = rows(RatingColumns.of(given_rows).in_order())
    assert [row[:2] for row in found] == sorted({row[:2] for row in given_rows})
    for user, movie, _, seconds in found:
        assert seconds == max(row[3] for row in given_rows if row[:2] == (user, movie))


def large(folder: Path) -> Path:
    lines = [
        f"{user},{movie},{movie % 5 + 1 if movie % 5 else 0.5},{user + movie}\n" for user in range(1, 41) for movie in (1, 29, 318, 924)
    ]
    return latest(folder, ratings=CSV + "".join(lines))


def everything() -> list[tuple[int, ...]]:
    columns = (Rating.user_id, Rating.movie_id, Rating.half_stars, Rating.rated_at, Rating.import_id)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Rating.user_id, Rating.movie_id))]


def stopped_import(folder: Path, after: int) -> None:
    """Import until so many ratings are written, and no further."""

    def progress(what: str, done: int, _total: int) -> None:
        nonlocal after
        if what == "ratings" and (after := after - done) < 0:
            raise Killed

    with pytest.raises(Killed):
        importing.import_movielens(folder, progress)


def is_whole(folder: Path) -> None:
    """Every rating is here once, the figures are right, and repeating changes nothing."""
    assert len(everything()) == 160
    assert {row[4] for row in everything()} == {db.session.scalars(select(Import.id).where(Import.state == "applied")).one()}
    assert sorted(db.session.scalars(select(Movie.rating_count).where(Movie.rating_count > 0))) == [40, 40, 40, 40]
    assert importing.import_movielens(folder).counts["ratings"] == 0
    assert db.session.scalar(select(func.count()).select_from(Import).where(Import.state == "loading")) == 0


def test_an_import_that_was_killed_goes_on_where_it_stopped(app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PART", 30)
    folder, done = large(tmp_path / "ml"), []
    with app.app_context():
        stopped_import(folder, after=60)
        assert len(everything()) == 90, "what was written stays"
        assert db.session.get(Revision, "community") is None, "the engine is told at the end only"
        report = importing.import_movielens(folder, lambda what, size, _total: done.append(size) if what == "ratings" else None)
        assert report.counts["ratings"] == 160
        assert done == [90, 30, 30, 10], "what was written is not written again"
        is_whole(folder)


@pytest.mark.servers
@pytest.mark.xdist_group("postgresql")
@pytest.mark.parametrize("after", [-1, 60, 159])
def test_on_postgresql_a_staged_import_goes_on_where_it_stopped(
    app_on_postgresql: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(bulk, "STAGED_PART", 30)
    monkeypatch.setattr(ratings, "STAGE_FROM", 1)
    folder, before = large(tmp_path / "ml"), shape()
    stopped_import(folder, after)
    assert everything() == [], "staged ratings come in all at once"
    assert importing.import_movielens(folder).counts["ratings"] == 160
    assert shape() == before, "keys and indexes are as they were"
    assert not inspect(db.engine).has_table("incoming_ratings")
    is_whole(folder)


def shape() -> list[Any]:
    """Constraints and indexes of the ratings, as PostgreSQL spells them."""
    keys = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ratings'::regclass ORDER BY conname"
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ratings' ORDER BY indexname"
    found = [tuple(row) for query in (keys, indexes) for row in db.session.execute(text(query))]
    db.session.commit()
    return found


@pytest.mark.servers
@pytest.mark.xdist_group("postgresql")
def test_on_postgresql_both_ways_give_the_same(
    app_on_postgresql: Any, new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = large(tmp_path / "ml")
    importing.import_movielens(folder)
    plain = everything()
    for table in ("ratings", "imports", "users"):
        db.session.execute(text(f"TRUNCATE {table} RESTART IDENTITY CASCADE"))
    db.session.commit()
    monkeypatch.setattr(ratings, "STAGE_FROM", 1)
    importing.import_movielens(folder)
    assert everything() == plain


def test_the_indexes_that_a_large_import_does_without_are_there_again_even_if_it_was_killed(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> set[str | None]:
        return {index["name"] for index in inspect(db.engine).get_indexes("ratings")}

    monkeypatch.setattr(ratings, "STAGE_FROM", 1)
    folder = large(tmp_path / "ml")
    with app.app_context():
        before = indexes()
        assert len(before) == 2
        with monkeypatch.context() as dead:
            dead.setattr(ratings, "make_indexes", lambda _session: None)  # nothing comes after the kill
            stopped_import(folder, after=60)
        assert indexes() == set()
        create_or_upgrade()
        assert indexes() == before
        importing.import_movielens(folder)
        assert indexes() == before
        is_whole(folder)
