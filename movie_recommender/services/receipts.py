"""The core's recommendations as the entries of a kept list: its signals and causes in the product's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..core import Cause, Recommendation
from ..core import Reason as Lift
from .lists import Entry, Reason

# The core's signals; what has no kind of its own is a matter of taste.
KINDS = {
    "neighbours": "neighbours", "kindred": "liked", "coliking": "liked", "onward": "liked",
    "genres": "genres", "people": "people", "plots": "plot",
    "popularity": "popular", "quality": "popular",
}  # fmt: skip


def entry(recommendation: Recommendation) -> Entry:
    """One row of a list."""
    reasons = tuple(_reason(reason) for reason in recommendation.reasons)
    return Entry(recommendation.item_id, recommendation.score, recommendation.predicted_rating, reasons)


def _reason(lift: Lift) -> Reason:
    return Reason(KINDS.get(lift.signal, "taste"), round(lift.contribution, 5), _causes(lift.causes))


def _causes(causes: Iterable[Cause]) -> dict[str, Any]:
    named: dict[str, Any] = defaultdict(list)
    for cause in causes:
        points = round(cause.contribution, 5)
        if cause.kind == "movie":
            named["movies"].append([cause.item_id, points])
        elif cause.kind in ("director", "actor"):
            named["people"].append([cause.name, cause.kind, points])
        elif cause.kind == "genre":
            named["genres"].append([cause.name, points])
        elif cause.kind in ("neighbours", "ratings"):
            named |= {"count": cause.count}
            if cause.stars is not None:
                named["mean"] = round(cause.stars, 2)
            if cause.histogram:
                named["histogram"] = list(cause.histogram)
        else:
            named[f"{cause.kind}s"].append([cause.name, points])
    return dict(named)
