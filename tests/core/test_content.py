"""What is said of films' facts equals the definition, film by film in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.core import Items, Ratings
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers import Aversions, Genres, Keywords, People, Years

from .reference import features_of, near_years, weighted_means, worst_affinities

N = 8
genres = st.lists(st.sets(st.sampled_from(["Comedy", "Horror", "Drama"])), min_size=N, max_size=N)
casts = st.lists(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(["director", "actor"])), max_size=4), min_size=N, max_size=N)
words = st.lists(st.lists(st.sampled_from("uvwxyz"), max_size=4), min_size=N, max_size=N)
years = st.lists(st.sampled_from([0, 1950, 1999, 2000, 2010]), min_size=N, max_size=N)
rated = st.dictionaries(st.integers(0, N - 1), st.integers(1, 10).map(lambda code: code / 2), min_size=1)


def fitted(scorer, items):
    matrix = RatingMatrix(Ratings([], [], []), items)
    scorer.fit(matrix, items)
    return scorer, matrix


@settings(deadline=None)
@given(genres, casts, words, rated)
def test_a_films_score_is_the_weighted_mean_of_the_affinities_for_its_features(genres, casts, words, rated):
    items = Items(np.arange(N), genres, casts, keywords=words)
    for scorer_class in (Genres, People, Keywords):
        scorer, matrix = fitted(scorer_class(), items)
        profile = fold_in(rated, matrix)
        features = features_of(scorer, items)
        if any(features):
            np.testing.assert_allclose(scorer.score(profile).scores, weighted_means(scorer, features, profile), rtol=1e-5, atol=1e-7)
        else:
            assert np.isnan(scorer.score(profile).scores).all()


@settings(deadline=None)
@given(genres, rated)
def test_a_film_is_as_averse_as_its_worst_genre(genres, rated):
    items = Items(np.arange(N), genres, [[]] * N)
    scorer, matrix = fitted(Aversions(), items)
    profile = fold_in(rated, matrix)
    if any(genres):
        worst = worst_affinities(scorer, features_of(scorer, items), profile)
        np.testing.assert_allclose(scorer.score(profile).scores, worst, atol=1e-7)


@settings(deadline=None)
@given(years, rated)
def test_a_year_is_as_near_as_the_years_rated(years, rated):
    items = Items(np.arange(N), [set()] * N, [[]] * N, years=years)
    scorer, matrix = fitted(Years(), items)
    profile = fold_in(rated, matrix)
    np.testing.assert_allclose(scorer.score(profile).scores, near_years(scorer, years, profile), rtol=1e-6, atol=1e-7)
