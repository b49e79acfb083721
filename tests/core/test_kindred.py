"""Kernel regression over people."""

import numpy as np
import pytest

from movie_recommender.core import Ratings
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers.kindred import Kindred


def fitted(ratings, items, **settings):
    scorer = Kindred({"max_people": 100, **settings})
    scorer.fit(RatingMatrix(ratings, items), items)
    return scorer


def scores(scorer, rated, user_id=None):
    return scorer.score(fold_in(rated, scorer.matrix, user_id)).scores


@pytest.mark.parametrize("user_id", [10, 11, 25])
def test_a_persons_own_row_is_taken_out_as_if_he_had_never_been_learned_from(ratings, items, user_id):
    others = ratings.user_ids != user_id
    own = dict(zip(ratings.item_ids[~others].tolist(), ratings.values[~others].tolist(), strict=True))
    without = Ratings(ratings.user_ids[others], ratings.item_ids[others], ratings.values[others])
    all_items = {"min_ratings": 0, "lately": 0}  # his times would go with his row
    np.testing.assert_allclose(
        scores(fitted(ratings, items, **all_items), own, user_id), scores(fitted(without, items, **all_items), own), atol=1e-4
    )


def test_likes_are_answered_in_their_own_unit_however_many_films_a_person_rated(ratings, items, alice):
    """With a ridge near zero, a person who is learned from gets his own likes back."""
    scorer = fitted(ratings, items, ridge=1e-6, patience=1e9)
    own = dict(zip(ratings.item_ids[ratings.user_ids == 12].tolist(), ratings.values[ratings.user_ids == 12].tolist(), strict=True))
    found = scores(scorer, own)
    liked = [stars for item, stars in own.items() if stars >= 4]
    at = scorer.matrix.items.positions([item for item, stars in own.items() if stars >= 4])
    np.testing.assert_allclose(found[at], (np.array(liked) - 2.0) / 3.0, atol=0.02)


def test_who_loves_comedies_gets_comedies_and_who_rates_the_other_way_round_does_not(ratings, items, alice, bob):
    scorer = fitted(ratings, items)
    comedies, horrors = scorer.matrix.items.positions([105, 106, 107]), scorer.matrix.items.positions([205, 206, 207])
    assert scores(scorer, alice)[comedies].min() > scores(scorer, alice)[horrors].max()
    assert scores(scorer, bob)[horrors].min() > scores(scorer, bob)[comedies].max()


def test_people_and_films_beyond_the_limits_cost_nothing(ratings, items, alice):
    scorer = fitted(ratings, items, max_people=7, max_items=5)
    assert (scorer.people.width, len(scorer.films)) == (7, 5)
    assert np.isfinite(scores(scorer, alice)).sum() == (scorer.matrix.counts > 0).sum()


def test_on_all_axes_the_scores_are_those_of_the_plain_regression(ratings, items, alice):
    scorer = fitted(ratings, items)
    users = np.unique(ratings.user_ids)
    likes = np.zeros((users.size, items.n_items))
    rows, cols = np.searchsorted(users, ratings.user_ids), scorer.matrix.items.positions(ratings.item_ids)
    likes[rows, cols] = np.maximum((ratings.values - 2.0) / 3.0, 0.02)
    units = likes / np.linalg.norm(likes, axis=1, keepdims=True)
    profile = fold_in(alice, scorer.matrix)
    own = np.zeros(items.n_items)
    own[profile.cols] = scorer._own(profile)
    answers = np.linalg.solve(np.exp(2.0 * (units @ units.T - 1.0)) + np.eye(users.size), likes)
    expected = np.exp(2.0 * (units @ own - 1.0)) @ answers
    np.testing.assert_allclose(scores(scorer, alice)[scorer.cols], expected[scorer.cols], atol=2e-4)
