"""The same recompute by other libraries, in the same run. A script for a Python that has them: it imports nothing of ours.

    python peers.py WORLD.npz [PART OF A NAME ...]

The file holds `indptr`, `cols`, `codes`, `shape` and `people` (rows to compute for). Prints a list of ``{"name",
"milliseconds" (median CPU a person), "people" (asked: fewer of the slow ones), "fit_seconds", "note"}``; a library that is
not installed, or does not get on with so many ratings (which is said on stderr), is left out; with names only these are asked.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy.sparse as sp

K, N = 80, 500
FEWEST, ENOUGH = 5, 20.0
"""People that are asked in any case, and CPU seconds after which no more are."""


def main(path: str, names: list[str]) -> None:
    """Measure what is installed, or of it only those whose name holds one of `names`."""
    with np.load(path) as data:
        matrix = sp.csr_matrix((data["codes"].astype(np.float32) / 2, data["cols"], data["indptr"]), shape=tuple(data["shape"]))
        people = data["people"].tolist()
    found = []
    for name, note, prepare in PEERS:
        if names and not any(part in name for part in names):
            continue
        begin = time.process_time()
        try:
            recommend = prepare(matrix)
            fit_seconds = time.process_time() - begin
            seconds = _seconds(recommend, people)
        except ImportError:
            continue
        except (MemoryError, ValueError, RuntimeError) as error:
            sys.stderr.write(f"{name}: {type(error).__name__}: {error}\n")
            continue
        milliseconds = float(np.median(seconds)) * 1e3
        found.append({"name": name, "note": note, "fit_seconds": fit_seconds, "milliseconds": milliseconds, "people": len(seconds)})
    json.dump(found, sys.stdout)


def _seconds(recommend: Callable[[int], Any], people: list[int]) -> list[float]:
    recommend(people[0])
    seconds: list[float] = []
    started = time.process_time()
    for user in people:
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            recommend(user)
            best = min(best, time.process_time() - begin)
        seconds.append(best)
        if len(seconds) >= FEWEST and time.process_time() - started > ENOUGH:
            break
    return seconds


def _scipy(matrix: sp.csr_matrix) -> Callable[[int], Any]:
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

    return recommend


def _sklearn(matrix: sp.csr_matrix) -> Callable[[int], Any]:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=K, metric="cosine", algorithm="brute", n_jobs=1).fit(matrix)

    def recommend(user: int) -> Any:
        distances, nearest = model.kneighbors(matrix[user])
        scores = (1 - distances[0]) @ matrix[nearest[0]]
        return np.argpartition(-scores, N)[:N]

    return recommend


def _lenskit(scorer_name: str) -> Callable[[sp.csr_matrix], Callable[[int], Any]]:
    def prepare(matrix: sp.csr_matrix) -> Callable[[int], Any]:
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

        return recommend

    return prepare


def _implicit_cosine(matrix: sp.csr_matrix) -> Callable[[int], Any]:
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=K, num_threads=1)
    model.fit(matrix, show_progress=False)
    return lambda user: model.recommend(user, matrix[user], N=N)


def _implicit_als(matrix: sp.csr_matrix) -> Callable[[int], Any]:
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=64, iterations=3, num_threads=1)
    model.fit(matrix, show_progress=False)
    return lambda user: model.recommend(user, matrix[user], N=N, recalculate_user=True)


PEERS: tuple[tuple[str, str, Callable[[sp.csr_matrix], Callable[[int], Any]]], ...] = (
    ("scipy, user-user cosine", "", _scipy),
    ("scikit-learn, brute force", "", _sklearn),
    ("LensKit UserKNN", "", _lenskit("UserKNNScorer")),
    ("LensKit ItemKNN", "blind to new ratings of others until a refit", _lenskit("ItemKNNScorer")),
    ("implicit, item cosine", "blind to new ratings of others until a refit", _implicit_cosine),
    ("implicit, ALS with fold-in", "64 factors, 3 iterations; items blind until a refit", _implicit_als),
)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
