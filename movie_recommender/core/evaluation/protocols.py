"""Ways to hold ratings back: leak-free, seeded, the same for every method.

T: each person's last 20% by time. NR: 20% of the people are new and give k of 20 ratings drawn at
random. NX: the same people give their k most popular films, and no film at least as popular as
the least popular given is a candidate for any method. C: 10% of the films are new, and are the
only candidates. R: ratings in five random folds. Relevant is a held-out rating of 4 stars or more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data import FloatArray, IdArray, IntArray, Items, Ratings

RELEVANT = 4.0
DRAWN = 20
"""How many ratings of a new person are drawn; what is given are the first k of them."""


@dataclass(frozen=True, eq=False)
class Case:
    """One person's question: what was given, what may not be answered, what would be right.

    Attributes:
        user_id: he; among the train ratings or not.
        given: stars by item id.
        excluded: ids that are no candidates, for any method (what was given is among them).
        relevant: ids of held-out films of 4 stars or more, all of them candidates.
    """

    user_id: int
    given: dict[int, float]
    excluded: IdArray
    relevant: IdArray


@dataclass(frozen=True, eq=False)
class Task:
    """Train ratings and the questions asked afterwards."""

    name: str
    train: Ratings
    cases: tuple[Case, ...]


@dataclass(frozen=True, eq=False)
class Fold:
    """Train ratings and the ratings to predict."""

    train: Ratings
    test: Ratings


def temporal(ratings: Ratings, share: float = 0.2) -> Task:
    """T: everybody's last `share` is held out; ties in time keep their order."""
    times = ratings.timestamps if ratings.timestamps is not None else np.zeros(len(ratings))
    train = np.zeros(len(ratings), dtype=bool)
    cases = []
    for user_id, places in _by_person(ratings):
        places = places[np.argsort(times[places], kind="stable")]
        kept = round(places.size * (1.0 - share))
        train[places[:kept]] = True
        cases.append(_case(ratings, user_id, places[:kept], places[kept:], ratings.item_ids[places[:kept]]))
    return Task("T", _taken(ratings, train), _asked(cases))


def new_people(ratings: Ratings, k: int, by_popularity: bool, seed: int = 0, share: float = 0.2) -> Task:
    """NR (drawn at random) or NX (most popular first, with the exclusion) for k given ratings."""
    rng = np.random.default_rng(seed)
    new = _drawn_people(ratings, rng, share)
    train = ~np.isin(ratings.user_ids, new)
    ids, counts = np.unique(ratings.item_ids[train], return_counts=True)
    cases = []
    for user_id, places in _by_person(ratings):
        if user_id not in new:
            continue
        draw = rng.permutation(places)[:DRAWN]
        if by_popularity:
            cases.append(_most_popular_given(ratings, user_id, places, k, ids, counts))
        elif places.size > DRAWN:
            cases.append(_case(ratings, user_id, draw[:k], np.setdiff1d(places, draw), ratings.item_ids[draw]))
    return Task(f"{'NX' if by_popularity else 'NR'}{k}", _taken(ratings, train), _asked(cases))


def who_is_new(ratings: Ratings, seed: int = 0, share: float = 0.2) -> IntArray:
    """The people whom `new_people` holds out with this seed."""
    return _drawn_people(ratings, np.random.default_rng(seed), share)


def _drawn_people(ratings: Ratings, rng: np.random.Generator, share: float) -> IntArray:
    people = np.unique(ratings.user_ids)
    return np.asarray(rng.permutation(people)[: round(people.size * share)])


def _most_popular_given(ratings: Ratings, user_id: int, places: IntArray, k: int, ids: IdArray, counts: IntArray) -> Case:
    popularity = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    known = np.array([popularity.get(item, 0) for item in ratings.item_ids[places].tolist()])
    order = np.lexsort((ratings.item_ids[places], -known))
    given, rest = places[order[:k]], places[order[k:]]
    least = int(known[order[:k]].min()) if given.size else 0
    excluded = np.union1d(ids[counts >= least], ratings.item_ids[given])
    return _case(ratings, user_id, given, rest, excluded)


def cold_items(ratings: Ratings, items: Items, seed: int = 0, share: float = 0.1) -> Task:
    """C: `share` of the films lose all ratings and are the only candidates."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(items.item_ids)
    n_cold = max(1, round(shuffled.size * share))
    warm = np.sort(shuffled[n_cold:])
    train = np.isin(ratings.item_ids, warm)
    cases = [_case(ratings, user_id, places[train[places]], places[~train[places]], warm) for user_id, places in _by_person(ratings)]
    return Task("C", _taken(ratings, train), _asked(cases))


def rating_folds(ratings: Ratings, n_folds: int = 5, seed: int = 0) -> Iterator[Fold]:
    """R: each rating is predicted once, from the other folds."""
    fold_of = np.random.default_rng(seed).permutation(len(ratings)) % n_folds
    for fold in range(n_folds):
        yield Fold(_taken(ratings, fold_of != fold), _taken(ratings, fold_of == fold))


def _by_person(ratings: Ratings) -> Iterator[tuple[int, IntArray]]:
    order = np.argsort(ratings.user_ids, kind="stable")
    people, starts = np.unique(ratings.user_ids[order], return_index=True)
    yield from zip(people.tolist(), np.split(order, starts[1:]), strict=True)


def _case(ratings: Ratings, user_id: int, given: IntArray, rest: IntArray, excluded: IdArray) -> Case:
    liked = ratings.item_ids[rest[ratings.values[rest] >= RELEVANT]]
    stars: FloatArray = ratings.values[given]
    return Case(
        user_id,
        dict(zip(ratings.item_ids[given].tolist(), stars.tolist(), strict=True)),
        np.asarray(excluded, dtype=np.int64),
        np.setdiff1d(liked, excluded),
    )


def _asked(cases: list[Case]) -> tuple[Case, ...]:
    """Only people who gave something and have something right to find."""
    return tuple(case for case in cases if case.given and case.relevant.size)


def _taken(ratings: Ratings, mask: npt.NDArray[np.bool_]) -> Ratings:
    times = None if ratings.timestamps is None else ratings.timestamps[mask]
    return Ratings.of_half_stars(ratings.user_ids[mask], ratings.item_ids[mask], ratings.codes[mask], times)
