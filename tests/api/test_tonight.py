"""Evenings through the API: who takes part, what is refused, and films from the real engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from background_api import create_api
from movie_recommender.storage import db

from .conftest import FIVE


@pytest.fixture
def engine(app: Any, movies: dict[str, int], tmp_path: Path) -> Iterator[None]:
    """The real background API, fitted, on a door of its own."""
    api = create_api(TESTING=True, INSTANCE_PATH=tmp_path)
    with api.app_context():
        api.extensions["runtime"].engine.refit()
        db.session.remove()
    door = make_server("127.0.0.1", 0, api, threaded=True)
    thread = threading.Thread(target=door.serve_forever, daemon=True)
    thread.start()
    app.config["BACKGROUND_URL"] = f"http://127.0.0.1:{door.server_port}"
    yield
    door.shutdown()
    thread.join()


@pytest.fixture
def rated(alice: Any, bob: Any, movies: dict[str, int]) -> None:
    for caller in (alice, bob):
        for title in FIVE:
            caller.rate(movies[title], 4)


def _guest(movies: dict[str, int], n: int = 5, name: str = "Dana") -> dict[str, Any]:
    return {"name": name, "ratings": [{"movie_id": movies[title], "rating": 4.5} for title in FIVE[:n]]}


@pytest.mark.usefixtures("engine", "rated")
def test_members_who_allow_it_and_guests_get_films_with_a_share_for_each(alice: Any, bob: Any, movies: dict[str, int]) -> None:
    assert alice.get("/tonight/people").json == {"people": [], "is_open": False}
    assert bob.put("/tonight/openness", json={"is_open": True}).json == {"is_open": True}
    assert alice.get("/tonight/people").json["people"] == [{"id": bob.id, "name": "Bob", "is_ready": True}]
    answer = alice.post("/tonight", json={"members": [bob.id], "guests": [_guest(movies)], "rule": "average"})
    assert answer.status_code == 200, answer.text
    assert {item["id"] for item in answer.json["items"]} == {*movies.values()} - {movies[title] for title in FIVE}
    for item in answer.json["items"]:
        assert [share["name"] for share in item["people"]] == ["", "Bob", "Dana"]
        assert all(1 <= share["place"] <= len(movies) and not share["has_seen"] for share in item["people"])
    again = alice.post("/tonight", json={"members": [bob.id], "rewatches": True, "runtime": 170}).json["items"]
    assert [item["id"] for item in again] == [movies["Heat"]]


@pytest.mark.usefixtures("rated")
@pytest.mark.parametrize(
    ("evening", "said"),
    [
        ({}, "An evening is for 2 to 8 people"),
        ({"members": [1]}, "An evening is for 2 to 8 people|does not take part"),
        ({"members": [2]}, "does not take part"),
        ({"guests": [{"name": "Dana", "ratings": []}]}, "Length must be between 5 and 20"),
        ({"rule": "loudest"}, "Must be one of: misery, average"),
        ({"genres": ["Nonsense"]}, "There is no genre"),
        ({"runtime": "long"}, "runtime"),
        ({"list_id": 7}, "You have no such list"),
    ],
)
def test_an_evening_that_cannot_be_is_refused_clearly(alice: Any, movies: dict[str, int], evening: dict[str, Any], said: str) -> None:
    answer = alice.post("/tonight", json=evening)
    assert answer.status_code in (404, 422)
    assert any(part in answer.json["message"] for part in said.split("|"))


@pytest.mark.usefixtures("rated")
def test_guests_need_names_of_their_own_and_films_of_this_site(alice: Any, movies: dict[str, int]) -> None:
    strange = {"name": "Dana", "ratings": [{"movie_id": 9000 + at, "rating": 3} for at in range(5)]}
    assert alice.post("/tonight", json={"guests": [strange]}).json["message"] == "There is no movie 9000 here."
    twice = alice.post("/tonight", json={"guests": [_guest(movies), _guest(movies)]})
    assert "There is a Dana here already" in twice.json["message"]
    same = {"name": "Dana", "ratings": [{"movie_id": movies["Heat"], "rating": 3}] * 5}
    assert "Dana has rated 1 films; 5 are needed." in alice.post("/tonight", json={"guests": [same]}).json["message"]


@pytest.mark.usefixtures("rated")
def test_an_engine_that_is_away_is_said_to_be_away(alice: Any, movies: dict[str, int]) -> None:
    answer = alice.post("/tonight", json={"guests": [_guest(movies)]})
    assert answer.status_code == 503
    assert answer.json["message"]
