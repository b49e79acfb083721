"""What people rated last weighs more, and leads to what others went on to."""

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings, Recommender
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in

from .conftest import ALICE, BOB, CHARLIE, DANA

ONLY_ONWARD = {
    "ranking": {"knots": [5], "familiarity": 1.0, "warm": {"onward": [1.0]}, "cold": {}},
    "scorers": {"onward": {"min_ratings": 1}},
}


def bare(ids):
    return Items(ids, [set()] * len(ids), [[]] * len(ids))


def newer(matrix, user_id, ids):
    return fold_in(dict.fromkeys(ids, 3.0), matrix, user_id).newer


def test_a_rating_knows_how_many_are_newer_and_ties_are_equally_new():
    matrix = RatingMatrix(Ratings([ALICE] * 5, [1, 2, 3, 4, 5], [3.0] * 5, [50, 10, 30, 30, 20]), bare(range(1, 7)))
    assert newer(matrix, ALICE, [1, 2, 3, 4, 5, 6]).tolist() == [0, 4, 1, 1, 3, np.inf]


def test_what_is_rated_after_the_fit_is_newer_than_all_before():
    model = Recommender().fit(Ratings([ALICE] * 2, [1, 2], [3.0, 3.0], [7, 8]), bare([1, 2, 3, 4, 5]))
    model.rate(ALICE, 3, 4.0)
    model.update(ALICE, {1: 3.0, 2: 3.0, 3: 4.0, 4: 5.0, 5: 5.0})
    assert newer(model.matrix, ALICE, [1, 2, 3, 4, 5]).tolist() == [4, 3, 2, 0, 0]
    model.rate(ALICE, 1, 5.0)
    assert newer(model.matrix, ALICE, [1, 2, 3, 4, 5]).tolist() == [0, 4, 3, 1, 1]


def test_without_times_nothing_is_new_and_no_rating_is_emphasised():
    matrix = RatingMatrix(Ratings([ALICE], [1], [3.0]), bare([1, 2]))
    profile = fold_in({1: 3.0, 2: 4.0}, matrix, ALICE)
    assert profile.newer is None
    assert profile.emphasis(5.0, 10.0).tolist() == [1.0, 1.0]


def test_times_may_be_known_of_some_only():
    ratings = Ratings([ALICE, ALICE, BOB], [1, 2, 1], [3.0] * 3)
    matrix = RatingMatrix(ratings, bare([1, 2]), Ratings([ALICE, ALICE, CHARLIE], [2, 1, 1], [3.0] * 3, [5, 6, 7]))
    assert newer(matrix, ALICE, [1, 2]).tolist() == [0, 1]
    assert newer(matrix, BOB, [1, 2]) is None


def test_a_person_is_led_to_what_others_liked_next_and_not_back():
    """Everybody saw 1, then 2, then 3; Dana has just seen 2, and long ago much else."""
    people = range(20, 40)
    users, films = np.repeat(people, 3), np.tile([1, 2, 3], len(people))
    others = Ratings(users, films, np.full(users.size, 5.0), np.tile([10, 20, 30], len(people)))
    model = Recommender(ONLY_ONWARD).fit(others, bare([1, 2, 3, 4]))
    model.update(DANA, {2: 5.0})
    assert model.recommend({2: 5.0}, n=1, user_id=DANA)[0].item_id == 3
    (part,) = model.explain({2: 5.0}, 3, user_id=DANA).parts
    assert [(cause.kind, cause.item_id) for cause in part.causes] == [("movie", 2)]
    after, before = (model.explain({2: 0.5}, item, user_id=DANA).score for item in (3, 1))
    assert after < before  # a film that she hates leads away


def test_ratings_of_one_second_lead_in_both_directions():
    people = range(20, 40)
    users, films = np.repeat(people, 2), np.tile([1, 2], len(people))
    model = Recommender(ONLY_ONWARD).fit(Ratings(users, films, np.full(users.size, 5.0), users), bare([1, 2, 3]))
    there, back = (model.scorers["onward"].model.of([one], [other]).item() for one, other in ((0, 1), (1, 0)))
    assert there == pytest.approx(back)
    assert there > 0
