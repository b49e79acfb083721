"""What every recommender must beat: the field's plain methods, on the same tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import scipy.sparse
from numba import njit

from ..data import FloatArray, Items, Ratings
from ..matrix import RatingMatrix
from ..recommender import Recommender
from .protocols import RELEVANT


class Method(Protocol):
    """Something that can be asked for scores.

    `fit` once on the train ratings; `scores` for each case, ``float[n_items]`` over the items'
    order, higher is better, NaN is last.
    """

    @property
    def name(self) -> str: ...

    def fit(self, train: Ratings, items: Items) -> None: ...

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray: ...


class Ours:
    """This product's ranking."""

    name = "Movie Recommender"

    def __init__(self, model: Recommender | None = None) -> None:
        self.model = model or Recommender()

    def fit(self, train: Ratings, items: Items) -> None:
        self.model.fit(train, items)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        return self.model.blended(given, user_id).scores.astype(np.float64)


class _Likes:
    """What the baselines share: who liked what (4 stars or more), as 0 and 1."""

    name = ""

    def fit(self, train: Ratings, items: Items) -> None:
        self.matrix = RatingMatrix(train, items)
        indptr, cols, codes = self.matrix.csr()
        data = (codes / 2.0 >= RELEVANT).astype(np.float32)
        self.likes = scipy.sparse.csr_matrix((data, cols, indptr), shape=(self.matrix.n_users, self.matrix.n_items))
        self.likes.eliminate_zeros()
        self.learn()

    def learn(self) -> None:
        """Fit the method on `self.likes`."""

    def liked(self, given: Mapping[int, float]) -> FloatArray:
        """``float[n_items]``: 1 where the person gave 4 stars or more."""
        cols = self.matrix.items.positions([item for item, stars in given.items() if stars >= RELEVANT])
        vector = np.zeros(self.matrix.n_items)
        vector[cols[cols >= 0]] = 1.0
        return vector


class PopularityBaseline(_Likes):
    """The number of people who liked it; the same list for everybody."""

    name = "popularity"

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        return np.asarray(self.likes.sum(axis=0), dtype=np.float64).ravel()


class BiasBaseline(_Likes):
    """The damped mean rating."""

    name = "damped bias"

    def __init__(self, damping: float = 20.0) -> None:
        self.damping = damping

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        return self.matrix.damped_means(self.damping)


class EaseBaseline(_Likes):
    """EASE on likes. Source: Steck (2019)."""

    def __init__(self, ridge: float, max_items: int = 4000) -> None:
        self.ridge, self.max_items = ridge, max_items
        self.name = f"EASE (ridge {ridge:g})"

    def learn(self) -> None:
        counts = np.asarray(self.likes.sum(axis=0)).ravel()
        order = np.argsort(-counts, kind="stable")[: self.max_items]
        self.cols = np.sort(order[counts[order] > 0])
        chosen = self.likes[:, self.cols]
        inverse = _inverse_of_gram(chosen.astype(np.float64), self.ridge)
        self.model = inverse / -np.diag(inverse)
        np.fill_diagonal(self.model, 0.0)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        scores = np.zeros(self.matrix.n_items)
        liked = self.liked(given)[self.cols]
        scores[self.cols] = self.model[np.flatnonzero(liked)].sum(axis=0)
        return scores


class SlimBaseline(_Likes):
    """Sparse linear methods on likes: non-negative elastic net without the item itself. Source: Ning and Karypis (2011)."""

    def __init__(self, lasso: float, ridge: float) -> None:
        self.lasso, self.ridge = lasso, ridge
        self.name = f"SLIM (lasso {lasso:g}, ridge {ridge:g})"

    def learn(self) -> None:
        self.cols = np.flatnonzero(np.asarray(self.likes.sum(axis=0)).ravel() > self.lasso)
        chosen = self.likes[:, self.cols].astype(np.float64)
        self.model = slim_model((chosen.T @ chosen).toarray(), self.lasso, self.ridge)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        scores = np.zeros(self.matrix.n_items)
        scores[self.cols] = self.model[np.flatnonzero(self.liked(given)[self.cols])].sum(axis=0)
        return scores


