"""Measuring and tuning by service, on an invented data set."""

import json

import numpy as np
import pytest

from movie_recommender.core import Items, Ratings
from movie_recommender.errors import InvalidInput
from movie_recommender.services import evaluation, tuning


def quiet(_):
    """Say nothing."""


@pytest.fixture(scope="module")
def two_tastes() -> evaluation.Data:
    """120 people of two tastes over 80 films of two genres."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(120):
        for item in rng.permutation(80)[:40]:
            loved = (item % 2 == 0) == (user % 2 == 0)
            rows.append((user, int(item), float(rng.choice([4.0, 4.5, 5.0] if loved else [1.0, 2.0, 3.0])), rng.random()))
    users, items, stars, times = (np.array(column) for column in zip(*rows, strict=True))
    films = Items(np.arange(80), [{"Comedy"} if item % 2 == 0 else {"Horror"} for item in range(80)], [[]] * 80)
    return evaluation.Data("two tastes", Ratings(users, items, stars, times), films)


def test_a_report_has_every_protocol_and_renders_as_tables(two_tastes, tmp_path):
    report = evaluation.run(two_tastes, evaluation.PROTOCOLS, with_peers=False, ablate=False, say=quiet)
    assert {row["task"] for row in report["ranking"]} == {"T", "NR5", "NR10", "NR20", "NX5", "NX10", "NX20", "C"} - _unasked(report)
    ours, bias = report["stars"]
    assert ours["rmse"] < bias["rmse"]
    text = evaluation.render(report)
    assert "| Movie Recommender |" in text
    assert "Calibration" in text
    evaluation.save(report, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["data"] == "two tastes"


def _unasked(report):
    """New people who gave their most popular films may leave nothing less popular to ask for."""
    return {"NX5", "NX10", "NX20"} - {row["task"] for row in report["ranking"]}


def test_too_few_ratings_are_said_to_be_too_few():
    nothing = evaluation.Data("empty", Ratings([], [], []), Items([], [], [], None))
    with pytest.raises(InvalidInput, match="too few"):
        evaluation.run(nothing, ("T",), with_peers=False, ablate=False, say=quiet)
    with pytest.raises(InvalidInput, match="100 people"):
        tuning.tune(nothing, quiet)


def test_tuning_keeps_the_weights_before_unless_the_new_ones_are_better(two_tastes, tmp_path):
    tuned = tuning.tune(two_tastes, quiet, n_splits=1)
    if not tuned.accepted:
        assert tuned.weights == tuning.shipped()
    else:
        assert "two tastes" in tuned.weights["provenance"]["data"]
        assert np.mean([after / before for before, after in tuned.gains.values()]) > 1.0
    tuning.save(tuned, tmp_path / "weights.json")
    again = evaluation.run(two_tastes, ("T",), with_peers=False, ablate=False, say=quiet, weights=tmp_path / "weights.json")
    assert again["ranking"]
