"""Part 1: people rate while the processes are killed at random points. Nothing acknowledged is lost, no list stays behind."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select
from threadpoolctl import threadpool_limits

from movie_recommender.services.engine import Engine
from movie_recommender.services.lists import unpack
from movie_recommender.services.recompute import computed
from movie_recommender.storage import db, raise_revision
from movie_recommender.storage.models import Job, Rating, RecommendationList, UserState

from ..servers import private_postgresql
from .redis_server import private_redis
from .report import Report, demand
from .stand import POPULAR, Person, Stand, stand, wait_for

SCORE = 1e-4  # sums of float32 in another order
STALE_SECONDS = 120.0  # after the last kill
WRITERS = 6


class Raters:
    """People who rate, change and remove without a pause, and remember what they were told."""

    def __init__(self, here: Stand, pause: float) -> None:
        self._here = here
        self._pause = pause
        self._stopped = threading.Event()
        # What may stand on disk: one value where the last answer was a yes, two where there was none.
        self.possible: dict[tuple[int, int], set[float | None]] = defaultdict(lambda: {None})
        self.possible.update({key: {stars} for key, stars in _on_disk(here).items()})
        self.touched: set[tuple[int, int]] = set()
        self.answers: Counter[str] = Counter()
        shares = [here.people[at::WRITERS] for at in range(WRITERS)]
        self._threads = [threading.Thread(target=self._rate, args=(at, share)) for at, share in enumerate(shares) if share]

    def __enter__(self) -> Raters:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _rate(self, seed: int, people: list[Person]) -> None:
        chance = random.Random(seed)
        while not self._stopped.wait(self._pause):
            person, movie = chance.choice(people), chance.choice(self._here.movies[:POPULAR])
            stars = None if chance.random() < 0.15 else chance.randint(1, 10) / 2
            known = self.possible[person.id, movie]
            self.touched.add((person.id, movie))
            before = set(known)
            known.add(stars)
            status = self._send(person, movie, stars)
            self.answers[status] += 1
            if status != "no answer":  # a yes is kept, and what was refused is not
                known.clear()
                known.update({stars} if status in ("200", "201") else before)

    def _send(self, person: Person, movie: int, stars: float | None) -> str:
        url = f"{self._here.url}/api/v1/ratings/{movie}"
        try:
            if stars is None:
                answer = requests.delete(url, headers=person.headers, timeout=30)
            else:
                answer = requests.put(url, json={"rating": stars}, headers=person.headers, timeout=30)
        except requests.RequestException:
            return "no answer"
        return str(answer.status_code)

    def acknowledged(self) -> int:
        return self.answers["200"] + self.answers["201"]


def run(report: Report, folder: Path) -> None:
    """On SQLite, then on PostgreSQL and Redis."""
    if report.size("kills"):
        with stand(folder / "sqlite", report.size("people"), report.size("films")) as here:
            here.start("background", "web")
            on_sqlite(report, here)
    if not report.size("server_kills"):
        return
    with private_postgresql() as new_database, private_redis() as server:
        settings = {"DATABASE_URL": new_database(), "QUEUE_URL": server.url, "BACKGROUND_WORKERS": "4"}
        with stand(folder / "servers", report.size("people"), report.size("films"), **settings) as here:
            here.start("background", "web")
            _torture(report, here, report.size("server_kills"), server.restart, report.size("redis_kills"))


def on_sqlite(report: Report, here: Stand) -> None:
    """On a stand whose processes run."""
    _torture(report, here, report.size("kills"), None)
    check = sqlite3.connect(here.folder / "movie_recommender.sqlite3").execute("PRAGMA quick_check").fetchone()
    demand(check == ("ok",), f"quick_check says {check}")
    report.say("SQLite: quick_check is ok.")


def _torture(report: Report, here: Stand, kills: int, restart_redis: Callable[[], None] | None, redis_kills: int = 0) -> None:
    chance, done = random.Random(kills), Counter[str]()
    place = "PostgreSQL and Redis, 4 workers" if restart_redis else "SQLite"
    here.wait_until_up("background", "web")
    each = ["background", "web worker", "web"][:kills]
    targets = ["redis"] * redis_kills + each + chance.choices(each, weights=[6, 2, 2][: len(each)], k=kills - len(each))
    chance.shuffle(targets)
    with Raters(here, report.sizes["pause"]) as raters:
        for target in targets:
            time.sleep(chance.uniform(0.0, 6.0))
            if target == "redis" and restart_redis:
                restart_redis()
            elif target == "web worker":
                here.kill_a_child("web", chance)
            else:
                here.kill(target)
                here.start(target)
            done[target] += 1
        last_kill = time.monotonic()
        time.sleep(2.0)
    left = STALE_SECONDS - (time.monotonic() - last_kill)
    wait_for(lambda: not here.behind(), f"{place}: every list is current", left)
    caught_up = time.monotonic() - last_kill
    told = ", ".join(f"{name} {count}" for name, count in sorted(raters.answers.items()))
    report.say(f"{place}: killed {dict(done)}; answers to the people: {told}.")
    demand(not [name for name in raters.answers if name.startswith("5")], f"Somebody was answered with a 5xx: {raters.answers}")
    check_ratings(here, raters, place)
    _check_nothing_invented(here, raters, place)
    report.say(f"{place}: {raters.acknowledged():,} acknowledged changes of {len(raters.touched):,} ratings, all on disk as acknowledged.")
    check_jobs(here, place)
    report.say(f"{place}: no list is behind {caught_up:.1f} s after the last kill (limit {STALE_SECONDS:g} s); no job is stuck.")
    _check_lists(report, here, place)


def check_ratings(here: Stand, raters: Raters, when: str) -> None:
    """What is on disk is what was acknowledged last; where an answer never came, it may also be what was asked for."""
    on_disk = _on_disk(here)
    lost = [key for key, values in raters.possible.items() if on_disk.get(key) not in values]
    demand(not lost, f"{when}: {len(lost)} ratings are not what was acknowledged: {lost[:5]}")


def _on_disk(here: Stand) -> dict[tuple[int, int], float]:
    """The people's ratings."""
    mine = [person.id for person in here.people]
    with here.database() as session:
        rows = session.execute(select(Rating.user_id, Rating.movie_id, Rating.half_stars).where(Rating.user_id.in_(mine)))
        return {(user, movie): halves / 2 for user, movie, halves in rows}


