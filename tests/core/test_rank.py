"""`rank` as a whole equals plain NumPy, after any updates, and with as many threads as ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.core import Items, Preferences, Recommender, heads
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers import SCORERS

from . import whole
from .world import World, ratings_of

PEOPLE = 24
NEWCOMERS = 3
"""Who may come after the fit."""

GENRES = ["Comedy", "Drama", "Horror", "War"]
kinds_of_world = st.fixed_dictionaries({
    "n_films": st.sampled_from([9, 40, 90]),
    "n_people": st.sampled_from([0, 3, PEOPLE]),
    "times": st.sampled_from(["all", "some", "none"]),
    "facts": st.sampled_from(["many", "few", "none"]),
    "n_axes": st.sampled_from([0, 3, 80]),
    "fame": st.booleans(),
    "seed": st.integers(0, 2**16),
})  # fmt: skip
codes = st.integers(1, 10)
people = st.integers(0, PEOPLE + NEWCOMERS - 1)
films = st.integers(0, 8)
changes = st.lists(st.tuples(people, films, st.integers(0, 10)) | st.tuples(people, st.dictionaries(films, codes)), max_size=8)
numbers = st.tuples(st.sampled_from([0, 5, 100]), st.sampled_from([0, 2, 50]), st.sampled_from([0, 1, 30]))
"""How many of all, of each genre, of each decade and language."""

dials = st.floats(-1, 1)
wishes = st.builds(
    Preferences,
    obscure=dials | st.just(0.0), new=dials | st.just(0.0), diverse=dials | st.just(0.0),
    weights=st.dictionaries(st.sampled_from(["genres", "neighbours", "plots"]), st.sampled_from([0.0, 0.5, 2.0])),
    never=st.frozensets(st.sampled_from(GENRES), max_size=1), in_order=st.booleans(),
)  # fmt: skip


def films_of(n_films: int, facts: str, n_axes: int, fame: bool, rng: np.random.Generator) -> Items:
    ids = rng.permutation(10 * n_films)[:n_films]
    if facts == "none":
        return Items(ids, [set()] * n_films, [[]] * n_films, fame=rng.integers(0, 60, n_films) if fame else None)
    kinds = n_films if facts == "many" else 3
    vectors = rng.normal(size=(n_films, n_axes)).astype(np.float32)
    vectors[rng.random(n_films) < 0.2] = np.nan
    return Items(
        ids,
        [set(rng.choice(GENRES, rng.integers(0, 4)).tolist()) for _ in range(n_films)],
        [[(f"P{rng.integers(kinds)}", role) for role in ("director", "actor", "actor")[: rng.integers(0, 4)]] for _ in range(n_films)],
        vectors if n_axes else None,
        years=rng.choice([0, *range(1950, 1950 + kinds)], n_films),
        keywords=[rng.choice(list("uvwxyz"), rng.integers(0, 4)).tolist() for _ in range(n_films)],
        languages=rng.choice(["", "en", "de", "ja"], n_films).tolist(),
        series=[("Saga", int(rng.integers(0, 4))) if rng.random() < 0.2 else None for _ in range(n_films)],
        fame=rng.integers(0, 60, n_films) if fame else None,
    )


def world_of(n_films: int, n_people: int, times: str, facts: str, n_axes: int, fame: bool, seed: int, weights: Any = None) -> World:
    """Everybody rates some films, the first ones most often; what one rates at a time has one time."""
    rng = np.random.default_rng(seed)
    items = films_of(n_films, facts, n_axes, fame, rng)
    known = rng.random((n_people, n_films)) < 0.8 / (1.0 + np.arange(n_films) / 9)
    rated = {person: {col: int(rng.integers(1, 11)) for col in np.flatnonzero(own).tolist()} for person, own in enumerate(known)}
    timed = {"all": range(n_people), "some": range(0, n_people, 2), "none": ()}[times]
    return World(items, rated, {person: {col: int(rng.integers(0, 9)) for col in rated[person]} for person in timed}, weights)


def change(world: World, changed: list[Any]) -> None:
    """Before each change somebody gets a list, so that what is kept from list to list is there and has to follow."""
    for person, *what in changed:
        world.model.rank(world.told(person), user_id=person)
        world.update(person, *what) if len(what) == 1 else world.rate(person, *what)


def few_are_many(patch: pytest.MonkeyPatch) -> None:
    """A film that three people rated is a head, however many bytes that takes: with so few people there were none."""
    patch.setattr(heads, "ENOUGH", 3)
    patch.setattr(heads, "BYTES", 1e9)


def reached(world: World) -> bool:
    """Whether some film is a head."""
    return bool((world.model.matrix.heads.item >= 0).any())


@settings(deadline=None, max_examples=40)
@given(
    kinds_of_world, st.booleans(), changes, people, wishes, st.sets(films, max_size=3), st.sets(films, max_size=2), st.sets(films), numbers
)
def test_a_list_equals_the_plain_reference(kind, headed, changed, person, preferences, exclude, also, seen, n):
    with pytest.MonkeyPatch.context() as patch:
        if headed:
            few_are_many(patch)
        world = world_of(**kind)
    assert not headed or reached(world) or kind["n_people"] < PEOPLE
    change(world, changed)
    told, ids = world.told(person), world.items.item_ids
    ranked = world.model.rank(told, n[0], n[1], ids[[*exclude]], person, None, preferences, n[2], ids[[*also]], ids[[*seen]])

    profile, blended = world.profile(person), world.model.blended(told, person, preferences)
    expected, heard = whole.signals(world, profile), {name: signal.scores for name, signal, *_ in blended.said}
    for name, found in heard.items():
        plain, off = expected[name]
        np.testing.assert_array_equal(np.isnan(found), np.isnan(plain), err_msg=name)
        apart = np.nan_to_num(np.abs(found - plain) / (1.0 + np.abs(plain)))
        assert (apart <= off).all(), (name, found, plain)
    np.testing.assert_allclose(blended.scores, whole.scores(world, profile, heard, preferences), rtol=1e-5, atol=1e-5)

    may = whole.allowed(world, profile, exclude, seen, preferences)
    found = ranked.cols.tolist()
    top, others = whole.chosen(world, blended.scores, may, n, whole.dial(world, profile, preferences), also, found)
    assert ranked.n_top == len(top)
    assert found == top + others
    np.testing.assert_array_equal(ranked.items.ids, ids[ranked.cols])
    np.testing.assert_array_equal(ranked.items.scores, blended.scores[ranked.cols])
    np.testing.assert_allclose(ranked.items.predicted, whole.stars(world, profile)[ranked.cols], atol=1e-4)


FOLLOWING = sorted({scorer.name for scorer in SCORERS} - {"kindred", "coliking", "onward"})
"""The signals that follow an update at once; the others at the next fit (`Recommender.update`)."""

ONLY_FOLLOWING = {
    "ranking": {"knots": [5], "familiarity": 1.0, **{kind: {name: [1.0] for name in FOLLOWING} for kind in ("warm", "cold")}},
    "diversity": 0.0,
}


@settings(deadline=None, max_examples=40)
@given(kinds_of_world, changes, people)
def test_after_any_updates_all_that_follows_at_once_is_as_after_a_refit(kind, changed, person):
    with pytest.MonkeyPatch.context() as patch:
        few_are_many(patch)
        world = world_of(**kind, weights=ONLY_FOLLOWING)
        change(world, changed)
        updated, refitted = world.model, Recommender(ONLY_FOLLOWING).fit(ratings_of(world.items, world.rated), world.items)
    for name in FOLLOWING:
        one, other = (
            world.of(model, model.scorers[name].score(fold_in(world.told(person), model.matrix, person)).scores)
            for model in (updated, refitted)
        )
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6, err_msg=name)
    for name in ("counts", "sums", "floor"):
        one, other = (world.of(model, getattr(model.matrix, name)) for model in (updated, refitted))
        np.testing.assert_allclose(one, other, err_msg=name)
    assert (updated.matrix.mean, updated.matrix.n_ratings) == (refitted.matrix.mean, refitted.matrix.n_ratings)
    one, other = (model.rank(world.told(person), user_id=person).items.scores for model in (updated, refitted))
    np.testing.assert_allclose(one, other, atol=1e-3)


@settings(deadline=None, max_examples=15)
@given(kinds_of_world, changes)
def test_several_threads_make_the_same_lists_as_one(kind, changed):
    with pytest.MonkeyPatch.context() as patch:
        few_are_many(patch)
        world = world_of(**{**kind, "n_people": PEOPLE})
    assert reached(world)
    change(world, changed)  # what is kept from list to list is to be made again, by whoever comes first

    def made(person: int) -> Any:
        ranked = world.model.rank(world.told(person), user_id=person, n_by_facet=30)
        table = ranked.items.why.table
        return [array.tolist() for array in (ranked.cols, ranked.items.scores, ranked.items.predicted, table.contributions, table.labels)]

    asking = [*range(PEOPLE + NEWCOMERS)] * 3
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(made, asking))
    alone = [made(person) for person in range(PEOPLE + NEWCOMERS)]
    for person, lists in zip(asking, together, strict=True):
        assert lists == alone[person]
