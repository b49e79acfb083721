"""Lists of films that feel alike, written before anything was measured; `tests/e2e/test_near.py` asks the plot index for them."""

from __future__ import annotations

import json
from pathlib import Path

from movie_recommender.catalogue import jsonl

NEAR: dict[str, list[str]] = json.loads((Path(__file__).parent / "near.json").read_text(encoding="utf-8"))


def test_the_lists_name_films_of_the_catalogue() -> None:
    here = {f"{record.title} ({record.year})" for record in jsonl.embedded()}
    assert len(NEAR) == 30
    assert set(NEAR) | {name for names in NEAR.values() for name in names} <= here
    assert all(name not in names for name, names in NEAR.items())
