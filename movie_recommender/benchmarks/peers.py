"""The same recompute by other libraries, in the same run. A script for a Python that has them: it imports nothing of ours.

    python peers.py WORLD.npz NAME

The file holds `indptr`, `cols`, `codes`, `shape` and `people` (rows to compute for). Prints a list of ``{"name", "note",
"milliseconds" (median CPU a person, of all threads), "people" (asked: fewer of the slow ones), "fit_seconds", "versions" (of the
libraries that it took)}``, one for each way of asking this library; nothing when it is not installed.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

ITS_OWN, AS_INSTALLED = "implicit ALS, its own threads held to one", "implicit ALS as it is installed"
FREE = frozenset({ITS_OWN, AS_INSTALLED})
"""Asked with as many threads of BLAS as that takes by itself; all others with one, as the environment has to say."""

K, N = 80, 500
FEWEST, ENOUGH, REPEATS = 5, 150.0, 5
"""People that are asked in any case, CPU seconds after which no more are, and how often each is, of which the best counts: as with ours."""

MODULES = {name: name for name in ("implicit", "lenskit", "numpy", "scipy", "pandas", "torch")} | {"scikit-learn": "sklearn"}
BLIND = "knows nothing of other people's new ratings until the next fit"
Ask = Callable[[int], Any]
Ways = list[tuple[str, str, Ask]]
"""Of asking one fitted library: a name, a note, and what computes a person's list."""


def main(path: str, name: str) -> None:
    """Fit one library and ask it."""
    with np.load(path) as data:
        matrix = sp.csr_matrix((data["codes"].astype(np.float32) / 2, data["cols"], data["indptr"]), shape=tuple(data["shape"]))
        people = data["people"].tolist()
    begin = time.process_time()
    try:
        ways = PEERS[name](matrix)
    except ImportError:
        ways = []
    fit_seconds = time.process_time() - begin
    found = []
    for way, note, recommend in ways:
        seconds = _seconds(recommend, people)
        milliseconds = float(np.median(seconds)) * 1e3
        figures = {"fit_seconds": fit_seconds, "milliseconds": milliseconds, "people": len(seconds)}
        found.append({"name": way, "note": note, **figures, "versions": _versions()})
    json.dump(found, sys.stdout)


def _versions() -> str:
    """Of Python, and of the libraries that were imported."""
    imported = [name for name in MODULES if MODULES[name] in sys.modules]
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {importlib.metadata.version(name)}" for name in imported)])


def _seconds(recommend: Ask, people: list[int]) -> list[float]:
    """The best of some for each person; garbage is collected between them."""
    recommend(people[0])
    gc.disable()
    seconds: list[float] = []
    started = time.process_time()
    for user in people:
        best = float("inf")
        gc.collect()
        for _ in range(REPEATS):
            begin = time.process_time()
            recommend(user)
            best = min(best, time.process_time() - begin)
        seconds.append(best)
        if len(seconds) >= FEWEST and time.process_time() - started > ENOUGH:
            break
    return seconds


def _scipy(matrix: sp.csr_matrix) -> Ways:
    """User-user cosine by sparse products: what one writes in five lines."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    transposed = matrix.T.tocsr()

    def recommend(user: int) -> Any:
        row = matrix[user]
        similarity = (row @ transposed).toarray().ravel() / (lengths * lengths[user] + 1e-9)
        similarity[user] = 0
        nearest = np.argpartition(-similarity, K)[:K]
        scores = similarity[nearest] @ matrix[nearest]
        scores[row.indices] = -np.inf
        return np.argpartition(-scores, N)[:N]

    return [("scipy, user-user cosine", "five lines: the nearest only", recommend)]


def _sklearn(matrix: sp.csr_matrix) -> Ways:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=K, metric="cosine", algorithm="brute", n_jobs=1).fit(matrix)

    def recommend(user: int) -> Any:
        distances, nearest = model.kneighbors(matrix[user])
        scores = (1 - distances[0]) @ matrix[nearest[0]]
        return np.argpartition(-scores, N)[:N]

    return [("scikit-learn, brute force", "the nearest only", recommend)]


def _lenskit(scorer_name: str, name: str, note: str) -> Callable[[sp.csr_matrix], Ways]:
    def prepare(matrix: sp.csr_matrix) -> Ways:
        import pandas as pd
        from lenskit import knn
        from lenskit.data import ItemList, RecQuery, from_interactions_df
        from lenskit.training import TrainingOptions

        coo = matrix.tocoo()
        dataset = from_interactions_df(pd.DataFrame({"user_id": coo.row, "item_id": coo.col, "rating": coo.data}))
        scorer = getattr(knn, scorer_name)(max_nbrs=K)
        scorer.train(dataset, TrainingOptions())
        items = ItemList(item_ids=np.arange(matrix.shape[1]))

        def recommend(user: int) -> Any:
            row = matrix[user]
            history = ItemList(item_ids=row.indices, rating=row.data)
            return scorer(RecQuery(user_id=user, user_items=history), items).top_n(N)

        return [(name, note, recommend)]

    return prepare


def _implicit_cosine(matrix: sp.csr_matrix) -> Ways:
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=K, num_threads=1)
    model.fit(matrix, show_progress=False)
    return [("implicit, item cosine", BLIND, lambda user: model.recommend(user, matrix[user], N=N))]


def _implicit_als(threads: int, name: str, factors: int = 100) -> Callable[[sp.csr_matrix], Ways]:
    """Its own 100 factors or others, and one iteration: how often it iterates changes the factors and not the time of a list."""

    def prepare(matrix: sp.csr_matrix) -> Ways:
        from implicit.als import AlternatingLeastSquares

        model = AlternatingLeastSquares(factors=factors, iterations=1, num_threads=threads, random_state=1)
        model.fit(matrix, show_progress=False)
        raters = matrix.T.tocsr()

        def fold_in(user: int) -> Any:
            return model.recommend(user, matrix[user], N=N, recalculate_user=True)

        def first(user: int) -> Any:
            model._YtY = None  # as after a fit, and as `partial_fit_items` leaves it
            return fold_in(user)

        def tell(user: int) -> Any:
            row = matrix[user]
            film = int(row.indices[user % row.indices.size])
            model.partial_fit_users([user], row)
            model.partial_fit_items([film], raters[film])
            return model.recommend(user, row, N=N)

        return [
            (f"{name}, the next call", f"its product of all films kept; {BLIND}", fold_in),
            (f"{name}, the first call", "its product of all films made anew, as after every change of a film", first),
            (f"{name}, a rating told to both sides", "others see it too, as with ours", tell),
        ]

    return prepare


PEERS: dict[str, Callable[[sp.csr_matrix], Ways]] = {
    "scipy": _scipy,
    "scikit-learn": _sklearn,
    "LensKit UserKNN": _lenskit("UserKNNScorer", "LensKit UserKNN", "the nearest only"),
    "LensKit ItemKNN": _lenskit("ItemKNNScorer", "LensKit ItemKNN", BLIND),
    "implicit cosine": _implicit_cosine,
    "implicit ALS": _implicit_als(1, "implicit ALS fold-in, one thread, BLAS too"),
    "implicit ALS, 128 factors": _implicit_als(1, "implicit ALS fold-in, 128 factors, one thread, BLAS too", 128),
    ITS_OWN: _implicit_als(1, "implicit ALS fold-in, `num_threads=1`, BLAS as installed"),
    AS_INSTALLED: _implicit_als(0, "implicit ALS fold-in, as installed"),
}


if __name__ == "__main__":
    main(*sys.argv[1:])
