"""A model, and beside it in dictionaries what everybody has rated and when: what plain references are computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from movie_recommender.core import Items, Ratings, Recommender
from movie_recommender.core.data import FloatArray, IntArray
from movie_recommender.core.matrix import most_first
from movie_recommender.core.profile import FAMOUS_FROM, FAMOUS_TO, FEW, MANY, NEUTRAL, OFTEN, PULL, REJECTED, REJECTION


class World:
    """A fitted model, and beside it what everybody has rated since, by the positions of films.

    Args:
        items: the films, which are put in the order of how often they were rated.
        rated: by person, half stars by a film's position among those given.
        times: by person, when he rated each of these; None for who has no times.
    """

    def __init__(self, items: Items, rated: dict[int, dict[int, int]], times: dict[int, dict[int, int]], weights: Any = None) -> None:
        order = most_first(ratings_of(items, rated), items)  # as a fit puts them: then positions here are those of the model
        place = np.argsort(order).tolist()
        items, rated, times = items.taken(order), _moved(rated, place), _moved(times, place)
        self.items, self.at_fit = items, {person: dict(own) for person, own in rated.items()}
        self.rated = {person: dict(own) for person, own in rated.items()}
        self.paths = {person: _by_time(own) for person, own in times.items() if own}
        timed = {person: {col: rated[person][col] for col in own} for person, own in times.items()}
        when = [time for own in times.values() for time in own.values()]
        self.model = Recommender(weights).fit(ratings_of(items, rated), items, ratings_of(items, timed, when))
        self.fitted_mean = self.model.matrix.mean

    def update(self, person: int, row: Mapping[int, int]) -> None:
        """His ratings are now these."""
        before = self.rated.get(person, {})
        self._rated_just_now(person, [col for col, code in row.items() if before.get(col) != code])
        self.rated[person] = dict(row)
        self.model.update(person, {int(self.items.item_ids[col]): code / 2 for col, code in row.items()})

    def rate(self, person: int, col: int, code: int) -> None:
        """He rates one film, 0 takes it back."""
        own = self.rated.setdefault(person, {})
        self._rated_just_now(person, [col] if code and own.get(col) != code else [])
        own[col] = code
        if not code:
            del own[col]
        self.model.rate(person, int(self.items.item_ids[col]), code / 2 if code else None)

    def _rated_just_now(self, person: int, cols: list[int]) -> None:
        if cols:
            self.paths.setdefault(person, []).append(cols)

    def told(self, person: int) -> dict[int, float]:
        """His ratings as `rank` is given them."""
        return {int(self.items.item_ids[col]): code / 2 for col, code in self.rated.get(person, {}).items()}

    def profile(self, person: int) -> SimpleNamespace:
        """What `Profile` says of him."""
        own = self.rated.get(person, {})
        cols = np.array(sorted(own), dtype=np.int64)
        codes = np.array([own[col] for col in cols.tolist()], dtype=np.int64)
        stars = codes / 2.0
        middle = np.clip((stars.sum() + PULL * NEUTRAL) / (stars.size + PULL), 2.5, 3.75)
        rejected = np.clip(REJECTED - stars, 0.0, 1.0)
        strictness = min(float(rejected.mean()) / OFTEN, 1.0) if cols.size else 0.0
        few = np.clip(math.log(MANY / max(cols.size, 1)) / math.log(MANY / FEW), 0.0, 1.0)
        fame = float(self.standing[cols].mean()) if cols.size else 0.0
        return SimpleNamespace(
            cols=cols, codes=codes, stars=stars, n_ratings=cols.size, row=self.model.matrix.row_of(person), newer=self.newer(person, cols),
            preferences=(stars - middle + 0.5) / 2.0 - REJECTION * strictness * rejected,
            famous=few * np.clip((fame - FAMOUS_FROM) / (FAMOUS_TO - FAMOUS_FROM), 0.0, 1.0),
        )  # fmt: skip

    def newer(self, person: int, cols: IntArray) -> FloatArray | None:
        """How many of his ratings are newer than each of these."""
        if person not in self.paths:
            return None
        newer: dict[int, int] = {}
        n_newer = 0
        for together in reversed(self.paths[person]):
            for col in together:
                newer.setdefault(col, n_newer)
            n_newer += len(together)
        return np.array([newer.get(col, math.inf) for col in cols.tolist()])

    @property
    def standing(self) -> FloatArray:
        """The share of all ratings that films with fewer had at the fit; those with as many count half."""
        counts = counts_of(self.at_fit, self.items.n_items)
        fewer, equal = counts[None, :] < counts[:, None], counts[None, :] == counts[:, None]
        return (fewer + equal / 2.0) @ counts / max(counts.sum(), 1.0)

    def of(self, model: Recommender, values: FloatArray) -> FloatArray:
        """Some values of a model's films, in the order of this world's."""
        return values[model.matrix.items.positions(self.items.item_ids)]

    @property
    def counts(self) -> FloatArray:
        return counts_of(self.rated, self.items.n_items)

    @property
    def sums(self) -> FloatArray:
        """Stars in all, by film."""
        return np.bincount(*_columns(self.rated), minlength=self.items.n_items) / 2.0


def ratings_of(items: Items, rated: Mapping[int, Mapping[int, int]], times: list[int] | None = None) -> Ratings:
    """The same as a model takes it; `times` in the order of the ratings."""
    users = [person for person, own in rated.items() for _ in own]
    cols, codes = _columns(rated)
    return Ratings(users, items.item_ids[cols], codes / 2.0, times)


def counts_of(rated: Mapping[int, Mapping[int, int]], n_items: int) -> FloatArray:
    return np.bincount(_columns(rated)[0], minlength=n_items).astype(np.float64)


def _columns(rated: Mapping[int, Mapping[int, int]]) -> tuple[IntArray, IntArray]:
    return (
        np.array([col for own in rated.values() for col in own], dtype=np.int64),
        np.array([code for own in rated.values() for code in own.values()], dtype=np.int64),
    )


def _moved(by_person: Mapping[int, Mapping[int, int]], place: list[int]) -> dict[int, dict[int, int]]:
    return {person: {place[col]: value for col, value in own.items()} for person, own in by_person.items()}


def _by_time(times: Mapping[int, int]) -> list[list[int]]:
    return [[col for col, time in times.items() if time == now] for now in sorted(set(times.values()))]
