"""Films for several people: what suits one and not the other, what nobody may be offered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.core import Items, Preferences, Ratings, Recommender
from movie_recommender.core.together import Attendee, together

from .conftest import COMEDIES, HORRORS

EVERYTHING = [*COMEDIES, *HORRORS, 300, 400]


def _person(ratings, **more):
    return Attendee(ratings, seen={**ratings, **more.pop("seen", {})}, **more)


def _ids(picks):
    return [pick.item_id for pick in picks]


def test_two_of_one_taste_get_what_each_would_get(model, alice):
    picks = _ids(together(model, [_person(alice), _person(alice)], n=4))
    assert set(picks) <= {*COMEDIES, 400} - {*alice}


def _worth(pick, rule):
    depth = np.log([share.place for share in pick.shares])
    return -(depth.max() if rule == "misery" else depth.mean())


STARS = st.dictionaries(st.sampled_from(EVERYTHING), st.integers(1, 10).map(lambda halves: halves / 2), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STARS, st.sets(st.sampled_from(EVERYTHING), max_size=4)), min_size=1, max_size=4), st.booleans())
def test_nobody_is_offered_what_somebody_hid_or_has_seen_unless_all_liked_it(model, people, rewatches):
    group = [_person(stars, hidden=hidden) for stars, hidden in people]
    for rule in ("misery", "average"):
        picks = together(model, group, n=30, rule=rule, rewatches=rewatches)
        assert len(_ids(picks)) == len(set(_ids(picks)))
        for pick in picks:
            assert len(pick.shares) == len(group)
            for share, (stars, hidden) in zip(pick.shares, people, strict=True):
                assert pick.item_id not in hidden
                assert share.has_seen == (pick.item_id in stars)
                assert stars.get(pick.item_id, 5.0) >= 4.0
                assert rewatches or pick.item_id not in stars
                assert 1 <= share.place <= len(EVERYTHING)
                assert 0.5 <= share.predicted_rating <= 5.0
        # Variety may move a film down, never put one first that is worth less than another.
        if picks:
            assert _worth(picks[0], rule) == pytest.approx(max(_worth(pick, rule) for pick in picks))


def test_least_misery_spares_the_one_whom_the_average_outvotes(model, alice, bob):
    group = [_person(alice), _person(alice), _person(bob)]

    def worst(rule):
        return max(share.place for share in together(model, group, n=1, rule=rule)[0].shares)

    def mean(rule):
        return np.mean([np.log(share.place) for share in together(model, group, n=1, rule=rule)[0].shares])

    assert worst("misery") <= worst("average")
    assert mean("average") <= mean("misery")


def test_a_film_that_one_has_seen_without_stars_comes_back_only_on_request(model, alice):
    group = [_person(alice, seen={105: float("nan")}), _person(alice)]
    assert 105 not in _ids(together(model, group, n=30))
    assert 105 in _ids(together(model, group, n=30, rewatches=True))


def test_a_genre_that_one_of_them_never_wants_stays_away(model, alice):
    group = [_person(alice), _person(alice, preferences=Preferences(never=frozenset({"Comedy", "Unknown"})))]
    assert not set(_ids(together(model, group, n=30))) & {*COMEDIES, 400}


def test_only_what_was_asked_for_is_chosen_from(model, alice):
    assert set(_ids(together(model, [_person(alice), _person({})], n=30, only=[105, 205, 999_999]))) == {105, 205}


def test_a_sequel_waits_for_whoever_has_not_seen_the_first_part():
    items = Items([1, 2, 3], [{"Comedy"}] * 3, [[]] * 3, series=[("Saga", 1), ("Saga", 2), None])
    model = Recommender().fit(Ratings([], [], []), items)
    knows, does_not = _person({1: 5.0}), _person({})
    assert set(_ids(together(model, [knows, knows]))) == {2, 3}
    assert set(_ids(together(model, [knows, does_not]))) == {3}
    assert set(_ids(together(model, [knows, does_not], rewatches=True))) == {1, 3}
    assert set(_ids(together(model, [knows, does_not], in_order=False))) == {2, 3}


def test_nobody_gets_nothing(model):
    assert together(model, []) == []
