"""Nobody waits for a compiler: the warm-up calls every kernel, with the types that serving calls it with."""

import os
import shutil
import subprocess
import sys

from movie_recommender.core import source, warm_up
from movie_recommender.core.nearest import take_nearest

COMPILED = """
import importlib, pkgutil
from numba.core.dispatcher import Dispatcher
from movie_recommender import core
from movie_recommender.benchmarks import synthetic
from movie_recommender.core.together import Attendee, together
from movie_recommender.core.warm_up import warm_up

def compiled():
    rooms = [importlib.import_module(room.name) for room in pkgutil.walk_packages(core.__path__, "movie_recommender.core.")
             if ".evaluation" not in room.name]
    kernels = {(room.__name__, name): kernel for room in rooms for name, kernel in vars(room).items() if isinstance(kernel, Dispatcher)}
    return {place: len(kernel.signatures) for place, kernel in kernels.items()}

warm_up(core.Recommender())
before = compiled()
world = synthetic.world(60, 90, 1500, 1)
model = core.Recommender().fit(world.ratings(), synthetic.facts(world, 1))
for person in range(9):
    told = world.of(person)
    model.update(person, told)
    model.rate(person, int(model.matrix.items.ids[person]), 4.0)
    listed = model.rank(told, 500, 60, user_id=person, n_by_facet=30)
    assert listed.items.why.table
    steered = core.Preferences(new=1.0, obscure=0.5, diverse=0.5, weights={"plots": 2.0})
    assert model.rank(told, 500, 60, user_id=person, preferences=steered, n_by_facet=30).items.why.table
    silent = core.Preferences(weights=dict.fromkeys(model.scorers, 0.0))
    assert len(model.rank(told, 500, 60, user_id=person, preferences=silent, n_by_facet=30).items)
    assert together(model, [Attendee(told, person, preferences=steered), Attendee({})])
    assert model.recommend(told, user_id=person)
assert len(model.rank({}, 500, 60, n_by_facet=30).items)
assert model.explain(told, int(model.matrix.items.ids[0]), preferences=steered).parts
assert model.predict(told, model.matrix.items.ids[:9].tolist()).size == 9
assert list(model.all_similar_items())
late = {place for place, n in compiled().items() if n != before[place]}
assert not late, late
"""


def test_after_the_warm_up_serving_compiles_nothing():
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


APART = """
from movie_recommender.core.nearest import take_nearest
from movie_recommender.core.warm_up import DONE, compile_apart

assert not DONE.exists()
compile_apart()
assert DONE.exists()
assert not take_nearest.signatures
"""


def test_a_child_process_compiles_so_that_its_memory_goes_with_it(tmp_path):
    shutil.copytree(source.KERNELS, tmp_path / source.KERNELS.name, ignore=shutil.ignore_patterns(warm_up.DONE.name))
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", APART], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_a_child_process_cannot_compile_is_compiled_here(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(warm_up, "DONE", tmp_path / "complete")
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    warm_up.compile_apart()
    assert "is compiled here" in caplog.text
    assert not warm_up.DONE.exists()


def test_compiled_kernels_belong_to_the_source_of_all_rooms_not_of_their_own_file(tmp_path):
    heads, raters = tmp_path / "heads.py", tmp_path / "raters.py"
    heads.write_text("def write(): ...\n")
    raters.write_text("from heads import write\n")
    before = source.digest(tmp_path)
    heads.write_text("def write(): return 1\n")
    assert source.digest(tmp_path) != before
    assert source.DIGEST in take_nearest.stats.cache_path


def test_kernels_of_another_source_are_removed(tmp_path, monkeypatch):
    for name in ("kernels-new", "kernels-old", "others"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(source, "KERNELS", tmp_path / "kernels-new")
    source.forget_other_kernels()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kernels-new", "others"]
