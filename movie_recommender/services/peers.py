"""Other people's recommenders, where they are installed (`requirements-peers.txt`), for comparison only."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse

from ..core import Items, Ratings
from ..core.data import FloatArray, IntArray
from ..core.evaluation import Method, StarMethod
from ..core.matrix import RatingMatrix

LIKED = 4.0


class ImplicitAls:
    """implicit's ALS on likes; a person is folded in from his own likes."""

    def __init__(self, factors: int, regularization: float, alpha: float) -> None:
        self.options = {"factors": factors, "regularization": regularization, "alpha": alpha}
        self.name = f"implicit ALS ({factors} factors, {regularization:g}, alpha {alpha:g})"

    def fit(self, train: Ratings, items: Items) -> None:
        from implicit.cpu.als import AlternatingLeastSquares

        self.matrix = RatingMatrix(train, items)
        indptr, cols, codes = self.matrix.csr()
        likes = scipy.sparse.csr_matrix(((codes / 2.0 >= LIKED).astype(np.float32), cols, indptr), shape=(self.matrix.n_users, len(items)))
        likes.eliminate_zeros()
        self.model = AlternatingLeastSquares(**self.options, iterations=15, random_state=0, num_threads=1)
        self.model.fit(likes, show_progress=False)

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        cols = self.matrix.items.positions([item for item, stars in given.items() if stars >= LIKED])
        cols = np.sort(cols[cols >= 0])
        own = scipy.sparse.csr_matrix((np.ones(cols.size, np.float32), cols, [0, cols.size]), shape=(1, self.matrix.n_items))
        return np.asarray(self.model.item_factors @ self.model.recalculate_user(0, own), dtype=np.float64).ravel()


class SurpriseStars:
    """A Surprise algorithm; people and films that it does not know get its own default."""

    def __init__(self, name: str) -> None:
        self.algorithm = name
        self.name = f"Surprise {name}"

    def fit(self, train: Ratings, items: Items) -> None:
        import surprise

        rows = list(zip(train.user_ids.tolist(), train.item_ids.tolist(), train.values.tolist(), [None] * len(train), strict=True))
        data = _surprise_data(rows)
        options: dict[str, Any] = {"random_state": 0} if self.algorithm.startswith("SVD") else {"verbose": False}
        self.model = getattr(surprise, self.algorithm)(**options)
        self.model.fit(data)

    def predict(self, given: Mapping[int, float], user_id: int, item_ids: IntArray) -> FloatArray:
        return np.array([self.model.predict(user_id, item).est for item in item_ids.tolist()])


def _surprise_data(rows: list[tuple[int, int, float, None]]) -> Any:
    import surprise

    data = surprise.dataset.Dataset(surprise.Reader(rating_scale=(0.5, 5.0)))
    return data.construct_trainset(rows)


def ranking_methods() -> tuple[Method, ...]:
    """Peers that rank, at the settings of a small grid; none where they are not installed."""
    if importlib.util.find_spec("implicit") is None:
        return ()
    return tuple(ImplicitAls(factors, 0.1, alpha) for factors, alpha in ((32, 1.0), (64, 1.0), (64, 5.0)))


def star_methods() -> tuple[StarMethod, ...]:
    """Peers that predict stars; none where they are not installed. SVD++ takes minutes a fold, so it is measured apart."""
    if importlib.util.find_spec("surprise") is None:
        return ()
    return tuple(SurpriseStars(name) for name in ("SVD", "KNNBaseline"))
