"""Part 8: a full disk, lost folders, an hour without the background API, a clock that jumps, two background APIs."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import requests
from sqlalchemy import func, select

from movie_recommender.services import rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Job, Rating

from .crash import Raters
from .report import Report, demand
from .stand import ROOT, Stand, free_port, stand, wait_for

HOUR, DAY = 3600, 86_400
RATINGS_A_SECOND = 10  # of the hour without the background API
CLOCK = ROOT / "tests" / "torture" / "clock"


def run(report: Report, folder: Path) -> None:
    _full_disk(report, folder / "small")
    with stand(
        folder / "instance", report.size("people"), PYTHONPATH=str(CLOCK), CLOCK_FILE=str(folder / "clock"), LEASE_SECONDS="5"
    ) as here:
        (folder / "clock").write_text("0")
        here.start("background", "web")
        here.wait_until_up("background", "web")
        _two_background_apis(report, here)
        _lost_folders(report, here)
        _clock(report, here, folder / "clock")
        _an_hour_away(report, here)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of its own; yields False where this user may not mount one."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _full_disk(report: Report, folder: Path) -> None:
    """The disk fills up at random points while people rate; what was acknowledged is there, and all heals with the space."""
    times, chance = report.size("full_disks"), random.Random(5)
    with small_disk(folder, 96) as mounted:
        if not mounted:
            report.say("Disk full: not run, this user may not mount a small disk.")
            return
        with stand(folder / "instance", report.size("people")) as here:
            here.start("background", "web")
            here.wait_until_up("background", "web")
            answers = Counter[str]()
            with Raters(here, pause=0.02) as raters:
                for _ in range(times):
                    time.sleep(chance.uniform(0.05, 0.6))
                    _fill(folder / "ballast", chance)
                    time.sleep(chance.uniform(0.2, 1.0))
                    (folder / "ballast").unlink()
                answers = raters.answers
            wait_for(lambda: not here.behind(), "Lists after full disks", 120.0)
            told = ", ".join(f"{name} {count}" for name, count in sorted(answers.items()))
            demand(not set(answers) - {"200", "201", "503"}, f"With a full disk people were answered with {told}")
            with here.database() as session:
                rows = session.execute(select(Rating.user_id, Rating.movie_id, Rating.half_stars))
                on_disk = {(user, movie): halves / 2 for user, movie, halves in rows}
            lost = [key for key, values in raters.possible.items() if on_disk.get(key) not in values]
            demand(not lost, f"{len(lost)} acknowledged ratings are lost: {lost[:5]}")
            with contextlib.closing(sqlite3.connect(here.folder / "movie_recommender.sqlite3")) as look:
                demand(look.execute("PRAGMA quick_check").fetchone() == ("ok",), "quick_check fails after full disks")
            _no_job_is_stuck(here, "after full disks")
    report.say(f"Disk full {times} times: answers {told}; every acknowledged rating is there, quick_check ok, all lists current after it.")


def _fill(ballast: Path, chance: random.Random) -> None:
    """Take all space but up to a few pages."""
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    with contextlib.suppress(OSError):
        os.truncate(ballast, max(0, ballast.stat().st_size - chance.choice([0, 0, 4096, 20_000, 60_000])))


def _no_job_is_stuck(here: Stand, when: str) -> None:
    def pending() -> int:
        with here.database() as session:
            return int(session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(("queued", "running")))) or 0)

    wait_for(lambda: pending() == 0, f"No job waits or runs {when}", 120.0)


def _rate_all(here: Stand, movie: int) -> None:
    for person in here.people:
        answer = requests.put(f"{here.url}/api/v1/ratings/{here.movies[movie]}", json={"rating": 4}, headers=person.headers, timeout=60)
        demand(answer.status_code in (200, 201), f"A rating was answered with {answer.status_code}: {answer.text[:200]}")


def _two_background_apis(report: Report, here: Stand) -> None:
    other = {**os.environ, **here.settings, "BACKGROUND_PORT": str(free_port())}
    done = subprocess.run([shutil.which("python") or "python", "-m", "background_api"], cwd=ROOT, env=other, capture_output=True, text=True,
                          timeout=240, check=False)  # fmt: skip
    said = done.stdout + done.stderr
    demand(done.returncode == 1 and "is running already" in said and "Traceback" not in said, f"A second background API: {said[-500:]}")
    demand(requests.get(f"{here.background_url}/health", timeout=30).ok, "The first background API does not answer any more.")
    report.say("A second background API on the same instance refuses with a clear message; the first one goes on.")


def _lost_folders(report: Report, here: Stand) -> None:
    """Folders and the queue vanish under the running processes; people notice nothing, and after a restart all is there again."""
    for number, name in enumerate(("chroma", "logs", "posters", "queue.sqlite3")):
        path = here.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _rate_all(here, number)
        wait_for(lambda: not here.behind(), f"Lists after {name} was removed", 120.0)
    here.kill("background")
    here.start("background")
    here.wait_until_up("background")
    _rate_all(here, 9)
    wait_for(lambda: not here.behind(), "Lists after the restart", 120.0)
    report.say("Removed while running: chroma, logs, posters, the queue; every rating was taken and every list came.")


def _clock(report: Report, here: Stand, file: Path) -> None:
    """The machine's clock jumps under running processes, with work waiting."""
    waits = []
    for number, jump in enumerate((HOUR, -HOUR, DAY, -DAY)):
        _rate_all(here, 20 + number)
        file.write_text(str(jump))
        _rate_all(here, 30 + number)
        waits.append(wait_for(lambda: not here.behind(), f"Lists after the clock jumped by {jump} s", 120.0))
        _no_job_is_stuck(here, f"after the clock jumped by {jump} s")
        file.write_text("0")
        _rate_all(here, 40 + number)
        waits.append(wait_for(lambda: not here.behind(), f"Lists after the clock jumped back from {jump} s", 120.0))
        _no_job_is_stuck(here, f"after the clock jumped back from {jump} s")
    report.say(f"The clock jumped by 1 hour and 1 day, forth and back: every list came within {max(waits):.1f} s, no job is stuck.")


