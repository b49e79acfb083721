"""A person's list as one compact row: what the background API writes and the pages read.

A packed list is a line of JSON (what follows, and how many), a line of JSON for each cause that occurs, and whole numbers of four
bytes, little end first: the films' ids, their scores, their stars, their reasons, their crowds, and tallies. So writing and reading it
takes a fraction of what JSON took (17 and 0.4 CPU ms a list), and a page reads the reasons of those few that it shows.

A reason is `(kind, points, causes)`: the kind of signal, its additive part of the score, and what caused it:
`{"movies": [[movie_id, points], ...], "people": [[name, role, points], ...], "genres": [[name, points], ...],
"count": neighbours, "histogram": [ten counts, half a star each], "mean": stars}`, each key only where it applies.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

POINTS, STARS, MEAN = 100_000, 1_000, 100  # what a number is multiplied by to be kept as a whole one
# In place of a cause: there is none; those with one's taste, who stand beside the reasons; the first of the tallies, the next one
# less, and so on: all who rated a film.
NONE, CROWD, TALLY = -1, -2, -3
CROWD_WIDTH, TALLY_WIDTH = 12, 2  # numbers of a crowd: how many, their mean, how many gave each half star; of a tally the first two


@dataclass(frozen=True)
class Reason:
    kind: str
    points: float
    causes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One recommended movie: `score` orders the list, `predicted_rating` is in stars."""

    movie_id: int
    score: float
    predicted_rating: float
    reasons: tuple[Reason, ...]


class Shelf(Protocol):
    """A kept list, open: the list, the films seen before, both best first, and the reasons of the film at a place, strongest first."""

    @property
    def new_ids(self) -> Sequence[int]: ...

    @property
    def new(self) -> list[Kept]: ...

    @property
    def again(self) -> list[Kept]: ...

    def kept(self, at: int) -> Kept: ...

    def reasons(self, at: int) -> Iterator[Reason]: ...


class Kept(NamedTuple):
    """A movie of a kept list, its place in it, and no reasons yet: a page reads those of the few that it shows."""

    movie_id: int
    score: float
    predicted_rating: float
    at: int


def pack(entries: Sequence[Entry], again: Sequence[Entry] = ()) -> bytes:
    """The list, and films seen before, a list beside the list; each film's reasons strongest first."""
    both = (*entries, *again)
    depth = max((len(entry.reasons) for entry in both), default=0)
    places: dict[str, int] = {}
    kinds: dict[str, int] = {}
    told = [[(reason, _labels(reason.causes)) for reason in entry.reasons] for entry in both]
    width = max((len(labels) for reasons in told for _, labels in reasons), default=0)
    numbers = [entry.movie_id for entry in both]
    numbers += [round(entry.score * POINTS) for entry in both] + [round(entry.predicted_rating * STARS) for entry in both]
    for reasons in told:
        for reason, labels in reasons:
            numbers += [kinds.setdefault(reason.kind, len(kinds)), round(reason.points * POINTS)]
            for text, points in labels:
                numbers += [places.setdefault(text, len(places)), round(points * POINTS)]
            numbers += [NONE, 0] * (width - len(labels))
        numbers += [NONE, 0] * ((depth - len(reasons)) * (1 + width))
    columns = array("i", numbers)
    if sys.byteorder == "big":
        columns.byteswap()
    return assembled(len(entries), len(again), list(kinds), depth, width, list(places), columns.tobytes())


def assembled(new: int, again: int, kinds: Sequence[str], depth: int, width: int, causes: Sequence[str], columns: bytes) -> bytes:
    """A packed list from its parts.

    Args:
        new, again: how many films each list has.
        kinds: of reasons, as the columns number them.
        depth, width: how many reasons a film has, and causes a reason.
        causes: a line of JSON each, as the columns number them: `["movies", 7]`, or an object of causes without points.
        columns: ``int32``: the ids, the scores, the stars, for each film its reasons (kind, points, and each cause with its points),
            then, unless nobody has one, each film's crowd, and the tallies.
    """
    head = {"new": new, "again": again, "kinds": list(kinds), "depth": depth, "width": width, "causes": len(causes)}
    return "\n".join((encode(head), *causes, "")).encode() + columns


encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False).encode


def _labels(causes: dict[str, Any]) -> list[tuple[str, float]]:
    """Each cause as its line and its points; what has no points is one line."""
    named = {key: value for key, value in causes.items() if isinstance(value, list) and all(isinstance(one, list) for one in value)}
    labels = [(encode([key, *what[:-1]]), what[-1]) for key, rows in named.items() for what in rows]
    rest = {key: value for key, value in causes.items() if key not in named}
    return [*labels, (encode(rest), 0.0)] if rest else labels


