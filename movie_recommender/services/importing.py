"""Bringing catalogues and communities in: the embedded catalogue, MovieLens data sets, metadata files.

Each import is one transaction: it is there as a whole or not at all, and repeating it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from ..catalogue import jsonl
from ..catalogue.movielens import DataSet, RatingRow, open_data_set
from ..errors import ImportFailed
from ..storage import db, raise_revision, writing
from ..storage.models import Import
from ..storage.movies import save_movies
from ..storage.ratings import Row, community_raters, load, recount
from .clock import now

Progress = Callable[[str, int, int], None]  # what is being read, how much since the last call, of how much in all


@dataclass
class Report:
    """What an import did: counts by name, and the rows that could not be read."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def _silent(_what: str, _done: int, _total: int) -> None:
    return


def load_embedded(progress: Progress = _silent) -> Report:
    """Load the catalogue that ships with the product, unless this version of it is already there."""
    digest = hashlib.sha256(jsonl.EMBEDDED.read_bytes()).hexdigest()[:16]
    source = f"embedded catalogue {digest}"
    if db.session.scalar(select(Import.id).where(Import.source == source).limit(1)):
        return Report()
    records = jsonl.embedded()
    with writing() as session:
        _, counts = save_movies(records, "embedded", lambda done: progress("movies", done, len(records)))
        session.add(Import(source=source, started_at=now(), finished_at=now(), counts=counts))
    return Report(counts)


def import_metadata(path: Path, progress: Progress = _silent) -> Report:
    """Complete movies from a JSON Lines file (fields: `catalogue.records.FIELDS`); movies that are not here are added.

    Raises:
        ImportFailed: The file cannot be read, or no line of it is a movie.
    """
    report = Report()
    records = list(jsonl.read_file(path, report.problems))
    if not records:
        raise ImportFailed(f"{path} holds no movie. {' '.join(report.problems[:1])}".strip())
    with writing() as session:
        _, report.counts = save_movies(records, "metadata", lambda done: progress("movies", done, len(records)))
        session.add(Import(source=f"metadata {path.name}"[:200], started_at=now(), finished_at=now(), counts=report.counts))
    return report


def import_movielens(path: Path, progress: Progress = _silent) -> Report:
    """Bring in a MovieLens data set: its movies, and its ratings as those of community raters, who cannot sign in.

    Raises:
        ImportFailed: It is no MovieLens data set, or a file of it cannot be read; nothing was imported then.
    """
    data = open_data_set(path)
    pairs = list(data.movies())
    with writing() as session:
        ids, counts = save_movies([record for _, record in pairs], "movielens", lambda done: progress("movies", done, len(pairs)))
        movie_ids = {external: movie_id for (external, _), movie_id in zip(pairs, ids, strict=True)}
        run = Import(source=f"MovieLens {data.origin()}", started_at=now(), counts={})
        session.add(run)
        session.flush()
        counts["ratings"] = _load_ratings(data, movie_ids, run.id, progress)
        if counts["ratings"]:
            recount(session)
            raise_revision("community")
        counts["skipped"] = data.skipped
        run.finished_at, run.counts = now(), counts
    return Report(counts, data.problems)


def _load_ratings(data: DataSet, movie_ids: dict[int, int], import_id: int, progress: Progress) -> int:
    """Returns how many ratings are new or changed."""
    read, changed, size = 0, 0, data.ratings_size()
    with writing() as session:
        for batch, written in load(session, _database_rows(data, movie_ids, import_id)):
            read, changed = read + batch, changed + written
            # A row of ratings.csv has about 25 bytes; the bar is an estimate, the count at the end is not.
            progress("ratings", batch, max(read, size // 25))
    return changed


def _database_rows(data: DataSet, movie_ids: dict[int, int], import_id: int, chunk: int = 200_000) -> Iterator[Row]:
    origin, created_at = data.origin(), now()
    raters: dict[int, int] = {}
    waiting: list[RatingRow] = []

    def drain() -> Iterator[Row]:
        if new := sorted({row.user for row in waiting}.difference(raters)):
            with writing() as session:
                raters.update(community_raters(session, origin, new, created_at))
        for row in waiting:
            if (movie_id := movie_ids.get(row.movie)) is not None:
                yield raters[row.user], movie_id, row.half_stars, row.rated_at, import_id
            else:
                data.skipped += 1
        waiting.clear()

    for row in data.ratings():
        waiting.append(row)
        if len(waiting) >= chunk:
            yield from drain()
    yield from drain()
