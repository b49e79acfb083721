"""What a person asks of his list besides his taste, and that receipts still add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movie_recommender.core import Preferences

from .conftest import COMEDIES, HORRORS
from .test_receipts import worlds

DIAL = st.floats(-1, 1).map(lambda value: round(value, 2))
PREFERENCES = st.builds(
    Preferences, obscure=DIAL, new=DIAL, diverse=DIAL,
    weights=st.dictionaries(st.sampled_from(["neighbours", "coliking", "people", "plots", "genres"]), st.floats(0, 3)),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), PREFERENCES)
def test_the_parts_sum_to_the_score_however_the_list_is_steered(world, preferences):
    model, rated = world
    listed = {entry.item_id: entry for entry in model.rank(rated, n=100, preferences=preferences).top}
    for item_id in model.items.item_ids.tolist():
        receipt = model.explain(rated, item_id, preferences=preferences)
        assert sum(part.contribution for part in receipt.parts) == pytest.approx(receipt.score, rel=1e-5, abs=1e-5)
        for part in receipt.parts:
            assert part.contribution == pytest.approx(part.weight * part.standardised, abs=1e-6)
        if item_id in listed:
            assert listed[item_id].score == pytest.approx(receipt.score, abs=1e-9)


def ids(model, rated, **preferences):
    return [entry.item_id for entry in model.rank(rated, n=30, preferences=Preferences(**preferences)).top]


def test_neutral_preferences_change_nothing(model, alice):
    assert ids(model, alice) == [entry.item_id for entry in model.rank(alice, n=30).top]


def test_newer_films_come_first_for_who_asks_for_them(model, alice):
    def year(listed):
        return np.mean([model.items.years[model.items.item_ids.tolist().index(item)] for item in listed[:6]])

    assert (
        year(ids(model, alice, new=1.0, diverse=-1.0))
        > year(ids(model, alice, diverse=-1.0))
        > year(ids(model, alice, new=-1.0, diverse=-1.0))
    )


def test_obscure_prefers_what_few_have_rated(model, alice):
    def known(listed):
        return np.mean([model.matrix.counts[model.items.item_ids.tolist().index(item)] for item in listed[:6]])

    assert known(ids(model, alice, obscure=1.0)) < known(ids(model, alice, obscure=-1.0))


def test_a_dial_is_a_part_of_its_own(model, alice):
    receipt = model.explain(alice, 105, preferences=Preferences(new=0.5))
    (part,) = [part for part in receipt.parts if part.signal == "era"]
    plain = model.explain(alice, 105)
    assert receipt.score == pytest.approx(plain.score + part.contribution)


def test_a_signal_without_weight_has_no_part(model, alice):
    receipt = model.explain(alice, 105, preferences=Preferences(weights={"neighbours": 0.0}))
    assert "neighbours" not in {part.signal for part in receipt.parts}


def test_a_genre_that_is_never_wanted_is_in_no_part_of_the_list(model, alice):
    ranked = model.rank(alice, n=30, n_by_genre=10, n_by_facet=10, preferences=Preferences(never=frozenset({"Horror"})))
    assert {entry.item_id for entry in ranked.items}.isdisjoint(HORRORS)
    assert ranked.top


def test_films_asked_for_by_name_are_scored_even_when_rated(model, alice):
    ranked = model.rank(alice, n=2, n_by_genre=0, exclude=[106], also=[100, 106, 999])
    assert {100, 106} <= {entry.item_id for entry in ranked.items}
    assert {100, 106}.isdisjoint(entry.item_id for entry in ranked.top)


def test_every_decade_and_language_has_its_best_among_the_items(model, alice):
    ranked = model.rank(alice, n=1, n_by_genre=0, n_by_facet=2)
    rows = [model.items.item_ids.tolist().index(entry.item_id) for entry in ranked.items]
    decades = {model.items.years[row] // 10 for row in rows}
    assert decades == {year // 10 for year in model.items.years.tolist()}
    assert any(item in COMEDIES for item in (entry.item_id for entry in ranked.items))
