"""People who rate the same films in opposite ways get lists of their own."""

import numpy as np
import pytest

from movie_recommender.core import Recommender, load_weights
from movie_recommender.core.evaluation import opposites as asked
from movie_recommender.core.evaluation.tuning import as_matrix
from movie_recommender.services.tuning import shipped

pytestmark = pytest.mark.xdist_group("movielens")

NAMES = ["neighbours", "kindred", "genres", "popularity"]


@pytest.fixture(scope="module")
def many(movielens):
    return movielens["model"]


@pytest.fixture(scope="module")
def pairs(many):
    return asked.opposite_pairs(many, 6, 5)


def test_a_pair_rates_the_same_films_the_other_way_round(pairs):
    for one, other in pairs:
        assert len(one) == 15
        assert {film: 6.0 - stars for film, stars in one.items()} == other


def test_asking_them_leaves_the_model_as_it_was(many, pairs):
    before, counts = many.blended({1: 5.0}).scores, many.matrix.counts.copy()
    shared = asked.shared_by_opposites(many, pairs)
    assert shared.shape == (6,)
    np.testing.assert_array_equal(many.matrix.counts, counts)
    np.testing.assert_allclose(many.blended({1: 5.0}).scores, before, atol=1e-9)


def test_who_only_gets_what_is_popular_shares_his_list(many, pairs):
    own = many.weights
    many.weights = load_weights({"ranking": {"knots": [5], "familiarity": 1.0, "warm": {"popularity": [1.0]}, "cold": {}}})
    try:
        assert asked.share_of_own_lists(asked.shared_by_opposites(many, pairs)) == 0.0
    finally:
        many.weights = own


def test_the_price_of_sharing_falls_along_its_gradient(many, pairs):
    candidates = asked.opposites(many, pairs[:3], NAMES)
    price = asked.price_of_sharing(candidates, 1.0)
    weights = as_matrix(many.weights, NAMES) + 0.3
    weights[NAMES.index("popularity")] = 1.0
    cost, gradient = price(weights)
    assert cost > 0.0
    for at in [(0, 0), (3, 0), (2, 5)]:
        step = np.zeros(weights.shape)
        step[at] = 1e-5
        slope = (price(weights + step)[0] - price(weights - step)[0]) / 2e-5
        assert gradient[at] == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_a_small_catalogue_has_no_pairs_to_ask(items, ratings):
    assert asked.opposite_pairs(Recommender().fit(ratings, items), 5, 0) == []


def test_the_shipped_weights_say_what_opposite_people_get():
    assert shipped()["provenance"]["opposite people with lists of their own"][1] >= 29 / 30
