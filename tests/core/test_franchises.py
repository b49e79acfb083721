"""Series in order: of the parts that build upon each other only the next one is for a person."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.core import Items, Preferences, Ratings, Recommender
from movie_recommender.core.franchises import InOrder, franchises

SERIES = [("Saga", 1), ("Saga", 2), ("Saga", 3), ("Bond", 0), ("Bond", 0), None, None]


def _items(series=tuple(SERIES)):
    return Items(list(range(10, 10 + len(series))), [{"Comedy"}] * len(series), [[]] * len(series), series=list(series))


@pytest.mark.parametrize(("seen", "waiting"), [(set(), {1, 2}), ({0}, {2}), ({0, 1}, set()), ({2}, {1}), ({1, 2}, set())])
def test_a_part_waits_until_the_parts_before_it_were_seen(seen, waiting):
    flags = np.isin(np.arange(len(SERIES)), list(seen))
    assert set(InOrder(_items()).waiting(flags).tolist()) == waiting


PLACES = st.one_of(st.none(), st.tuples(st.sampled_from("ABC"), st.integers(0, 4)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PLACES, st.booleans()), max_size=20))
def test_who_waits_is_who_has_an_unseen_part_before_him(films):
    series, seen = [place for place, _ in films], np.array([was for _, was in films], dtype=bool)

    def waits(at):
        place = series[at]
        before = [other for other, film in enumerate(series) if place and film and film[0] == place[0] and 0 < film[1] < place[1]]
        return not seen[at] and not all(seen[before])

    assert sorted(InOrder(_items(series)).waiting(seen).tolist()) == [at for at in range(len(films)) if waits(at)]


def test_films_of_one_series_are_one_franchise():
    groups = franchises(_items())
    assert groups[0] == groups[1] == groups[2] >= 0
    assert groups[3] == groups[4] >= 0
    assert groups[0] != groups[3]
    assert groups[5] == groups[6] == -1


def _listed(model, rated, seen=(), **how):
    return {entry.item_id for entry in model.rank(rated, n=50, seen=seen, **how).items}


def test_a_sequel_is_listed_only_after_what_comes_before_it_was_rated_or_seen():
    model = Recommender().fit(Ratings([], [], []), _items())
    assert _listed(model, {15: 4.0}) == {10, 13, 14, 16}
    assert _listed(model, {10: 4.0}) == {11, 13, 14, 15, 16}
    assert 11 in _listed(model, {15: 4.0}, seen=[10], exclude=[10])
    assert _listed(model, {15: 4.0}, preferences=Preferences(in_order=False)) == {10, 11, 12, 13, 14, 16}


def test_who_does_not_want_the_first_part_is_not_offered_the_second():
    model = Recommender().fit(Ratings([], [], []), _items())
    assert not {10, 11, 12} & _listed(model, {15: 4.0}, exclude=[10])


def test_a_sequel_that_is_asked_for_by_name_stands_beside_the_list():
    model = Recommender().fit(Ratings([], [], []), _items())
    ranked = model.rank({15: 4.0}, n=50, also=[12])
    assert 12 in {entry.item_id for entry in ranked.items}
    assert 12 not in {entry.item_id for entry in ranked.top}
