"""A person's list as one compact row: what the background API writes and the pages read.

A reason is `(kind, points, causes)`: the kind of signal, its additive part of the score, and what caused it:
`{"movies": [[movie_id, points], ...], "people": [[name, role, points], ...], "genres": [[name, points], ...],
"count": neighbours, "histogram": [ten counts, half a star each], "mean": stars}`, each key only where it applies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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


def pack(entries: Sequence[Entry], again: Sequence[Entry] = ()) -> bytes:
    """Columns as JSON: small, quick to read, and readable with any tool. `again`: films seen before, a list beside the list."""
    columns = {**_columns(entries), "again": _columns(again)}
    return json.dumps(columns, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _columns(entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "movies": [entry.movie_id for entry in entries],
        "scores": [round(entry.score, 5) for entry in entries],
        "predicted": [round(entry.predicted_rating, 3) for entry in entries],
        "reasons": [[[reason.kind, round(reason.points, 5), reason.causes] for reason in entry.reasons] for entry in entries],
    }


def movie_ids(payload: bytes) -> set[int]:
    """The films of a packed list."""
    return set(json.loads(payload)["movies"])


def unpack(payload: bytes) -> list[Entry]:
    """The list, best first."""
    return _entries(json.loads(payload))


def unpack_both(payload: bytes) -> tuple[list[Entry], list[Entry]]:
    """The list, and the films seen before, both best first."""
    columns = json.loads(payload)
    return _entries(columns), _entries(columns["again"]) if "again" in columns else []


def _entries(columns: dict[str, Any]) -> list[Entry]:
    rows = zip(columns["movies"], columns["scores"], columns["predicted"], columns["reasons"], strict=True)
    return [
        Entry(movie_id, score, predicted, tuple(Reason(kind, points, causes) for kind, points, causes in reasons))
        for movie_id, score, predicted, reasons in rows
    ]
