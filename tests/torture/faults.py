"""Part 8: a full disk, lost folders, an hour without the background API, a clock that jumps, two background APIs."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from sqlalchemy import select

from movie_recommender.storage.models import Rating

from . import ROOT
from .crash import Raters, check_jobs, check_ratings
from .disk import fill_disk, small_disk
from .report import Report, demand
from .stand import Person, Stand, free_port, stand, wait_for

HOUR, DAY = 3600, 86_400
RATINGS_A_SECOND = 10  # of the hour without the background API
DISK = 256  # megabytes of the disk that fills up
CLOCK = ROOT / "tests" / "torture" / "clock"


def run(report: Report, folder: Path) -> None:
    with breakable(folder, report.size("people"), report.size("films")) as here:
        on(report, here)


@contextlib.contextmanager
def breakable(folder: Path, people: int, films: int) -> Iterator[Stand]:
    """A stand on a small disk and with a clock that can be set; its processes run."""
    settings = {"PYTHONPATH": str(CLOCK), "CLOCK_FILE": str(folder / "clock"), "LEASE_SECONDS": "5"}
    (folder / "clock").write_text("0")
    with small_disk(folder / "disk", DISK), stand(folder / "disk" / "instance", people, films, **settings) as here:
        here.start("background", "web")
        yield here


def on(report: Report, here: Stand) -> None:
    """On a breakable stand."""
    here.wait_until_up("background", "web")
    if report.size("second"):
        _two_background_apis(report, here)
    if not here.folder.parent.is_mount():
        report.say("Disk full: not run, this user may not mount a small disk.")
    elif report.size("full_disks"):
        _full_disk(report, here)
    if report.size("jumps"):
        _clock(report, here, Path(here.settings["CLOCK_FILE"]))
    if report.size("folders"):
        _lost_folders(report, here)
    if report.size("away_seconds"):
        _an_hour_away(report, here)


def _full_disk(report: Report, here: Stand) -> None:
    """The disk fills up at random points while people rate; what was acknowledged is there, and all heals with the space."""
    times, chance, ballast = report.size("full_disks"), random.Random(5), here.folder.parent / "ballast"
    with Raters(here, pause=0.02) as raters:
        for _ in range(times):
            time.sleep(chance.uniform(0.05, 0.6))
            fill_disk(ballast, leave=chance.choice([0, 0, 4096, 20_000, 60_000]))
            time.sleep(chance.uniform(0.2, 1.0))
            ballast.unlink()
    caught_up = wait_for(lambda: not here.behind(), "Lists after full disks", 120.0)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(raters.answers.items()))
    demand(not set(raters.answers) - {"200", "201", "503"}, f"With a full disk people were answered with {told}")
    check_ratings(here, raters, "after full disks")
    with contextlib.closing(sqlite3.connect(here.folder / "movie_recommender.sqlite3")) as look:
        demand(look.execute("PRAGMA quick_check").fetchone() == ("ok",), "quick_check fails after full disks")
    check_jobs(here, "after full disks")
    report.say(f"Disk full {times} times: answers {told}; every acknowledged rating is there, quick_check ok, every list current "
               f"{caught_up:.1f} s after the last one, no job stuck, nobody set aside.")  # fmt: skip


def _rate_all(here: Stand, movie: int) -> None:
    for person in here.people:
        answer = requests.put(f"{here.url}/api/v1/ratings/{here.movies[movie]}", json={"rating": 4}, headers=person.headers, timeout=60)
        demand(answer.status_code in (200, 201), f"A rating was answered with {answer.status_code}: {answer.text[:200]}")


def _two_background_apis(report: Report, here: Stand) -> None:
    other = {**os.environ, **here.settings, "BACKGROUND_PORT": str(free_port())}
    done = subprocess.run([sys.executable, "-m", "background_api"], cwd=ROOT, env=other, capture_output=True, text=True,
                          timeout=240, check=False)  # fmt: skip
    said = done.stdout + done.stderr
    demand(done.returncode == 1 and "is running already" in said and "Traceback" not in said, f"A second background API: {said[-500:]}")
    demand(requests.get(f"{here.background_url}/health", timeout=30).ok, "The first background API does not answer any more.")
    report.say("A second background API on the same instance refuses with a clear message; the first one goes on.")


def _lost_folders(report: Report, here: Stand) -> None:
    """Folders and the queue vanish under the running processes; people notice nothing. The next start makes them again."""
    names = ("chroma", "logs", "posters", "queue.sqlite3")[-report.size("folders") :]
    for number, name in enumerate(names):
        path = here.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _rate_all(here, number)
        wait_for(lambda: not here.behind(), f"Lists after {name} was removed", 120.0)
    report.say(f"Removed while running: {', '.join(names)}; every rating was taken and every list came.")


def _clock(report: Report, here: Stand, file: Path) -> None:
    """The machine's clock jumps under running processes, with work waiting."""
    waits = []
    jumps = (DAY, -DAY, HOUR, -HOUR)[: report.size("jumps")]
    for number, jump in enumerate(jumps):
        _rate_all(here, 20 + number)
        file.write_text(str(jump))
        _rate_all(here, 30 + number)
        waits.append(wait_for(lambda: not here.behind(), f"Lists after the clock jumped by {jump} s", 120.0))
        check_jobs(here, f"after the clock jumped by {jump} s")
        file.write_text("0")
        _rate_all(here, 40 + number)
        waits.append(wait_for(lambda: not here.behind(), f"Lists after the clock jumped back from {jump} s", 120.0))
        check_jobs(here, f"after the clock jumped back from {jump} s")
    told = ", ".join(f"{jump:+} s" for jump in jumps)
    report.say(f"The clock jumped by {told}, and back: every list came within {max(waits):.1f} s, no job is stuck.")


