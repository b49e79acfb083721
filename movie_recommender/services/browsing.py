"""Looking at the catalogue: search, a movie's page, examples to rate."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from ..catalogue.records import FORMATS
from ..errors import InvalidInput, NotFound
from ..storage import db, rows, upsert, writing
from ..storage.models import DEMO_ORIGIN, Credit, Genre, Movie, MovieGenre, Rating, Revision, SimilarMovies, Unseen, User
from . import searching
from .fame import fame

EXAMPLE_POOL = 240  # the best known movies from which examples are drawn
CARD = (selectinload(Movie.genres), selectinload(Movie.directors))
FULL = (*CARD, selectinload(Movie.credits).joinedload(Credit.person))


@dataclass(frozen=True)
class Found:
    """One page of search results, `total` over all pages."""

    movies: list[Movie]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return math.ceil(self.total / self.per_page)


def genre_names() -> list[str]:
    """Every genre that a movie here has, in alphabetical order."""
    return list(db.session.scalars(select(Genre.name).where(Genre.id.in_(select(MovieGenre.genre_id))).order_by(Genre.name)))


def genre_choices() -> list[str]:
    """The genres that people see and choose by, in alphabetical order."""
    return [name for name in genre_names() if name not in FORMATS]


def genre_name(genre_id: int) -> str:
    """The name of a genre.

    Raises:
        NotFound: There is no such genre.
    """
    name = db.session.scalar(select(Genre.name).where(Genre.id == genre_id))
    if name is None:
        raise NotFound("There is no such genre.")
    return name


def size() -> int:
    """How many movies the catalogue holds."""
    return db.session.scalar(select(func.count()).select_from(Movie)) or 0


def by_ids(movie_ids: Sequence[int]) -> dict[int, Movie]:
    """Movies with what a card shows (genres, directors), by id; ids that are not here are left out."""
    return {movie.id: movie for movie in db.session.scalars(select(Movie).where(Movie.id.in_(movie_ids)).options(*CARD))}


def genres_by_movie(movie_ids: Sequence[int]) -> dict[int, set[str]]:
    """Movie id to the names of its genres."""
    genres: dict[int, set[str]] = {}
    pairs = select(MovieGenre.movie_id, Genre.name).join(Genre).where(MovieGenre.movie_id.in_(movie_ids))
    for movie_id, name in db.session.execute(pairs):
        genres.setdefault(movie_id, set()).add(name)
    return genres


def titles(movie_ids: Collection[int]) -> dict[int, str]:
    """Movie id to title."""
    return dict(db.session.execute(select(Movie.id, Movie.title).where(Movie.id.in_(movie_ids))).all())


def check_films(stars: Mapping[int, float]) -> Mapping[int, float]:
    """The same, if all of its movies are here.

    Raises:
        InvalidInput: One is not; the message names it.
    """
    there = titles(stars)
    for movie_id in stars:
        if movie_id not in there:
            raise InvalidInput(f"There is no movie {movie_id} here.")
    return stars


def search(query: str = "", genre: str | None = None, page: int = 1, per_page: int = 24) -> Found:
    """Movies whose title holds the words of `query` (see `searching`), best first; all of them, best known first, without."""
    matches = [Movie.id.in_(select(MovieGenre.movie_id).join(Genre).where(Genre.name == genre))] if genre else []
    ids = searching.title_ids(query) if query.strip() else None
    if ids is not None and genre:
        of_genre = set(db.session.scalars(select(Movie.id).where(*matches)))
        ids = [movie_id for movie_id in ids if movie_id in of_genre]
    total = len(ids) if ids is not None else db.session.scalar(select(func.count()).select_from(Movie).where(*matches)) or 0
    page = max(1, min(page, math.ceil(total / per_page) or 1))
    start = (page - 1) * per_page
    if ids is not None:
        movies = by_ids(ids[start : start + per_page])
        return Found([movies[movie_id] for movie_id in ids[start : start + per_page] if movie_id in movies], total, page, per_page)
    known = (Movie.rating_count.desc(), Movie.renown, Movie.title, Movie.id)
    shown = select(Movie).where(*matches).options(*CARD).order_by(*known).limit(per_page).offset(start)
    return Found(list(db.session.scalars(shown)), total, page, per_page)


def movie(movie_id: int) -> Movie:
    """One movie with genres and credits.

    Raises:
        NotFound: There is no such movie.
    """
    found = db.session.scalar(select(Movie).where(Movie.id == movie_id).options(*FULL))
    if found is None:
        raise NotFound("There is no such movie.")
    return found


@dataclass(frozen=True)
class MoreLike:
    """Films like one, best first: in all respects, and by shared fans, plot and people alone."""

    all: list[Movie]
    fans: list[Movie]
    plot: list[Movie]
    people: list[Movie]


def more_like(movie_id: int, n: int = 12) -> MoreLike | None:
    """The films most like this one; None until the background API has compared the catalogue."""
    payload = db.session.scalar(select(SimilarMovies.payload).where(SimilarMovies.movie_id == movie_id))
    kinds = json.loads(payload) if payload else None
    if not isinstance(kinds, dict):  # a list: compared by an earlier release, and compared again before long
        return None
    movies = by_ids(list({each for ids in kinds.values() for each in ids[:n]}))
    return MoreLike(**{name: [movies[each] for each in ids[:n] if each in movies] for name, ids in kinds.items()})


def before(film: Movie) -> list[Movie]:
    """The parts of its series that come before a film, in order; none for a film that stands on its own."""
    if not film.series or not film.part:
        return []
    earlier = select(Movie).where(Movie.series == film.series, Movie.part < film.part)
    return list(db.session.scalars(earlier.order_by(Movie.part, Movie.year, Movie.id)))


def compared() -> int:
    """How often it has changed which films are like which."""
    found = rows(_COMPARED)
    return int(found[0][0]) if found else 0


_COMPARED = select(Revision.value).where(Revision.name == "similar")


def histogram(movie_id: int) -> list[int]:
    """How many people here gave 0.5, 1, ... 5 stars: ten counts; made-up raters do not count."""
    counts = dict(rows(_GIVEN, movie_id=movie_id))
    return [counts.get(halves, 0) for halves in range(1, 11)]


_GIVEN = (
    select(Rating.half_stars, func.count())
    .where(Rating.movie_id == bindparam("movie_id"), Rating.user_id.not_in(select(User.id).where(User.origin == DEMO_ORIGIN)))
    .group_by(Rating.half_stars)
)  # fmt: skip


def mark_unseen(user_id: int, movie_id: int) -> None:
    """Note that the person has not seen a movie; it is not offered as an example again.

    Raises:
        NotFound: There is no such movie.
    """
    with writing() as session:
        if session.get(Movie, movie_id) is None:
            raise NotFound("There is no such movie.")
        session.execute(upsert(Unseen).values(user_id=user_id, movie_id=movie_id).on_conflict_do_nothing())


def examples(user_id: int, n: int = 12, shown: Collection[int] = ()) -> list[Movie]:
    """Well-known movies to rate, spread over genres and decades: not rated, not marked unseen, not in `shown`."""
    passed = select(Rating.movie_id).where(Rating.user_id == user_id).union(select(Unseen.movie_id).where(Unseen.user_id == user_id))
    # Equally known movies come in an order of the person's own: ids follow the years, and would show the oldest to everybody.
    shuffled = (Movie.id * 7919 + user_id * 31) % 1009
    pool = db.session.scalars(
        select(Movie).where(Movie.id.not_in(passed), Movie.id.not_in(list(shown))).options(*CARD)
        .order_by(fame().desc(), shuffled, Movie.id).limit(EXAMPLE_POOL)
    )  # fmt: skip
    return _spread(list(pool), n)


def _spread(pool: list[Movie], n: int) -> list[Movie]:
    """Take the best known first, each genre and decade counting less the oftener it was taken."""
    chosen: list[Movie] = []
    taken: Counter[object] = Counter()

    def worth(place_movie: tuple[int, Movie]) -> float:
        place, candidate = place_movie
        facets = _facets(candidate)
        crowding = sum(taken[facet] for facet in facets) / max(1, len(facets))
        return 1 / (1 + place / 40) - 0.3 * crowding

    left = list(enumerate(pool))
    while left and len(chosen) < n:
        best = max(left, key=worth)
        left.remove(best)
        chosen.append(best[1])
        taken.update(_facets(best[1]))
    return chosen


def _facets(candidate: Movie) -> list[object]:
    return [genre.name for genre in candidate.genres] + [(candidate.year or 0) // 10]