def _an_hour_away(report: Report, here: Stand) -> None:
    """An hour's ratings, as fast as they can be given, while the background API is away."""
    amount, chance = int(report.sizes["away_seconds"] * RATINGS_A_SECOND), random.Random(9)
    here.kill("background")
    given: dict[tuple[int, int], float] = {}
    started = time.monotonic()
    with here.app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Rating)) or 0
        known = {(user, movie) for user, movie in db.session.execute(select(Rating.user_id, Rating.movie_id))}
        for _ in range(amount):
            person, movie, stars = chance.choice(here.people), chance.choice(here.movies), chance.randint(1, 10) / 2
            rating.rate(person.id, movie, stars)
            given[person.id, movie] = stars
    took = time.monotonic() - started
    for person in here.people:
        page = requests.get(f"{here.url}/api/v1/recommendations", headers=person.headers, timeout=30)
        demand(page.status_code == 200, f"A list was answered with {page.status_code} while the background API is away.")
        demand(
            page.json()["state"] == "updating" or (person.id not in {user for user, _ in given}),
            f"A list calls itself {page.json()['state']}",
        )
    here.start("background")
    caught_up = wait_for(lambda: not here.behind(), "Lists after an hour away", report.sizes["catch_up"])
    with here.database() as session:
        rows = session.execute(select(Rating.user_id, Rating.movie_id, Rating.half_stars))
        on_disk = {(user, movie): halves / 2 for user, movie, halves in rows}
    lost = [key for key, stars in given.items() if on_disk.get(key) != stars]
    demand(not lost and len(on_disk) == before + len(given.keys() - known), f"{len(lost)} ratings are lost: {lost[:3]}")
    report.say(f"{amount:,} ratings without the background API (in {took:.0f} s): all kept, pages served as updating, every list current "
               f"{caught_up:.1f} s after its start (limit {report.size('catch_up')} s).")  # fmt: skip
