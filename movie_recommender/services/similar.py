"""The most similar movies of every movie, computed after a fit and kept for the movies' pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sqlalchemy import select

from ..storage import raise_revision, upsert, writing
from ..storage.models import Movie, SimilarMovies
from .engine import Fitted

SAVED_AT_ONCE = 500  # rows in one transaction
SIMILAR = 24  # movies kept as the most similar ones of each movie


def save_similar(fitted: Fitted, progress: Callable[[int, int], None]) -> None:
    """Write the most similar movies of every movie, some at a time, so that nobody who rates meanwhile has to wait."""
    total = fitted.movies
    rows: list[dict[str, object]] = []
    for place, (movie_id, similar) in enumerate(fitted.model.all_similar_items(SIMILAR)):
        progress(place, total)
        rows.append({"movie_id": movie_id, "payload": json.dumps(similar).encode()})
        if len(rows) == SAVED_AT_ONCE:
            _write_similar(rows)
            rows = []
    _write_similar(rows)
    progress(total, total)


def _write_similar(rows: Sequence[dict[str, object]]) -> None:
    ids = [row["movie_id"] for row in rows]
    with writing() as session:
        here = set(session.scalars(select(Movie.id).where(Movie.id.in_(ids))))
        if kept := [row for row in rows if row["movie_id"] in here]:
            statement = upsert(SimilarMovies)
            session.execute(
                statement.on_conflict_do_update(index_elements=["movie_id"], set_={"payload": statement.excluded.payload}), kept
            )
        raise_revision("similar")
