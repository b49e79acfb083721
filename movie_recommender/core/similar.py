"""Films like one film: liked by the same people, of a like story, by the same people, of the same kind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .data import FloatArray
from .scorers import Scorer
from .scorers.coliking import CoLiking
from .scorers.features import FeatureAffinity
from .scorers.plots import Plots

SHARES = {"coliking": 0.4, "plots": 0.25, "people": 0.2, "genres": 0.15, "keywords": 0.15}
"""How much each kind of likeness weighs; renormalised over those that are known of both films."""


def likeness(col: int, scorers: Mapping[str, Scorer]) -> FloatArray:
    """``float[n_items]`` in 0..1: how like the film at `col` each film is; 0 where nothing is known."""
    total: FloatArray | None = None
    weight: FloatArray | None = None
    for name, share in SHARES.items():
        values = _likeness_by(scorers.get(name), col)
        if values is None:
            continue
        known = np.isfinite(values)
        part = share * np.where(known, values, 0.0)
        total = part if total is None else total + part
        weight = share * known if weight is None else weight + share * known
    if total is None or weight is None:
        return np.zeros(0)
    return np.asarray(total / np.maximum(weight, 0.3))


def _likeness_by(scorer: Scorer | None, col: int) -> FloatArray | None:
    if isinstance(scorer, CoLiking):
        return _coliked(scorer, col)
    if isinstance(scorer, Plots):
        if not scorer.known[col]:
            return None
        return np.where(scorer.known, np.maximum(scorer.vectors.products(scorer.vectors.rows(np.array([col]))[0]), 0.0), np.nan)
    if isinstance(scorer, FeatureAffinity):
        return _shared(scorer, col)
    return None


def _coliked(scorer: CoLiking, col: int) -> FloatArray | None:
    at = int(scorer.position[col])
    if at < 0:
        return None
    values = np.full(scorer.matrix.n_items, np.nan)
    row = np.maximum(scorer.model[at], 0.0)
    values[scorer.cols] = np.sqrt(row / max(float(row.max()), 1e-12))
    return values


def _shared(scorer: FeatureAffinity, col: int) -> FloatArray | None:
    """Cosine of the weighted features."""
    cosines = scorer.cosines(int(scorer.kinds[col]))
    return None if cosines is None else cosines[scorer.kinds]
