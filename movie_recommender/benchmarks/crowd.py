"""People with browsers on the running product: what the measurements over HTTP share."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import insert, select

from movie_recommender import supervisor
from movie_recommender.errors import MovieRecommenderError
from movie_recommender.services import accounts, rating
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Movie, Rating

from .child import ended_in_order
from .processes import opened, running, wait_until_idle

LIVE = Path(supervisor.__file__).parent / "web" / "static" / "js" / "live.js"
RATED, FILMS = 50, 2_000  # films that each person has rated before; films, the best known, that they choose from
LONGEST = 60.0  # seconds to wait for one list
LOOK = (0.5, 1.5)  # seconds that a person looks at a list before the next rating
PASSWORD = "looks at a list"  # noqa: S105 - of made-up members


@contextmanager
def product(instance: Path, people: int) -> Iterator[tuple[list[Person], int, list[int]]]:
    """Both processes on an instance that may be thrown away, with so many new members who are signed in and have their list.

    Gives the people, the website's port, and the process ids of website and background API.

    Raises:
        MovieRecommenderError: It does not come up, or does not answer as it should.
    """
    with ended_in_order(), opened(instance):
        films, made = members(people)
        with running(instance) as (port, processes):
            crowd = signed_in(port, films, made)
            wait_until_idle()
            yield crowd, port, processes


def signed_in(port: int, films: Sequence[int], made: Sequence[tuple[int, str]]) -> list[Person]:
    """A browser for each of these members, with a list."""
    crowd = [Person(port, user_id, name, films) for user_id, name in made]
    for person in crowd:
        person.sign_in()
    return crowd


def members(n: int) -> tuple[list[int], list[tuple[int, str]]]:
    """The films to rate, and so many new members who have rated some of them: ids and names."""
    films = list(db.session.scalars(select(Movie.id).order_by(Movie.rating_count.desc(), Movie.id).limit(FILMS)))
    stamp, made, chance = f"{time.time():.0f}", [], random.Random(1)  # noqa: S311 - made-up ratings
    for number in range(n):
        user = accounts.register(f"Bench {stamp} {number}", PASSWORD)
        chosen = chance.sample(films, RATED)
        rows = [{"user_id": user.id, "movie_id": film, "half_stars": chance.randint(3, 10), "rated_at": 1} for film in chosen]
        with writing() as session:
            session.execute(insert(Rating), rows)
            rating.raise_version(session, user.id)
        made.append((user.id, user.name))
    return films, made


class Person:
    """Somebody's browser, without the drawing."""

    def __init__(self, port: int, user_id: int, name: str, films: Sequence[int]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._name, self.films = name, films
        self._chance = random.Random(user_id)  # noqa: S311 - made-up ratings
        self._first, self._growth, self._longest = _pace()
        self.version = 0

    def sign_in(self) -> None:
        """Sign in, and wait for the list."""
        page = self.ask("GET", "/sign-in").decode()
        field = re.search(r'name="csrf_token" value="([^"]+)"', page)
        self.ask("POST", "/sign-in", {"name": self._name, "password": PASSWORD, "csrf_token": field[1] if field else ""})
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', self.ask("GET", "/recommendations").decode())
        if not found:
            raise MovieRecommenderError(f"{self._name} could not sign in.")
        self._token = found[1]
        self._wait()

    def rate(self) -> tuple[float, float]:
        """Rate a film and wait for the list; seconds until the list is there, and until the rating was saved."""
        film, stars = self._chance.choice(self.films), self._chance.randint(1, 5)
        begin = time.perf_counter()
        self.ask("POST", f"/movies/{film}/rating", {"stars": str(stars)}, "application/json")
        saved = time.perf_counter() - begin
        return (time.perf_counter() - begin if self._wait() else float("inf")), saved

    def look(self) -> None:
        time.sleep(self._chance.uniform(*LOOK))

    def _wait(self) -> bool:
        """Ask as live.js does until there is a newer list, and take it; False when that takes too long."""
        wait, deadline = self._first, time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            time.sleep(wait)
            wait = min(wait * self._growth, self._longest)
            now = json.loads(self.ask("GET", f"/recommendations/status?after={self.version}", accept="application/json"))
            if now["state"] == "current" and now["computed_version"] > self.version:
                self.ask("GET", "/recommendations/list")
                self.version = now["computed_version"]
                return True
        return False

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, accept: str = "text/html") -> bytes:
        headers = {"Accept": accept, "Accept-Encoding": "gzip" if form is None and self._token else "identity"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self._token}
        body = urlencode(form) if form is not None else None
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # kept too long: gunicorn closes what is idle
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise MovieRecommenderError(f"{method} {path} was answered with {answer.status}: {data[:300]!r}")
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return data


def at_once(crowd: Sequence[Person], live: Callable[[Person], None]) -> None:
    """Everybody does this, each in a thread of his own.

    Raises:
        MovieRecommenderError: Somebody could not go on.
    """
    failures: list[Exception] = []

    def lived(person: Person) -> None:
        try:
            live(person)
        except (MovieRecommenderError, OSError, http.client.HTTPException) as error:
            failures.append(error)

    threads = [threading.Thread(target=lived, args=(person,), daemon=True) for person in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise MovieRecommenderError(f"A person could not go on: {failures[0]}")


def _pace() -> tuple[float, float, float]:
    """How the page's script asks for news: seconds before the first question, their growth, the most."""
    script = LIVE.read_text("utf-8")
    first, longest = (re.search(rf"const {name} = (\d+)", script) for name in ("FIRST", "LONGEST"))
    growth = re.search(r"wait \* ([\d.]+)", script)
    if not (first and longest and growth):
        raise MovieRecommenderError("live.js does not say how often it asks.")
    return int(first[1]) / 1000, float(growth[1]), int(longest[1]) / 1000
