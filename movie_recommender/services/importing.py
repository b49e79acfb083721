"""Bringing catalogues and communities in: the embedded catalogue, MovieLens data sets, metadata files.

An import is there as a whole or not at all, and repeating it changes nothing. All but MovieLens' are one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from ..catalogue import jsonl
from ..catalogue.movielens import open_data_set
from ..errors import ImportFailed
from ..storage import db, writing
from ..storage.models import Import
from ..storage.movies import save_movies
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

    The file is read to its end before anything is written. Then movies and raters come in a transaction each, the ratings in
    parts; when the process is killed between, the same command goes on after the last part, and until it has come to the end
    the engine and the movies' figures know nothing of them. Memory: about 60 bytes a rating.

    Raises:
        ImportFailed: It is no MovieLens data set, or a file of it cannot be read; nothing was imported then.
    """
    from .bulk import load_ratings, read_ratings  # numpy: not for the website

    data = open_data_set(path)
    pairs = list(data.movies())
    ratings = read_ratings(data, progress)
    ids, saved = save_movies([record for _, record in pairs], "movielens", lambda done: progress("movies", done, len(pairs)))
    movie_ids = {external: movie_id for (external, _), movie_id in zip(pairs, ids, strict=True)}
    counts = load_ratings(data, movie_ids, ratings, saved, progress)
    return Report(counts, data.problems)
