"""What goes in: the items and the ratings, checked once at the door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from movie_recommender.errors import InvalidInput

IntArray = npt.NDArray[np.int64]
IdArray = npt.NDArray[np.signedinteger]
CodeArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]

LOWEST, HIGHEST = 0.5, 5.0
"""The ends of the scale, in stars."""

CODES = 11
"""A rating is kept as a code, its number of half stars (1..10); 0 is no rating."""


class InvalidItems(InvalidInput):
    """The items cannot be used: the message says which field and what to do."""


class InvalidRatings(InvalidInput):
    """The ratings cannot be used: the message says which values and what to do."""


@dataclass(frozen=True, eq=False)
class Items:
    """The films that can be recommended, one position of every field a film.

    Attributes:
        item_ids: external ids, ``int[n]``, each once.
        genres: a set of genre names for each item.
        people: ``(name, "director" | "actor")`` pairs for each item, in billing order.
        plot_vectors: ``float32[n, d]``; a row of NaN is an unknown plot; None if there are none.
        years: ``int[n]``, 0 = unknown.
        keywords: a list of keywords for each item.
        languages: a language code for each item, "" = unknown.
        series: ``(name, part)`` for each item that is one of a series, else None; part 0 stands on its own.
        fame: ``float[n]``, how many ratings somebody's judgement of how well known each is shall count for; 0 = not judged.

    Raises:
        InvalidItems: if the lengths differ, an id occurs twice, or the vectors are not 2-d.
    """

    item_ids: IntArray
    genres: Sequence[Collection[str]]
    people: Sequence[Sequence[tuple[str, str]]]
    plot_vectors: Vectors | None = None
    years: IntArray | None = None
    keywords: Sequence[Sequence[str]] | None = None
    languages: Sequence[str | None] | None = None
    series: Sequence[tuple[str, int] | None] | None = None
    fame: FloatArray | None = None
    n_items: int = field(init=False)

    def __init__(
        self,
        item_ids: Any,
        genres: Sequence[Collection[str]],
        people: Sequence[Sequence[tuple[str, str]]],
        plot_vectors: Any = None,
        years: Any = None,
        keywords: Sequence[Sequence[str]] | None = None,
        languages: Sequence[str | None] | None = None,
        series: Sequence[tuple[str, int] | None] | None = None,
        fame: Any = None,
    ) -> None:
        ids = _id_array(item_ids, "item_ids", InvalidItems).astype(np.int64, copy=False)
        _check_distinct(ids)
        set_field = object.__setattr__
        set_field(self, "item_ids", ids)
        set_field(self, "n_items", ids.size)
        set_field(self, "genres", _one_each(genres, ids.size, "genres"))
        set_field(self, "people", _one_each(people, ids.size, "people"))
        set_field(self, "plot_vectors", _vectors(plot_vectors, ids.size))
        set_field(self, "years", _years(years, ids.size))
        set_field(self, "keywords", _one_each(keywords, ids.size, "keywords"))
        set_field(self, "languages", _one_each(languages, ids.size, "languages"))
        set_field(self, "series", _one_each(series, ids.size, "series"))
        set_field(self, "fame", _fame(fame, ids.size))

    def __len__(self) -> int:
        return self.n_items

    def taken(self, order: IntArray) -> Items:
        """These positions alone, in this order."""
        places = order.tolist()

        def some(values: Any) -> Any:
            if values is None:
                return None
            return values[order] if isinstance(values, np.ndarray) else [values[place] for place in places]

        return Items(
            self.item_ids[order], some(self.genres), some(self.people), some(self.plot_vectors), years=some(self.years),
            keywords=some(self.keywords), languages=some(self.languages), series=some(self.series), fame=some(self.fame),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ratings:
    """Who rated what with how many stars; one position of each 1-d array a rating.

    Ids that come in four bytes are kept so, and stars as codes: nine bytes a rating, of tens of millions.

    A person's repeated rating of an item counts once: the last by timestamp wins, and where
    timestamps are equal or missing, the last by position. Values are kept in half stars (the
    nearest half). Ratings of items that are not among the `Items` are ignored by `fit`.

    Attributes:
        user_ids, item_ids: external ids, ``int64[n]`` or ``int32[n]``.
        codes: ``uint8[n]``, half stars.
        timestamps: ``float64[n]``, or None.

    Raises:
        InvalidRatings: if lengths differ, ids are not whole numbers, or a value is NaN or
            outside 0.5..5.
    """

    user_ids: IdArray
    item_ids: IdArray
    codes: CodeArray
    timestamps: FloatArray | None = None

    def __init__(self, user_ids: Any, item_ids: Any, values: Any, timestamps: Any = None) -> None:
        self._keep(user_ids, item_ids, to_codes(checked_stars(values)), timestamps)

    @classmethod
    def of_half_stars(cls, user_ids: Any, item_ids: Any, half_stars: CodeArray, timestamps: Any = None) -> Ratings:
        """The same from ``uint8`` numbers of half stars, 1..10, which are not copied.

        Raises:
            InvalidRatings: as above.
        """
        if half_stars.size and not 1 <= int(half_stars.min()) <= int(half_stars.max()) < CODES:
            raise InvalidRatings(f"Half stars must be within 1..{CODES - 1}.")
        ratings = cls.__new__(cls)
        ratings._keep(user_ids, item_ids, half_stars, timestamps)
        return ratings

    def _keep(self, user_ids: Any, item_ids: Any, codes: CodeArray, timestamps: Any) -> None:
        users = _id_array(user_ids, "user_ids", InvalidRatings)
        items = _id_array(item_ids, "item_ids", InvalidRatings)
        times = None if timestamps is None else _times(timestamps)
        for name, array in (("item_ids", items), ("values", codes), ("timestamps", times)):
            if array is not None and array.size != users.size:
                raise InvalidRatings(f"Ratings need arrays of one length: user_ids has {users.size}, {name} has {array.size}.")
        last = _last_positions(users, items, times)
        set_field = object.__setattr__
        set_field(self, "user_ids", users[last])
        set_field(self, "item_ids", items[last])
        set_field(self, "codes", codes[last])
        set_field(self, "timestamps", None if times is None else times[last])

    def __len__(self) -> int:
        return int(self.codes.size)

    @cached_property
    def values(self) -> FloatArray:
        """``float64[n]``, stars; made when they are asked for."""
        return self.codes / 2.0


def checked_stars(values: Any) -> FloatArray:
    """Stars as ``float64[n]``, or `InvalidRatings` if one is NaN or outside 0.5..5."""
    try:
        stars = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidRatings("Rating values must be numbers, in stars from 0.5 to 5.") from error
    if stars.ndim != 1:
        raise InvalidRatings(f"Rating values must be a 1-d array, not {stars.ndim}-d.")
    if stars.size and not (stars.min() >= LOWEST and stars.max() <= HIGHEST):
        bad = ~((stars >= LOWEST) & (stars <= HIGHEST))
        first = int(np.flatnonzero(bad)[0])
        raise InvalidRatings(f"{int(bad.sum())} rating value(s) outside 0.5..5 stars; the first is {stars[first]} at position {first}.")
    return stars


def to_codes(stars: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Stars as codes, the nearest number of half stars: ``uint8[n]`` in 1..10."""
    return np.minimum(np.maximum(np.rint(np.asarray(stars) * 2.0), 1.0), 10.0).astype(np.uint8)