def _an_hour_away(report: Report, here: Stand) -> None:
    """An hour's ratings, as fast as the website takes them, while the background API is away."""
    amount, writers = int(report.sizes["away_seconds"] * RATINGS_A_SECOND), 4
    with here.database() as session:
        before = {(user, movie) for user, movie in session.execute(select(Rating.user_id, Rating.movie_id))}
    here.kill("background")
    started = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        shares = [pool.submit(_rate_on, here, here.people[at::writers], amount // writers, at) for at in range(writers)]
        given = {key: stars for share in shares for key, stars in share.result().items()}
    took = time.monotonic() - started
    for person in here.people:
        state = requests.get(f"{here.url}/api/v1/recommendations", headers=person.headers, timeout=30).json()["state"]
        demand(state == "updating" or person.id not in {user for user, _ in given}, f"A list calls itself {state}")
    here.start("background")
    caught_up = wait_for(lambda: not here.behind(), "Lists after an hour away", report.sizes["catch_up"])
    with here.database() as session:
        rows = session.execute(select(Rating.user_id, Rating.movie_id, Rating.half_stars))
        on_disk = {(user, movie): halves / 2 for user, movie, halves in rows}
    lost = [key for key, stars in given.items() if on_disk.get(key) != stars]
    demand(not lost and on_disk.keys() == before | given.keys(), f"{len(lost)} ratings are lost: {lost[:3]}")
    check_jobs(here, "after an hour away")
    report.say(
        f"{len(shares) * (amount // writers):,} ratings without the background API, by the website in {took:.0f} s: all kept,"
        f" pages served as updating, every list current {caught_up:.1f} s after its start (limit {report.size('catch_up')} s)."
    )


def _rate_on(here: Stand, people: list[Person], amount: int, seed: int) -> dict[tuple[int, int], float]:
    """So many ratings by these people, one after the other, a page in between now and then; returns what was acknowledged."""
    chance, given = random.Random(seed), dict[tuple[int, int], float]()
    with requests.Session() as client:
        for number in range(amount):
            person, movie, stars = chance.choice(people), chance.choice(here.movies), chance.randint(1, 10) / 2
            answer = client.put(f"{here.url}/api/v1/ratings/{movie}", json={"rating": stars}, headers=person.headers, timeout=60)
            demand(answer.status_code in (200, 201), f"Without the background API a rating was answered with {answer.status_code}")
            given[person.id, movie] = stars
            if number % 50 == 0:
                page = client.get(f"{here.url}/api/v1/recommendations", headers=person.headers, timeout=60)
                demand(page.status_code == 200, f"A list was answered with {page.status_code} while the background API is away.")
    return given
