"""The whole product as `make run` starts it: both processes, on a fresh instance."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from ..conftest import PASSWORD
from ..servers import free_port

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 480  # all plots are encoded first, a minute on a core of one's own


class Site:
    """A running instance: its websites, its background APIs, and what they share."""

    def __init__(self, instance: Path, environment: dict[str, str]) -> None:
        self.instance = instance
        self.urls: list[str] = []
        self.background_urls: list[str] = []
        self.started: list[subprocess.Popen[bytes]] = []
        self._environment = {**os.environ, "FLASK_APP": "movie_recommender", "PYTHONUNBUFFERED": "1", "LEASE_SECONDS": "5", **environment}

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def database(self) -> str:
        return self._environment["DATABASE_URL"]

    @property
    def key(self) -> str:
        return self._environment.get("BACKGROUND_KEY") or (self.instance / "background_key").read_text().strip()

    def run(self, *command: str) -> None:
        """One command to its end."""
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        output = (self.instance / "output.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env={**self._environment, **settings}, stdout=output, stderr=output
        )
        self.started.append(process)
        return process

    def start_background(self, place: int) -> None:
        """Start one of several background APIs, the first time or after it was killed: nobody watches over them."""
        port = self.background_urls[place].rsplit(":", 1)[1]
        self.started = [process for process in self.started if process.poll() is None]
        self.start("background_api", INSTANCE_PATH=str(self.instance / f"background-{port}"), BACKGROUND_PORT=port)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_so():
            said = (self.instance / "output.txt").read_text()
            assert all(process.poll() is None for process in self.started), said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)

    def stop(self) -> None:
        for process in self.started:
            process.send_signal(signal.SIGINT)
        for process in self.started:
            process.wait(40)

    def kill_background(self, place: int = 0) -> None:
        """End one as a power failure does. Waits until it is gone: a list of another one may be there sooner."""
        pid = self.background_pid(place)
        os.kill(pid, signal.SIGKILL)
        for process in self.started:
            if process.pid == pid:
                process.wait(40)

    def background_pid(self, place: int = 0) -> int:
        """The background API that the website asks first, or one after it."""
        port = self.background_urls[place].rsplit(":", 1)[1]
        listing = subprocess.run(["ss", "-ltnpH", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
        return int(listing.split("pid=")[1].split(",")[0])


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product on SQLite, the embedded queue and embedded Chroma."""
    running = small(tmp_path_factory.mktemp("small"))
    try:
        running.wait_until(lambda: "Movie Recommender is at" in (running.instance / "output.txt").read_text())
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def large_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same on PostgreSQL, Redis and a Chroma server, with two websites and two background APIs; settings alone differ."""
    running = large(tmp_path_factory.mktemp("large"), request)
    try:
        running.wait_until(lambda: all(answers(url) for url in (*running.urls, *(f"{url}/health" for url in running.background_urls))))
        running.run("flask", "fillchroma")
        yield running
    finally:
        running.stop()


@pytest.fixture(
    params=[
        pytest.param("small", marks=pytest.mark.xdist_group("e2e")),
        pytest.param("large", marks=[pytest.mark.servers, pytest.mark.xdist_group("e2e large")]),
    ]
)
def site(request: pytest.FixtureRequest) -> Site:
    """Both in turn: a test of this fixture holds on either."""
    running: Site = request.getfixturevalue(f"{request.param}_site")
    return running


def small(instance: Path) -> Site:
    """`flask start` on an empty folder."""
    port, background_port = str(free_port()), str(free_port())
    settings = {"INSTANCE_PATH": str(instance), "PORT": port, "BACKGROUND_PORT": background_port, "WEB_WORKERS": "1"}
    site = Site(instance, settings)
    site.urls, site.background_urls = [f"http://127.0.0.1:{port}"], [f"http://127.0.0.1:{background_port}"]
    site.start("flask", "start")
    return site


def large(instance: Path, request: pytest.FixtureRequest) -> Site:
    """Two websites and two background APIs, each with a folder of its own as on machines of their own."""
    ports, background_ports = [str(free_port()) for _ in "ab"], [str(free_port()) for _ in "ab"]
    background_urls = [f"http://127.0.0.1:{port}" for port in background_ports]
    site = Site(
        instance,
        {
            "INSTANCE_PATH": str(instance / "commands"), "DATABASE_URL": request.getfixturevalue("new_database")(),
            "QUEUE_URL": request.getfixturevalue("redis_url"), "CHROMA_URL": request.getfixturevalue("chroma_url"),
            "BACKGROUND_URL": ",".join(background_urls), "SECRET_KEY": "s" * 32, "BACKGROUND_KEY": "b" * 32,
        },
    )  # fmt: skip
    site.urls, site.background_urls = [f"http://127.0.0.1:{port}" for port in ports], background_urls
    site.run("flask", "initdb")
    # A sixth of the plots, and those that tests ask for, will do here: the small site encodes them all.
    with psycopg.connect(site.database.replace("+psycopg", "")) as connection:
        connection.execute(
            "UPDATE movies SET plot = NULL, keywords = '[]' WHERE title <> 'Jaws' AND title NOT LIKE 'The Godfather%' AND id % 6 > 0"
        )
    for place in range(len(background_urls)):
        site.start_background(place)
    for port in ports:
        gunicorn = ("gunicorn", "movie_recommender:create_app()", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread")
        site.start(*gunicorn, "--threads", "4", INSTANCE_PATH=str(instance / f"web-{port}"))
    return site


@pytest.fixture
def browser_page(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A page in Debian's Chromium; what the console says against it fails the test."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_ALL_PARTS"):
            pytest.fail("Chromium is missing.")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium).")
    errors: list[str] = []
    context = request.getfixturevalue("playwright").chromium.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=CHROMIUM, args=CHROMIUM_OPTIONS, viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


class Api:
    """The JSON API as one person uses it, each request at the next of the websites."""

    def __init__(self, site: Site, name: str) -> None:
        self.name = name
        self._urls = itertools.cycle(site.urls)
        account = {"username": name, "password": PASSWORD}
        assert requests.post(f"{self._url}/users", json=account, timeout=30).status_code == 201
        token = requests.post(f"{self._url}/tokens", json=account, timeout=30).json()["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    @property
    def _url(self) -> str:
        return f"{next(self._urls)}/api/v1"

    @property
    def id(self) -> int:
        """The person's."""
        return int(self.get("/me")["id"])

    def ask(self, path: str, **parameters: Any) -> requests.Response:
        return requests.get(self._url + path, params=parameters, headers=self._headers, timeout=30)

    def get(self, path: str, **parameters: Any) -> Any:
        answer = self.ask(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rate(self, movie_id: int, stars: float) -> None:
        answer = requests.put(f"{self._url}/ratings/{movie_id}", json={"rating": stars}, headers=self._headers, timeout=30)
        assert answer.status_code in (200, 201), answer.text

    def find(self, title: str, year: int) -> int:
        found = self.get("/movies", query=title)["movies"]
        return next(movie["id"] for movie in found if movie["title"] == title and movie["year"] == year)

    def list_when_current(self, seconds: float = 60, **parameters: Any) -> Any:
        """The list once it is current; fails when that takes too long."""
        deadline = time.monotonic() + seconds
        while (answer := self.get("/recommendations", **parameters))["state"] != "current":
            assert time.monotonic() < deadline, answer["state"]
            time.sleep(0.05)
        return answer


@pytest.fixture
def person(site: Site) -> Any:
    """Make somebody with an account: `person("Alice")`."""
    return lambda name: Api(site, f"{name} {time.monotonic_ns()}")
