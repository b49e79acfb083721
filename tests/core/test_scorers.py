"""One contract, held by every scorer."""

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers import SCORERS

from .conftest import ALICE


def just_rated(alice, matrix):
    """Her profile; she has just rated it all."""
    matrix.latest.follow(matrix.row_for(ALICE), matrix.items.positions(list(alice)).tolist())
    return fold_in(alice, matrix, ALICE)


@pytest.mark.parametrize("scorer_class", SCORERS, ids=lambda scorer: scorer.name)
class TestEveryScorer:
    def fitted(self, scorer_class, ratings, items):
        matrix = RatingMatrix(ratings, items)
        scorer = scorer_class()
        scorer.fit(matrix, items)
        return scorer, matrix

    def test_it_scores_every_item_with_a_number_or_nan(self, scorer_class, ratings, items, alice):
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        scores = scorer.score(just_rated(alice, matrix)).scores
        assert scores.shape == (len(items),)
        assert scores.dtype == np.float64
        assert not np.isinf(scores).any()
        assert np.isfinite(scores).any()

    def test_it_knows_something_or_nothing_of_a_newcomer_but_never_fails(self, scorer_class, ratings, items):
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        assert scorer.score(fold_in({}, matrix)).scores.shape == (len(items),)

    def test_it_survives_a_world_without_ratings(self, scorer_class, items, alice):
        scorer, matrix = self.fitted(scorer_class, Ratings([], [], []), items)
        assert scorer.score(just_rated(alice, matrix)).scores.shape == (len(items),)

    def test_it_survives_items_without_facts(self, scorer_class, ratings, items, alice):
        bare = Items(items.item_ids, [set()] * len(items), [[]] * len(items), np.full((len(items), 3), np.nan))
        scorer, matrix = self.fitted(scorer_class, ratings, bare)
        assert not np.isinf(scorer.score(just_rated(alice, matrix)).scores).any()

    def test_it_leaves_the_profile_as_it_was(self, scorer_class, ratings, items, alice):
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        profile = just_rated(alice, matrix)
        before = profile.preferences.copy()
        scorer.score(profile)
        np.testing.assert_array_equal(profile.preferences, before)

    def test_it_answers_the_same_twice(self, scorer_class, ratings, items, alice):
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        profile = just_rated(alice, matrix)
        np.testing.assert_array_equal(scorer.score(profile).scores, scorer.score(profile).scores)

    def test_its_causes_are_at_most_as_many_as_asked_for_strongest_first(self, scorer_class, ratings, items, alice):
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        signal = scorer.score(just_rated(alice, matrix))
        known = np.flatnonzero(np.isfinite(signal.scores))
        causes_of = signal.trace(known, 2)
        for at in range(known.size):
            causes = causes_of.of(at, 1.0)
            assert len(causes) <= 2
            sizes = [abs(cause.contribution) for cause in causes]
            assert sizes == sorted(sizes, reverse=True)

    def test_a_film_like_those_alice_loves_never_scores_below_one_like_those_she_hates(self, scorer_class, ratings, items, alice):
        if scorer_class.name in {"popularity", "quality", "years", "languages"}:
            pytest.skip("says nothing about the kind of film in this world")
        scorer, matrix = self.fitted(scorer_class, ratings, items)
        scores = scorer.score(just_rated(alice, matrix)).scores
        comedies = matrix.items.positions(np.arange(103, 112))
        horrors = matrix.items.positions(np.arange(203, 212))
        assert np.nanmean(scores[comedies]) > np.nanmean(scores[horrors])
