"""Receipts add up, and name real causes."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movie_recommender.core import Items, Ratings, Recommender

GENRE_NAMES = ["Comedy", "Drama", "Horror"]
STARS = st.integers(1, 10).map(lambda code: code / 2)


@st.composite
def worlds(draw):
    """A random small model and a random person."""
    n_items = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = rng.normal(size=(n_items, 4)).astype(np.float32)
    vectors[rng.random(n_items) < 0.3] = np.nan
    items = Items(
        rng.permutation(1000)[:n_items],
        [set(rng.choice(GENRE_NAMES, rng.integers(0, 3), replace=False).tolist()) for _ in range(n_items)],
        [[(f"P{rng.integers(5)}", str(rng.choice(["director", "actor"]))) for _ in range(rng.integers(0, 4))] for _ in range(n_items)],
        draw(st.sampled_from([None, vectors])),
        years=rng.choice([0, 1950, 1990, 2015], n_items),
        keywords=[[f"k{rng.integers(4)}"] for _ in range(n_items)],
        languages=rng.choice(["en", "fr", ""], n_items).tolist(),
    )
    n_ratings = draw(st.integers(0, 60))
    ratings = Ratings(rng.integers(1, 9, n_ratings), rng.choice(items.item_ids, n_ratings), rng.integers(1, 11, n_ratings) / 2)
    rated = draw(st.dictionaries(st.sampled_from(items.item_ids.tolist()), STARS, max_size=n_items))
    return Recommender().fit(ratings, items), rated


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_parts_sum_to_the_score_for_any_model_and_person(world):
    model, rated = world
    listed = {entry.item_id: entry for entry in model.recommend(rated, n=100)}
    assert not set(listed) & set(rated)
    for item_id in model.items.item_ids.tolist():
        receipt = model.explain(rated, item_id)
        assert sum(part.contribution for part in receipt.parts) == pytest.approx(receipt.score, rel=1e-5, abs=1e-5)
        for part in receipt.parts:
            assert part.contribution == pytest.approx(part.weight * part.standardised, abs=1e-6)
        if item_id in listed:
            assert listed[item_id].score == receipt.score
            assert listed[item_id].predicted_rating == pytest.approx(receipt.predicted_rating, abs=1e-4)
        assert 0.5 <= receipt.predicted_rating <= 5.0


def part_of(receipt, signal):
    return next(part for part in receipt.parts if part.signal == signal)


@pytest.mark.parametrize("signal", ["kindred", "coliking", "plots"])
def test_removing_a_film_that_is_named_changes_the_part(model, alice, signal):
    part = part_of(model.explain(alice, 105), signal)
    named = part.causes[0].item_id
    without = {item: stars for item, stars in alice.items() if item != named}
    assert part_of(model.explain(without, 105), signal).standardised != pytest.approx(part.standardised, abs=1e-9)


def test_the_neighbours_are_counted_with_their_histogram(model, alice):
    (cause,) = part_of(model.explain(alice, 105), "neighbours").causes
    assert len(cause.histogram) == 10
    assert sum(cause.histogram) == cause.count > 0
    assert sum(cause.histogram[7:]) > sum(cause.histogram[:3])


def test_people_are_named_with_their_role(model, alice):
    causes = part_of(model.explain(alice, 400), "people").causes
    assert [(cause.kind, cause.name, cause.count) for cause in causes] == [("director", "Ann", 3)]


def test_genres_are_named_with_your_own_mean(model, alice):
    (cause,) = part_of(model.explain(alice, 105), "genres").causes
    assert (cause.name, cause.count) == ("Comedy", 3)
    assert cause.stars == pytest.approx((5.0 + 4.5 + 5.0) / 3)


def test_reasons_lift_the_film_strongest_first(model, alice):
    for entry in model.recommend(alice, n=5):
        points = [reason.contribution for reason in entry.reasons]
        assert points == sorted(points, reverse=True)
        assert all(point > 0 for point in points)
