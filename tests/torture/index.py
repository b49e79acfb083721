"""Part 2: the plot index while `fillchroma` is killed, and with every kind of damage to its files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from flask import Flask
from sqlalchemy import insert, select, update

from background_api import create_api
from movie_recommender.errors import MovieRecommenderError, PlotIndexDamaged
from movie_recommender.services import plots as product
from movie_recommender.services.plots import Plots
from movie_recommender.storage import create_or_upgrade, db, raise_revision, writing
from movie_recommender.storage.models import Movie, PlotVector
from movie_recommender.storage.plot_index import FolderIndex, Vectors

from . import ROOT
from .disk import fill_disk, small_disk
from .report import Report, demand

DIMENSION = 64


class WordEncoder:
    """Vectors from a text's digest: the index and its keeping are under test here, not the sentence encoder."""

    name, dimension = "torture", DIMENSION

    def encode(self, texts: list[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        vectors = np.stack([np.random.default_rng(seed).normal(size=DIMENSION) for seed in seeds]).astype("<f4")
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def word_encoder() -> contextlib.AbstractContextManager[object]:
    """In this process plots are encoded by their words, until the end of the block."""
    return mock.patch.multiple(
        product, load_encoder=lambda _setting, _threads: WordEncoder(), encoder_name=lambda _setting: WordEncoder.name
    )


def run(report: Report, folder: Path) -> None:
    api = create_api(TESTING=True, INSTANCE_PATH=folder / "instance")
    with word_encoder(), api.app_context():
        create_or_upgrade()
        with writing() as session:
            rows = [
                {"id": at, "title": f"Film {at}", "search_key": f"film {at}", "plot": f"Plot {at}"}
                for at in range(1, report.size("plots") + 1)
            ]
            session.execute(insert(Movie), rows)
            raise_revision("catalogue")
        _kills(report, api)
        if report.size("damages"):
            _damage(report, api)
        if report.size("full_disks"):
            _full_disk(report, api)
        db.session.remove()
        db.engine.dispose()


def _kills(report: Report, api: Flask) -> None:
    """Change plots, begin `fillchroma`, kill it somewhere, ask: the answers are always right, by the index or without it."""
    chance, kills, index_folder = random.Random(1), report.size("kills"), Path(api.config["INSTANCE_PATH"]) / "chroma"
    whole = max(2.0, _fill(api, here=report.size("kills") < 10))
    if kills >= 10:
        demand(_ask(api, chance, "when it is new"), "The index does not answer when it is new.")
    served: Counter[str] = Counter()
    for number in range(kills):
        before = (index_folder / "current").read_text()
        with writing() as session:
            session.execute(update(Movie).where(Movie.id == 1 + number % report.size("plots")).values(plot=f"Another plot {number}"))
            raise_revision("catalogue")
        child = subprocess.Popen(_program(api), cwd=ROOT, env=dict(os.environ), start_new_session=True, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.1 * whole, 1.1 * whole))
        ended = child.poll() is not None
        if chance.random() < 0.3:
            child.kill()  # its own child lives on for a while
        else:
            _kill_group(child.pid)
        child.wait()
        generation = (index_folder / "current").read_text()
        served["the new one" if generation != before else "the old one"] += 1
        served["ended before the kill"] += ended
        if not _ask(api, chance, "after a kill"):  # else its test was part of the asking
            _demand_whole(index_folder / generation)
        _kill_group(child.pid)
    _fill(api, here=kills < 10)
    share = _found_by_itself(api)
    left = len(list(index_folder.glob("generation-*")))
    report.say(
        f"{kills} kills during fillchroma of {report.size('plots'):,} plots ({whole:.1f} s each); then served: {dict(served)}, whole."
    )
    demand(share >= 0.999, f"Only {share:.2%} of the vectors are found by themselves.")
    demand(left == 1, f"{left} generations are left.")
    report.say(f"After the last fillchroma {share:.2%} of the vectors are found by themselves; one generation is left.")


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _program(api: Flask) -> list[str]:
    return [sys.executable, "-m", "tests.torture.index", str(api.config["INSTANCE_PATH"])]


def _fill(api: Flask, here: bool) -> float:
    """Run it to its end, in this process or in one of its own; returns how many seconds that took."""
    started = time.monotonic()
    if here:
        with contextlib.closing(Plots(api.config)) as plots:
            plots.fill(lambda _done, _total: None)
        return time.monotonic() - started
    done = subprocess.run(_program(api), cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    demand(done.returncode == 0, f"fillchroma failed: {done.stderr[-1500:]}")
    return time.monotonic() - started


def _demand_whole(generation: Path) -> None:
    """The generation that is served stands its own test, in a child process."""
    program = [sys.executable, "-m", "movie_recommender.storage.chroma", "check", str(generation)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    demand(done.returncode == 0, f"The served generation is damaged after a kill: {done.stderr[-800:]}")


def _vectors() -> tuple[list[int], Vectors]:
    db.session.rollback()
    rows = db.session.execute(select(PlotVector.movie_id, PlotVector.vector).order_by(PlotVector.movie_id)).all()
    return [movie for movie, _ in rows], np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f4").reshape(len(rows), -1)


def _ask(api: Flask, chance: random.Random, when: str) -> bool:
    """Search as the product does; the answer must be that of an exact search. Returns whether the index gave it."""
    with contextlib.closing(Plots(api.config)) as plots:
        return _ask_these(plots, chance, when)


def _ask_these(plots: Plots, chance: random.Random, when: str) -> bool:
    text = f"A question {chance.random()}"
    found, is_indexed = plots.search(text, 10)
    ids, vectors = _vectors()
    best = [ids[place] for place in np.argsort(-(vectors @ WordEncoder().encode([text])[0]))[:10]]
    hits = len({movie for movie, _ in found} & set(best))
    demand(hits >= 9, f"The search gave {hits} of the 10 nearest films {when} (by the index: {is_indexed}).")
    return is_indexed


def _found_by_itself(api: Flask) -> float:
    plots = Plots(api.config)
    ids, vectors = _vectors()
    digest, _ = plots._kept()
    index = FolderIndex(Path(api.config["INSTANCE_PATH"]) / "chroma")
    try:
        hits = sum(index.query(digest, vector, 1)[0][0] == movie for movie, vector in zip(ids, vectors, strict=True))
    finally:
        index.close()
    return hits / len(ids)


def _delete(path: Path) -> None:
    path.unlink()


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _noise(path: Path) -> None:
    """The middle third becomes noise: the beginning and the end still look right."""
    data, chance = bytearray(path.read_bytes()), random.Random(3)
    third = len(data) // 3
    data[third : 2 * third] = chance.randbytes(third)
    path.write_bytes(bytes(data))


DAMAGES: tuple[Callable[[Path], None], ...] = (_noise, _delete, _halve, _empty, _zeros)


def _damage(report: Report, api: Flask) -> None:
    """Each file and each damage: never a wrong answer, and afterwards an index that answers."""
    folder, chance = Path(api.config["INSTANCE_PATH"]) / "chroma", random.Random(2)
    sound = shutil.copytree(folder, folder.with_name("sound"))
    paths = [path for path in sound.rglob("*") if path.is_file() and path.name != "lock"]
    files = [path.relative_to(sound) for path in sorted(paths, key=lambda path: (-path.stat().st_size, path))]
    outcome: Counter[str] = Counter()
    cases = [(folder / file, damage) for file in files for damage in DAMAGES] + [(folder, shutil.rmtree)]
    step = max(1, len(cases) // report.size("damages"))
    for number, (path, damage) in enumerate(cases[::step]):
        if number and number % 20 == 0:
            report.say(f"{number} cases of damage so far: {dict(outcome)}.")
        _restore(sound, folder)
        damage(path)
        outcome[_case(api, chance, f"with {path.name} damaged by {damage.__name__}")] += 1
    _restore(sound, folder)
    shutil.rmtree(sound)
    report.say(f"{sum(outcome.values())} cases of damage to {len(files)} files: {dict(outcome)}; no wrong answer, all answer again.")


def _full_disk(report: Report, api: Flask) -> None:
    """The disk fills up at random points of a build: the old generation stays, the message is clear, and space heals it."""
    folder, chance, times = Path(api.config["INSTANCE_PATH"]) / "chroma", random.Random(4), report.size("full_disks")
    sound = shutil.copytree(folder, folder.with_name("sound"), dirs_exist_ok=True)
    shutil.rmtree(folder)
    needed = sum(path.stat().st_size for path in sound.rglob("*"))
    refused = 0
    with small_disk(folder, 64) as mounted:
        _restore(sound, folder)
        for number in range(times if mounted else 0):
            with writing() as session:
                session.execute(update(Movie).where(Movie.id == 1 + number).values(plot=f"A plot on a full disk {number}"))
                raise_revision("catalogue")
            fill_disk(folder / "ballast", leave=chance.randrange(needed))
            try:
                _fill(api, here=True)
            except MovieRecommenderError as error:
                refused += 1
                demand("Traceback" not in error.message and len(error.message) < 500, f"An unclear message: {error.message}")
            _ask(api, chance, "with a full disk")
            (folder / "ballast").unlink()
            _fill(api, here=True)
            demand(_ask(api, chance, "with space again"), "The index does not answer when there is space again.")
        left = len(list(folder.glob("generation-*")))
    shutil.rmtree(sound)
    demand(not mounted or left == 1, f"{left} generations are left after full disks.")
    report.say(
        f"Disk full during {times} builds: {refused} said so, the others had room; answers right, whole again with space."
        if mounted else "Disk full: not run, this user may not mount a small disk."
    )  # fmt: skip


def _case(api: Flask, chance: random.Random, when: str) -> str:
    with contextlib.closing(Plots(api.config)) as plots:
        was_right = _ask_these(plots, chance, when)
        try:
            plots.build_index(lambda: None)
        except PlotIndexDamaged as error:
            demand(False, f"The index cannot be built anew {when}: {error.message}")
    if was_right:
        return "harmless"
    demand(_ask(api, chance, f"after the repair, {when}"), f"The index does not answer after the repair, {when}.")
    return "noticed and built anew"


def _restore(sound: Path, folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(sound, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    program = create_api(TESTING=True, INSTANCE_PATH=sys.argv[1])
    with word_encoder(), program.app_context():
        Plots(program.config).fill(lambda _done, _total: None)
