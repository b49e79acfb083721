"""Everything once, for nobody: numba's compiled code is loaded, or on a new machine made, before somebody waits for it.

python -m movie_recommender.core.warm_up
"""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np

from .data import Items, Ratings
from .recommender import Recommender
from .source import KERNELS

log = logging.getLogger(__name__)
DONE = KERNELS / "complete"
"""Says that all kernels of this source are compiled and kept."""

PEOPLE, FILMS, AXES = 30, 40, 16
AT_MOST = 16
"""How many films the person rates at most: some code runs for who rated few alone, some for who rated more."""


def warm_up(model: Recommender) -> None:
    """Call what a serving `model` calls, on a small world with its weights: the real one may have neither ratings nor films yet."""
    chance = np.random.default_rng(1)
    films = np.arange(1, FILMS + 1)
    items = Items(
        films,
        [[("Comedy", "Drama", "Horror")[film % 3]] for film in films],
        [[(f"director {film % 7}", "director"), (f"actor {film % 11}", "actor")] for film in films],
        plot_vectors=chance.normal(size=(FILMS, AXES)).astype(np.float32),
        years=1950 + films,
        keywords=[(f"keyword {film % 5}",) for film in films],
        languages=[("en", "fr")[film % 2] for film in films],
    )
    people, rated = np.nonzero(chance.random((PEOPLE, FILMS)) < 0.5)
    half_stars = chance.integers(1, 11, people.size).astype(np.uint8)
    small = Recommender()
    small.weights = model.weights
    ids = (people + 1).astype(np.int32), films[rated].astype(np.int32)  # in four bytes, as they come from the database
    small.fit(Ratings.of_half_stars(*ids, half_stars, np.arange(people.size)), items)
    person, told = PEOPLE + 1, {}
    for film in films[:AT_MOST].tolist():
        told[film] = 0.5 + film % 10 / 2
        small.update(person, told)
    small.rate(person, 1, 3.0)
    small.rate(person, 2, None)
    for some in ({}, {1: 4.0, 2: 1.0}, told):
        ranked = small.rank(some, n=20, n_by_genre=5, n_by_facet=5, user_id=person, also=[1], seen=[2])
        _ = ranked.items.why.table
    small.recommend(told, n=5)  # what chooses is called on its own too, where several people choose together
    small.explain(told, 1)
    small.predict(told, [1, 2])
    list(small.all_similar_items())
    small.update(person, {})


def compile_apart() -> None:
    """Have a child process compile all kernels, unless they are kept: that takes half a gigabyte, which goes with the child."""
    if DONE.exists():
        return
    log.info("Compiling the engine, once on this machine: a minute or two.")
    command = [sys.executable, "-m", "movie_recommender.core.warm_up"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)  # noqa: S603 - our own list
    if done.returncode:
        log.warning("The engine could not be compiled by a process of its own and is compiled here: %s", done.stderr[-500:].strip())


if __name__ == "__main__":
    warm_up(Recommender())
    DONE.touch()
