"""MovieLens data sets: every layout, as folder and as zip, and what happens with broken ones."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from movie_recommender.catalogue import movielens
from movie_recommender.catalogue.movielens import DataSet, open_data_set
from movie_recommender.catalogue.rating_columns import RatingColumns
from movie_recommender.catalogue.records import MovieRecord
from movie_recommender.errors import ImportFailed

from .data_sets import MOVIES_CSV, RATINGS_CSV, hundred_thousand, latest, one_million, zipped

LAYOUTS = (latest, one_million, hundred_thousand)


def _ratings(data: DataSet) -> list[tuple[int, int, int, int]]:
    """Rater, movie, half stars, seconds of every rating."""
    columns = RatingColumns.joined(list(data.ratings()))
    parts = (columns.users, columns.movies, columns.half_stars, columns.rated_at)
    return list(zip(*(part.tolist() for part in parts), strict=True))


def _movies(path: Path) -> dict[int, MovieRecord]:
    return dict(open_data_set(path).movies())


def test_csv_with_quotes_commas_and_crlf_gives_titles_years_genres_and_ids(tmp_path: Path) -> None:
    movies = _movies(latest(tmp_path / "ml"))
    assert movies[318] == MovieRecord(
        title="The Shawshank Redemption", year=1994, genres=("Crime", "Drama"), imdb_id="tt0111161", tmdb_id=278, movielens_id=318
    )
    assert (movies[924].title, movies[924].year) == ("2001: A Space Odyssey", 1968)
    assert (movies[29].title, movies[29].original_title) == ("The City of Lost Children", "La Cité des enfants perdus")
    assert (movies[1274].title, movies[1274].genres, movies[1274].tmdb_id) == ('Say "Cheese"', (), None)


def test_dat_files_are_latin_1_with_the_old_genre_names(tmp_path: Path) -> None:
    movies = _movies(one_million(tmp_path / "ml-1m"))
    assert movies[1].genres == ("Animation", "Children", "Comedy")
    assert movies[1176].original_title == "La Double Vie de Véronique"
    assert movies[1].movielens_id == 1


def test_ml_100k_has_ids_of_its_own_and_no_movielens_ids(tmp_path: Path) -> None:
    data = open_data_set(hundred_thousand(tmp_path / "ml-100k"))
    movies = dict(data.movies())
    assert list(movies) == [1, 543], "the movie called `unknown` is none"
    assert movies[1] == MovieRecord(title="Toy Story", year=1995, genres=("Animation", "Children", "Comedy"))
    assert movies[543].title == "Les Misérables"
    assert _ratings(data)[0] == (196, 1, 6, 881250949)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_zip_reads_like_its_folder(layout: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = open_data_set(layout(tmp_path / "set"))
    archive = open_data_set(zipped(tmp_path / "set", tmp_path / "set.zip"))
    assert list(folder.movies()) == list(archive.movies())
    assert _ratings(folder) == _ratings(archive)
    assert folder.origin() == archive.origin()
    assert folder.ratings_size() == archive.ratings_size()


def test_unix_and_windows_line_ends_are_one_data_set(tmp_path: Path) -> None:
    windows = latest(tmp_path / "windows")
    unix = latest(tmp_path / "unix")
    (unix / "ratings.csv").write_text(RATINGS_CSV)
    assert open_data_set(windows).origin() == open_data_set(unix).origin()


def test_half_stars_stay_half_stars(tmp_path: Path) -> None:
    stars = [halves / 2 for _, _, halves, _ in _ratings(open_data_set(latest(tmp_path / "ml")))]
    assert stars == [4.0, 4.5, 0.5, 5.0]


def test_rows_that_cannot_be_read_are_reported_with_their_line(tmp_path: Path) -> None:
    bad = "1,29,6.0,1\n1,29,3.3,1\n1,29,nan,1\n,29,3,1\nx,29,3,1\n1,29\n-1,29,3,1\n1,29,3,soon\n1,29,3,-1\n" + f"1,29,3,{10**30}\n"
    data = open_data_set(latest(tmp_path / "ml", ratings=RATINGS_CSV + bad + "3,29,3.5,2000-01-01T00:00:00\n"))
    rows = _ratings(data)
    assert len(rows) == 5
    assert rows[-1] == (3, 29, 7, 946684800)
    assert data.skipped == 10
    assert data.problems[0] == "ratings.csv, line 6: '6.0' stars"
    assert data.problems[5] == "ratings.csv, line 11: 2 cells instead of 4"
    assert data.problems[-1] == "ratings.csv, line 15: no time that a calendar knows"


def test_a_number_beyond_every_number_is_left_out_among_plain_ones(tmp_path: Path) -> None:
    data = open_data_set(latest(tmp_path / "ml", ratings=RATINGS_CSV + f"1,{'9' * 400},3,1\n1,29,3,{'9' * 400}\n"))
    assert (len(_ratings(data)), data.skipped) == (4, 2)


def test_a_movie_without_id_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    data = open_data_set(latest(tmp_path / "ml", movies=MOVIES_CSV + "none,Nothing (1990),Drama\n"))
    assert len(list(data.movies())) == 5
    assert data.problems == ["movies.csv, line 7: no movie id"]


def test_a_first_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    folder.joinpath("movies.csv").write_text("movieId,title," + "g" * 200_000)
    folder.joinpath("ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,4,1\n")
    with pytest.raises(ImportFailed, match=r"movies.csv, line \d+"):
        list(open_data_set(folder).movies())


def test_a_file_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    data = open_data_set(latest(tmp_path / "ml", ratings="user,film,stars\n1,1,5\n"))
    with pytest.raises(ImportFailed, match=r"ratings.csv has no column 'userId'; its first line reads 'user,film,stars'"):
        _ratings(data)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path, "does not exist"),
        (lambda path: path.mkdir() or path, "holds no MovieLens data set: movies.csv and ratings.csv or movies.dat"),
        (lambda path: path.write_text("hello") and path, "neither a folder nor a zip"),
    ],
)
def test_what_is_no_data_set_is_refused_clearly(make: Callable[[Path], Path], message: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=message):
        open_data_set(make(tmp_path / "thing"))


def test_a_zip_with_a_huge_member_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(latest(tmp_path / "ml"), tmp_path / "ml.zip")
    monkeypatch.setattr(movielens, "_MAX_MEMBER", 10)
    with pytest.raises(ImportFailed, match="no data set is that large"):
        open_data_set(path)


def test_a_cut_off_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(latest(tmp_path / "ml"), tmp_path / "ml.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ImportFailed, match="neither a folder nor a zip"):
        open_data_set(path)


def test_a_zip_damaged_inside_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ml.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("movies.csv", MOVIES_CSV)
        archive.writestr("ratings.csv", RATINGS_CSV)
    path.write_bytes(path.read_bytes().replace(b"964982706", b"964982799"))
    with pytest.raises(ImportFailed, match=r"ratings.csv of .* cannot be read: Bad CRC"):
        list(open_data_set(path).ratings())
