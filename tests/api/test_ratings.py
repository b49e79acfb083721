"""GET, PUT and DELETE /ratings/<movie_id>, GET /ratings."""

import json
import re

import pytest

HALVES = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.0]


@pytest.mark.parametrize("stars", HALVES)
def test_a_rating_comes_back_as_it_was_given(alice, movies, stars):
    answer = alice.rate(movies["Heat"], stars)
    assert answer.status_code == 200
    assert answer.json["rating"] == stars
    assert answer.json == alice.get(f"/ratings/{movies['Heat']}").json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.json["rated_at"])
    assert (answer.json["movie_id"], answer.json["version"]) == (movies["Heat"], 1)


NO_RATINGS = ["true", "false", "null", '"4"', '"x"', "3.3", "6", "0", "-1", "0.25", "5.5", "1e400", "-1e400", "[4]", "{}", "4.0000001"]


@pytest.mark.parametrize("rating", [*NO_RATINGS, "1" + "0" * 400])
def test_what_is_no_rating_is_refused_and_changes_nothing(alice, movies, rating):
    alice.rate(movies["Heat"], 2)
    answer = alice.put(f"/ratings/{movies['Heat']}", data=f'{{"rating": {rating}}}', content_type="application/json")
    assert answer.status_code == 422
    assert "rating: " in answer.json["message"]
    assert alice.get(f"/ratings/{movies['Heat']}").json["rating"] == 2
    assert alice.get("/me").json["version"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400), ("{", 400), ("rating=4", 400), ('{"rating": NaN}', 400), ('{"rating": Infinity}', 400),
        ('{"rating": ' + "9" * 5000 + "}", 400), ("[" * 20_000, 400), (b'{"rating": "\xff"}', 400), (b"\xff\xfe", 400),
        ("4", 422), ("[]", 422), ("null", 422), ('"4"', 422), ("{}", 422), ('{"stars": 4}', 422), ('{"rating": 4, "id": 1}', 422),
        (json.dumps({"rating": 4, "x": "y" * 70_000}), 413),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_used_says_what_to_send(alice, movies, body, status):
    answer = alice.put(f"/ratings/{movies['Heat']}", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json["message"]
    assert alice.get(f"/ratings/{movies['Heat']}").status_code == 404


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None])
def test_a_body_of_another_type_is_refused(alice, movies, content_type):
    answer = alice.put(f"/ratings/{movies['Heat']}", data='{"rating": 4}', content_type=content_type)
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json["message"]


def test_a_changed_rating_replaces_the_first_and_raises_the_version(alice, movies):
    assert alice.rate(movies["Heat"], 2).json["version"] == 1
    assert alice.rate(movies["Heat"], 5).json["version"] == 2
    assert [row["rating"] for row in alice.get("/ratings").json["ratings"]] == [5]


def test_a_removed_rating_is_gone_and_removing_it_again_changes_nothing(alice, movies):
    alice.rate(movies["Heat"], 2)
    path = f"/ratings/{movies['Heat']}"
    first, second = alice.delete(path), alice.delete(path)
    assert (first.status_code, first.json) == (200, {"movie_id": movies["Heat"], "removed": True, "version": 2})
    assert (second.status_code, second.json) == (200, {"movie_id": movies["Heat"], "removed": False, "version": 2})
    answer = alice.get(path)
    assert answer.status_code == 404
    assert answer.json["message"].startswith("You have not rated Heat")


@pytest.mark.parametrize("call", ["rate", "delete"])
def test_a_movie_that_is_not_here_cannot_be_rated(alice, call):
    answer = alice.rate(999, 4) if call == "rate" else alice.delete("/ratings/999")
    assert answer.status_code == 404
    assert answer.json["message"] == "There is no such movie."


def test_the_newest_rating_is_listed_first(alice, movies, monkeypatch):
    for second, title in enumerate(["Heat", "Amélie", "Сталкер"]):
        monkeypatch.setattr("movie_recommender.services.rating.now", lambda second=second: 1_800_000_000 + second)
        alice.rate(movies[title], 3.5)
    page = alice.get("/ratings").json
    assert [row["title"] for row in page["ratings"]] == ["Сталкер", "Amélie", "Heat"]
    assert page["ratings"][2] == {
        "movie_id": movies["Heat"], "title": "Heat", "year": 1995, "rating": 3.5, "rated_at": "2027-01-15T08:00:00Z",
    }  # fmt: skip
    assert (page["total"], page["pages"], page["version"]) == (3, 1, 3)


def test_pages_of_ratings_hold_each_once_and_end(alice, movies):
    for movie_id in movies.values():
        alice.rate(movie_id, 3)
    pages = [alice.get("/ratings", page=page, per_page=3).json for page in (1, 2, 3, 4)]
    assert [len(page["ratings"]) for page in pages] == [3, 3, 1, 0]
    assert {row["movie_id"] for page in pages for row in page["ratings"]} == set(movies.values())


def test_bob_neither_sees_nor_changes_what_alice_rated(alice, bob, movies):
    alice.rate(movies["Heat"], 5)
    path = f"/ratings/{movies['Heat']}"
    assert bob.get(path).status_code == 404
    assert bob.get("/ratings").json["ratings"] == []
    assert bob.delete(path).json["removed"] is False
    bob.rate(movies["Heat"], 1)
    assert alice.get(path).json["rating"] == 5
    assert alice.get("/me").json["version"] == 1


CLOSED = ["GET /ratings", "GET /ratings/1", "PUT /ratings/1", "DELETE /ratings/1", "GET /recommendations", "GET /me", "DELETE /tokens"]


@pytest.mark.parametrize("operation", CLOSED)
def test_charlie_without_a_token_is_told_how_to_get_one(charlie, movies, operation):
    method, path = operation.split()
    answer = charlie.call(method, path, json={"rating": 4} if method == "PUT" else None)
    assert answer.status_code == 401
    assert "POST /api/v1/tokens" in answer.json["message"]
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Movie Recommender"'
