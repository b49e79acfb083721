"""The films' facts as one sparse matrix, for models that learn from ratings and facts together."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from ..data import Items
from .features import FeatureAffinity, Genres, Keywords, Labelled, Languages, People

KIND_WEIGHTS = {"genre": 0.3, "director": 0.7, "actor": 0.7, "keyword": 0.5, "language": 0.2, "years": 0.9}
"""How much each kind of fact says about who likes a film."""

SPAN = 5
"""Years that count as the same time."""

KINDS: tuple[type[FeatureAffinity], ...] = (Genres, People, Keywords, Languages)


def fact_matrix(items: Items) -> scipy.sparse.csr_matrix:
    """CSR ``(n_items, n_facts)``: facts that at least two films share, the rarer the heavier."""
    positions: dict[tuple[str, str], int] = {}
    rows, cols, values = [], [], []
    for kind in KINDS:
        for row, labelled in enumerate(kind().features(items)):
            for label, name, weight in labelled:
                rows.append(row)
                cols.append(positions.setdefault((label, name), len(positions)))
                values.append(weight * KIND_WEIGHTS[label])
    for row, (label, name, weight) in _times(items):
        rows.append(row)
        cols.append(positions.setdefault((label, name), len(positions)))
        values.append(weight)
    facts = scipy.sparse.csr_matrix((values, (rows, cols)), shape=(items.n_items, len(positions)), dtype=np.float64)
    frequency = np.bincount(facts.indices, minlength=len(positions))
    rarity = np.where(frequency > 1, np.sqrt(np.log1p(items.n_items / np.maximum(frequency, 1))) / 3.0, 0.0)
    return scipy.sparse.csr_matrix(facts @ scipy.sparse.diags(rarity))


def _times(items: Items) -> list[tuple[int, Labelled]]:
    if items.years is None:
        return []
    return [(row, ("years", str(year // SPAN), KIND_WEIGHTS["years"] / 2)) for row, year in enumerate(items.years.tolist()) if year > 0]
