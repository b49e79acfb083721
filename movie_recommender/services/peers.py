"""Other people's recommenders, where they are installed (`requirements-peers.txt`), for comparison only."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse

from ..core import Items, Ratings
from ..core.data import FloatArray, IdArray, IntArray
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


class LensKitLikes:
    """A LensKit nearest-neighbour scorer on likes; the person's own likes go with the question."""

    def __init__(self, scorer: str, k: int) -> None:
        self.scorer, self.k = scorer, k
        self.name = f"LensKit {scorer} (k {k})"

    def fit(self, train: Ratings, items: Items) -> None:
        import lenskit.knn

        liked = train.values >= LIKED
        self.ids, self.known = items.item_ids, set(train.item_ids[liked].tolist())
        self.model = getattr(lenskit.knn, f"{self.scorer}Scorer")(max_nbrs=self.k, feedback="implicit")
        self.model.train(_lenskit_data(train.user_ids[liked], train.item_ids[liked]))

    def scores(self, given: Mapping[int, float], user_id: int) -> FloatArray:
        own = {item: stars for item, stars in given.items() if stars >= LIKED}
        return _lenskit_scores(self.model, self.known, own, None, self.ids)


class LensKitStars:
    """A LensKit scorer of stars; what it leaves open is counted as not predicted."""

    def __init__(self, module: str, scorer: str) -> None:
        self.module, self.scorer = module, scorer
        self.name = f"LensKit {scorer}"

    def fit(self, train: Ratings, items: Items) -> None:
        self.model = getattr(importlib.import_module(f"lenskit.{self.module}"), f"{self.scorer}Scorer")()
        self.known = set(train.item_ids.tolist())
        self.model.train(_lenskit_data(train.user_ids, train.item_ids, train.values))

    def predict(self, given: Mapping[int, float], user_id: int, item_ids: IntArray) -> FloatArray:
        return _lenskit_scores(self.model, self.known, given, user_id, item_ids)


def _lenskit_data(users: IdArray, items: IdArray, values: FloatArray | None = None) -> Any:
    import pandas
    from lenskit.data import from_interactions_df

    table = {"user_id": users, "item_id": items}
    return from_interactions_df(pandas.DataFrame(table if values is None else {**table, "rating": values}))


def _lenskit_scores(model: Any, known: set[int], given: Mapping[int, float], user_id: int | None, item_ids: IntArray) -> FloatArray:
    """NaN for films that it never saw: it panics at them, given or asked for."""
    from lenskit.data import ItemList, RecQuery

    own = {item: stars for item, stars in given.items() if item in known}
    asked = np.array([item in known for item in item_ids.tolist()], dtype=bool)
    found = np.full(item_ids.size, np.nan)
    if own and asked.any():
        query = RecQuery(user_id=user_id, user_items=ItemList(item_ids=list(own), rating=list(own.values())))
        found[asked] = np.asarray(model(query, ItemList(item_ids=item_ids[asked])).scores(), dtype=np.float64)
    return found


def ranking_methods() -> tuple[Method, ...]:
    """Peers that rank, at the settings of a small grid; none where they are not installed."""
    found: list[Method] = []
    if importlib.util.find_spec("implicit"):
        found += [ImplicitAls(factors, 0.1, alpha) for factors, alpha in ((32, 1.0), (64, 1.0), (64, 5.0))]
    if importlib.util.find_spec("lenskit"):
        found += [LensKitLikes(scorer, k) for scorer, k in (("ItemKNN", 20), ("ItemKNN", 80), ("UserKNN", 50), ("UserKNN", 200))]
    return tuple(found)


def star_methods() -> tuple[StarMethod, ...]:
    """Peers that predict stars; none where they are not installed. SVD++ takes minutes a fold, so it is measured apart."""
    found: list[StarMethod] = []
    if importlib.util.find_spec("surprise"):
        found += [SurpriseStars(name) for name in ("SVD", "KNNBaseline")]
    if importlib.util.find_spec("lenskit"):
        found += [LensKitStars(module, name) for module, name in (("als", "BiasedMF"), ("knn", "ItemKNN"), ("basic", "Bias"))]
    return tuple(found)
