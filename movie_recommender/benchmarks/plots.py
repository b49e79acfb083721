"""Who is nearest to whom among many plots: exact, by blocks, and by the Chroma index; run in a process of its own.

python -m movie_recommender.benchmarks.plots HOW_MANY
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from movie_recommender.storage import chroma

DIMENSIONS, TOPICS, BLOCK = 384, 200, 512
NEAREST, ASKED = 50, 200
"""How many nearest are looked for, and of how many plots Chroma is asked."""


def vectors(n: int, seed: int = 1) -> npt.NDArray[np.float32]:
    """``float32[n, 384]`` of unit length, around topics of their own as an encoder's are."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(0, 1, (TOPICS, DIMENSIONS)).astype(np.float32)
    made = topics[rng.integers(0, TOPICS, n)] * np.float32(0.6) + rng.standard_normal((n, DIMENSIONS), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def exact(all_vectors: npt.NDArray[np.float32], n: int) -> npt.NDArray[np.int64]:
    """``int64[n_vectors, n]``: the nearest others of each, in no order."""
    found = np.empty((len(all_vectors), n), dtype=np.int64)
    for begin in range(0, len(all_vectors), BLOCK):
        alike = all_vectors[begin : begin + BLOCK] @ all_vectors.T
        alike[np.arange(len(alike)), np.arange(begin, begin + len(alike))] = -2.0
        found[begin : begin + BLOCK] = np.argpartition(-alike, n - 1, axis=1)[:, :n]
    return found


def measure(n: int) -> dict[str, float]:
    """CPU seconds of both, and what share of the exact nearest Chroma finds."""
    made, k = vectors(n), min(NEAREST, n - 1)
    begin = time.process_time()
    right = exact(made, k)
    exact_seconds = time.process_time() - begin
    with tempfile.TemporaryDirectory() as folder:
        client = chroma.open_folder(Path(folder))
        begin = time.process_time()
        collection = chroma.fill(client, chroma.NAME, range(n), made, lambda: None)
        fill_seconds = time.process_time() - begin
        asked = np.random.default_rng(2).choice(n, min(ASKED, n), replace=False).tolist()
        begin = time.process_time()
        found = [{other for other, _ in chroma.nearest(collection, made[at], k + 1)} - {at} for at in asked]
        asked_seconds = (time.process_time() - begin) / len(asked)
        client.close()
    recall = float(np.mean([len(there & set(right[at].tolist())) / k for at, there in zip(asked, found, strict=True)]))
    return {"plots": n, "exact_seconds": exact_seconds, "fill_seconds": fill_seconds, "query_ms": asked_seconds * 1e3, "recall": recall}


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1])), sys.stdout)
