"""Saving movies: one film in two catalogues is one, and each field keeps its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from movie_recommender.catalogue.records import MovieRecord
from movie_recommender.services import browsing
from movie_recommender.storage import db
from movie_recommender.storage.models import Credit, Movie, MovieGenre, Person, Revision
from movie_recommender.storage.movies import save_movies

TOY_STORY = MovieRecord(
    title="Toy Story", year=1995, imdb_id="tt0114709", movielens_id=1, genres=("Animation", "Comedy"), directors=("John Lasseter",),
    cast=("Tom Hanks", "Tim Allen"), plot="Toys live.", keywords=("toys",), languages=("en",), renown=1,
)  # fmt: skip


@pytest.fixture
def here(app: Any) -> Iterator[None]:
    with app.app_context():
        yield


def _only() -> Movie:
    db.session.rollback()
    return browsing.movie(db.session.scalars(select(Movie.id)).one())


def _revision() -> int:
    return db.session.scalar(select(Revision.value).where(Revision.name == "catalogue")) or 0


@pytest.mark.usefixtures("here")
def test_a_movie_is_saved_with_all_it_brings() -> None:
    (movie_id,), counts = save_movies([TOY_STORY], "embedded")
    movie = _only()
    assert (movie.id, movie.title, movie.year, movie.imdb_id, movie.renown) == (movie_id, "Toy Story", 1995, "tt0114709", 1)
    assert [genre.name for genre in movie.genres] == ["Animation", "Comedy"]
    assert [(credit.role, credit.billing, credit.person.name) for credit in movie.credits] == [
        ("director", 0, "John Lasseter"), ("actor", 0, "Tom Hanks"), ("actor", 1, "Tim Allen"),
    ]  # fmt: skip
    assert counts == {"added": 1, "completed": 0, "repeated": 0}


def _series() -> dict[str, tuple[str | None, int | None]]:
    db.session.rollback()
    return {title: (series, part) for title, series, part in db.session.execute(select(Movie.title, Movie.series, Movie.part))}


@pytest.mark.usefixtures("here")
def test_titles_place_films_in_series_until_a_catalogue_says_better() -> None:
    second, third = MovieRecord(title="Toy Story 2", year=1999, movielens_id=2), MovieRecord(title="Toy Story 3", year=2010)
    save_movies([TOY_STORY, second], "movielens")
    assert _series() == {"Toy Story": ("Toy Story (1995)", 1), "Toy Story 2": ("Toy Story (1995)", 2)}
    save_movies([TOY_STORY, second], "movielens")
    assert _revision() == 1, "repeating an import changes nothing"
    save_movies([MovieRecord(title="Toy Story 2", year=1999, movielens_id=2, series="Woody", part=7)], "metadata")
    save_movies([third], "movielens")
    assert _series() == {"Toy Story": ("Woody", 6), "Toy Story 2": ("Woody", 7), "Toy Story 3": ("Woody", 8)}
    save_movies([MovieRecord(title="Toy Story 2", year=1999, movielens_id=2, series="Woody")], "metadata")
    assert _series()["Toy Story 2"] == _series()["Toy Story 3"] == ("Woody", None), "without a part it stands on its own"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "other",
    [
        MovieRecord(title="Toy Story: The Film", year=1996, imdb_id="tt0114709"),
        MovieRecord(title="Toys", movielens_id=1),
        MovieRecord(title="TOY STORY", year=1995),
        MovieRecord(title="Toy Story", year=1995, movielens_id=1, tmdb_id=862),
    ],
)
def test_one_film_in_two_catalogues_is_one(other: MovieRecord) -> None:
    first, _ = save_movies([TOY_STORY], "embedded")
    second, counts = save_movies([other], "movielens")
    assert first == second
    assert counts["added"] == 0
    assert _only().title == "Toy Story", "the embedded catalogue's title is better than MovieLens'"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "other",
    [
        MovieRecord(title="Toy Story", year=2031),
        MovieRecord(title="Toy Story", year=1995, imdb_id="tt9999999"),
        MovieRecord(title="Toy Story", year=1995, imdb_id="tt9999999", movielens_id=1),
        MovieRecord(title="Toy Story", year=1995, tmdb_id=863),
        MovieRecord(title="Toy Story", year=1995, movielens_id=2),
    ],
)
def test_a_remake_or_a_namesake_stays_apart(other: MovieRecord) -> None:
    first, _ = save_movies([TOY_STORY], "embedded")
    second, counts = save_movies([other], "movielens")
    assert first != second
    assert counts["added"] == 1


@pytest.mark.usefixtures("here")
def test_two_movies_of_one_title_and_year_are_not_guessed_between() -> None:
    homes = [MovieRecord(title="Home", year=2009, movielens_id=number) for number in (1, 2)]
    both, _ = save_movies(homes, "movielens")
    third, counts = save_movies([MovieRecord(title="Home", year=2009)], "metadata")
    assert third[0] not in both
    assert counts["added"] == 1


@pytest.mark.usefixtures("here")
def test_the_better_source_wins_field_by_field_in_either_order() -> None:
    metadata = MovieRecord(title="Toy Story", imdb_id="tt0114709", plot="A longer plot.", directors=("J. Lasseter",), runtime=81)
    save_movies([metadata], "metadata")
    save_movies([TOY_STORY], "embedded")
    movie = _only()
    assert (movie.plot, movie.runtime, movie.keywords) == ("A longer plot.", 81, ["toys"])
    assert [credit.person.name for credit in movie.credits if credit.role == "director"] == ["J. Lasseter"]
    assert movie.sources["plot"] == "metadata"
    assert movie.sources["keywords"] == "embedded"
    save_movies([MovieRecord(title="Story, Toy", imdb_id="tt0114709", genres=("Horror",))], "movielens")
    assert (_only().title, [genre.name for genre in _only().genres]) == ("Toy Story", ["Animation", "Comedy"])


@pytest.mark.usefixtures("here")
def test_saving_again_changes_nothing_and_tells_nobody() -> None:
    save_movies([TOY_STORY], "embedded")
    before = _revision()
    _, counts = save_movies([TOY_STORY], "embedded")
    assert counts == {"added": 0, "completed": 0, "repeated": 0}
    assert _revision() == before
    _, counts = save_movies([MovieRecord(title="Toy Story", imdb_id="tt0114709", cast=("Tim Allen", "Tom Hanks"))], "embedded")
    assert counts["completed"] == 1, "another billing order is a change"
    assert _revision() == before + 1
    assert [credit.person.name for credit in _only().credits if credit.role == "actor"] == ["Tim Allen", "Tom Hanks"]


@pytest.mark.usefixtures("here")
def test_a_film_named_twice_by_one_source_counts_once_and_the_first_wins() -> None:
    ids, counts = save_movies([TOY_STORY, MovieRecord(title="Toys", imdb_id="tt0114709", movielens_id=99)], "embedded")
    assert ids[0] == ids[1]
    assert counts == {"added": 1, "completed": 0, "repeated": 1}
    assert _only().title == "Toy Story"


@pytest.mark.usefixtures("here")
def test_a_name_in_another_order_is_the_same_person() -> None:
    save_movies([MovieRecord(title="Hero", year=2002, directors=("Zhang Yimou",), cast=("Zhang Yimou", "Yimou Zhang"))], "metadata")
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert db.session.scalar(select(func.count()).select_from(Credit)) == 2


@pytest.mark.usefixtures("here")
def test_the_native_title_is_still_found_when_a_source_without_it_comes_later() -> None:
    save_movies([MovieRecord(title="Spirited Away", original_title="千と千尋の神隠し", year=2001, imdb_id="tt0245429")], "embedded")
    save_movies([MovieRecord(title="Spirited Away!", imdb_id="tt0245429")], "metadata")
    assert browsing.search("千尋").total == 1


IDENTITIES: tuple[dict[str, Any], ...] = (
    {"title": "Home", "year": 1999, "imdb_id": "tt0000001", "movielens_id": 1, "tmdb_id": 7},
    {"title": "Home", "year": 1999, "imdb_id": "tt0000002", "movielens_id": 2},
    {"title": "Home", "year": 2009, "imdb_id": "tt0000003", "movielens_id": 1},
    {"title": "Hero", "year": 2002, "movielens_id": 3},
    {"title": "Hero", "year": 2002, "movielens_id": 4},
    {"title": "Heat", "tmdb_id": 8},
    {"title": "Hers", "year": 1999},
    {"title": "Hers"},
)
facts = st.fixed_dictionaries(
    {
        "genres": st.sampled_from([(), ("Drama",), ("Drama", "War")]),
        "cast": st.sampled_from([(), ("Ann", "Bo"), ("Bo",), ("Bo", "Ann")]),
        "plot": st.sampled_from([None, "A plot."]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(films=st.lists(st.tuples(st.integers(0, len(IDENTITIES) - 1), facts), max_size=10))
def test_films_are_told_apart_and_repeating_a_catalogue_changes_nothing(app: Any, films: list[tuple[int, dict[str, Any]]]) -> None:
    with app.app_context():
        for model in (Credit, MovieGenre, Movie):
            db.session.query(model).delete()
        db.session.commit()
        records = [MovieRecord(**IDENTITIES[identity], **told) for identity, told in films]
        first, counts = save_movies(records, "metadata")
        assert counts["added"] == len(set(first)) == len({identity for identity, _ in films})
        assert len({(identity, movie_id) for (identity, _), movie_id in zip(films, first, strict=True)}) == counts["added"]
        once = _everything()
        again, counts = save_movies(records, "metadata")
        assert again == first
        assert (counts["added"], counts["completed"]) == (0, 0)
        assert _everything() == once


def _everything() -> list[tuple[Any, ...]]:
    db.session.rollback()
    rows = [select(*model.__table__.columns).order_by(*model.__table__.primary_key.columns) for model in (Movie, MovieGenre, Credit)]
    return [tuple(row) for query in rows for row in db.session.execute(query)]
