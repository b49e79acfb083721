"""Lists: what is in them, and what never is."""

import weakref

import numpy as np
import pytest

from movie_recommender.core import InvalidRatings, Items, Ratings, Recommender
from movie_recommender.core.scorers import SCORERS
from movie_recommender.errors import NotFound

from .conftest import COMEDIES, HORRORS


def ids(recommendations):
    return [entry.item_id for entry in recommendations]


def test_alice_who_loves_comedies_gets_comedies(model, alice):
    assert set(ids(model.recommend(alice, n=5))) <= {*COMEDIES, 400}


def test_bob_who_rates_the_same_films_the_other_way_round_gets_horror(model, bob):
    assert set(ids(model.recommend(bob, n=5))) <= set(HORRORS)


def test_a_rated_movie_is_never_recommended(model, alice):
    assert not set(alice) & set(ids(model.recommend(alice, n=1000)))


def test_an_excluded_movie_is_never_recommended(model, alice):
    assert not {103, 400} & set(ids(model.recommend(alice, n=1000, exclude=[103, 400, 999_999])))


def test_a_genre_filter_keeps_films_with_any_of_the_genres(model, alice):
    assert set(ids(model.recommend(alice, n=1000, genres=["Thriller"]))) == set(HORRORS) - set(alice)
    assert set(ids(model.recommend(alice, n=1000, genres={"Thriller", "Comedy"}))) == {*HORRORS, *COMEDIES, 400} - set(alice)
    assert model.recommend(alice, genres=["Western"]) == []


def test_the_best_come_first(model, alice):
    scores = [entry.score for entry in model.recommend(alice, n=1000)]
    assert scores == sorted(scores, reverse=True)


def test_a_newcomer_gets_a_list_that_is_varied(model):
    found = ids(model.recommend({}, n=6))
    assert len(found) == 6
    assert set(found) & set(COMEDIES)
    assert set(found) & set(HORRORS)


def test_unknown_films_among_the_ratings_are_ignored(model, alice):
    assert ids(model.recommend({**alice, 987_654: 5.0})) == ids(model.recommend(alice))


def test_ratings_outside_the_scale_are_refused(model):
    with pytest.raises(InvalidRatings):
        model.recommend({100: 6.0})


def test_ratings_of_films_that_are_not_items_are_ignored(items, alice):
    fitted = Recommender().fit(Ratings([1, 1], [100, 987_654], [5.0, 1.0]), items)
    assert fitted.matrix.n_ignored == 1
    assert fitted.recommend(alice)


def test_ratings_that_nobody_else_holds_are_gone_when_the_signals_learn(ratings, items, monkeypatch):
    held, there = [], []

    def given():
        one = Ratings(ratings.user_ids, ratings.item_ids, ratings.values, ratings.timestamps)
        held.append(weakref.ref(one))
        return one

    learn = SCORERS[0].fit
    monkeypatch.setattr(SCORERS[0], "fit", lambda *told: there.extend(ref() for ref in held) or learn(*told))
    Recommender().fit(given(), items, given())
    assert there == [None, None]


def test_of_films_that_are_as_good_those_rated_most_come_first_then_those_given_first():
    genres_alone = {"ranking": {"knots": [5], "familiarity": 1.0, "warm": {"genres": [1.0]}, "cold": {"genres": [1.0]}}, "diversity": 0.0}
    items = Items([7, 3, 9, 5, 1], [{"Drama"}] * 4 + [{"Comedy"}], [()] * 5)
    ratings = Ratings([1, 2, 1, 3], [5, 5, 9, 1], [3.0, 4.0, 2.0, 5.0])
    model = Recommender(genres_alone).fit(ratings, items)
    assert ids(model.rank({1: 1.0}, n=4).top) == [5, 9, 7, 3]
    assert ids(model.recommend({1: 1.0}, n=4)) == [5, 9, 7, 3]


