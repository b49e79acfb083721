"""An instance that may be thrown away: the embedded catalogue, and a synthetic world imported as MovieLens data sets are.

    python -m movie_recommender.benchmarks.instances SIZE FOLDER

Times are not in the figures of the running product: each person's ratings have one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from movie_recommender.services import importing

from . import synthetic
from .imports import write_data_set
from .processes import opened


def make(size: str, instance: Path, **changed: Any) -> None:
    """A folder with everything that `flask start` needs; with these settings, a database too."""
    instance.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=instance) as folder, opened(instance, **changed):
        importing.load_embedded()
        importing.import_movielens(write_data_set(synthetic.of_size(size), Path(folder)))


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]))
