"""What opening a snapshot costs, until the first list is made; run in a process of its own.

python -m movie_recommender.benchmarks.start SNAPSHOT ITEM_ID [ITEM_ID ...]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(path: Path, item_ids: list[int]) -> dict[str, float]:
    """Seconds elapsed and of CPU until the first list, the imports included, and bytes in memory then."""
    begin = time.perf_counter()
    from movie_recommender.storage import snapshots

    from .machine import resident_bytes

    found = snapshots.load(path)
    if found is None:
        raise SystemExit(f"{path} is no snapshot.")
    found[0].rank(dict.fromkeys(item_ids, 4.0), 500, 60)
    return {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time(), "resident_bytes": resident_bytes()}


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), [int(item) for item in sys.argv[2:]]), sys.stdout)