class ItemKnnBaseline(_Likes):
    """Item-item cosine on likes, the k most similar of each item. Source: Deshpande and Karypis (2004)."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.name = f"item-kNN (k {k})"

    def learn(self) -> None:
        lengths = np.sqrt(np.maximum(np.asarray(self.likes.sum(axis=0)).ravel(), 1.0))
        scaled = (self.likes @ scipy.sparse.diags(1.0 / lengths)).tocsc()
        similarity = (scaled.T @ scaled).tocsr()
        similarity.setdiag(0.0)
        similarity.eliminate_zeros()
        self.similarity = _strongest_of_rows(similarity, self.k).T.tocsr()

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        liked = scipy.sparse.csr_matrix(self.liked(given))
        return np.asarray((liked @ self.similarity).todense(), dtype=np.float64).ravel()


class UserKnnBaseline(_Likes):
    """User-user cosine on likes, weighted by a power of the similarity. Source: Aiolli (2013)."""

    def __init__(self, k: int, power: float) -> None:
        self.k, self.power = k, power
        self.name = f"user-kNN (k {k}, power {power:g})"

    def learn(self) -> None:
        self.lengths = np.sqrt(np.maximum(np.asarray(self.likes.sum(axis=1)).ravel(), 1.0))

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        liked = self.liked(given)
        similarity = (self.likes @ liked) / (self.lengths * max(np.sqrt(liked.sum()), 1.0))
        row = self.matrix.row_of(user_id)
        if row >= 0:
            similarity[row] = 0.0
        nearest = np.argsort(-similarity, kind="stable")[: self.k]
        weights = np.zeros(similarity.size)
        weights[nearest] = similarity[nearest] ** self.power
        return np.asarray(self.likes.T @ weights, dtype=np.float64)


class ContentBaseline(_Likes):
    """The original's content blend: mean likeness to the liked films by genres, people and plot, equal weights.

    Genres and people by the Jaccard index, plots by the cosine.
    """

    name = "content blend (original's)"

    def fit(self, train: Ratings, items: Items) -> None:
        super().fit(train, items)
        self.sets = [_set_matrix(items.genres), _set_matrix([[name for name, _ in people] for people in items.people])]
        vectors = items.plot_vectors if items.plot_vectors is not None else np.zeros((items.n_items, 1), np.float32)
        vectors = np.nan_to_num(vectors)
        self.plots = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        cols = np.flatnonzero(self.liked(given))
        if not cols.size:
            return np.zeros(self.matrix.n_items)
        scores = np.asarray(self.plots @ self.plots[cols].mean(axis=0), dtype=np.float64)
        for sets in self.sets:
            sizes = np.asarray(sets.sum(axis=1)).ravel()
            shared = (sets @ sets[cols].T).toarray()
            scores += (shared / np.maximum(sizes[:, None] + sizes[cols][None, :] - shared, 1.0)).mean(axis=1)
        return scores


def _inverse_of_gram(likes: scipy.sparse.csr_matrix, ridge: float) -> FloatArray:
    """``inv(X'X + ridge)``, through the smaller of ``X'X`` and ``XX'`` (Woodbury)."""
    n_users, n_items = likes.shape
    if n_items <= n_users:
        return np.asarray(np.linalg.inv((likes.T @ likes).toarray() + ridge * np.eye(n_items)))
    dense = likes.toarray()
    return np.asarray((np.eye(n_items) - dense.T @ np.linalg.solve(dense @ dense.T + ridge * np.eye(n_users), dense)) / ridge)


@njit(cache=True, fastmath={"reassoc", "nsz", "contract"})
def slim_model(gram, lasso, ridge, sweeps=30, tolerance=1e-4):  # type: ignore[no-untyped-def]
    """``float[n, n]``, a column an item: coordinate descent over the items whose co-occurrence passes the lasso; no other can enter."""
    n = gram.shape[0]
    model, among = np.zeros((n, n)), np.empty((n, n))
    for item in range(n):
        entering = np.flatnonzero(gram[item] > lasso)
        entering = entering[entering != item]
        for at in range(entering.size):
            row = gram[entering[at]]
            for other in range(entering.size):
                among[at, other] = row[entering[other]]
        weights, rest = np.zeros(entering.size), gram[item][entering]
        for _ in range(sweeps):
            largest = 0.0
            for at in range(entering.size):
                own = among[at, at]
                new = max(rest[at] + own * weights[at] - lasso, 0.0) / (own + ridge)
                change = new - weights[at]
                if change != 0.0:
                    row = among[at]
                    for other in range(entering.size):
                        rest[other] -= change * row[other]
                    weights[at] = new
                    largest = max(largest, abs(change))
            if largest < tolerance:
                break
        for at in range(entering.size):
            model[entering[at], item] = weights[at]
    return model


def _set_matrix(sets: object) -> scipy.sparse.csr_matrix:
    positions: dict[str, int] = {}
    rows, cols = [], []
    for row, names in enumerate(sets):  # type: ignore[arg-type,var-annotated]
        for name in set(names):
            rows.append(row)
            cols.append(positions.setdefault(name, len(positions)))
    return scipy.sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(sets), max(len(positions), 1)))  # type: ignore[arg-type]


def _strongest_of_rows(matrix: scipy.sparse.csr_matrix, k: int) -> scipy.sparse.csr_matrix:
    kept = np.zeros(matrix.nnz, dtype=bool)
    for row in range(matrix.shape[0]):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        if end - start <= k:
            kept[start:end] = True
        else:
            kept[start + np.argpartition(-matrix.data[start:end], k)[:k]] = True
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return scipy.sparse.csr_matrix((matrix.data[kept], (rows[kept], matrix.indices[kept])), shape=matrix.shape)


def plain_baselines() -> tuple[Method, ...]:
    """Every baseline at every setting of its small grid."""
    return (
        PopularityBaseline(),
        BiasBaseline(),
        *(EaseBaseline(ridge) for ridge in (100, 300, 600)),
        *(SlimBaseline(lasso, ridge) for lasso, ridge in ((1, 30), (3, 100), (6, 200))),
        *(ItemKnnBaseline(k) for k in (20, 80, 400)),
        *(UserKnnBaseline(k, power) for k, power in ((50, 1), (100, 1), (200, 2), (400, 3))),
    )
