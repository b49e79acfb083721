"""Films with the same fans, people with the same favourites."""

from __future__ import annotations

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings, Recommender
from movie_recommender.core.fans import Fans, fellows
from movie_recommender.core.matrix import RatingMatrix


@pytest.fixture
def matrix() -> RatingMatrix:
    """Films 1..6. People 1..4 love 1, 2, 3; person 4 rated everything; 5 and 6 love 4, 5, 6; 7 gave 1, 2, 3 one star."""
    nothing: list[list] = [[] for _ in range(6)]
    items = Items(np.arange(1, 7), nothing, nothing, None)
    rows = [(person, film, 5.0) for person in (1, 2, 3, 4) for film in (1, 2, 3)] + [(4, film, 2.0) for film in (4, 5, 6)]
    rows += [(person, film, 4.0) for person in (5, 6) for film in (4, 5, 6)] + [(7, film, 1.0) for film in (1, 2, 3)]
    return RatingMatrix(Ratings(*map(np.array, zip(*rows, strict=True))), items)


def test_films_are_alike_that_the_same_people_love(matrix: RatingMatrix) -> None:
    alike = Fans(matrix).likenesses(np.arange(6))
    assert (alike[0, 1:3] > 0).all()
    assert (alike[0, 3:] == 0).all()
    assert alike == pytest.approx(alike.T)


def test_two_shared_fans_are_too_few_to_say(matrix: RatingMatrix) -> None:
    assert Fans(matrix).likenesses(np.array([3]))[0, 4:].tolist() == [0, 0]


def test_the_nearest_share_favourites_for_what_they_rated_in_all(matrix: RatingMatrix) -> None:
    rows, scores = fellows(matrix, np.array([0, 1, 2]), np.array([matrix.row_of(1), -1]), 10)
    assert [matrix.user_id(row) for row in rows.tolist()] == [2, 3, 4]
    assert scores == pytest.approx([1.0, 1.0, 3 / np.sqrt(3 * 6)])


def test_who_came_after_the_fit_is_found_and_who_is_left_out_is_not(matrix: RatingMatrix) -> None:
    matrix.replace_row(99, np.array([0, 1, 2]), np.array([10, 9, 8], dtype=np.uint8))
    favourites, me = np.array([0, 1, 2]), matrix.row_of(1)
    rows, _ = fellows(matrix, favourites, np.array([me]), 10)
    assert 99 in [matrix.user_id(row) for row in rows.tolist()]
    rows, _ = fellows(matrix, favourites, np.array([me, matrix.row_of(99)]), 10)
    assert 99 not in [matrix.user_id(row) for row in rows.tolist()]


def test_without_any_ratings_nothing_is_alike() -> None:
    nothing: list[list] = [[], []]
    empty = np.array([], dtype=np.int64)
    model = Recommender().fit(Ratings(empty, empty, empty.astype(float)), Items(np.array([1, 2]), nothing, nothing, None))
    assert dict(model.all_similar_items(5)) == {film: {"all": [], "fans": [], "plot": [], "people": []} for film in (1, 2)}
