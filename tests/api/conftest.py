"""The cast as callers of the API: Alice owns, Bob is somebody else, Charlie has no token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from werkzeug.test import TestResponse

from movie_recommender.services import lists
from movie_recommender.storage import db, upsert, writing
from movie_recommender.storage.models import RecommendationList, UserState

PASSWORD = "correct horse battery"
FIVE = ["Heat", "Ben-Hur", "Ben-Hur, again", "Сталкер", "Amélie"]


class Caller:
    """A program that talks to the API, with a token or without; paths are below `/api/v1`."""

    def __init__(self, app: Any, name: str | None = None) -> None:
        self.client, self.name, self.password, self.headers = app.test_client(), name, PASSWORD, {}
        if name:
            self.id = self.post("/users", json={"username": name, "password": PASSWORD}).json["id"]
            self.token = self.post("/tokens", json={"username": name, "password": PASSWORD}).json["token"]
            self.headers = {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.call("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)

    def rate(self, movie_id: int, stars: Any) -> TestResponse:
        return self.put(f"/ratings/{movie_id}", json={"rating": stars})


@pytest.fixture
def alice(app: Any) -> Caller:
    return Caller(app, "Alice")


@pytest.fixture
def bob(app: Any) -> Caller:
    return Caller(app, "Bob")


@pytest.fixture
def charlie(app: Any) -> Caller:
    return Caller(app)


@pytest.fixture
def movies(add_movie: Callable[..., int]) -> dict[str, int]:
    """Title to id: different genres, a remake, scripts of several kinds."""
    return {
        "Heat": add_movie(
            "Heat", 1995, ["Crime", "Thriller"], ["Michael Mann"], ["Al Pacino", "Val Kilmer"], imdb_id="tt0113277", runtime=170
        ),
        "Amélie": add_movie("Amélie", 2001, ["Comedy", "Romance"], ["Jean-Pierre Jeunet"], ["Audrey Tautou"], plot="A shy waitress."),
        "千と千尋の神隠し": add_movie("千と千尋の神隠し", 2001, ["Animation", "Fantasy"], original_title="Spirited Away"),
        "Сталкер": add_movie("Сталкер", 1979, ["Drama", "Science Fiction"], ["Andrei Tarkovsky"]),
        "Some Like It Hot": add_movie("Some Like It Hot", 1959, ["Comedy"]),
        "Ben-Hur": add_movie("Ben-Hur", 1959, ["Drama"]),
        "Ben-Hur, again": add_movie("Ben-Hur", 2016, ["Drama"]),
    }


@pytest.fixture
def write_list(app: Any) -> Callable[[Caller, Sequence[lists.Entry]], None]:
    """Write a list as the background API does: the list and the version it was made from."""

    def write(caller: Caller, entries: Sequence[lists.Entry]) -> None:
        with app.app_context(), writing() as session:
            state = session.get(UserState, caller.id)
            values = {"version": state.version, "engine": "test", "computed_at": 0, "payload": lists.pack(entries)}
            session.execute(
                upsert(RecommendationList).values(user_id=caller.id, **values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )  # fmt: skip
            state.computed_version = state.version
            db.session.flush()

    return write


@pytest.fixture
def listed(alice, movies, write_list):
    """Alice has rated five movies and has a list of the two others, a comedy first."""
    for title in FIVE:
        alice.rate(movies[title], 4)
    reasons = (
        lists.Reason("neighbours", 0.5, {"count": 12, "mean": 4.25, "histogram": [0, 0, 0, 0, 0, 0, 0, 9, 0, 3]}),
        lists.Reason("plot", 0.25, {"movies": [[movies["Heat"], 0.25]]}),
        lists.Reason("people", 0.125, {"people": [["Billy Wilder", "director", 0.125]]}),
        lists.Reason("genres", 0.125, {"genres": [["Comedy", 0.0625]], "years": [["1950s", 0.0625]], "mean": None}),
    )
    write_list(alice, [lists.Entry(movies["Some Like It Hot"], 1.0, 4.6, reasons), lists.Entry(movies["千と千尋の神隠し"], 0.5, 4.1, ())])