class _Packed:
    """A packed list, open."""

    def __init__(self, payload: bytes) -> None:
        first, _, rest = payload.partition(b"\n")
        head = json.loads(first)
        self._kinds, self._depth, self._width = head["kinds"], head["depth"], head["width"]
        *self._causes, columns = rest.split(b"\n", head["causes"])
        numbers = array("i", columns)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._new, self._size = head["new"], head["new"] + head["again"]
        self._numbers, self._reasons = numbers, 3 * self._size
        self._named: dict[int, Any] = {}  # causes that were read
        self._crowds = self._reasons + self._size * self._depth * 2 * (1 + self._width)
        self._tallies = self._crowds + self._size * CROWD_WIDTH

    @property
    def new_ids(self) -> Sequence[int]:
        return self._numbers[: self._new]

    @cached_property
    def new(self) -> list[Kept]:
        return self._rows(0, self._new)

    @cached_property
    def again(self) -> list[Kept]:
        return self._rows(self._new, self._size)

    def _rows(self, begin: int, end: int) -> list[Kept]:
        numbers, size = self._numbers, self._size
        scores = [score / POINTS for score in numbers[size + begin : size + end]]
        stars = [predicted / STARS for predicted in numbers[2 * size + begin : 2 * size + end]]
        return [Kept(*row) for row in zip(numbers[begin:end], scores, stars, range(begin, end), strict=True)]

    def kept(self, at: int) -> Kept:
        movie_id, score, predicted = self._numbers[at : 3 * self._size : self._size]
        return Kept(movie_id, score / POINTS, predicted / STARS, at)

    def reasons(self, at: int) -> Iterator[Reason]:
        step = 2 * (1 + self._width)
        begin = self._reasons + at * self._depth * step
        for place in range(begin, begin + self._depth * step, step):
            kind, points, *causes = self._numbers[place : place + step]
            if kind != NONE:
                yield Reason(self._kinds[kind], points / POINTS, self._told(at, causes))

    def _told(self, at: int, numbers: list[int]) -> dict[str, Any]:
        causes: dict[str, Any] = {}
        for label, points in zip(numbers[::2], numbers[1::2], strict=True):
            if label == CROWD:
                begin = self._crowds + at * CROWD_WIDTH
                count, mean, *histogram = self._numbers[begin : begin + CROWD_WIDTH]
                causes |= {"count": count, "mean": mean / MEAN, "histogram": histogram}
            elif label <= TALLY:
                begin = self._tallies + (TALLY - label) * TALLY_WIDTH
                count, mean = self._numbers[begin : begin + TALLY_WIDTH]
                causes |= {"count": count, "mean": mean / MEAN}
            elif label != NONE:
                what = self._named.get(label) or self._named.setdefault(label, json.loads(self._causes[label]))
                if isinstance(what, dict):
                    causes |= what
                else:
                    causes.setdefault(what[0], []).append([*what[1:], points / POINTS])
        return causes


class _Older:
    """A list as it was kept before: columns as JSON, the reasons among them or a line each."""

    def __init__(self, payload: bytes) -> None:
        first, *self._lines = payload.decode().split("\n")
        self._columns = json.loads(first)
        self.new = self._rows(self._columns, 0)
        beside = self._columns.get("again") or {"movies": [], "scores": [], "predicted": []}
        self.again = self._rows(beside, len(self.new))

    @property
    def new_ids(self) -> Sequence[int]:
        return [kept.movie_id for kept in self.new]

    def _rows(self, columns: dict[str, list[Any]], begin: int) -> list[Kept]:
        places = range(begin, begin + len(columns["movies"]))
        return [Kept(*row) for row in zip(columns["movies"], columns["scores"], columns["predicted"], places, strict=True)]

    @cached_property
    def _all_reasons(self) -> list[Any]:
        if self._lines:
            return [json.loads(line) for line in self._lines]
        return [*self._columns.get("reasons", ()), *(self._columns.get("again") or {}).get("reasons", ())]

    def kept(self, at: int) -> Kept:
        return (*self.new, *self.again)[at]

    def reasons(self, at: int) -> Iterator[Reason]:
        found = [Reason(kind, points, causes) for kind, points, causes in self._all_reasons[at]]
        return iter(sorted(found, key=lambda reason: -reason.points))


def opened(payload: bytes) -> Shelf:
    """A packed list, open; reasons are read when they are asked for."""
    return _Packed(payload) if payload.startswith(b'{"new"') else _Older(payload)


def movie_ids(payload: bytes) -> set[int]:
    """The films of a packed list."""
    return set(opened(payload).new_ids)


def unpack(payload: bytes) -> list[Entry]:
    """The list, best first."""
    return unpack_both(payload)[0]


def unpack_both(payload: bytes) -> tuple[list[Entry], list[Entry]]:
    """The list, and the films seen before, both best first."""
    shelf = opened(payload)

    def entries(rows: list[Kept]) -> list[Entry]:
        return [Entry(kept.movie_id, kept.score, kept.predicted_rating, tuple(shelf.reasons(kept.at))) for kept in rows]

    return entries(shelf.new), entries(shelf.again)
