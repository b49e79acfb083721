"""A snapshot is the model it was made of, or nothing."""

import logging
import os
import pickle

import numpy as np
import pytest

from movie_recommender.benchmarks import synthetic
from movie_recommender.core import Recommender
from movie_recommender.storage import snapshots


@pytest.fixture(scope="module")
def model():
    world = synthetic.world(120, 150, 5_000)
    return Recommender().fit(world.ratings(), synthetic.facts(world))


@pytest.fixture
def path(tmp_path, model):
    snapshots.save(tmp_path / "engine.snapshot", model, {"made_of": [1, 2]})
    return tmp_path / "engine.snapshot"


ALICE = {3: 5.0, 7: 4.0, 20: 1.0, 90: 3.5}


def scores(model):
    return [(entry.item_id, entry.score, entry.reasons) for entry in model.recommend(ALICE, n=40)]


def test_the_opened_model_answers_as_the_saved_one(path, model):
    opened, about = snapshots.load(path)
    assert about == {"made_of": [1, 2]}
    assert scores(opened) == scores(model)


def test_the_opened_model_learns_and_the_file_stays_as_it_was(path, model):
    before = path.read_bytes()
    opened, _ = snapshots.load(path)
    for user in range(40):
        opened.rate(user, 33, 5.0)
    opened.update(999, ALICE)
    assert opened.matrix.n_ratings > model.matrix.n_ratings
    assert path.read_bytes() == before
    assert scores(snapshots.load(path)[0]) == scores(model)


def test_arrays_are_mapped_not_copied(path):
    opened, _ = snapshots.load(path)
    assert not opened.matrix.by_user.cells.flags.owndata
    assert opened.matrix.by_user.cells.flags.writeable
    assert opened.matrix.by_user.cells.ctypes.data % 64 == 0


def test_no_snapshot_is_no_model(tmp_path):
    assert snapshots.load(tmp_path / "none") is None


@pytest.mark.parametrize("where", [0, 10, 45, 60, -1, "middle"])
def test_a_flipped_bit_anywhere_is_noticed(path, where, caplog):
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if where == "middle" else where] ^= 1
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert snapshots.load(path) is None
    assert "made anew" in caplog.text


@pytest.mark.parametrize("size", [0, 5, 50, 5_000])
def test_a_file_cut_short_is_noticed(path, size):
    path.write_bytes(path.read_bytes()[:size])
    assert snapshots.load(path) is None


def test_nothing_but_a_model_is_made_from_the_file(tmp_path, monkeypatch):
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    snapshots.save(tmp_path / "made_elsewhere", Evil(), {})
    assert snapshots.load(tmp_path / "made_elsewhere") is None
    with pytest.raises(pickle.UnpicklingError):
        snapshots._Checked(__import__("io").BytesIO(pickle.dumps(Evil()))).load()


def test_a_snapshot_that_cannot_be_written_leaves_the_old_one(path, model, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        snapshots.save(path, model, {})
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_zero_is_no_rating_in_an_opened_model_either(path):
    opened, _ = snapshots.load(path)
    assert np.all(opened.matrix.by_user.packed()[1] & 15)
