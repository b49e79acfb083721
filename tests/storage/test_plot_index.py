"""The plot index on real Chroma: built beside the live one, checked, replaced as a whole, never trusted."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from movie_recommender.errors import DiskFull, PlotIndexBusy, PlotIndexDamaged
from movie_recommender.settings import ROOT
from movie_recommender.storage.plot_index import FolderIndex, Vectors

IDS = list(range(100, 1600))  # enough that Chroma writes its graph to files of its own


def go_on() -> None:
    """The caller is alive."""


def unit_vectors(seed: int = 0, count: int = len(IDS)) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def built_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "chroma"
    index = FolderIndex(folder)
    index.build("first", IDS, unit_vectors(), go_on)
    index.close()
    return folder


@pytest.fixture
def folder(built_folder: Path, tmp_path: Path) -> Path:
    """A folder of one's own with a finished generation."""
    return Path(shutil.copytree(built_folder, tmp_path / "chroma"))


@pytest.fixture
def index(folder: Path) -> Iterator[FolderIndex]:
    index = FolderIndex(folder)
    yield index
    index.close()


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("generation-*"))


def test_the_nearest_are_those_of_an_exact_search(index: FolderIndex) -> None:
    vectors, question = unit_vectors(), unit_vectors(seed=1)[0]
    exact = np.argsort(-(vectors @ question))[:50]
    found = index.query("first", question, 50)
    hits = {movie_id for movie_id, _ in found} & {IDS[place] for place in exact}
    assert len(hits) >= 49
    similarities = [similarity for _, similarity in found]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[0] == pytest.approx(float((vectors @ question).max()), abs=1e-4)


def test_it_knows_which_vectors_it_holds(index: FolderIndex) -> None:
    assert index.is_current("first")
    assert not index.is_current("second")
    with pytest.raises(PlotIndexDamaged):
        index.query("second", unit_vectors()[0], 5)


def test_a_new_generation_takes_over_and_the_old_one_goes(index: FolderIndex, folder: Path) -> None:
    index.query("first", unit_vectors()[0], 1)
    index.build("second", IDS[:50], unit_vectors(seed=2, count=50), go_on)
    assert len(generations(folder)) == 1
    assert index.query("second", unit_vectors(seed=2)[7], 1)[0][0] == IDS[7]


def test_a_building_that_is_stopped_leaves_the_old_one_alone(index: FolderIndex, folder: Path) -> None:
    before = generations(folder)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.build("second", IDS, unit_vectors(), stop)
    assert generations(folder) == before
    assert index.query("first", unit_vectors()[0], 1)[0][0] == IDS[0]


def test_what_a_killed_building_left_goes_with_the_next_one(index: FolderIndex, folder: Path) -> None:
    (folder / "generation-left").mkdir()
    index.build("second", IDS[:20], unit_vectors(count=20), go_on)
    assert "generation-left" not in generations(folder)


def cut(folder: Path) -> None:
    for file in folder.glob("generation-*/store/*/*.bin"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def overwrite(folder: Path) -> None:
    for file in folder.glob("generation-*/store/chroma.sqlite3"):
        file.write_bytes(b"\0" * file.stat().st_size)


def lose_the_store(folder: Path) -> None:
    for store in folder.glob("generation-*/store"):
        shutil.rmtree(store)


def point_nowhere(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("damage", [cut, overwrite, lose_the_store, point_nowhere])
def test_damage_is_noticed_and_built_away(index: FolderIndex, folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder)
    with pytest.raises(PlotIndexDamaged):
        index.query("first", unit_vectors()[0], 5)
    index.build("first", IDS, unit_vectors(), go_on)
    assert index.query("first", unit_vectors()[3], 1)[0][0] == IDS[3]


def test_films_with_the_same_plot_are_all_indexed(index: FolderIndex) -> None:
    same = np.repeat(unit_vectors(count=1), 30, axis=0)
    index.build("same", IDS[:30], same, go_on)
    assert len(index.query("same", same[0], 30)) == 30


def test_two_processes_never_open_one_folder(index: FolderIndex, folder: Path) -> None:
    index.query("first", unit_vectors()[0], 1)
    program = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from movie_recommender.storage.plot_index import FolderIndex\n"
        "FolderIndex(Path(sys.argv[1])).query('first', np.ones(32, np.float32), 1)\n"
    )
    other = subprocess.run([sys.executable, "-c", program, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "PlotIndexBusy" in other.stderr
    index.close()
    again = FolderIndex(folder)
    assert again.query("first", unit_vectors()[0], 1)
    with pytest.raises(PlotIndexBusy):
        index.query("first", unit_vectors()[0], 1)
    again.close()


def test_without_room_the_old_generation_is_served_and_nothing_is_left_behind(
    folder: Path, index: FolderIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room ends at the first file, and at the very last one."""
    before = generations(folder)

    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for at, name in (("movie_recommender.storage.plot_index.np.save", "second"), ("pathlib.Path.write_text", "third")):
        with monkeypatch.context() as patched:
            patched.setattr(at, no_room)
            with pytest.raises(DiskFull, match="Make room"):
                index.build(name, IDS, unit_vectors(seed=2), go_on)
        assert generations(folder) == before
        assert index.query("first", unit_vectors()[0], 1)[0][0] == IDS[0]