def to_code(stars: float) -> int:
    """One rating as its code; `InvalidRatings` if it is NaN or outside 0.5..5."""
    if not LOWEST <= stars <= HIGHEST:
        raise InvalidRatings(f"A rating must be within 0.5..5 stars, not {stars}.")
    return round(stars * 2.0)


def _id_array(values: Any, name: str, error: type[InvalidInput]) -> IdArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise error(f"{name} must be a 1-d array, not {array.ndim}-d.")
    if array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.dtype.kind not in "iu" and not (array.dtype.kind == "f" and np.array_equal(array, np.floor(array))):
        raise error(f"{name} must be whole numbers, not {array.dtype}.")
    return array if array.dtype == np.int32 else array.astype(np.int64)


def _check_distinct(ids: IntArray) -> None:
    unique, counts = np.unique(ids, return_counts=True)
    if unique.size != ids.size:
        raise InvalidItems(f"item_ids must be distinct: {unique[counts > 1][0]} occurs twice.")


def _one_each(values: Any, n_items: int, name: str) -> Any:
    if values is not None and len(values) != n_items:
        raise InvalidItems(f"{name} needs one entry an item: {len(values)} for {n_items} items.")
    return values


def _vectors(values: Any, n_items: int) -> Vectors | None:
    if values is None:
        return None
    vectors = np.asarray(values, dtype=np.float32)
    if vectors.ndim != 2 or vectors.shape[0] != n_items:
        raise InvalidItems(
            f"plot_vectors must have shape ({n_items}, d), a row of NaN where the plot is unknown; the shape is {vectors.shape}."
        )
    return vectors


def _fame(values: Any, n_items: int) -> FloatArray | None:
    if values is None:
        return None
    fame = np.asarray(values, dtype=np.float64)
    if fame.shape != (n_items,) or not (fame >= 0).all():
        raise InvalidItems(f"fame must be {n_items} numbers of at least 0.")
    return fame


def _years(values: Any, n_items: int) -> IntArray | None:
    if values is None:
        return None
    years = np.nan_to_num(np.asarray(values, dtype=np.float64)).astype(np.int64)
    if years.shape != (n_items,):
        raise InvalidItems(f"years must have shape ({n_items},), 0 where unknown.")
    return years


def _times(values: Any) -> FloatArray:
    times = np.asarray(values)
    if times.dtype.kind == "M":
        times = times.astype("datetime64[s]").astype(np.int64)
    times = times.astype(np.float64)
    if times.ndim != 1:
        raise InvalidRatings("timestamps must be a 1-d array.")
    return np.nan_to_num(times, nan=-np.inf)


def _last_positions(users: IdArray, items: IdArray, times: FloatArray | None) -> IntArray | slice:
    """Positions of the ratings that count, in the order given: the last of each pair."""
    if in_order(users, items):
        return slice(None)
    keys = (items, users) if times is None else (times, items, users)
    order = np.lexsort(keys)
    same = (users[order][1:] == users[order][:-1]) & (items[order][1:] == items[order][:-1])
    is_last = np.append(~same, True)
    return slice(None) if is_last.all() else np.sort(order[is_last])


@njit(cache=True, nogil=True)
def in_order(users, items):  # type: ignore[no-untyped-def]
    """Whether these ids ascend by user and item, each pair once."""
    ends = 1
    while ends < users.size and (users[ends] > users[ends - 1] or (users[ends] == users[ends - 1] and items[ends] > items[ends - 1])):
        ends += 1
    return ends >= users.size
