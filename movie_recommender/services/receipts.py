"""The core's recommendations as a kept list: its signals and causes in the product's words, whole columns at a time."""

from __future__ import annotations

from collections.abc import Collection
from json.encoder import encode_basestring as quoted
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core import Cause, Listing, ReasonTable
from ..core import Reason as Lift
from .lists import CROWD, CROWD_WIDTH, MEAN, NONE, POINTS, STARS, TALLY, TALLY_WIDTH, Reason, assembled, pack

# The core's signals; what has no kind of its own is a matter of taste.
KINDS = {
    "neighbours": "neighbours", "kindred": "liked", "coliking": "liked", "onward": "liked",
    "genres": "genres", "people": "people", "plots": "plot",
    "popularity": "popular", "quality": "popular",
}  # fmt: skip
Numbers = npt.NDArray[np.int32]


def packed(items: Listing, known: Collection[int]) -> bytes:
    """A list of the core's as it is kept: those of its films that are `known` already stand beside the new ones."""
    if not items:
        return pack(())
    is_known = np.array([movie_id in known for movie_id in items.ids.tolist()])
    order = np.argsort(is_known, kind="stable")
    table = items.why.table
    causes, labels, crowds, tallies = _numbered(table)
    reasons = np.empty((*labels.shape[:2], 2 + 2 * labels.shape[2]), dtype="<i4")
    reasons[:, :, 0] = table.terms
    reasons[:, :, 1] = np.rint(table.contributions * POINTS)
    reasons[:, :, 2::2] = labels
    reasons[:, :, 3::2] = np.rint(table.shares * POINTS)
    reasons[table.terms < 0, 1] = 0
    columns = [items.ids, np.rint(items.scores * POINTS), np.rint(items.predicted * STARS), reasons, crowds]
    again = int(is_known.sum())
    kinds = [KINDS.get(signal, "taste") for signal in table.signals]
    numbers = b"".join(part.astype("<i4", copy=False).tobytes() for part in [*(column[order] for column in columns), tallies])
    return assembled(len(items) - again, again, kinds, labels.shape[1], labels.shape[2], causes, numbers)


def _numbered(table: ReasonTable) -> tuple[list[str], Numbers, Numbers, Numbers]:
    """A line for each cause that occurs; the table's causes by these lines; each item's crowd; and the tallies."""
    labels = np.full(table.labels.shape, NONE, dtype=np.int32)
    crowds = np.zeros((table.labels.shape[0], CROWD_WIDTH), dtype=np.int32)
    tallies = np.empty((0, TALLY_WIDTH), dtype=np.int32)
    there = np.flatnonzero(table.labels >= 0)
    own, terms = table.labels.ravel()[there], table.terms.ravel()[there // table.labels.shape[2]]
    is_named = np.ones(there.size, dtype=bool)
    for term, crowd in enumerate(table.crowds):
        if crowd is not None:
            mine = terms == term
            places, numbers = there[mine], own[mine]
            told = np.column_stack((crowd.counts[numbers], np.rint(crowd.means[numbers] * MEAN))).astype(np.int32)
            is_named &= ~mine
            if crowd.histograms is None:
                labels.ravel()[places] = TALLY - len(tallies) - np.arange(numbers.size)
                tallies = np.concatenate((tallies, told))
            else:
                labels.ravel()[places] = CROWD
                crowds[places // labels[0].size] = np.hstack((told, crowd.histograms[numbers]))
    keys, places = np.unique(terms[is_named].astype(np.int64) << 32 | own[is_named], return_inverse=True)
    labels.ravel()[there[is_named]] = places
    return [_line(table.label[key >> 32](key & 0xFFFFFFFF)) for key in keys.tolist()], labels, crowds, tallies


def _line(cause: Cause) -> str:
    if cause.kind == "movie":
        return f'["movies",{cause.item_id}]'
    if cause.kind in ("director", "actor"):
        return f'["people",{quoted(cause.name)},"{cause.kind}"]'
    return f'["{cause.kind}s",{quoted(cause.name)}]'


def reason(lift: Lift) -> Reason:
    """One reason by itself, as those of a kept list are read."""
    causes: dict[str, Any] = {}
    for cause in lift.causes:
        if cause.kind == "movie":
            causes.setdefault("movies", []).append([cause.item_id, cause.contribution])
        elif cause.kind in ("director", "actor"):
            causes.setdefault("people", []).append([cause.name, cause.kind, cause.contribution])
        elif cause.kind in ("neighbours", "ratings"):
            causes |= {"count": cause.count} | ({} if cause.stars is None else {"mean": round(cause.stars, 2)})
        else:
            causes.setdefault(f"{cause.kind}s", []).append([cause.name, cause.contribution])
    return Reason(KINDS.get(lift.signal, "taste"), lift.contribution, causes)
