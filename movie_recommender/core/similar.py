"""Films like some films: liked by the same people, of a like story, by the same people, of the same kind; or by one of these alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from .data import IntArray
from .fans import Fans
from .scorers import Scorer
from .scorers.coliking import CoLiking
from .scorers.features import FeatureAffinity
from .scorers.plots import Plots

SHARES = {"coliking": 0.4, "plots": 0.25, "people": 0.2, "genres": 0.15, "keywords": 0.15}
"""How much each kind of likeness weighs; renormalised over those that are known of both films."""

LEAST_KNOWN = 0.3
"""So much of the shares is taken to be known at least: a single kind alone does not make films alike."""

BY = {"plot": "plots", "people": "people"}
"""Kinds of likeness that are also listed by themselves, beside that by fans, and the scorers that know them."""

LEAST_ALIKE = {"fans": 0.0, "plot": 0.3, "people": 0.0}
"""Up to here films are not called alike by one kind: plots have always something in common."""

Table = npt.NDArray[np.float32]
Known = tuple[Table, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Likenesses ``[len(cols), n_items]``, of which of the cols they are known, and of which items."""


def kinds_of_likeness(cols: IntArray, scorers: Mapping[str, Scorer]) -> dict[str, Known]:
    """What each scorer that compares films says of these."""
    found = {name: _likenesses_by(scorers.get(name), cols) for name in SHARES}
    return {name: known for name, known in found.items() if known is not None}


def together(kinds: Mapping[str, Known], cols: IntArray, n_items: int) -> Table:
    """``float32[len(cols), n_items]`` in 0..1: how like each of the films each film is; 0 where nothing is known, and to itself."""
    total = np.zeros((cols.size, n_items), dtype=np.float32)
    weight = np.zeros((cols.size, n_items), dtype=np.float32)
    for name, (values, own, others) in kinds.items():
        shares = np.float32(SHARES[name]) * others
        total[own] += (values * shares)[own]
        weight[own] += shares
    total /= np.maximum(weight, LEAST_KNOWN, out=weight)
    total[np.arange(cols.size), cols] = 0.0
    return total


def by_kind(kinds: Mapping[str, Known], fans: Fans, cols: IntArray) -> dict[str, Table]:
    """For fans, plot and people alone, as `together`; what is not more alike than `LEAST_ALIKE` is 0."""
    tables = {"fans": fans.likenesses(cols)}
    for name, scorer in BY.items():
        values, own, others = kinds.get(scorer) or (np.zeros_like(tables["fans"]), np.False_, np.False_)
        tables[name] = values * np.outer(np.broadcast_to(own, cols.size), np.broadcast_to(others, values.shape[1]))
    for name, table in tables.items():
        table[table <= LEAST_ALIKE[name]] = 0.0
        table[np.arange(cols.size), cols] = 0.0
    return tables


def most_alike(likeness: Table, n: int) -> list[tuple[IntArray, Table]]:
    """For each row the positions of the `n` largest above 0, largest first, and how large they are."""
    n = min(max(n, 0), likeness.shape[1])
    found = []
    for row in likeness:
        at = np.argpartition(-row, n - 1)[:n] if 0 < n < row.size else np.arange(row.size)[: row.size if n else 0]
        at = at[np.lexsort((at, -row[at]))]
        at = at[row[at] > 0]
        found.append((at, row[at]))
    return found


def _likenesses_by(scorer: Scorer | None, cols: IntArray) -> Known | None:
    if isinstance(scorer, CoLiking):
        return _coliked(scorer, cols)
    if isinstance(scorer, Plots):
        vectors = scorer.vectors
        return np.maximum(vectors.rows(cols) @ vectors.rows(np.arange(scorer.known.size)).T, 0.0), scorer.known[cols], scorer.known
    if isinstance(scorer, FeatureAffinity):
        return _shared(scorer, cols)
    return None


def _coliked(scorer: CoLiking, cols: IntArray) -> Known:
    """The root of the co-liking, the largest of each film's being 1."""
    at = scorer.position[cols]
    values = np.zeros((cols.size, scorer.position.size), dtype=np.float32)
    if scorer.cols.size:
        rows = np.maximum(scorer.model.rows(np.maximum(at, 0)), 0.0)
        values[:, scorer.cols] = np.sqrt(rows / np.maximum(rows.max(axis=1, keepdims=True), 1e-12))
    return values, at >= 0, scorer.position >= 0


def _shared(scorer: FeatureAffinity, cols: IntArray) -> Known:
    """Cosine of the weighted features."""
    kinds, used = np.unique(scorer.kinds[cols], return_inverse=True)
    products = (scorer.content[kinds] @ scorer.by_feature).toarray()
    lengths = scorer.lengths[kinds][:, None] * scorer.lengths[None, :]
    cosines = (products / np.maximum(lengths, 1e-12)).astype(np.float32)
    known = scorer.known[scorer.kinds]
    return cosines[used][:, scorer.kinds], known[cols], known
