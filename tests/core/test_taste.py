"""Acceptance on real data: lists are one's own, and a clear dislike is respected."""

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("movielens")

STUDIO_GHIBLI = ("Hayao Miyazaki", "Isao Takahata")
SLASHERS = (
    "Friday the 13th",
    "Halloween",
    "Scream",
    "A Nightmare on Elm Street",
    "I Know What You Did Last Summer",
    "Scream 2",
    "Candyman",
)


def titles(movielens, wanted):
    first = {}
    for movie_id, fact in movielens["facts"].items():
        if "Horror" in fact["genres"]:
            first.setdefault(fact["title"], movie_id)
    return [first[title] for title in wanted if title in first]


@pytest.mark.parametrize("seed", range(12))
def test_opposite_ratings_of_fifteen_popular_films_share_fewer_than_five_of_twenty(movielens, seed):
    model, rng = movielens["model"], np.random.default_rng(seed)
    popular = model.items.item_ids[np.argsort(-model.matrix.counts)[:60]]
    stars = rng.permutation(np.resize([5.0, 1.0], 15))
    alice = dict(zip(rng.choice(popular, 15, replace=False).tolist(), stars.tolist(), strict=True))
    bob = {item: 6.0 - value for item, value in alice.items()}
    shared = {entry.item_id for entry in model.recommend(alice, n=20)} & {entry.item_id for entry in model.recommend(bob, n=20)}
    assert len(shared) < 5


@pytest.mark.parametrize("seed", range(4))
def test_ghibli_loved_and_slashers_hated_gives_animation_or_fantasy_and_no_horror(movielens, seed):
    model, facts, rng = movielens["model"], movielens["facts"], np.random.default_rng(seed)
    ghibli = [movie for movie, fact in facts.items() if set(fact["directors"]) & set(STUDIO_GHIBLI)]
    loved, hated = rng.choice(ghibli, 5, replace=False), rng.choice(titles(movielens, SLASHERS), 5, replace=False)
    rated = {**dict.fromkeys(loved.tolist(), 5.0), **dict.fromkeys(hated.tolist(), 1.0)}
    genres = [set(facts[entry.item_id]["genres"]) for entry in model.recommend(rated, n=20)]
    assert sum(bool(kinds & {"Animation", "Fantasy"}) for kinds in genres) >= 10
    assert not any("Horror" in kinds for kinds in genres)


def test_a_genre_filter_yields_only_that_genre(movielens):
    model = movielens["model"]
    for entry in model.recommend({1: 5.0, 260: 4.0, 296: 2.0}, n=100, genres=["Comedy"]):
        assert "Comedy" in movielens["facts"][entry.item_id]["genres"]
