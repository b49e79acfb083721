"""The ratings of a large data set: read as arrays, put in order, loaded in parts that a killed import does not repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sqlalchemy import select

from ..catalogue.movielens import DataSet
from ..catalogue.rating_columns import RatingColumns
from ..storage import raise_revision, writing
from ..storage import ratings as table
from ..storage.models import Import
from .clock import now

log = logging.getLogger(__name__)
PART = 2_000_000  # ratings a transaction: seconds for which others wait to write
STAGED_PART = 5_000_000
Progress = Callable[[str, int, int], None]


def read_ratings(data: DataSet, progress: Progress) -> RatingColumns:
    """The whole file, in the data set's own ids.

    Raises:
        ImportFailed: It cannot be read to its end.
    """

    def parts() -> Iterator[RatingColumns]:
        read, size = 0, data.ratings_size()
        for part in data.ratings():
            yield part
            read += len(part)
            # A row of ratings.csv has about 25 bytes; the bar is an estimate, the count at the end is not.
            progress("reading", len(part), max(read, size // 25))

    return RatingColumns.joined(parts())


def load_ratings(
    data: DataSet, movie_ids: Mapping[int, int], ratings: RatingColumns, saved: dict[str, int], progress: Progress
) -> dict[str, int]:
    """Write the ratings, or what of them an earlier run did not come to; returns the import's counts."""
    with writing() as session:
        run = session.scalars(select(Import).where(Import.source == f"MovieLens {data.origin()}", Import.state == "loading")).first()
        if run is None:
            run = Import(source=f"MovieLens {data.origin()}", state="loading", started_at=now(), counts={"loaded": 0, "ratings": 0})
            session.add(run)
        elif run.counts["loaded"]:
            log.warning("The import that was stopped goes on after %d ratings.", run.counts["loaded"])
        raters = np.unique(ratings.users).tolist()
        users = table.community_raters(session, data.origin(), raters, now())
    ours, skipped = _in_order(ratings, users, movie_ids)
    with writing() as session:
        staging = table.can_stage(session, list(users.values()), len(ours))
        table.drop_indexes(session, len(ours))
        table.keep_in_memory(session, bulk=True)
    try:
        written = _stage(run.id, ours, progress) if staging else _upsert(run, ours, progress)
        with writing() as session:
            if staging:
                written = table.publish_staged(session)
            progress("indexes", 0, 1)
            table.make_indexes(session)
            progress("indexes", 1, 1)
            if written:
                table.recount(session)
                raise_revision("community")
            counts = {**saved, "ratings": written, "skipped": data.skipped + skipped}
            run = session.get_one(Import, run.id)
            run.state, run.finished_at, run.counts = "applied", now(), counts
    finally:
        with writing() as session:
            table.make_indexes(session)
            table.keep_in_memory(session, bulk=False)
    return counts


def _in_order(ratings: RatingColumns, users: Mapping[int, int], movies: Mapping[int, int]) -> tuple[RatingColumns, int]:
    """The ratings with our ids, in the order of the key, each pair once (the latest); and how many have no movie here."""
    places = np.unique(ratings.movies)
    known = np.array([movies.get(movie, 0) for movie in places.tolist()], dtype=np.int32)
    movie_ids = known[np.searchsorted(places, ratings.movies)]
    raters = np.array(sorted(users), dtype=np.int64)
    user_ids = np.array([users[rater] for rater in raters.tolist()], dtype=np.int32)[np.searchsorted(raters, ratings.users)]
    ours = RatingColumns(user_ids, movie_ids, ratings.half_stars, ratings.rated_at)
    skipped = int((movie_ids == 0).sum())
    if skipped:
        ours = ours.take(movie_ids > 0)
    return ours.in_order(), skipped


def _upsert(run: Import, ours: RatingColumns, progress: Progress) -> int:
    done, written = int(run.counts["loaded"]), int(run.counts["ratings"])
    progress("ratings", min(done, len(ours)), len(ours))
    for part in table.chunks(ours, done, PART):
        with writing(bulk=True) as session:
            table.insist_on_parents(session, part)
            written += table.upsert_ratings(session, part, run.id)
            done += len(part)
            noted: dict[str, Any] = {"loaded": done, "ratings": written}
            session.get_one(Import, run.id).counts = noted
        progress("ratings", len(part), len(ours))
    return written


def _stage(import_id: int, ours: RatingColumns, progress: Progress) -> int:
    with writing() as session:
        done = table.staged(session, import_id)
    progress("ratings", done, len(ours))
    for part in table.chunks(ours, done, STAGED_PART):
        with writing() as session:
            table.stage(session, part, import_id)
        progress("ratings", len(part), len(ours))
    return len(ours)
