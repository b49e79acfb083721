"""An instance that may be thrown away: the embedded catalogue, and a synthetic world imported as MovieLens data sets are.

    python -m movie_recommender.benchmarks.instances SIZE FOLDER

Times are not in the figures of the running product: each person's ratings have one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from movie_recommender.services import importing

from . import synthetic
from .crowd import opened
from .imports import write_data_set


def make(size: str, instance: Path) -> None:
    """A folder with everything that `flask start` needs."""
    instance.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=instance) as folder, opened(instance):
        importing.load_embedded()
        importing.import_movielens(write_data_set(synthetic.of_size(size), Path(folder)))


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]))
