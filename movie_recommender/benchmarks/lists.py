"""Our lists of the people that a peer is asked for, measured right beside it; run in a process of its own.

python -m movie_recommender.benchmarks.lists SNAPSHOT WORLD.npz
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from movie_recommender.storage import snapshots

from .machine import cpu_seconds
from .recompute import LENGTH


def main(snapshot: Path, world: Path) -> list[float]:
    """CPU milliseconds of each person's list of the best films alone, as peers make it; the best of 5."""
    found = snapshots.load(snapshot)
    if found is None:
        raise SystemExit(f"{snapshot} is no snapshot.")
    model = found[0]
    with np.load(world) as data:
        indptr, cols, stars, people = data["indptr"], data["cols"], data["codes"] / 2.0, data["people"].tolist()
    milliseconds = []
    for user in people:
        span = slice(indptr[user], indptr[user + 1])
        rated = dict(zip(cols[span].tolist(), stars[span].tolist(), strict=True))
        milliseconds.append(cpu_seconds(lambda rated=rated, user=user: model.rank(rated, LENGTH, 0, user_id=user)) * 1e3)  # type: ignore[misc]
    return milliseconds


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout)
