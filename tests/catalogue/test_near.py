"""The plots read alike where films feel alike: checked against lists that were written before anything was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movie_recommender.catalogue import jsonl
from movie_recommender.catalogue.plot_text import plot_text

pytestmark = [pytest.mark.encoder, pytest.mark.xdist_group("encoder")]
NEAR: dict[str, list[str]] = json.loads((Path(__file__).parent / "near.json").read_text(encoding="utf-8"))


def test_the_lists_name_films_of_the_catalogue() -> None:
    here = {f"{record.title} ({record.year})" for record in jsonl.embedded()}
    assert len(NEAR) == 30
    assert set(NEAR) | {name for names in NEAR.values() for name in names} <= here
    assert all(name not in names for name, names in NEAR.items())


def test_of_a_films_ten_nearest_a_film_lover_would_name_three(real_encoder: Any) -> None:
    records = jsonl.embedded()
    names = [f"{record.title} ({record.year})" for record in records]
    vectors = real_encoder.encode([plot_text(record.plot, record.keywords) for record in records])
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    hits = {}
    for film, near in NEAR.items():
        nearest = np.argsort(-similarity[names.index(film)])[:10]
        hits[film] = sum(names[place] in near for place in nearest)
    assert {film: count for film, count in hits.items() if count < 3} == {}
    assert sum(hits.values()) / len(hits) >= 4.5
