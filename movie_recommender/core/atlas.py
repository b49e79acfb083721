"""A map of the films: spaces in which like films are near, two dimensions to draw them, and clusters with names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

from .data import FloatArray, IntArray, Items
from .fans import likes
from .matrix import RatingMatrix

WIDTH = 32
"""Dimensions in which films are compared; the layout begins with the first two."""

SAMPLE = 2000
"""Films on which a silhouette is measured."""

LIKED = 7
"""Half stars from which on somebody is a fan."""

ENOUGH = 30
"""Films that a map needs."""


@dataclass(frozen=True)
class Clusters:
    """How films fall apart.

    Attributes:
        labels: ``int[n]``, 0..k-1.
        tried: for each k, ``(k, silhouette -1..1, within-cluster sum of squares)``; the best silhouette was chosen.
    """

    labels: IntArray
    tried: tuple[tuple[int, float, float], ...]


def story_space(items: Items, rows: IntArray) -> FloatArray:
    """``float[len(rows), <= WIDTH]``: genres and plots of these items, each kind weighing alike; known for each of them."""
    genres = [items.genres[row] for row in rows.tolist()]
    names = sorted({name for some in genres for name in some})
    flags = np.zeros((rows.size, len(names) + 1))
    for row, some in enumerate(genres):
        flags[row, [names.index(name) for name in some]] = 1.0
    parts = [_unit(flags)]
    if items.plot_vectors is not None:
        vectors = items.plot_vectors[rows]
        known = np.isfinite(vectors).all(axis=1)
        plots = np.zeros(vectors.shape)
        plots[known] = vectors[known] - vectors[known].mean(axis=0)
        parts.append(1.3 * _unit(plots))
    return _reduced(np.hstack(parts))


def fan_space(matrix: RatingMatrix, least: int = 5) -> tuple[FloatArray, IntArray]:
    """Films by who loves them: ``float[m, <= WIDTH]`` and the columns of the `m` films with `least` fans; m is 0 without."""
    liked = likes(matrix, LIKED).astype(np.float64)
    fans = np.asarray(liked.sum(axis=0)).ravel()
    kept = np.flatnonzero(fans >= least)
    if kept.size < ENOUGH or liked.shape[0] < 10:
        return np.zeros((0, 0)), kept[:0]
    activity = np.maximum(np.asarray(liked.sum(axis=1)).ravel(), 1.0)
    weighted = scipy.sparse.diags(1.0 / np.sqrt(activity)) @ liked[:, kept] @ scipy.sparse.diags(1.0 / np.sqrt(fans[kept]))
    width = min(WIDTH + 1, *(size - 1 for size in weighted.shape))
    # The first axis is popularity alone.
    found = TruncatedSVD(width, random_state=0).fit(weighted).components_.T[:, 1:]
    return _unit(found), kept


def layout(vectors: FloatArray) -> FloatArray:
    """``float[n, 2]`` in 0..1: neighbours of the space stay neighbours (t-SNE, begun from the main axes)."""
    if len(vectors) < ENOUGH:
        return np.full((len(vectors), 2), 0.5)
    start = PCA(2, random_state=0).fit_transform(vectors)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    perplexity = min(30.0, len(vectors) / 4)
    placed = TSNE(2, init=start, perplexity=perplexity, max_iter=500, learning_rate="auto", random_state=0, n_jobs=1).fit_transform(vectors)
    low, high = np.percentile(placed, 0.2, axis=0), np.percentile(placed, 99.8, axis=0)
    return np.clip((placed - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)


def clusters(vectors: FloatArray, sizes: Collection[int]) -> Clusters:
    """The k-means clusters of the size with the best silhouette."""
    tried, best, labels = [], -2.0, np.zeros(len(vectors), dtype=np.int64)
    distinct = len(np.unique(vectors.round(9), axis=0)) if len(vectors) else 0
    for k in sizes:
        if k > distinct or k >= len(vectors):
            continue
        model = KMeans(k, n_init=4, random_state=0).fit(vectors)
        n = min(SAMPLE, len(vectors))
        silhouette = float(silhouette_score(vectors, model.labels_, sample_size=n, random_state=0))
        tried.append((k, silhouette, float(model.inertia_)))
        if silhouette > best:
            best, labels = silhouette, model.labels_.astype(np.int64)
    return Clusters(labels, tuple(tried))


def names(labels: IntArray, terms: Sequence[Collection[str]], n: int = 3) -> list[str]:
    """A name for each cluster: the terms that tell it best from the others; no two names are the same."""
    overall = Counter(term for words in terms for term in set(words))
    found: list[str] = []
    for label in range(int(labels.max(initial=-1)) + 1):
        members = np.flatnonzero(labels == label).tolist()
        counts = Counter(term for at in members for term in set(terms[at]))
        worth = {
            term: count / len(members) * np.log((count / len(members)) / (overall[term] / len(terms)))
            for term, count in counts.items() if count >= max(2, 0.05 * len(members))
        }  # fmt: skip
        ranked = sorted(worth, key=lambda term: (-worth[term], term))
        chosen = ranked[:n] or ["Films"]
        while ", ".join(chosen) in found and len(chosen) < len(ranked):
            chosen = ranked[: len(chosen) + 1]
        name = ", ".join(chosen)
        found.append(name if name not in found else f"{name} ({label + 1})")
    return found


def _reduced(vectors: FloatArray) -> FloatArray:
    width = min(WIDTH, *vectors.shape)
    return np.asarray(PCA(width, random_state=0).fit_transform(vectors)) if len(vectors) > width else vectors


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
