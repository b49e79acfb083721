"""`flask start`: the website and the background API as two processes, watched until Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import requests

from .errors import SettingError

log = logging.getLogger(__name__)
STOP_SECONDS = 15
START_SECONDS = 120
ENGINE_SECONDS = 180.0  # a new machine compiles first, a minute or two; after it the site is there, and says that lists are on their way
STEADY_SECONDS = 60  # a process that ran this long has started well
# How glibc keeps the website's memory. Few pools for many threads: with its default, one a thread, it takes some 15 MB more. What is
# large goes back at once: after the first password, whose hash takes 19 MiB, it would keep everything smaller in the pools, 20 MB more.
# What a page took, up to 2 MiB, is kept for the next one: handed back and asked for again, each new list costs 130 page faults.
FRUGAL = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(2**20), "MALLOC_TRIM_THRESHOLD_": str(2**21)}


@dataclass
class Watched:
    """A process that is started again when it ends by itself, each time after a longer wait."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we end the processes in order.
        self.process = subprocess.Popen(self.command, env=dict(self.environment), start_new_session=True)  # noqa: S603 - our own list
        self.started = time.monotonic()

    def look(self) -> None:
        """Start the process again when it has ended and its wait is over."""
        if self.process is None:
            if time.monotonic() >= self.restart_at:
                self.start()
        elif (status := self.process.poll()) is not None:
            self.failures = 1 if time.monotonic() - self.started > STEADY_SECONDS else self.failures + 1
            wait = min(30.0, 0.5 * 2**self.failures)
            log.error("The %s ended with status %s; it starts again in %.0f s", self.name, status, wait)
            self.process, self.restart_at = None, time.monotonic() + wait

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("The %s did not stop within %s s and is killed", self.name, STOP_SECONDS)
            self.process.kill()
            self.process.wait()


def processes(config: Mapping[str, Any], reload: bool) -> list[Watched]:
    """The background API and the website, with the settings of this process."""
    environment = {**os.environ, "INSTANCE_PATH": str(config["INSTANCE_PATH"]), "PYTHONUNBUFFERED": "1"}
    address = f"{config['HOST']}:{config['PORT']}"
    if reload:
        website = [sys.executable, "-m", "flask", "run", "--debug", "--host", config["HOST"], "--port", str(config["PORT"])]
    else:
        website = [
            sys.executable, "-m", "gunicorn", "movie_recommender:create_app()", "--bind", address, "--worker-class", "gthread",
            "--workers", str(config["WEB_WORKERS"]), "--threads", str(config["WEB_THREADS"]), "--log-level", "warning",
        ]  # fmt: skip
    return [
        Watched("background API", [sys.executable, "-m", "background_api"], environment),
        Watched("website", website, {**FRUGAL, **environment}),
    ]


def check_ports(config: Mapping[str, Any]) -> None:
    """Refuse to start over something that already listens.

    Raises:
        SettingError: A port is taken; the message says which setting moves it.
    """
    for host, port, name in (("HOST", "PORT", "website"), ("BACKGROUND_HOST", "BACKGROUND_PORT", "background API")):
        with socket.socket(socket.AF_INET6 if ":" in config[host] else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((config[host], config[port]))
            except OSError as error:
                raise SettingError(
                    f"The {name} cannot listen on {config[host]}:{config[port]} ({error.strerror}). "
                    f"Stop what runs there, or choose another port: {port}={config[port] + 10} make run"
                ) from error


def wait_until_up(urls: Sequence[str], stopped: threading.Event) -> bool:
    """Wait until every URL answers; False when told to stop or when one does not come up in time."""
    deadline = time.monotonic() + START_SECONDS
    for url in urls:
        while not stopped.is_set():
            try:
                if requests.get(url, timeout=2).status_code < 500:
                    break
            except requests.RequestException:
                log.debug("%s is not up yet", url)
            if time.monotonic() > deadline:
                return False
            stopped.wait(0.1)
    return not stopped.is_set()


def wait_for_engine(health: str, stopped: threading.Event) -> None:
    """Wait until lists can be made, some time at most, so that who comes at once does not wait for his first one."""
    deadline = time.monotonic() + ENGINE_SECONDS
    while not stopped.is_set() and time.monotonic() < deadline:
        try:
            if requests.get(health, timeout=2).json()["engine"]["ready"]:
                return
        except requests.RequestException:
            log.debug("%s does not answer just now", health)
        stopped.wait(0.1)


def run(config: Mapping[str, Any], say: Callable[[str], None], reload: bool = False) -> None:
    """Start both processes, say the address once both answer and lists can be made, and watch them until SIGINT or SIGTERM."""
    check_ports(config)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    watched = processes(config, reload)
    try:
        for one in watched:
            one.start()
        shown = "localhost" if config["HOST"] in ("127.0.0.1", "0.0.0.0", "::") else config["HOST"]  # noqa: S104 - compared only
        website = f"http://{shown}:{config['PORT']}"
        health = f"http://{config['BACKGROUND_HOST']}:{config['BACKGROUND_PORT']}/health"
        if wait_until_up([health, website], stopped):
            say("Engine ...")
            wait_for_engine(health, stopped)
            say(f"\nMovie Recommender is at {website}  (Ctrl-C stops it)")
        elif not stopped.is_set():
            say(f"\nIt has not come up within {START_SECONDS} s. Look into {config['INSTANCE_PATH']}/logs/; it goes on trying.")
        while not stopped.wait(0.3):
            for one in watched:
                one.look()
        say("\nStopping ...")
    finally:
        for one in reversed(watched):
            one.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    say("Stopped.")
