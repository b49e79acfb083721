"""Bringing catalogues and communities in: whole or not at all, and repeating changes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from movie_recommender.errors import ImportFailed, WrongPassword
from movie_recommender.services import accounts, browsing, importing
from movie_recommender.storage import db
from movie_recommender.storage.models import Import, Movie, Rating, Revision, User

from ..catalogue.data_sets import LINKS_CSV, MOVIES_CSV, RATINGS_CSV, hundred_thousand, latest, one_million, zipped


@pytest.fixture
def here(app: Any) -> Iterator[None]:
    with app.app_context():
        yield


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _revisions() -> dict[str, int]:
    return dict(db.session.execute(select(Revision.name, Revision.value)).all())


def _stars(title: str) -> list[float]:
    halves = select(Rating.half_stars).join(Movie, Movie.id == Rating.movie_id).where(Movie.title == title).order_by(Rating.user_id)
    return [value / 2 for value in db.session.scalars(halves)]


@pytest.mark.usefixtures("here")
def test_the_embedded_catalogue_is_there_after_the_first_load_and_untouched_by_the_second() -> None:
    report = importing.load_embedded()
    assert report.counts["added"] == _count(Movie) >= 1000
    assert browsing.search("Casablanca").movies[0].year == 1942
    before = _revisions()
    assert importing.load_embedded().counts == {}
    assert _revisions() == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("layout", "movies", "ratings"), [(latest, 5, 4), (one_million, 2, 2), (hundred_thousand, 2, 2)])
def test_a_data_set_comes_in_from_folder_or_zip(layout: Callable[[Path], Path], movies: int, ratings: int, tmp_path: Path) -> None:
    folder = layout(tmp_path / "set")
    report = importing.import_movielens(folder)
    assert (report.counts["added"], report.counts["ratings"]) == (movies, ratings)
    again = importing.import_movielens(zipped(folder, tmp_path / "set.zip"))
    assert (again.counts["added"], again.counts["completed"], again.counts["ratings"]) == (0, 0, 0), "the zip is the same data set"
    assert (_count(Movie), _count(Rating)) == (movies, ratings)


@pytest.mark.usefixtures("here")
def test_ratings_keep_their_half_stars_and_movies_their_counts(tmp_path: Path) -> None:
    importing.import_movielens(latest(tmp_path / "ml"))
    assert _stars("Toy Story") == [4.0, 0.5]
    movie = browsing.search("Toy Story").movies[0]
    assert (movie.rating_count, movie.rating_sum) == (2, 9)


@pytest.mark.usefixtures("here")
def test_a_movie_of_the_embedded_catalogue_stays_one_and_keeps_its_plot(tmp_path: Path) -> None:
    importing.load_embedded()
    movies = _count(Movie)
    importing.import_movielens(latest(tmp_path / "ml"))
    assert _count(Movie) == movies + 1, "only the invented one is new"
    toy_story = browsing.search("Toy Story").movies[0]
    assert toy_story.plot
    assert toy_story.rating_count == 2


@pytest.mark.usefixtures("here")
def test_repeating_an_import_changes_nothing_and_tells_nobody(tmp_path: Path) -> None:
    folder = latest(tmp_path / "ml")
    importing.import_movielens(folder)
    before, users = _revisions(), _count(User)
    report = importing.import_movielens(folder)
    assert {name: count for name, count in report.counts.items() if count} == {}
    assert (_revisions(), _count(User)) == (before, users)


@pytest.mark.usefixtures("here")
def test_a_newer_rating_replaces_an_older_one_and_never_the_other_way(tmp_path: Path) -> None:
    importing.import_movielens(latest(tmp_path / "ml"))
    folder = latest(tmp_path / "newer", ratings=RATINGS_CSV.replace("1,1,4.0,964982703", "1,1,2.0,964982799"))
    origin = db.session.scalars(select(User.origin).where(User.kind == "community")).first()
    for user in db.session.scalars(select(User).where(User.origin == origin)):
        user.origin = importing.open_data_set(folder).origin()
    db.session.commit()
    assert importing.import_movielens(folder).counts["ratings"] == 1
    assert _stars("Toy Story") == [2.0, 0.5]


@pytest.mark.usefixtures("here")
def test_raters_of_an_import_cannot_sign_in_and_names_stay_free(tmp_path: Path) -> None:
    importing.import_movielens(latest(tmp_path / "ml"))
    rater = db.session.scalars(select(User).where(User.kind == "community")).first()
    assert rater is not None
    assert (rater.name_key, rater.password_hash) == (None, None)
    with pytest.raises(WrongPassword):
        accounts.authenticate(rater.name, "")
    accounts.register(rater.name, "correct horse battery")
    assert accounts.authenticate(rater.name, "correct horse battery").kind == "member"


@pytest.mark.usefixtures("here")
def test_ratings_of_movies_that_are_not_in_the_set_are_skipped_and_counted(tmp_path: Path) -> None:
    report = importing.import_movielens(latest(tmp_path / "ml", ratings=RATINGS_CSV + "3,777,5.0,1\n3,1,99,1\n"))
    assert (report.counts["ratings"], report.counts["skipped"]) == (4, 2)
    assert report.problems == ["ratings.csv, line 7: '99' stars"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("broken", ["ratings.csv", "movies.csv", "links.csv"])
def test_a_broken_file_leaves_nothing_behind(broken: str, tmp_path: Path) -> None:
    folder = latest(tmp_path / "ml")
    (folder / broken).write_text("what,ever\n1,2\n")
    with pytest.raises(ImportFailed, match=f"{broken} has no column"):
        importing.import_movielens(folder)
    assert [_count(model) for model in (Movie, Rating, User, Import, Revision)] == [0, 0, 0, 0, 0]


@pytest.mark.usefixtures("here")
def test_a_metadata_file_completes_known_movies_and_adds_unknown_ones(tmp_path: Path) -> None:
    importing.import_movielens(latest(tmp_path / "ml"))
    lines = [
        {"imdbId": "tt0114709", "title": "Toy Story", "plot": "Toys live.", "cast": ["Tom Hanks"], "language": "en", "runtime": 81.0},
        {"imdbId": "tt1375666", "title": "Inception", "year": 2010, "language": "cn"},
        {"title": "Wrong", "cast": 7},
    ]
    path = tmp_path / "metadata.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    report = importing.import_metadata(path)
    assert (report.counts["added"], report.counts["completed"]) == (1, 1)
    assert report.problems == ["metadata.jsonl, line 3: `cast` is not a list of texts."]
    movie = browsing.movie(browsing.search("Toy Story").movies[0].id)
    assert (movie.plot, movie.runtime, movie.credits[0].person.name, movie.rating_count) == ("Toys live.", 81, "Tom Hanks", 2)
    assert importing.import_metadata(path).counts == {"added": 0, "completed": 0, "repeated": 0}


@pytest.mark.usefixtures("here")
def test_a_metadata_file_without_any_movie_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text("no json\n")
    with pytest.raises(ImportFailed, match=r"holds no movie. metadata.jsonl, line 1: not JSON"):
        importing.import_metadata(path)
    assert _count(Import) == 0


@pytest.mark.usefixtures("here")
def test_two_movielens_movies_that_are_one_film_share_their_ratings(tmp_path: Path) -> None:
    movies = MOVIES_CSV + "99001,Toy Story (1995),Comedy\n"
    folder = latest(tmp_path / "ml", movies=movies, links=LINKS_CSV + "99001,0114709,862\n", ratings=RATINGS_CSV + "7,99001,3.0,1\n")
    report = importing.import_movielens(folder)
    assert (report.counts["added"], report.counts["repeated"]) == (5, 1)
    assert _stars("Toy Story") == [4.0, 0.5, 3.0]


@pytest.mark.usefixtures("here")
def test_the_real_latest_small_comes_in_whole_and_its_metadata_joins_all() -> None:
    folder = Path(os.environ.get("MOVIELENS_DIR", "."))
    if not (folder / "ratings.csv").exists():
        pytest.skip("needs MovieLens latest-small in MOVIELENS_DIR")
    report = importing.import_movielens(folder)
    assert report.problems == []
    assert (report.counts["added"], report.counts["ratings"]) == (9742, 100_836)
    assert db.session.scalar(select(func.count()).select_from(User).where(User.kind == "community")) == 610
    assert db.session.scalar(select(func.sum(Movie.rating_count))) == 100_836
    if (folder / "metadata.jsonl").exists():
        assert importing.import_metadata(folder / "metadata.jsonl").counts == {"added": 0, "completed": 9742, "repeated": 0}
