"""Nothing that is asked was learned from."""

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings
from movie_recommender.core.evaluation import cold_items, new_people, rating_folds, temporal


@pytest.fixture(scope="module")
def history() -> Ratings:
    rng = np.random.default_rng(4)
    users = np.repeat(np.arange(1, 31), 40)
    items = np.concatenate([rng.permutation(100)[:40] for _ in range(30)])
    return Ratings(users, items, rng.integers(1, 11, users.size) / 2, rng.permutation(users.size))


@pytest.fixture(scope="module")
def films() -> Items:
    return Items(list(range(100)), [set()] * 100, [[]] * 100)


def pairs(ratings):
    return set(zip(ratings.user_ids.tolist(), ratings.item_ids.tolist(), strict=True))


def test_by_time_everybodys_past_is_learned_and_his_future_asked(history):
    task = temporal(history)
    when = {(u, i): t for u, i, t in zip(history.user_ids, history.item_ids, history.timestamps, strict=True)}
    learned = pairs(task.train)
    for case in task.cases:
        assert len(case.given) == 32
        assert not learned & {(case.user_id, int(item)) for item in case.relevant}
        newest = max(when[case.user_id, item] for item in case.given)
        assert all(when[case.user_id, int(item)] > newest for item in case.relevant)


@pytest.mark.parametrize("k", [5, 10, 20])
@pytest.mark.parametrize("popular", [False, True])
def test_new_people_are_not_among_those_learned_from(history, k, popular):
    task = new_people(history, k, popular)
    assert not set(task.train.user_ids.tolist()) & {case.user_id for case in task.cases}
    for case in task.cases:
        assert len(case.given) == k
        assert set(case.given) <= set(case.excluded.tolist())
        assert not set(case.relevant.tolist()) & set(case.excluded.tolist())


def test_what_is_asked_of_a_person_is_the_same_for_every_k(history):
    few, many = new_people(history, 5, False), new_people(history, 20, False)
    assert [case.relevant.tolist() for case in few.cases] == [case.relevant.tolist() for case in many.cases]


def test_nothing_as_popular_as_the_least_popular_given_is_a_candidate(history):
    task = new_people(history, 5, True)
    ids, counts = np.unique(task.train.item_ids, return_counts=True)
    popularity = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    for case in task.cases:
        least = min(popularity.get(item, 0) for item in case.given)
        assert {item for item, count in popularity.items() if count >= least} <= set(case.excluded.tolist())


def test_cold_films_have_no_rating_to_learn_from_and_are_the_only_candidates(history, films):
    task = cold_items(history, films)
    cold = set(range(100)) - set(task.train.item_ids.tolist())
    assert len(cold) >= 10
    for case in task.cases:
        assert set(case.relevant.tolist()) <= set(range(100)) - set(case.excluded.tolist())
        assert len(set(case.excluded.tolist())) == 90


def test_every_rating_is_predicted_once_from_the_others(history):
    folds = list(rating_folds(history))
    assert sum(len(fold.test) for fold in folds) == len(history)
    for fold in folds:
        assert not pairs(fold.train) & pairs(fold.test)


def test_a_seed_fixes_the_split(history):
    one, same, other = (new_people(history, 5, False, seed) for seed in (1, 1, 2))
    assert [case.user_id for case in one.cases] == [case.user_id for case in same.cases]
    assert [case.user_id for case in one.cases] != [case.user_id for case in other.cases]
