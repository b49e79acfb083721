"""What the engine learns from, read from SQL as columns: a big table never becomes objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, cast, select, union_all

from ..catalogue.rating_columns import RatingColumns
from ..core import Items, Ratings
from ..storage import db
from ..storage.models import Credit, Genre, Movie, MovieGenre, Person, PlotVector, Rating, User
from ..storage.rating_reader import read_ratings
from .fame import judged

MOST_NAMED = 30_000  # films in one question: SQLite takes 32,766 values
ORDER_OF = 10_000  # community raters from whom is learned what people rate after what


def load_items(movie_ids: Sequence[int] | None = None) -> Items:
    """All movies as the core wants them, or these alone (`MOST_NAMED` at most), in order of id."""

    def wanted(query: Any, column: Any) -> Any:
        return query if movie_ids is None else query.where(column.in_(movie_ids))

    facts = select(Movie.id, Movie.year, Movie.keywords, Movie.languages, Movie.series, Movie.part, judged()).order_by(Movie.id)
    movies = db.session.execute(wanted(facts, Movie.id)).all()
    genres: dict[int, set[str]] = defaultdict(set)
    for movie_id, name in db.session.execute(wanted(select(MovieGenre.movie_id, Genre.name).join(Genre), MovieGenre.movie_id)):
        genres[movie_id].add(name)
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    billed = select(Credit.movie_id, Person.name, Credit.role).join(Person).order_by(Credit.movie_id, Credit.role.desc(), Credit.billing)
    for movie_id, name, role in db.session.execute(wanted(billed, Credit.movie_id)):
        people[movie_id].append((name, role))
    ids = [movie_id for movie_id, *_ in movies]
    return Items(
        np.array(ids, dtype=np.int64),
        [genres[movie_id] for movie_id in ids],
        [people[movie_id] for movie_id in ids],
        load_plot_vectors(ids, alone=movie_ids is not None),
        years=np.array([year or 0 for _, year, *_ in movies], dtype=np.int64),
        keywords=[keywords or [] for _, _, keywords, *_ in movies],
        languages=[languages[0] if languages else "" for _, _, _, languages, *_ in movies],
        series=[(name, part or 0) if name else None for *_, name, part, _ in movies],
        fame=[known for *_, known in movies],
    )


def load_plot_vectors(movie_ids: Sequence[int], alone: bool = False) -> npt.NDArray[np.float32] | None:
    """``float32[len(movie_ids), d]``, rows of NaN where there is none; None when no plot was encoded yet.

    Vectors of another length than the newest encoder's are left out: they do not compare. `alone` reads no others than these
    (`MOST_NAMED` at most), which is less where the catalogue is much larger.
    """
    query = select(PlotVector.movie_id, PlotVector.encoder, PlotVector.vector)
    rows = db.session.execute(query.where(PlotVector.movie_id.in_(movie_ids)) if alone else query).all()
    if not rows:
        return None
    encoders = [encoder for _, encoder, _ in rows]
    usual = max(set(encoders), key=encoders.count)
    places = {movie_id: place for place, movie_id in enumerate(movie_ids)}
    vectors: npt.NDArray[np.float32] | None = None
    for movie_id, encoder, data in rows:
        if encoder != usual or movie_id not in places:
            continue
        vector = np.frombuffer(data, dtype="<f4")
        if vectors is None:
            vectors = np.full((len(movie_ids), vector.size), np.nan, dtype=np.float32)
        vectors[places[movie_id]] = vector
    return vectors


def load_ratings(with_times: bool = False) -> Ratings:
    """Everybody's ratings, in the order of the key, which the core takes without sorting; with their times only on request."""
    return _ratings(read_ratings(db.session(), with_times), with_times)


def load_timed() -> Ratings:
    """Ratings with their times: of all members, whose latest ones count most, and of `ORDER_OF` drawn community raters."""
    drawn = select(User.id).where(User.kind != "member").order_by(cast(User.id, BigInteger) * 48_271 % 2_147_483_647).limit(ORDER_OF)
    # One condition, not two with "or" between: for that every rating there is would be looked at.
    wanted = Rating.user_id.in_(union_all(select(User.id).where(User.kind == "member"), select(drawn.subquery().c.id)))
    return _ratings(read_ratings(db.session(), True, wanted), True)


def _ratings(found: RatingColumns, with_times: bool) -> Ratings:
    return Ratings.of_half_stars(found.users, found.movies, found.half_stars, found.rated_at if with_times else None)
