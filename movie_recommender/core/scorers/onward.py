"""What people went on to: films rated soon after the films that this person rated last."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from ..bytes import ShortTable
from ..data import IntArray, Items
from ..latest import Paths
from ..matrix import RatingMatrix, code_table
from ..profile import Profile
from ..results import Causes
from .base import Scorer, Signal, Trace, unknown
from .coliking import movie_causes
from .neighbours import STARS

SAMPLED = 0
"""The seed by which people are drawn where there are more than `max_people`."""


class Onward(Scorer):
    """How often people liked a film soon after films that this person rated last.

    Everybody's ratings in the order of time are a path. A film that comes n steps after another
    counts ``exp(-n / span)`` times how much it was liked, up to `reach` steps; ratings of the same
    second have no order and count half in both directions. The counts of a film are divided by
    their sum to `popularity_power`. A person's score is the sum over his latest films, a film
    with n newer ones counting ``exp(-n / fading)`` and as much as he liked it. It is an item-item
    Markov chain with memory. Source: Shani, Heckerman, Brafman (2005), "An MDP-Based Recommender System",
    for skipping with decaying weights.

    The paths of at most `max_people` drawn people and the `max_items` most rated items take part.
    Unknown: items outside, and everything for a person whose times are not known.
    """

    name: ClassVar[str] = "onward"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {
            "max_items": 3000,
            "max_people": 20000,
            "min_ratings": 3,
            "span": 20.0,
            "reach": 60.0,
            "fading": 3.0,
            "popularity_power": 0.5,
            "middle": 2.0,
            "patience": 20.0,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.liking = code_table(np.clip((STARS - self.settings["middle"]) / (5.0 - self.settings["middle"]), 0.02, None))
        order = np.argsort(-matrix.counts, kind="stable")[: int(self.settings["max_items"])]
        self.cols = np.sort(order[matrix.counts[order] >= self.settings["min_ratings"]]).astype(np.int32)
        self.position = np.full(matrix.n_items, -1, dtype=np.int32)
        self.position[self.cols] = np.arange(self.cols.size)
        paths, reach, span = matrix.paths, int(self.settings["reach"]), self.settings["span"]
        self.knows = paths is not None and paths.cols.size > 0 and self.cols.size > 0
        n_cols = self.cols.size if self.knows else 0
        counts = np.zeros((n_cols, n_cols), dtype=np.float32)
        if paths is not None and self.knows:
            people = self._people(paths)
            count_onward(counts, people, paths.start, paths.cols, paths.codes, paths.tied, self.position, self.liking, reach, span)
            counts /= np.maximum(counts.sum(axis=0), 0.5) ** np.float32(self.settings["popularity_power"])
        self.model = ShortTable(counts)

    def _people(self, paths: Paths) -> IntArray:
        """Places of the paths that are learned from: all, or so many drawn from them."""
        limit = int(self.settings["max_people"])
        if paths.rows.size <= limit:
            return np.arange(paths.rows.size)
        return np.sort(np.random.default_rng(SAMPLED).choice(paths.rows.size, limit, replace=False))

    def score(self, profile: Profile) -> Signal:
        if profile.newer is None or not self.knows:
            return unknown(self.matrix.n_items)
        at = self.position[profile.cols]
        used = at >= 0
        if not used.any():
            return unknown(self.matrix.n_items)
        few = self.settings["patience"] / (profile.n_ratings + self.settings["patience"])
        liked = (1.0 - few) * profile.preferences + few * self.liking[profile.codes]
        lately = (liked * np.exp(-profile.newer / self.settings["fading"])).astype(np.float32)
        used &= lately != 0.0
        rows, weights = at[used].astype(np.int64), lately[used]
        values = np.empty(self.cols.size + 1, dtype=np.float32)
        values[-1] = np.nan  # what stands for all items outside
        values[:-1] = self.model.sums(rows, weights)
        return Signal(values, self._trace(profile, rows, weights, used), self.position, None, self.cols)

    def _trace(self, profile: Profile, rows: IntArray, weights: npt.NDArray[np.float32], used: npt.NDArray[np.bool_]) -> Trace:
        item_ids, stars = self.matrix.items.ids[profile.cols[used]], profile.stars[used]

        def trace(wanted: IntArray, limit: int) -> Causes:
            at = self.position[wanted]
            shares = weights[:, None].astype(np.float64) * self.model.of(rows, np.maximum(at, 0))
            shares[:, at < 0] = 0.0
            return movie_causes(item_ids, stars, shares, limit)

        return trace


@njit(cache=True, nogil=True)
def count_onward(counts, people, start, cols, codes, tied, position, liking, reach, span):  # type: ignore[no-untyped-def]
    """Add every pair of a path to ``counts[from, to]``."""
    fading = np.exp(-np.arange(reach + 1) / span)
    for person in people:
        for first in range(start[person], start[person + 1]):
            source = position[cols[first]]
            if source < 0:
                continue
            together = True
            for second in range(first + 1, min(first + reach + 1, start[person + 1])):
                together = together and tied[second]
                target = position[cols[second]]
                if target < 0:
                    continue
                weight = fading[second - first]
                if together:
                    counts[source, target] += np.float32(0.5 * weight * liking[codes[second]])
                    counts[target, source] += np.float32(0.5 * weight * liking[codes[first]])
                else:
                    counts[source, target] += np.float32(weight * liking[codes[second]])
