"""Other libraries are asked for the same people as ours: here with those that the product has itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from movie_recommender.benchmarks import peers, synthetic

PEOPLE = [7, 3, 211]
OURS = ["scipy", "scikit-learn"]
"""What is installed with the product."""


@pytest.fixture(scope="module")
def made() -> synthetic.World:
    return synthetic.world(300, 700, 20_000)


@pytest.mark.parametrize("name", OURS)
def test_a_library_gives_a_figure_for_each_person_asked(
    made: synthetic.World, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked, prepare = tmp_path / "world.npz", [], peers.PEERS[name]

    def watched(matrix: scipy.sparse.csr_matrix) -> peers.Ways:
        return [(way, note, lambda user, ask=ask: asked.append(user) or ask(user)) for way, note, ask in prepare(matrix)]

    monkeypatch.setitem(peers.PEERS, name, watched)
    np.savez(path, indptr=made.indptr, cols=made.cols, codes=made.codes, shape=[made.n_users, made.n_items], people=PEOPLE)
    peers.main(str(path), name)
    (found,) = json.loads(capsys.readouterr().out)
    assert found["people"] == len(PEOPLE)
    assert found["milliseconds"] > 0
    assert found["fit_seconds"] >= 0
    assert asked == PEOPLE[:1] + [user for user in PEOPLE for _ in range(peers.REPEATS)]


@pytest.mark.parametrize("name", OURS)
def test_a_library_lists_films_that_those_nearest_have_rated(made: synthetic.World, name: str) -> None:
    shape = (made.n_users, made.n_items)
    matrix = scipy.sparse.csr_matrix((made.codes.astype(np.float32) / 2, made.cols, made.indptr), shape=shape)
    ((_, _, recommend),) = peers.PEERS[name](matrix)
    for user in PEOPLE:
        listed = recommend(user)
        assert np.unique(listed).size == peers.N
        cosines = matrix @ matrix[user].toarray().ravel() / scipy.sparse.linalg.norm(matrix, axis=1)
        near = matrix[np.argsort(-cosines)[: peers.K + 1]].toarray().any(axis=0)
        assert near[listed].sum() >= min(near.sum() - matrix[user].nnz, peers.N)


def test_of_a_library_that_is_not_installed_nothing_is_said(
    made: synthetic.World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_: scipy.sparse.csr_matrix) -> peers.Ways:
        raise ImportError

    monkeypatch.setitem(peers.PEERS, "absent", absent)
    np.savez(tmp_path / "w.npz", indptr=made.indptr, cols=made.cols, codes=made.codes, shape=[made.n_users, made.n_items], people=PEOPLE)
    peers.main(str(tmp_path / "w.npz"), "absent")
    assert json.loads(capsys.readouterr().out) == []
