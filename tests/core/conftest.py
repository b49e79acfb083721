"""Invented worlds whose right answers are obvious, and MovieLens latest-small where MOVIELENS_DIR has it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings, Recommender

ALICE, BOB, CHARLIE, DANA = 1, 2, 3, 4
N_COMEDIES = 12
"""Items 100..111 are comedies, 200..211 are horror films; item 300 has no facts, item 400 no ratings."""

COMEDIES = list(range(100, 100 + N_COMEDIES))
HORRORS = list(range(200, 200 + N_COMEDIES))


@pytest.fixture(scope="session")
def items() -> Items:
    """Two kinds of films by two directors, a film without facts and a new one (a comedy by Ann)."""
    rng = np.random.default_rng(1)
    ids = [*COMEDIES, *HORRORS, 300, 400]
    kinds = [0] * N_COMEDIES + [1] * N_COMEDIES
    vectors = np.full((len(ids), 8), np.nan, dtype=np.float32)
    vectors[: len(kinds)] = np.eye(8)[kinds] + rng.normal(0, 0.1, (len(kinds), 8))
    vectors[-1] = np.eye(8)[0]
    people = [[("Ann", "director"), ("Clown", "actor")], [("Hal", "director"), ("Ghost", "actor")]]
    return Items(
        ids,
        [{"Comedy"} if kind == 0 else {"Horror", "Thriller"} for kind in kinds] + [set(), {"Comedy"}],
        [people[kind] for kind in kinds] + [[], [("Ann", "director")]],
        vectors,
        years=[1990 + at for at in range(len(kinds))] + [0, 2000],
        keywords=[["joke"] if kind == 0 else ["blood"] for kind in kinds] + [[], ["joke"]],
        languages=["en"] * len(kinds) + [None, "en"],
    )


@pytest.fixture(scope="session")
def ratings() -> Ratings:
    """Even people love comedies and hate horror, odd ones the other way round; each rated about two thirds."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(10, 40):
        loved, hated = (COMEDIES, HORRORS) if user % 2 == 0 else (HORRORS, COMEDIES)
        rows += [(user, item, float(rng.choice([4.0, 4.5, 5.0]))) for item in loved if rng.random() < 0.7]
        rows += [(user, item, float(rng.choice([0.5, 1.0, 1.5]))) for item in hated if rng.random() < 0.6]
    users, rated, values = zip(*rows, strict=True)
    return Ratings(users, rated, values, np.arange(len(rows)))


@pytest.fixture(scope="session")
def model(ratings: Ratings, items: Items) -> Recommender:
    """Fitted once; tests that update must fit their own."""
    return Recommender().fit(ratings, items)


@pytest.fixture
def alice() -> dict[int, float]:
    """Loves comedies, hates horror."""
    return {100: 5.0, 101: 4.5, 102: 5.0, 200: 1.0, 201: 0.5}


@pytest.fixture
def bob(alice: dict[int, float]) -> dict[int, float]:
    """Rated the same films the other way round."""
    return {item: 5.5 - stars for item, stars in alice.items()}


@pytest.fixture(scope="session")
def movielens() -> dict[str, Any]:
    """The folder of `MOVIELENS_DIR` with metadata.jsonl: ratings, items, facts by id, a fitted model."""
    folder = Path(os.environ.get("MOVIELENS_DIR", "/nowhere"))
    if not (folder / "metadata.jsonl").is_file():
        pytest.skip("set MOVIELENS_DIR to a MovieLens folder with ratings.csv and metadata.jsonl")
    facts = [json.loads(line) for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]
    table = np.loadtxt(folder / "ratings.csv", delimiter=",", skiprows=1)
    ratings = Ratings(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3])
    items = Items(
        [fact["movieId"] for fact in facts],
        [set(fact["genres"]) for fact in facts],
        [[(name, "director") for name in fact["directors"]] + [(name, "actor") for name in fact["cast"]] for fact in facts],
        None,
        years=[fact["year"] or 0 for fact in facts],
        keywords=[fact["keywords"] for fact in facts],
        languages=[fact["language"] for fact in facts],
    )
    by_id = {fact["movieId"]: fact for fact in facts}
    return {"model": Recommender().fit(ratings, items), "facts": by_id, "ratings": ratings, "items": items}
