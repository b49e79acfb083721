"""The whole product as `make run` starts it: both processes, on a fresh instance."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 240


@dataclass
class Site:
    """A running instance: its addresses, its folder and its supervisor."""

    url: str
    background_url: str
    instance: Path
    process: subprocess.Popen[bytes]

    def background_pid(self) -> int:
        """The process that serves the background API: a child of the supervisor."""
        listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True)
        return next(int(line.split()[0]) for line in listing.stdout.splitlines() if "background_api" in line)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`flask start` on an empty folder, until the address answers."""
    instance, port, background_port = tmp_path_factory.mktemp("instance"), free_port(), free_port()
    settings = {"INSTANCE_PATH": str(instance), "PORT": str(port), "BACKGROUND_PORT": str(background_port), "WEB_WORKERS": "1"}
    environment = {**os.environ, **settings, "FLASK_APP": "movie_recommender"}
    with (instance / "start.txt").open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "flask", "start"], cwd=ROOT, env=environment, stdout=output, stderr=output)
        running = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{background_port}", instance, process)
        try:
            _wait_for_address(running)
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(40)


def _wait_for_address(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Movie Recommender is at" not in (said := (site.instance / "start.txt").read_text()):
        assert site.process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.2)


@pytest.fixture
def browser_page(tmp_path: Path) -> Iterator[Any]:
    """A page in Debian's Chromium; what the console says against it fails the test."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_ALL_PARTS"):
            pytest.fail("Chromium is missing.")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium).")
    from playwright.sync_api import sync_playwright

    errors: list[str] = []
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, args=CHROMIUM_OPTIONS, viewport={"width": 1440, "height": 900}
        )
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        context.close()
    assert errors == []


class Api:
    """The JSON API as one person uses it."""

    def __init__(self, site: Site, name: str) -> None:
        self._url = f"{site.url}/api/v1"
        account = {"username": name, "password": "correct horse battery"}
        assert requests.post(f"{self._url}/users", json=account, timeout=30).status_code == 201
        token = requests.post(f"{self._url}/tokens", json=account, timeout=30).json()["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **parameters: Any) -> Any:
        answer = requests.get(self._url + path, params=parameters, headers=self._headers, timeout=30)
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
