"""Everything can be taken away, and another instance takes it as it is."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import select

from movie_recommender.catalogue.exports import read_upload
from movie_recommender.services import browsing, dismissing, export, history, rating, steering
from movie_recommender.storage import db
from movie_recommender.storage.models import Genre, Unseen, User

from .test_importing_a_history import ALL_KINDS, ROWS, SHARED_FIXTURES, Bring, Films, csv_of, everything


def zip_of(user_id: int) -> bytes:
    return export.everything(db.session.get_one(User, user_id))


def without_positions(have: dict[str, Any]) -> dict[str, Any]:
    return {**have, "lists": [(name, movie_id) for name, movie_id, _ in sorted(have["lists"], key=lambda row: (row[0], row[2]))]}


@SHARED_FIXTURES
@given(rows=ROWS)
def test_export_and_import_give_back_the_same_data(person: Callable[[], int], films: Films, bring: Bring, rows: Any):
    alice, bob = person(), person()
    bring(alice, csv_of(rows))
    rating.rate(alice, films["Twins", 1988], 3.5)
    browsing.mark_unseen(alice, films["Undated", None])
    history.apply(bob, history.stage(bob, "alice.zip", zip_of(alice)))
    mine, his = without_positions(everything(alice)), without_positions(everything(bob))
    undated = films["Undated", None]  # it has no id and no year: it waits for an answer
    assert his == mine
    assert set(db.session.scalars(select(Unseen.movie_id).where(Unseen.user_id == bob))) <= {undated}


def test_what_one_hid_and_how_one_steers_comes_along(person: Callable[[], int], films: Films, bring: Bring):
    alice, bob = person(), person()
    bring(alice, ALL_KINDS)
    harbour, moons, twins = films["Salt Harbour", 2001], films["Paper Moons", 1994], films["Twins", 1988]
    rating.rate(alice, harbour, 4)
    dismissing.dismiss(alice, moons, "not_for_me")
    dismissing.dismiss(alice, twins, "not_now")
    dismissing.ignore(alice, harbour)
    db.session.add(genre := Genre(name="Western"))
    db.session.commit()
    dismissing.dismiss_genre(alice, genre.id)
    steering.save(alice, gems := steering.PRESETS["hidden_gems"][2])
    counts = history.apply(bob, history.stage(bob, "alice.zip", zip_of(alice)))
    assert {name: counts[name] for name in ("hidden", "ignored", "never", "steering")} == {
        "hidden": 2,
        "ignored": 1,
        "never": 1,
        "steering": 1,
    }
    mine, his = dismissing.overview(alice), dismissing.overview(bob)
    assert [(film.movie.id, film.kind, film.until) for film in his.films] == [(film.movie.id, film.kind, film.until) for film in mine.films]
    assert (dismissing.genre_names(bob), dismissing.ignored_ids(bob), steering.of(bob)) == ({"Western"}, {harbour}, gems)
    # What he has said here stays, and nothing comes twice.
    steering.save(bob, steering.Steering(new=50))
    assert not history.apply(bob, history.stage(bob, "alice.zip", zip_of(alice))) & Counter(hidden=1, ignored=1, never=1, steering=1)
    assert steering.of(bob).new == 50


def test_the_zip_has_a_file_for_every_reader(person: Callable[[], int], films: Films, bring: Bring):
    alice = person()
    bring(alice, ALL_KINDS)
    with zipfile.ZipFile(io.BytesIO(zip_of(alice))) as archive:
        assert archive.namelist() == [
            "README.txt", "movie-recommender.json", "ratings.csv", "viewings.csv", "watchlist.csv", "liked.csv", "lists/1-best.csv",
            "letterboxd/letterboxd-1.csv", "imdb/ratings.csv",
        ]  # fmt: skip
        letterboxd = archive.read("letterboxd/letterboxd-1.csv").decode()
        imdb = archive.read("imdb/ratings.csv").decode()
        ours = archive.read("ratings.csv")
    assert letterboxd.splitlines()[0] == "tmdbID,imdbID,Title,Year,Rating,WatchedDate,Rewatch"
    assert sorted(letterboxd.splitlines()[1:]) == [
        "8001,tt0099901,Salt Harbour,2001,4.5,2024-01-01,",
        "8002,tt0099902,Paper Moons,1994,2.0,,",
    ]
    assert "tt0099901,9,2024-01-02,Salt Harbour,Saltvik," in imdb
    assert [entry.half_stars for entry in read_upload("ratings.csv", ours).entries] == [9, 4]


@pytest.mark.parametrize("name", ["ratings.csv", "viewings.csv", "watchlist.csv", "liked.csv", "lists/1-best.csv"])
def test_each_of_our_csv_files_is_taken_back_alone(person: Callable[[], int], films: Films, bring: Bring, name: str):
    alice = person()
    bring(alice, ALL_KINDS)
    before = everything(alice)
    with zipfile.ZipFile(io.BytesIO(zip_of(alice))) as archive:
        import_id = history.stage(alice, name, archive.read(name))
    counts = history.apply(alice, import_id)
    assert everything(alice) == before
    assert counts["same"] + counts["already"] > 0


def test_letterboxds_files_stay_under_its_limit(monkeypatch: pytest.MonkeyPatch, person: Callable[[], int], films: Films, bring: Bring):
    alice = person()
    bring(alice, ALL_KINDS)
    monkeypatch.setattr(export, "LARGEST_LETTERBOXD", 110)
    files = export.letterboxd_files(export.belongings(alice))
    assert len(files) == 2
    assert all(len(text.encode()) <= 110 and text.startswith("tmdbID,") for text in files)
