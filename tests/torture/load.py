"""Part 6: many people at once, writers at the same moment, and somebody outside who holds the database."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import psutil
import requests

from . import PASSWORD
from .report import Report, demand
from .stand import POPULAR, Person, Stand, stand, wait_for

PAGE_P99 = 0.150  # seconds, of the recommendations page; asked of the full size only


def run(report: Report, folder: Path) -> None:
    with stand(folder, report.size("people"), report.size("films")) as here:
        here.start("background", "web")
        on(report, here)


def on(report: Report, here: Stand) -> None:
    """On a stand whose processes run."""
    here.wait_until_up("background", "web")
    cookies = [_sign_in(here, person) for person in here.people]
    _first_ratings(here)
    if report.size("seconds"):
        with ThreadPoolExecutor(1) as thread:  # the driver of browsers keeps a loop of its own in this one
            thread.submit(asyncio.run, _load(report, here, cookies)).result()
    _writers(report, here)
    for name, wanted in (("short_lock", "no error"), ("long_lock", "a clean 503")):
        if report.size(name):
            _outside_lock(report, here, report.sizes[name], wanted)


def _sign_in(here: Stand, person: Person) -> dict[str, str]:
    with requests.Session() as browser:
        form = browser.get(f"{here.url}/sign-in", timeout=30).text
        token = form.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        answer = browser.post(f"{here.url}/sign-in", {"name": person.name, "password": PASSWORD, "csrf_token": token}, timeout=30)
        demand(
            answer.status_code == 200 and here.app.config["SESSION_COOKIE_NAME"] in browser.cookies,
            f"Sign-in answered {answer.status_code}",
        )
        return dict(browser.cookies)


def _first_ratings(here: Stand) -> None:
    for person in here.people:
        for movie in random.Random(person.id).sample(here.movies[:POPULAR], 8):
            requests.put(f"{here.url}/api/v1/ratings/{movie}", json={"rating": 4}, headers=person.headers, timeout=30).raise_for_status()
    wait_for(lambda: not here.behind(), "The first lists", 120.0)


async def _load(report: Report, here: Stand, cookies: list[dict[str, str]]) -> None:
    """Requests at a steady rate, whether or not the earlier ones are answered: a tenth rate, the others read."""
    rate, seconds, chance = report.sizes["per_second"], report.sizes["seconds"], random.Random(1)
    answers, times, memory = Counter[str](), dict[str, list[tuple[float, float]]](), list[int]()
    started, waiting = time.monotonic(), set[asyncio.Task[None]]()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60), cookie_jar=aiohttp.DummyCookieJar()) as client:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            at = chance.randrange(len(cookies))
            kind, method, path, more = _request(here, at, cookies, chance, number)
            task = asyncio.create_task(_ask(client, method, here.url + path, more, kind, answers, times))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
            if number % max(1, int(rate * seconds / 20)) == 0:
                memory.append(_memory(here))
        await asyncio.gather(*waiting)
    took = time.monotonic() - started
    memory.append(_memory(here))
    told = ", ".join(f"{status} {count:,}" for status, count in sorted(answers.items()))
    report.say(
        f"{sum(answers.values()):,} requests at {sum(answers.values()) / took:.0f}/s for {took:.0f} s, a tenth of them ratings: {told}."
    )
    for kind, values in sorted(times.items()):
        ordered = sorted(took for _, took in values)
        p99 = ordered[int(0.99 * (len(ordered) - 1))]
        report.say(
            f"{kind}: median {statistics.median(ordered) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms "
            f"(asked {max(values, key=lambda one: one[1])[0] - started:.0f} s after the start); slower than the limit: "
            f"{sum(took > PAGE_P99 for took in ordered):,} of {len(ordered):,}."
        )
        if kind == "recommendations page" and report.sizes["limits"]:
            demand(p99 <= PAGE_P99, f"p99 of the recommendations page is {p99 * 1000:.0f} ms, more than {PAGE_P99 * 1000:.0f}.")
    demand(set(answers) <= {"200", "201"}, f"Some requests failed: {told}")
    middle = len(memory) // 2
    report.say(f"Memory of all processes: {memory[0]:,} MB at the start, {memory[middle]:,} half-way, {memory[-1]:,} in the end.")
    if report.sizes["limits"]:
        demand(memory[-1] <= memory[middle] * 1.1, f"Memory grows: {memory}")
    caught_up = wait_for(lambda: not here.behind(), "Every list after the load", 120.0)
    report.say(f"Every list was current {caught_up:.1f} s after the last request.")


def _request(
    here: Stand, at: int, cookies: list[dict[str, str]], chance: random.Random, number: int
) -> tuple[str, str, str, dict[str, object]]:
    cookie = {"headers": {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies[at].items())}}
    movie = chance.choice(here.movies[:POPULAR])
    if number % 10 == 0:
        stars = chance.randint(1, 10) / 2
        return "rating", "PUT", f"/api/v1/ratings/{movie}", {"json": {"rating": stars}, "headers": here.people[at].headers}
    if number % 10 < 5:
        return "recommendations page", "GET", "/recommendations", cookie
    if number % 10 < 7:
        return "list by the API", "GET", "/api/v1/recommendations", {"headers": here.people[at].headers}
    if number % 10 < 9:
        return "film page", "GET", f"/movies/{movie}", cookie
    return "status", "GET", "/recommendations/status", cookie


async def _ask(client: aiohttp.ClientSession, method: str, url: str, more: dict[str, object], kind: str, answers: Counter[str],
               times: dict[str, list[tuple[float, float]]]) -> None:  # fmt: skip
    started = time.monotonic()
    try:
        async with client.request(method, url, **more) as answer:  # type: ignore[arg-type]
            await answer.read()
            answers[str(answer.status)] += 1
    except (aiohttp.ClientError, TimeoutError) as error:
        answers[type(error).__name__] += 1
    times.setdefault(kind, []).append((started, time.monotonic() - started))


def _memory(here: Stand) -> int:
    """Megabytes of all processes and their children."""
    total = 0
    for process in here.processes.values():
        top = psutil.Process(process.pid)
        total += sum(one.memory_info().rss for one in [top, *top.children(recursive=True)])
    return total // 1024**2


def _writers(report: Report, here: Stand) -> None:
    """Sixteen people rate at the same moment, again and again."""
    answers, start, rounds = Counter[int](), threading.Barrier(16), report.size("rounds")

    def write(at: int) -> None:
        person = here.people[at % len(here.people)]
        for number in range(rounds):
            start.wait()
            movie = here.movies[(at * rounds + number) % POPULAR]
            answers[
                requests.put(f"{here.url}/api/v1/ratings/{movie}", json={"rating": 3}, headers=person.headers, timeout=60).status_code
            ] += 1

    threads = [threading.Thread(target=write, args=(at,)) for at in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    demand(set(answers) <= {200, 201}, f"Writers at the same moment were answered with {dict(answers)}")
    report.say(f'16 writers at the same moment, {rounds} times: {dict(answers)}, no "locked".')


def _outside_lock(report: Report, here: Stand, seconds: float, wanted: str) -> None:
    """Another program holds the database's write lock."""
    person, movie = here.people[0], here.movies[-1]
    outside = sqlite3.connect(here.folder / "movie_recommender.sqlite3", isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    until = time.monotonic() + seconds
    results: list[requests.Response] = []
    url = f"{here.url}/api/v1/ratings/{movie}"
    asking = threading.Thread(target=lambda: results.append(requests.put(url, json={"rating": 2}, headers=person.headers, timeout=120)))
    asking.start()
    page = requests.get(f"{here.url}/api/v1/recommendations", headers=person.headers, timeout=30)
    demand(page.status_code == 200, f"Reading under an outside lock was answered with {page.status_code}")
    time.sleep(max(0.0, until - time.monotonic()))
    outside.execute("ROLLBACK")
    outside.close()
    asking.join()
    status, text = results[0].status_code, results[0].text
    clean = status in (200, 201) if wanted == "no error" else status == 503 and "message" in results[0].json()
    demand(clean, f"An outside lock of {seconds:g} s: answered with {status} {text[:300]}, wanted {wanted}")
    after = requests.put(url, json={"rating": 2}, headers=person.headers, timeout=60)
    demand(after.status_code in (200, 201), f"After an outside lock: {after.status_code}")
    report.say(f"An outside lock of {seconds:g} s: {wanted} (answered {status}); pages are read meanwhile; afterwards ratings are taken.")
