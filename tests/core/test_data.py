"""What goes in is checked at the door."""

import numpy as np
import pytest

from movie_recommender.core import InvalidItems, InvalidRatings, Items, Ratings


def test_a_rating_outside_the_scale_is_refused_and_named():
    with pytest.raises(InvalidRatings, match=r"outside 0\.5\.\.5.*7\.0 at position 1"):
        Ratings([1, 1], [10, 11], [3.0, 7.0])


@pytest.mark.parametrize("value", [0.0, -1.0, 5.5, float("nan"), float("inf")])
def test_a_value_that_is_no_rating_is_refused(value):
    with pytest.raises(InvalidRatings):
        Ratings([1], [10], [value])


def test_arrays_of_unequal_length_are_refused():
    with pytest.raises(InvalidRatings, match="values has 1"):
        Ratings([1, 2], [10, 11], [3.0])


def test_ids_must_be_whole_numbers():
    with pytest.raises(InvalidRatings, match="whole numbers"):
        Ratings([1.5], [10], [3.0])


def test_of_two_ratings_of_one_film_the_later_wins():
    ratings = Ratings([1, 1, 1], [10, 10, 11], [2.0, 5.0, 3.0], timestamps=[200, 100, 50])
    assert dict(zip(ratings.item_ids.tolist(), ratings.values.tolist(), strict=True)) == {10: 2.0, 11: 3.0}


def test_without_timestamps_the_last_position_wins():
    ratings = Ratings([1, 1], [10, 10], [2.0, 5.0])
    assert ratings.values.tolist() == [5.0]


def test_ratings_of_half_stars_are_those_of_stars():
    half_stars = np.array([1, 10, 7], dtype=np.uint8)
    found = Ratings.of_half_stars(np.array([1, 1, 2], dtype=np.int32), np.array([5, 6, 5], dtype=np.int32), half_stars, [3, 2, 1])
    told = Ratings([1, 1, 2], [5, 6, 5], [0.5, 5.0, 3.5], [3, 2, 1])
    for name in ("user_ids", "item_ids", "codes", "values", "timestamps"):
        np.testing.assert_array_equal(getattr(found, name), getattr(told, name))
    assert (found.user_ids.dtype, told.user_ids.dtype) == (np.int32, np.int64)


@pytest.mark.parametrize("half_stars", [0, 11, 255])
def test_half_stars_outside_the_scale_are_refused(half_stars):
    with pytest.raises(InvalidRatings, match=r"within 1\.\.10"):
        Ratings.of_half_stars([1, 2], [10, 11], np.array([5, half_stars], dtype=np.uint8))


def test_half_stars_of_another_number_than_the_people_are_refused():
    with pytest.raises(InvalidRatings, match="arrays of one length"):
        Ratings.of_half_stars([1, 2], [10, 11], np.array([5], dtype=np.uint8))


def test_there_may_be_no_ratings_at_all():
    assert len(Ratings([], [], [])) == 0


def test_an_item_id_occurs_once():
    with pytest.raises(InvalidItems, match="7 occurs twice"):
        Items([7, 7], [set(), set()], [[], []], None)


def test_every_item_needs_its_own_genres():
    with pytest.raises(InvalidItems, match="genres needs one entry an item"):
        Items([1, 2], [set()], [[], []], None)


def test_plot_vectors_need_one_row_an_item():
    with pytest.raises(InvalidItems, match="plot_vectors must have shape"):
        Items([1, 2], [set(), set()], [[], []], np.zeros((3, 4)))


def test_items_taken_in_another_order_keep_what_is_known_of_each():
    vectors, none = np.array([[1.0, 0.0], [0.0, 1.0], [np.nan, np.nan]], dtype=np.float32), Items([4, 5, 6], [()] * 3, [()] * 3)
    items = Items(
        [4, 5, 6], [{"Drama"}, {"Comedy"}, set()], [[("Ann", "director")], [], []], vectors, years=[1990, 0, 2001],
        keywords=[["joke"], [], ["blood"]], languages=["en", "", "fr"], series=[("Alien", 1), None, ("Alien", 2)], fame=[0.0, 3.0, 9.0],
    )  # fmt: skip
    some = items.taken(np.array([2, 0]))
    assert (some.item_ids.tolist(), some.n_items, some.years.tolist(), some.fame.tolist()) == ([6, 4], 2, [2001, 1990], [9.0, 0.0])
    assert (some.genres, some.people) == ([set(), {"Drama"}], [[], [("Ann", "director")]])
    assert (some.keywords, some.languages, some.series) == ([["blood"], ["joke"]], ["fr", "en"], [("Alien", 2), ("Alien", 1)])
    np.testing.assert_array_equal(some.plot_vectors, vectors[[2, 0]])
    assert none.taken(np.array([1])).plot_vectors is None
