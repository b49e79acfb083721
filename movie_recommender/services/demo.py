"""The demo community: made-up raters, off by default, called so wherever they show, and removable without trace.

They are users of kind `community` and origin `demo`. The engine learns from them; no figure counts them: movies' counts
and histograms (`storage.ratings`, `services.browsing`) leave this origin out, evaluation and exports read other data.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import delete, func, insert, select

from ..catalogue.demo import Film, community
from ..errors import InvalidInput
from ..storage import db, raise_revision, rows, writing
from ..storage.models import DEMO_ORIGIN, Credit, Genre, Import, Movie, MovieGenre, Person, Rating, User
from ..storage.ratings import upsert_ratings
from .clock import now

SEED = "demo community 1"
MOST = 5000
LEADS = 3  # of the cast, those whom a taste may be about
_UNTIL = 1_767_225_600  # 2026-01-01: a fixed day, so that the same command makes the same ratings


def count() -> int:
    """How many made-up raters are here."""
    return int(rows(_COUNT)[0][0])


_COUNT = select(func.count()).select_from(User).where(User.origin == DEMO_ORIGIN)


def seed(people: int) -> tuple[int, int]:
    """Make the demo community of this size, in place of an earlier one. Returns how many people and ratings there are.

    Raises:
        InvalidInput: Not between 1 and `MOST` people, or the catalogue has no films of known renown.
    """
    if not 1 <= people <= MOST:
        raise InvalidInput(f"A demo community has 1 to {MOST:,} people.")
    films = _films()
    if len(films) < 50:
        raise InvalidInput("The demo community rates the embedded catalogue, which is not here. Run `flask initdb` first.")
    from ..catalogue.rating_columns import RatingColumns  # numpy: not for the website

    with writing() as session:
        remove()
        run = Import(source="demo community (made up)", started_at=now(), counts={})
        session.add(run)
        users = [
            {
                "name": f"Demo rater {number} (made up)", "kind": "community", "origin": DEMO_ORIGIN, "external_id": str(number),
                "created_at": now(),
            }
            for number in range(1, people + 1)
        ]  # fmt: skip
        session.execute(insert(User), users)
        ids = dict(session.execute(select(User.external_id, User.id).where(User.origin == DEMO_ORIGIN)).all())
        rows = (
            (ids[str(number)], films[rating.film][1], rating.half_stars, rating.rated_at)
            for number, ratings in community([film for film, _ in films.values()], people, SEED, _UNTIL)
            for rating in ratings
        )
        ratings = RatingColumns.of(rows).in_order()
        upsert_ratings(session, ratings, run.id)
        run.finished_at, run.counts = now(), {"people": people, "ratings": len(ratings)}
        raise_revision("community")
    return people, len(ratings)


def remove() -> int:
    """Take the demo community away with everything it brought. Returns how many people that were."""
    with writing() as session:
        ours = select(User.id).where(User.origin == DEMO_ORIGIN)
        runs = list(session.scalars(select(Rating.import_id).where(Rating.user_id.in_(ours)).distinct()))
        session.execute(delete(Rating).where(Rating.user_id.in_(ours)))
        removed = len(session.scalars(delete(User).where(User.origin == DEMO_ORIGIN).returning(User.id)).all())
        session.execute(delete(Import).where(Import.id.in_(runs)))
        if removed:
            raise_revision("community")
    return removed


def _films() -> dict[str, tuple[Film, int]]:
    """Films of known renown by their IMDb id, with our id."""
    genres: dict[int, set[str]] = defaultdict(set)
    for movie_id, name in db.session.execute(select(MovieGenre.movie_id, Genre.name).join(Genre)):
        genres[movie_id].add(name)
    people: dict[int, set[str]] = defaultdict(set)
    for movie_id, name in db.session.execute(select(Credit.movie_id, Person.name).join(Person).where(Credit.billing < LEADS)):
        people[movie_id].add(name)
    columns = (Movie.id, Movie.imdb_id, Movie.year, Movie.renown)
    return {
        row.imdb_id: (Film(row.imdb_id, row.year or 2000, row.renown, frozenset(genres[row.id]), frozenset(people[row.id])), row.id)
        for row in db.session.execute(select(*columns).where(Movie.renown <= 3, Movie.imdb_id.is_not(None)))
    }
