"""Whole runs on an invented world: the good win, the receipts of measuring are in order."""

import numpy as np
import pytest

from movie_recommender.core import Ratings, Recommender
from movie_recommender.core.evaluation import (
    BiasStars,
    ContentBaseline,
    Judge,
    Ours,
    OurStars,
    Varied,
    Without,
    best_settings,
    families,
    inner_tasks,
    new_people,
    plain_baselines,
    ranking_study,
    rating_study,
    ratio_interval,
    self_check,
    temporal,
)
from movie_recommender.core.evaluation.tuning import as_matrix, fit_weights, lesson, ndcg_of, smooth_ndcg
from movie_recommender.core.franchises import franchises


@pytest.fixture(scope="module")
def dated(ratings):
    """The ratings in a random order of time."""
    return Ratings(ratings.user_ids, ratings.item_ids, ratings.values, np.random.default_rng(3).permutation(len(ratings)))


def quiet(_):
    """Say nothing."""


def test_ours_beats_popularity_where_taste_decides(items, dated):
    measured = ranking_study(Judge(items), [temporal(dated)], lambda _: (Ours(), *plain_baselines(), ContentBaseline()), quiet)
    best = {one.method.split(" (")[0]: one.mean("ndcg@10") for one in families(measured)}
    assert best["Movie Recommender"] > 1.2 * best["popularity"]
    assert {"EASE", "item-kNN", "user-kNN", "damped bias", "content blend"} <= set(best)
    ratio, low, high = ratio_interval(measured[0], next(one for one in measured if one.method == "popularity"))
    assert low <= ratio <= high


def test_settings_are_chosen_on_what_is_never_asked(items, dated):
    inner = inner_tasks(dated, [100], [0])
    assert {"T", "NX5", "NX10"} <= {task.name for task in inner}
    asked = temporal(dated)
    pairs = {(case.user_id, item) for case in asked.cases for item in case.relevant.tolist()}
    learned = {(case.user_id, item) for case in inner[0].cases for item in [*case.given, *case.relevant.tolist()]}
    assert learned
    assert not learned & pairs
    new = {case.user_id for case in new_people(dated, 5, True, 0).cases}
    assert not new & {case.user_id for task in inner[1:] for case in task.cases}
    measured = ranking_study(Judge(items), inner, lambda _: plain_baselines(), quiet)
    chosen = best_settings(measured)
    assert sum(name.startswith("EASE") for name in chosen["T"]) == 1
    best = max((one for one in measured if one.task == "T" and one.method.startswith("EASE")), key=lambda one: one.mean("ndcg@10"))
    assert best.method in chosen["T"]


def test_leaving_out_a_signal_does_not_change_the_model(items, ratings, alice):
    model = Recommender().fit(ratings, items)
    before = model.blended(alice).scores
    without = Without("genres", model).scores(alice, 1)
    assert not np.allclose(before, without)
    np.testing.assert_array_equal(model.blended(alice).scores, before)


def test_the_dial_only_reorders(items, ratings, alice):
    model = Recommender().fit(ratings, items)
    varied = Varied(0.5, model)
    assert set(np.argsort(-varied.scores(alice, 1))[:10]) <= set(range(len(items)))


def test_stars_are_predicted_for_every_rating_better_than_by_bias(items, ratings):
    ours, bias = rating_study(ratings, items, [OurStars(), BiasStars()], quiet)
    assert ours.unpredicted == bias.unpredicted == 0
    assert ours.rmse < bias.rmse
    assert sum(count for *_, count in ours.bins) == len(ratings)


def test_the_self_check_waits_for_ten_ratings(model, alice):
    assert self_check(model, alice) is None


def test_the_self_check_compares_with_ones_own_mean_and_the_crowd(model):
    rated = {**dict.fromkeys(range(100, 110), 5.0), **dict.fromkeys(range(200, 206), 1.0)}
    found = self_check(model, rated)
    assert found.ours < found.own_mean
    assert found.n == 16
    surprises = [abs(stars - ours) for _, stars, ours in found.missed]
    assert {item for item, *_ in found.missed} == set(rated)
    assert surprises == sorted(surprises, reverse=True)
    assert found.ours == pytest.approx(np.sqrt(np.mean(np.square(surprises))))


def test_films_with_the_same_three_leads_are_a_franchise(items):
    assert (franchises(items) == -1).all()


def test_tuning_finds_the_signal_that_decides(items, dated):
    start = {"ranking": {"knots": [5, 100], "familiarity": 1.0, "warm": {"genres": [0.1, 0.1], "years": [0.3, 0.3]}, "cold": {}}}
    model = Recommender(start)
    learned = lesson(model, temporal(dated), items, ["genres", "years"])
    before = as_matrix(model.weights, ["genres", "years"])
    after = fit_weights([learned], [1.0], before)
    assert ndcg_of(learned, after).mean() >= ndcg_of(learned, before).mean()
    assert after[0].mean() > before[0].mean()


def test_the_gradient_of_the_smooth_ndcg_is_its_slope(items, dated):
    model = Recommender()
    learned = lesson(model, temporal(dated), items, ["genres", "people", "neighbours"])
    weights = np.full((3, 2 * len(model.weights.knots)), 0.4)
    _, gradient = smooth_ndcg(learned, weights)
    for at in [(0, 0), (1, 2), (2, 1)]:
        step = np.zeros(weights.shape)
        step[at] = 1e-5
        slope = (smooth_ndcg(learned, weights + step)[0] - smooth_ndcg(learned, weights - step)[0]) / 2e-5
        assert gradient[at] == pytest.approx(slope, abs=1e-6)
