"""The spaces of the map: like films are near, whoever and however many the people are."""

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings
from movie_recommender.core import fans as fan_room
from movie_recommender.core.atlas import fan_space, story_space
from movie_recommender.core.matrix import RatingMatrix

FILMS, PEOPLE = 60, 90


@pytest.fixture
def two_tastes():
    """Everybody loves the films of his own half, and one in five of the others."""
    chance = np.random.default_rng(4)
    people, films = np.nonzero(chance.random((PEOPLE, FILMS)) < 0.6)
    stars = np.where((people % 2 == films % 2) | (chance.random(people.size) < 0.2), 4.5, 1.0)
    items = Items(np.arange(FILMS), [("Comedy",) if film % 2 else ("Drama", "War") for film in range(FILMS)], [()] * FILMS)
    return RatingMatrix(Ratings(people, films, stars), items), items


def apart(space, rows):
    """How much nearer films of one half are than films of different halves."""
    alike, others = space @ space.T, ~np.eye(len(space), dtype=bool)
    same = rows[:, None] % 2 == rows[None, :] % 2
    return alike[same & others].mean() - alike[~same].mean()


@pytest.mark.parametrize("most", [20_000, 30])
def test_films_with_the_same_fans_are_near_each_other_also_when_only_some_people_are_asked(two_tastes, monkeypatch, most):
    monkeypatch.setattr(fan_room, "MAX_PEOPLE", most)
    space, kept = fan_space(two_tastes[0])
    assert kept.size > 0.9 * FILMS
    assert apart(space, kept) > 0.02 > abs(apart(space, kept // 2))  # one of thirty axes


def test_the_story_space_holds_the_films_that_are_asked_for_in_their_order(two_tastes):
    items, rows = two_tastes[1], np.array([7, 3, 0, 10, 5, 8])
    space = story_space(items, rows)
    assert len(space) == rows.size
    assert apart(space, rows) > 0.5
