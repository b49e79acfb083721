"""Metrics equal scikit-learn's on random cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, ndcg_score, roc_auc_score, root_mean_squared_error

from movie_recommender.core.evaluation import metrics
from movie_recommender.core.evaluation.judge import list_metrics, top_n

cases = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(cases, st.integers(12, 60))
def test_ndcg_equals_scikit_learn(rng, n_items):
    scores, relevant = rng.permutation(n_items).astype(float), rng.random(n_items) < 0.3
    relevant[0] = True
    top = top_n(scores, np.arange(n_items), 20)
    expected = ndcg_score(relevant[None, :].astype(float), scores[None, :], k=10)
    assert list_metrics(top, relevant, int(relevant.sum()))["ndcg@10"] == pytest.approx(expected)


@given(cases, st.integers(2, 60))
def test_auc_equals_scikit_learn_ties_included(rng, n_items):
    scores, relevant = rng.integers(0, 6, n_items).astype(float), rng.random(n_items) < 0.5
    relevant[:2] = [True, False]
    assert metrics.auc(scores, relevant) == pytest.approx(roc_auc_score(relevant, scores))


@given(cases, st.integers(1, 60))
def test_errors_equal_scikit_learn(rng, n):
    predicted, real = rng.random(n) * 5, rng.random(n) * 5
    assert metrics.rmse(predicted, real) == pytest.approx(root_mean_squared_error(real, predicted))
    assert metrics.mae(predicted, real) == pytest.approx(mean_absolute_error(real, predicted))


def test_a_perfect_list_scores_one_and_an_empty_truth_zero():
    assert metrics.ndcg(np.ones(10, bool), 10) == 1.0
    assert metrics.ndcg(np.zeros(10, bool), 0) == 0.0


def test_the_first_hit_decides_the_reciprocal_rank():
    assert metrics.reciprocal_rank(np.array([False, False, True, True])) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(np.zeros(4, bool)) == 0.0


def test_recall_precision_and_hit_count_what_they_say():
    hits = np.array([True, False, True] + [False] * 17)
    assert metrics.recall(hits, 4) == 0.5
    assert metrics.precision(hits) == 0.2
    assert metrics.hit(hits) == 1.0


def test_without_both_kinds_there_is_no_auc():
    assert np.isnan(metrics.auc(np.arange(3.0), np.ones(3, bool)))


def test_a_list_of_one_kind_has_no_diversity_and_of_two_has_all():
    assert metrics.intra_list_diversity(np.array([[1.0, 0.0], [1.0, 0.0]])) == pytest.approx(0.0)
    assert metrics.intra_list_diversity(np.eye(2)) == pytest.approx(1.0)


def test_repeats_of_a_franchise_are_counted_films_of_their_own_never():
    assert metrics.repeated_share([7, 7, -1, -1]) == 0.25


def test_the_bootstrap_interval_holds_the_mean():
    values = np.random.default_rng(0).normal(3.0, 1.0, 400)
    low, high = metrics.bootstrap_interval(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(4 / np.sqrt(400), rel=0.3)
