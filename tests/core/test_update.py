"""A stored person's changed ratings are visible to the next call."""

import numpy as np
import pytest

from movie_recommender.core import Ratings, Recommender

from .conftest import COMEDIES, HORRORS

NO_RARITY = {"frequency_power": 0.0}


def weights_without_rarity():
    """Only neighbours, whose similarity then does not depend on counts frozen at the fit."""
    return {
        "ranking": {"knots": [5], "familiarity": 1.0, "warm": {"neighbours": [1.0]}, "cold": {"neighbours": [1.0]}},
        "scorers": {"neighbours": NO_RARITY},
    }


def with_person(ratings, user_id, rated):
    return Ratings(
        np.append(ratings.user_ids, [user_id] * len(rated)),
        np.append(ratings.item_ids, list(rated)),
        np.append(ratings.values, list(rated.values())),
    )


def by_id(model, values):
    """Values of a model's films in the order of their ids: a fit puts first what is rated most."""
    return values[np.argsort(model.matrix.items.ids)]


@pytest.mark.parametrize("user_id", [10, 999])
def test_an_update_equals_a_refit(ratings, items, alice, user_id):
    changed = {100: 5.0, 101: 5.0, 300: 5.0, 210: 0.5}
    kept = ratings.user_ids != user_id
    others = Ratings(ratings.user_ids[kept], ratings.item_ids[kept], ratings.values[kept])
    updated = Recommender(weights_without_rarity()).fit(ratings, items)
    updated.update(user_id, changed)
    refitted = Recommender(weights_without_rarity()).fit(with_person(others, user_id, changed), items)
    for item_id in items.item_ids.tolist():  # but for the order in which people's votes are summed in four bytes
        assert updated.explain(alice, item_id).score == pytest.approx(refitted.explain(alice, item_id).score, abs=1e-6)
    for name in ("counts", "sums"):
        one, other = (by_id(model, getattr(model.matrix, name)) for model in (updated, refitted))
        np.testing.assert_allclose(one, other)


def test_what_is_kept_for_everybody_follows_every_rating(ratings, items, alice):
    weights = {"ranking": {"knots": [5], "familiarity": 1.0, "warm": {"popularity": [1.0], "quality": [0.5]}, "cold": {"quality": [2.0]}}}
    model = Recommender(weights).fit(ratings, items)
    before = by_id(model, model.blended(alice).scores)
    model.rate(999, 300, 5.0)
    once = by_id(model, model.blended(alice).scores)
    model.update(998, {301: 0.5, 100: 4.0})
    refitted = Recommender(weights).fit(with_person(with_person(ratings, 999, {300: 5.0}), 998, {301: 0.5, 100: 4.0}), items)
    twice = by_id(refitted, refitted.blended(alice).scores)
    assert not np.allclose(before, once)
    assert not np.allclose(once, twice)
    np.testing.assert_allclose(by_id(model, model.blended(alice).scores), twice, atol=1e-6)


def test_updating_with_the_same_ratings_changes_nothing(ratings, items, alice):
    model = Recommender().fit(ratings, items)
    before = [entry.score for entry in model.recommend(alice, n=50)]
    own = ratings.user_ids == 12
    model.update(12, dict(zip(ratings.item_ids[own].tolist(), ratings.values[own].tolist(), strict=True)))
    assert [entry.score for entry in model.recommend(alice, n=50)] == pytest.approx(before)


def test_charlies_new_favourite_reaches_alices_list(items, ratings, alice):
    model = Recommender().fit(ratings, items)
    before = model.explain(alice, 300).score
    model.update(3, {**alice, 300: 5.0})
    model.update(4, {**alice, 300: 5.0})
    assert model.explain(alice, 300).score > before


def test_a_person_in_the_fit_is_never_his_own_neighbour(ratings, items, alice):
    model = Recommender(weights_without_rarity()).fit(with_person(ratings, 1, {**alice, 110: 5.0}), items)
    stranger = Recommender(weights_without_rarity()).fit(ratings, items)
    assert model.explain(alice, 110, user_id=1).score == pytest.approx(stranger.explain(alice, 110).score)
    assert model.explain(alice, 110).score > stranger.explain(alice, 110).score


def test_a_person_who_came_after_the_fit_is_not_his_own_neighbour_either(ratings, items, alice):
    model = Recommender().fit(ratings, items)
    before = model.explain(alice, 105).parts
    model.update(1, {**alice, 300: 5.0})
    after = model.explain(alice, 105, user_id=1).parts
    histogram = [part.causes[0].histogram for part in (*before, *after) if part.signal == "neighbours"]
    assert histogram[0] == histogram[1]


def test_forgetting_every_rating_of_a_person_leaves_no_trace(ratings, items):
    model = Recommender().fit(ratings, items)
    model.update(12, {})
    kept = ratings.user_ids != 12
    assert model.matrix.n_ratings == int(kept.sum())
    assert set(COMEDIES + HORRORS) >= {entry.item_id for entry in model.recommend({}, n=3)}


@pytest.mark.parametrize("stars", [4.5, None])
@pytest.mark.parametrize("user_id", [12, 999])
def test_one_rating_more_or_less_is_as_the_whole_row_anew(ratings, items, alice, user_id, stars):
    own = ratings.user_ids == user_id
    rated = dict(zip(ratings.item_ids[own].tolist(), ratings.values[own].tolist(), strict=True))
    item = 300 if stars else next(iter(rated), 300)
    one, whole = Recommender().fit(ratings, items), Recommender().fit(ratings, items)
    one.rate(user_id, item, stars)
    whole.update(user_id, {key: value for key, value in {**rated, item: stars}.items() if value})
    assert [entry.score for entry in one.recommend(alice, n=50)] == [entry.score for entry in whole.recommend(alice, n=50)]
    assert one.matrix.n_ratings == whole.matrix.n_ratings


def test_a_films_expected_stars_follow_at_once(ratings, items, alice):
    model = Recommender().fit(ratings, items)
    before = model.predict({}, [300])[0]
    for user_id in (901, 902, 903):
        model.rate(user_id, 300, 0.5)
    low = model.predict({}, [300])[0]
    assert low < before - 0.3
    for user_id in (901, 902, 903):
        model.rate(user_id, 300, None)
    assert model.predict({}, [300])[0] == pytest.approx(before)


def test_expected_stars_do_not_depend_on_how_the_ratings_came(ratings, items):
    one, whole = Recommender().fit(ratings, items), Recommender().fit(ratings, items)
    for stars in (1.0, 4.0, 2.5):
        one.rate(12, 300, stars)
    one.rate(12, 110, None)
    own = ratings.user_ids == 12
    rated = dict(zip(ratings.item_ids[own].tolist(), ratings.values[own].tolist(), strict=True))
    whole.update(12, {key: value for key, value in {**rated, 300: 2.5}.items() if key != 110})
    np.testing.assert_allclose(one.predict({}, items.item_ids), whole.predict({}, items.item_ids))
