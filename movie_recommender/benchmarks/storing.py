"""What storing a list costs: its entries and their reasons as one value, and the transaction that writes it.

python -m movie_recommender.benchmarks.storing INSTANCE
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from movie_recommender.core import Preferences
from movie_recommender.services import rating
from movie_recommender.services.engine import Engine
from movie_recommender.services.receipts import packed
from movie_recommender.services.recompute import keep

from .crowd import members
from .processes import opened

ROUNDS, TIMES = 5, 20


def measure(instance: Path) -> dict[str, Any]:
    """CPU milliseconds of this thread, the best of some rounds; films and bytes of the list."""
    with opened(instance, durable=False) as app:
        _, ((user_id, _name),) = members(1)
        engine = Engine()
        if not engine.restore():
            engine.refit()
        stars, version = rating.stars_of(user_id), rating.versions()[user_id]
        entries, made_by = engine.rank(user_id, stars, app.config["LIST_LENGTH"], stars, Preferences(), (), version)
        payload = packed(entries, stars)
        return {
            "films": len(entries.ids), "bytes": len(payload),
            "packing_ms": _milliseconds(lambda: packed(entries, stars)),
            "writing_ms": _milliseconds(lambda: keep(user_id, version, made_by, payload)),
        }  # fmt: skip


def _milliseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.thread_time()
        for _ in range(TIMES):
            work()
        best = min(best, (time.thread_time() - begin) / TIMES)
    return best * 1e3


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout)
