"""The contract of every signal."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause, Causes

Values = npt.NDArray[np.float32]
Places = npt.NDArray[np.integer]
Moments = tuple[float, float, float]
NOT_COUNTED: Moments = (-1.0, 0.0, 0.0)
Trace = Callable[[IntArray, int], Causes]
"""For some columns, at most so many causes each, strongest first; shares in the score's raw unit."""


def no_causes(cols: IntArray, limit: int) -> Causes:
    """The trace of a signal that has nothing to name."""
    return Causes(np.full((cols.size, 1), -1), np.zeros((cols.size, 1)), lambda _: Cause(""))


@dataclass(eq=False, slots=True)
class Signal:
    """What a scorer says about one person.

    Items that always score alike may share one value: a catalogue has few kinds of genres, of
    years, of languages, and what is shared is computed and blended once.

    Attributes:
        values: ``float32``, one an item, or one a kind of item; higher is better, NaN where the
            scorer knows nothing; compares only within this signal.
        trace: names the causes of some of the scores.
        places: each item's value (see `as_places`); None: the values are the items' own.
        shared_by: ``float64[len(values)]``, how many items have each value; None: one each.
        cols: ``int32``, ascending, of a signal that is known of few items: which have the values, one each; the last
            value, NaN, is that of all others.
        moments: of how many items it is known, its mean and its standard deviation, where the scorer knows; else `NOT_COUNTED`.
    """

    values: Values
    trace: Trace = no_causes
    places: Places | None = None
    shared_by: FloatArray | None = None
    cols: npt.NDArray[np.int32] | None = None
    moments: Moments = NOT_COUNTED

    @property
    def scores(self) -> FloatArray:
        """``float64[n_items]``."""
        return (self.values if self.places is None else self.values[self.places]).astype(np.float64)

    def of(self, cols: IntArray) -> FloatArray:
        """The scores of some items."""
        return self.values[cols if self.places is None else self.places[cols]].astype(np.float64)


class Scorer(ABC):
    """A signal over the item axis: `fit` once, `score` for each person, `refresh` after an update.

    A scorer never fails for want of data: it answers NaN. It never changes what it was given.
    """

    name: ClassVar[str]
    fixed_scale: ClassVar[float | None] = None
    """The unit of the common scale, for a signal that is zero nearly everywhere; None: the standard deviation."""

    def __init__(self, settings: Mapping[str, float] | None = None) -> None:
        self.settings = {**self.defaults(), **(settings or {})}

    @classmethod
    def defaults(cls) -> dict[str, float]:
        """The settings' values where the weights file has none."""
        return {}

    @abstractmethod
    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        """Learn from everybody's ratings and the items' facts."""

    @abstractmethod
    def score(self, profile: Profile) -> Signal:
        """Score every item for this person."""

    def refresh(self, row: int) -> None:  # noqa: B027 - most scorers keep nothing per row
        """One row of the matrix changed; recompute what depends on it."""


@functools.cache
def unknown(n_items: int) -> Signal:
    """The answer of a scorer that knows nothing about this person."""
    return Signal(np.full(1, np.nan, dtype=np.float32), places=np.zeros(n_items, dtype=np.uint16))


def as_places(places: npt.NDArray[np.integer], n_values: int) -> Places:
    """The same in as few bytes as they need: a list reads all of them."""
    kind: type[np.integer] = np.uint16 if n_values <= 1 << 16 else np.int32
    return np.asarray(places, dtype=kind)


def strongest(contributions: FloatArray, limit: int) -> IntArray:
    """Positions of the largest in absolute value, largest first."""
    return np.argsort(-np.abs(contributions), kind="stable")[:limit]


def strongest_by_column(contributions: FloatArray, limit: int) -> IntArray:
    """``int[<= limit, m]``: for each column of ``float[n, m]`` the rows of the largest in absolute value, largest first."""
    found: IntArray = strongest_rows(contributions, min(max(limit, 0), contributions.shape[0]))
    return found


@njit(cache=True, nogil=True)
def strongest_rows(contributions, limit):  # type: ignore[no-untyped-def]
    n, m = contributions.shape
    rows, sizes = np.zeros((limit, m), np.int64), np.full((limit, m), -1.0)
    for row in range(n if limit else 0):
        for col in range(m):
            size = abs(contributions[row, col])
            if size > sizes[limit - 1, col]:
                place = limit - 1
                while place > 0 and sizes[place - 1, col] < size:
                    sizes[place, col], rows[place, col] = sizes[place - 1, col], rows[place - 1, col]
                    place -= 1
                sizes[place, col], rows[place, col] = size, row
    return rows
