"""The real samples against the catalogue of MovieLens latest-small.

Every match by title was looked at once; the golden digest stands for that list. When it changes, the list is printed: look at
it again, then take the new digest. The samples themselves are not for publication.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from movie_recommender.catalogue.exports import Film, read_upload
from movie_recommender.catalogue.movielens import open_data_set
from movie_recommender.services.history.matching import ID, NEAR_YEAR, PART, TITLE, Match, Matcher
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie
from movie_recommender.storage.movies import save_movies

SHARED = Path("/work/shared/data")
SAMPLES = sorted((SHARED / "exports").glob("*")) if SHARED.is_dir() else []
pytestmark = [
    pytest.mark.skipif(not SAMPLES, reason="needs the shared samples and MovieLens latest-small"),
    pytest.mark.xdist_group("real exports"),
]
GOLDEN = {"matches": 164, "digest": "99be335cb87083ad"}
# File -> films matched in any way, of all films in it; those that are missing are not in a catalogue of 2018.
EXPECTED = {
    "criticker-2023.csv": (106, 119),
    "imdb-ratings-2020-cp1252.csv": (95, 106),
    "imdb-ratings-2025.csv": (50, 139),
    "letterboxd-diary.csv": (84, 119),
    "letterboxd-ratings.csv": (107, 150),
    "letterboxd-watchlist.csv": (48, 113),
    "movielens-account-ratings.csv": (150, 150),
    "trakt-history-movies-small.json": (3, 3),
    "trakt-ratings-movies-small.json": (1, 2),
}


@pytest.fixture
def matcher(app: Any) -> Iterator[Matcher]:
    with app.app_context():
        save_movies([record for _, record in open_data_set(SHARED / "movielens-latest-small").movies()], "movielens")
        yield Matcher()


def films_of(path: Path) -> list[Film]:
    return list(dict.fromkeys(entry.film for entry in read_upload(path.name, path.read_bytes()).entries))


def test_every_sample_matches_as_it_was_looked_at(matcher: Matcher) -> None:
    titles = dict(db.session.execute(db.select(Movie.id, Movie.title)).all())
    lines, counts = set(), {}
    for path in SAMPLES:
        films = films_of(path)
        matches = {film: matcher.match(film) for film in films}
        counts[path.name] = (sum(match.movie_id is not None for match in matches.values()), len(films))
        lines |= {
            f"{match.how}: {film.title} ({film.year}) -> {titles[match.movie_id]}"
            for film, match in matches.items() if match.how in (TITLE, NEAR_YEAR, PART)
        }  # fmt: skip
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
    assert counts == EXPECTED
    assert {"matches": len(lines), "digest": digest} == GOLDEN, "\n".join(sorted(lines))


def test_titles_alone_find_what_the_ids_find_and_never_another_film(matcher: Matcher) -> None:
    outcomes: Counter[str] = Counter()
    for path in SAMPLES:
        for film in films_of(path):
            by_id = matcher.match(film)
            if by_id.how != ID or not film.title:
                continue
            by_title: Match = matcher.match(replace(film, imdb_id=None, tmdb_id=None, movielens_id=None))
            outcomes["wrong" if by_title.movie_id not in (None, by_id.movie_id) else "found" if by_title.movie_id else by_title.how] += 1
    assert outcomes["wrong"] == 0
    assert outcomes["found"] / outcomes.total() >= 0.97, outcomes


def test_a_catalogues_own_titles_find_themselves(matcher: Matcher) -> None:
    rows = db.session.execute(db.select(Movie.id, Movie.title, Movie.year).where(Movie.year.is_not(None))).all()
    found = {movie_id: matcher.match(Film(title, year)) for movie_id, title, year in rows}
    assert all(match.movie_id in (None, movie_id) for movie_id, match in found.items()), "no film is taken for another one"
    assert sum(match.movie_id == movie_id for movie_id, match in found.items()) > 0.99 * len(rows)
