"""Rating: what is written, and what it sets in motion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from movie_recommender.errors import InvalidInput, NotFound
from movie_recommender.services import rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie, Rating, UserState


def version(user_id: int) -> int:
    return db.session.scalar(select(UserState.version).where(UserState.user_id == user_id))


def test_a_rating_is_written_and_marks_the_list_as_behind(app, alice, add_movie):
    movie_id = add_movie("Alien", 1979)
    with app.app_context():
        assert rating.rate(alice.id, movie_id, 4.5) == 1 == version(alice.id)
        assert rating.stars_of(alice.id) == {movie_id: 4.5}


def test_a_second_rating_takes_the_place_of_the_first(app, alice, add_movie):
    movie_id = add_movie("Alien", 1979)
    with app.app_context():
        rating.rate(alice.id, movie_id, 2)
        rating.rate(alice.id, movie_id, 5)
        movie = db.session.get(Movie, movie_id)
        assert rating.stars_of(alice.id) == {movie_id: 5}
        assert (movie.rating_count, movie.rating_sum, version(alice.id)) == (1, 10, 2)


def test_a_removed_rating_is_gone_from_the_counts_too(app, alice, add_movie):
    movie_id = add_movie("Alien", 1979)
    with app.app_context():
        rating.rate(alice.id, movie_id, 2)
        assert rating.remove(alice.id, movie_id) == 2
        movie = db.session.get(Movie, movie_id)
        assert (movie.rating_count, movie.rating_sum, rating.count(alice.id)) == (0, 0, 0)


def test_removing_what_was_never_rated_changes_nothing(app, alice, add_movie):
    with app.app_context():
        assert rating.remove(alice.id, add_movie("Alien", 1979)) == 0


def test_bobs_ratings_are_not_alices(app, alice, bob, add_movie):
    movie_id = add_movie("Alien", 1979)
    with app.app_context():
        rating.rate(bob.id, movie_id, 1)
        assert rating.stars_of(alice.id) == {}
        assert version(alice.id) == 0


def test_an_unknown_movie_cannot_be_rated(app, alice):
    with app.app_context(), pytest.raises(NotFound):
        rating.rate(alice.id, 4711, 4)


@pytest.mark.parametrize("stars", [0, 0.25, 5.5, -1, 3.3, float("nan"), float("inf"), "", "four", None, True, [], {}, 10**400])
def test_what_is_no_rating_is_refused(stars):
    with pytest.raises(InvalidInput, match="half stars"):
        rating.half_stars(stars)


@given(st.integers(1, 10))
def test_every_half_star_survives_the_way_to_the_database_and_back(halves):
    assert rating.half_stars(halves / 2) == halves == rating.half_stars(str(halves / 2))


def test_the_rating_is_kept_when_the_background_api_is_away(app, alice, add_movie):
    movie_id = add_movie("Alien", 1979)
    with app.app_context():
        rating.rate(alice.id, movie_id, 3)
        assert db.session.scalar(select(Rating.half_stars).where(Rating.user_id == alice.id)) == 6
