"""Kernel regression over people."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg

from movie_recommender.core import Items, Ratings, Recommender
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers import kindred
from movie_recommender.core.scorers.kindred import Kindred
from movie_recommender.core.scorers.newcomers import newcomers, says


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
    assert (len(scorer.people), len(scorer.films)) == (7, 5)
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
    emphasis = profile.emphasis(scorer.settings["lately"], scorer.settings["fading"])
    own[profile.cols] = says(profile.codes, profile.preferences, scorer.liking, scorer.settings["patience"], emphasis)
    answers = np.linalg.solve(np.exp(2.0 * (units @ units.T - 1.0)) + np.eye(users.size), likes)
    expected = np.exp(2.0 * (units @ own - 1.0)) @ answers
    np.testing.assert_allclose(scores(scorer, alice)[scorer.cols], expected[scorer.cols], atol=2e-4)


def test_who_told_only_of_the_best_known_films_is_answered_as_newcomers_were(ratings, items):
    scorer = fitted(ratings, items)
    profile = fold_in({100: 5.0, 101: 4.5, 200: 1.0}, scorer.matrix, 12)
    usual, famous = (scorer.score(replace(profile, famous=share)).scores for share in (0.0, 1.0))
    between = scorer.score(replace(profile, famous=0.5)).scores
    assert np.abs(usual - famous)[scorer.cols].max() > 1e-3
    np.testing.assert_allclose(between[scorer.cols], (usual + famous)[scorer.cols] / 2.0, atol=1e-4)


def test_newcomers_know_less_of_the_person_and_those_with_best_known_films_were_not_asked_for_better_known_ones(ratings, items):
    matrix = RatingMatrix(ratings, items)
    best_known, any_films = list(newcomers(matrix, np.arange(matrix.n_users), np.linspace(0, 1, 11), 20.0, 0))[:2]
    for some in (best_known, any_films):
        assert set(np.diff(some.own.indptr).tolist()) <= {5, 10, 20}
        np.testing.assert_allclose(np.sqrt(some.own.multiply(some.own).sum(axis=1)), 1.0, atol=1e-5)
    assert np.isinf(any_films.asked).all()
    for at, place in enumerate(best_known.people.tolist()):
        rated, given = matrix.row(place)[0], best_known.own[at].indices
        assert best_known.asked[at] == matrix.counts[given].min()
        assert np.count_nonzero(matrix.counts[rated] > best_known.asked[at]) < given.size


def test_people_who_all_rated_the_same_are_learned_from_all_the_same(monkeypatch):
    lost, factored = [], scipy.linalg.cho_factor

    def watched(matrix, **told):
        lost.append(np.linalg.cond(matrix) * np.finfo(matrix.dtype).eps)  # from 1 on nothing of a solution is to be trusted
        return factored(matrix, **told)

    monkeypatch.setattr(scipy.linalg, "cho_factor", watched)
    rng = np.random.default_rng(0)
    kinds = [(rng.choice(200, 40, replace=False), rng.integers(1, 11, 40) / 2) for _ in range(10)]
    films, stars = (np.concatenate([kinds[person % 10][at] for person in range(1_000)]) for at in (0, 1))
    items = Items(np.arange(200), [("Drama",)] * 200, [()] * 200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Recommender().fit(Ratings(np.repeat(np.arange(1_000), 40), films, stars), items)
    assert 0 < max(lost) < 0.01
    assert np.isfinite(model.blended({0: 5.0, 3: 4.0, 5: 1.0}).scores).all()


def test_people_are_compared_some_at_a_time_as_if_at_once(ratings, items, alice, monkeypatch):
    whole = fitted(ratings, items)
    monkeypatch.setattr(kindred, "AT_ONCE", 7)
    in_parts = fitted(ratings, items)
    few = {100: 5.0, 200: 1.0}
    for rated in (alice, few):
        np.testing.assert_allclose(scores(in_parts, rated), scores(whole, rated), atol=1e-4)