def _check_nothing_invented(here: Stand, raters: Raters, place: str) -> None:
    invented = _on_disk(here).keys() - raters.possible.keys()
    demand(not invented, f"{place}: ratings that nobody gave: {sorted(invented)[:5]}")


def check_jobs(here: Stand, place: str) -> None:
    """A list is written in the transaction that ends its job, so when no list is behind the jobs end soon."""

    def pending() -> list[Any]:
        with here.database() as session:
            return list(session.execute(select(Job.kind, Job.state).where(Job.state.in_(("queued", "running")))))

    wait_for(lambda: not pending(), f"{place}: no job waits or runs any more", 90.0)
    with here.database() as session:
        dead = list(session.scalars(select(Job.error).where(Job.state == "dead")))
        aside = list(session.scalars(select(UserState.user_id).where(UserState.attempts > 0)))
    demand(not dead, f"{place}: jobs were given up: {dead}")
    demand(not aside, f"{place}: people were set aside: {aside}")


def _check_lists(report: Report, here: Stand, place: str) -> None:
    """Everybody has a list without films that he rated; renewed by one and the same engine, it is what a clean recompute makes."""
    left = _stored(here)
    with here.database() as session:
        for person in here.people:
            rated = set(session.scalars(select(Rating.movie_id).where(Rating.user_id == person.id)))
            offered = {movie for movie, _ in left[person.id][1]} if person.id in left else set()
            state = session.get_one(UserState, person.id)
            versions = f"version {state.version}, computed {state.computed_version}"
            enough = len(rated) >= here.app.config["MIN_RATINGS"]
            demand(bool(offered) == enough, f"{place}: {person.name} has {len(offered)} films for {len(rated)} ratings; {versions}.")
            demand(not rated & offered, f"{place}: {person.name} is offered what he rated: {sorted(rated & offered)[:5]}; {versions}.")
        raise_revision("community")
    before = {made_by for made_by, _ in left.values()}
    wait_for(lambda: not before & {made_by for made_by, _ in _stored(here).values()}, f"{place}: lists of a new engine", 180.0)
    clean = clean_lists(here)
    renewed = {user: entries for user, (_, entries) in _stored(here).items()}
    different = [user for user in clean if not _equal(clean[user], renewed.get(user, []))]
    demand(not different, f"{place}: lists differ from a clean recompute: {_difference(different, clean, renewed)}")
    report.say(f"{place}: {len(clean)} lists of one engine, all equal to a clean recompute, film by film and score by score.")


def _equal(one: list[tuple[int, float]], other: list[tuple[int, float]]) -> bool:
    """The same films in the same order with the same scores."""
    return len(one) == len(other) and all(a[0] == b[0] and abs(a[1] - b[1]) <= SCORE for a, b in zip(one, other, strict=True))


def _difference(users: list[int], clean: dict[int, Any], stored: dict[int, Any]) -> str:
    if not users:
        return ""
    pairs = [(at, a, b) for at, (a, b) in enumerate(zip(clean[users[0]], stored[users[0]], strict=False)) if not _equal([a], [b])]
    return f"{len(users)} people, first {users[0]}: {pairs[:3]}, lengths {len(clean[users[0]])} and {len(stored[users[0]])}"


def _stored(here: Stand) -> dict[int, tuple[str, list[tuple[int, float]]]]:
    with here.database() as session:
        rows = session.execute(select(RecommendationList.user_id, RecommendationList.engine, RecommendationList.payload)).all()
    return {user: (made_by, _films(payload)) for user, made_by, payload in rows}


def _films(payload: bytes) -> list[tuple[int, float]]:
    """The new films of a list, best first, with their scores."""
    return [(entry.movie_id, entry.score) for entry in unpack(payload)]


def clean_lists(here: Stand) -> dict[int, list[tuple[int, float]]]:
    """What a fresh engine makes of what is on disk, by person.

    With one thread for sums, as the background API has: two round otherwise, which puts some numbers of the tables that
    are kept in a byte one step further (scores then differ by 0.001; with one thread they are the same to the bit).
    """
    with here.database(), threadpool_limits(1, user_api="blas"):
        engine = Engine()
        engine.refit()
        lists = {}
        for person in here.people:
            version = db.session.scalar(select(UserState.version).where(UserState.user_id == person.id)) or 0
            payload, _ = computed(engine, person.id, version)
            lists[person.id] = _films(payload)
        return lists
