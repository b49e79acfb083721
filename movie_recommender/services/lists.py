"""A person's list as one compact row: what the background API writes and the pages read.

A reason is `(kind, points, causes)`: the kind of signal, its additive part of the score, and what caused it:
`{"movies": [[movie_id, points], ...], "people": [[name, role, points], ...], "genres": [[name, points], ...],
"count": neighbours, "histogram": [ten counts, half a star each], "mean": stars}`, each key only where it applies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


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


class Kept(NamedTuple):
    """A movie of a kept list whose reasons are not read yet: a page reads those of the few that it shows."""

    movie_id: int
    score: float
    predicted_rating: float
    reasons: str | list[Any]

    def entry(self) -> Entry:
        """The same with its reasons."""
        reasons = json.loads(self.reasons) if isinstance(self.reasons, str) else self.reasons
        return Entry(
            self.movie_id, self.score, self.predicted_rating, tuple(Reason(kind, points, causes) for kind, points, causes in reasons)
        )


def pack(entries: Sequence[Entry], again: Sequence[Entry] = ()) -> bytes:
    """A line of columns, then one of reasons a movie, all JSON: small, quick to read in part, and readable with any tool.

    `again`: films seen before, a list beside the list.
    """
    columns = {**_columns(entries), "again": _columns(again)}
    reasons = [[[reason.kind, round(reason.points, 5), reason.causes] for reason in entry.reasons] for entry in (*entries, *again)]
    return "\n".join(map(_encode, (columns, *reasons))).encode()


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False).encode


def _columns(entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "movies": [entry.movie_id for entry in entries],
        "scores": [round(entry.score, 5) for entry in entries],
        "predicted": [round(entry.predicted_rating, 3) for entry in entries],
    }


def movie_ids(payload: bytes) -> set[int]:
    """The films of a packed list."""
    return set(json.loads(payload.partition(b"\n")[0])["movies"])


def unpack(payload: bytes) -> list[Entry]:
    """The list, best first."""
    return [kept.entry() for kept in opened(payload)[0]]


def unpack_both(payload: bytes) -> tuple[list[Entry], list[Entry]]:
    """The list, and the films seen before, both best first."""
    new, again = opened(payload)
    return [kept.entry() for kept in new], [kept.entry() for kept in again]


def opened(payload: bytes) -> tuple[list[Kept], list[Kept]]:
    """The list, and the films seen before, both best first, without their reasons."""
    first, *lines = payload.decode().split("\n")
    columns = json.loads(first)
    beside = columns.get("again") or {"movies": [], "scores": [], "predicted": []}
    size = len(columns["movies"])
    # A list that an older version kept has the reasons among its columns.
    mine, theirs = columns.get("reasons", lines[:size]), beside.get("reasons", lines[size:])
    return _rows(columns, mine), _rows(beside, theirs)


def _rows(columns: dict[str, list[Any]], reasons: list[Any]) -> list[Kept]:
    return [Kept(*row) for row in zip(columns["movies"], columns["scores"], columns["predicted"], reasons, strict=True)]