def test_the_order_in_which_items_are_given_changes_nothing_but_which_of_equal_ones_is_first(ratings, items, alice):
    shuffled = items.taken(np.random.default_rng(3).permutation(items.n_items))
    one, other = (Recommender().fit(ratings, given).rank(alice, n=30).items for given in (items, shuffled))
    assert set(ids(one)) == set(ids(other))
    expected = {entry.item_id: (entry.score, entry.predicted_rating) for entry in other}
    for entry in one:
        assert (entry.score, entry.predicted_rating) == pytest.approx(expected[entry.item_id], abs=1e-3)


def test_without_a_community_the_content_decides(items, alice):
    fitted = Recommender().fit(Ratings([], [], []), items)
    assert set(ids(fitted.recommend(alice, n=5))) <= {*COMEDIES, 400}
    assert len(fitted.recommend({}, n=5)) == 5


def test_a_catalogue_may_have_nothing_but_ids(ratings, items, alice):
    bare = Items(items.item_ids, [set()] * len(items), [[]] * len(items), None)
    fitted = Recommender().fit(ratings, bare)
    assert set(ids(fitted.recommend(alice, n=3))) <= set(COMEDIES)


def test_an_empty_catalogue_recommends_nothing():
    fitted = Recommender().fit(Ratings([1], [2], [3.0]), Items([], [], [], None))
    assert fitted.recommend({1: 5.0}) == []
    assert np.isfinite(fitted.predict({1: 5.0}, [1, 2])).all()


def test_predicted_stars_are_on_the_scale_and_known_for_every_film(model, alice, items):
    predicted = model.predict(alice, [*items.item_ids.tolist(), 999_999])
    assert np.isfinite(predicted).all()
    assert (predicted >= 0.5).all()
    assert (predicted <= 5.0).all()


def test_alice_is_predicted_to_like_comedies_better(model, alice):
    assert model.predict(alice, COMEDIES[3:]).mean() > model.predict(alice, HORRORS[3:]).mean()


def test_one_pass_ranks_the_list_and_every_genre(model, alice):
    ranked = model.rank(alice, n=5, n_by_genre=3, diversity=0.0)
    assert ids(ranked.top) == ids(model.recommend(alice, n=5))
    horror = [ranked.items[at].item_id for at in ranked.by_genre["Horror"]]
    assert horror == ids(model.recommend(alice, n=3, genres=["Horror"]))


def test_a_comedy_is_similar_to_comedies(model):
    assert {item for item, _ in model.similar_items(100, n=5)} <= {*COMEDIES, 400}


def test_a_film_that_nobody_has_rated_has_similar_films_too(model):
    assert {item for item, _ in model.similar_items(400, n=5)} <= set(COMEDIES)


def test_an_unknown_film_has_no_similar_films_and_no_receipt(model, alice):
    with pytest.raises(NotFound):
        model.similar_items(999_999)
    with pytest.raises(NotFound):
        model.explain(alice, 999_999)


def test_variety_keeps_a_franchise_from_flooding_the_list():
    cast = [(name, "actor") for name in ("Al", "Bo", "Cy")]
    others = [[(f"Actor {at}", "actor")] for at in range(6)]
    items = Items(list(range(12)), [{"Comedy"}] * 12, [cast] * 6 + others, None)
    model = Recommender().fit(Ratings([], [], []), items)
    plain = ids(model.recommend({0: 5.0}, n=5))
    varied = ids(model.recommend({0: 5.0}, n=5, diversity=5.0))
    assert sum(item < 6 for item in plain) > sum(item < 6 for item in varied)


def test_one_star_pushes_films_like_it_away(model):
    liked = {100: 5.0, 101: 4.0}
    without, hated, loved = (model.blended({**liked, **more}).scores for more in ({}, {200: 1.0}, {200: 5.0}))
    horror, comedy = model.matrix.items.positions(HORRORS[1:]), model.matrix.items.positions(COMEDIES[2:])

    def apart(scores):
        return scores[horror].mean() - scores[comedy].mean()

    assert apart(hated) < apart(without) < apart(loved)


def test_all_similar_films_are_those_of_each_film(model):
    alike = dict(model.all_similar_items(n=6))
    assert list(alike) == model.items.item_ids.tolist()
    for item_id, kinds in alike.items():
        similar = kinds["all"]
        assert similar == [other for other, _ in model.similar_items(item_id, n=6)]
        assert item_id not in similar
