"""Everybody's ratings as arrays: the database joins those of a person to one value, which is read several times as fast as a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from ..catalogue.rating_columns import RatingColumns
from .models import Rating

_MOVIE = 1 << 4  # a movie's id stands above the half stars
_PEOPLE = 2_000  # at a time


def read_ratings(session: Session, with_times: bool = False, whose: ColumnElement[bool] | None = None) -> RatingColumns:
    """All ratings, or some people's, by person and movie; without times `rated_at` is empty. 9 bytes a rating (17 with times)."""
    on_sqlite = session.connection().dialect.name == "sqlite"
    numbers = [(Rating.movie_id * _MOVIE + Rating.half_stars, func.int4send), (Rating.rated_at, func.int8send)][: 1 + with_times]
    joined = [
        func.group_concat(number, " ") if on_sqlite else func.string_agg(send(number), literal_column("''::bytea"))
        for number, send in numbers
    ]
    query = select(Rating.user_id, func.count(), *joined).group_by(Rating.user_id).order_by(Rating.user_id)
    if whose is not None:
        query = query.where(whose)
    rows = session.execute(query.execution_options(yield_per=_PEOPLE))
    return RatingColumns.joined(_columns(*zip(*part, strict=True)) for part in rows.partitions())


def _columns(users: Sequence[int], counts: Sequence[int], codes: Sequence[Any], times: Sequence[Any] = ()) -> RatingColumns:
    """The ratings of some people, each with as many as are counted."""
    packed = _numbers(codes, ">i4")
    columns = RatingColumns(
        np.repeat(np.array(users, dtype=np.int32), counts), (packed // _MOVIE).astype(np.int32), (packed % _MOVIE).astype(np.uint8),
        _numbers(times, ">i8").astype(np.int64),
    )  # fmt: skip
    # No database promises the order in which it joins, though all of them follow the key where they read by it.
    key = columns.users.astype(np.int64) << 32 | columns.movies
    if (key[1:] > key[:-1]).all():
        return columns
    order = np.argsort(key)
    return RatingColumns(
        columns.users[order], columns.movies[order], columns.half_stars[order], columns.rated_at[order] if times else columns.rated_at
    )


def _numbers(joined: Sequence[str | bytes], kind: str) -> npt.NDArray[np.integer]:
    """Whole numbers: written in words by SQLite, in bytes by PostgreSQL."""
    if not joined:
        return np.empty(0, dtype=np.int64)
    if isinstance(joined[0], str):
        return np.fromstring(" ".join(joined), dtype=np.int64, sep=" ")  # type: ignore[arg-type]
    return np.frombuffer(b"".join(joined), dtype=kind)  # type: ignore[arg-type]
