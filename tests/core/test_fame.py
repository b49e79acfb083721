"""What somebody's judgement of fame changes: little where many rated, much where nobody did."""

from __future__ import annotations

import numpy as np
import pytest

from movie_recommender.core import Items, Preferences, Ratings, Recommender
from movie_recommender.core.data import InvalidItems

N = 40
FAMOUS = range(0, N, 5)
ALICE = {0: 5.0, 1: 4.0, 2: 3.0, 3: 5.0, 4: 2.0}


def films(fame: bool = True) -> Items:
    known = [60.0 if film in FAMOUS else 6.0 for film in range(N)]
    return Items(range(N), [{"Drama"}] * N, [[]] * N, years=[2000] * N, fame=known if fame else None)


def best(ratings: Ratings, n: int, items: Items, **dials: float) -> set[int]:
    ranked = Recommender().fit(ratings, items).rank(ALICE, n=N, preferences=Preferences(**dials))
    return {entry.item_id for entry in ranked.top[:n]}


def test_where_nobody_has_rated_the_famous_come_first():
    assert best(Ratings([], [], []), 7, films()) == set(FAMOUS) - set(ALICE)


def test_the_dial_of_obscurity_turns_where_nobody_has_rated():
    assert not best(Ratings([], [], []), 10, films(), obscure=1.0) & set(FAMOUS)


def test_one_other_person_does_not_fill_the_list():
    bobs = [21, 23, 26, 27]
    ratings = Ratings([7] * 4, bobs, [3.0] * 4)
    assert best(ratings, 4, films(fame=False)) == set(bobs)
    assert not best(ratings, 4, films()) & set(bobs)


def test_where_many_have_rated_they_decide():
    rng = np.random.default_rng(1)
    others = [film for film in range(N) if film not in FAMOUS]
    people, crowd = np.repeat(np.arange(400), 10), np.concatenate([rng.choice(others, 10, replace=False) for _ in range(400)])
    assert not best(Ratings(people, crowd, np.full(people.size, 4.0)), 8, films()) & set(FAMOUS)


@pytest.mark.parametrize("fame", [[1.0], [-1.0] * N, [np.nan] * N])
def test_fame_that_is_no_number_of_ratings_is_refused(fame: list[float]):
    with pytest.raises(InvalidItems, match="fame"):
        Items(range(N), [set()] * N, [[]] * N, fame=fame)
