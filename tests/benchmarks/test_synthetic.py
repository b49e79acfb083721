"""Synthetic worlds: the same for the same seed, and shaped like MovieLens."""

import numpy as np
import pytest

from movie_recommender.benchmarks.synthetic import STARS, facts, world
from movie_recommender.core import Recommender


@pytest.fixture(scope="module")
def made():
    return world(2_000, 3_000, 200_000)


def test_the_same_seed_makes_the_same_world_and_another_seed_another(made):
    again, other = world(2_000, 3_000, 200_000), world(2_000, 3_000, 200_000, seed=2)
    np.testing.assert_array_equal(again.cols, made.cols)
    np.testing.assert_array_equal(again.codes, made.codes)
    assert not np.array_equal(other.cols[:1000], made.cols[:1000])


def test_nobody_rates_a_film_twice_and_films_come_in_order(made):
    inside = np.ones(made.n_ratings - 1, dtype=bool)
    inside[made.indptr[1:-1] - 1] = False
    assert (np.diff(made.cols)[inside] > 0).all()


def test_it_is_about_as_large_as_asked_and_everybody_rated(made):
    assert made.n_ratings == pytest.approx(200_000, rel=0.05)
    assert np.diff(made.indptr).min() >= 15
    assert (made.cols >= 0).all()
    assert made.cols.max() < 3_000


def test_people_and_films_have_long_tails(made):
    activity, popularity = np.diff(made.indptr), np.sort(np.bincount(made.cols, minlength=3_000))[::-1]
    assert np.mean(activity) > 1.3 * np.median(activity)
    assert popularity[:300].sum() > 0.3 * made.n_ratings
    assert popularity[:300].sum() > 8 * popularity[-300:].sum()


def test_half_stars_are_given_about_as_often_as_in_movielens(made):
    shares = np.bincount(made.codes, minlength=11)[1:] / made.n_ratings
    np.testing.assert_allclose(shares, STARS, atol=0.05)


def test_taste_shows_people_like_more_of_what_their_neighbours_like(made):
    ratings = made.ratings()
    model = Recommender().fit(ratings, facts(made))
    loved = [item for item, stars in made.of(7).items() if stars >= 4.0]
    kept = dict.fromkeys(loved[::2], 5.0)
    positions = [entry.item_id for entry in model.recommend(kept, n=300, user_id=7)]
    assert len(set(loved[1::2]) & set(positions)) > 300 * len(loved[1::2]) / made.n_items
