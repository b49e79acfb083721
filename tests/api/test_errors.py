"""Whatever goes wrong under /api/ is answered in JSON with a message."""

import logging

import pytest

from movie_recommender.services import browsing


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v2/movies", "/api/v1/nothing", "/api/v1/movies/", "/api/v1/%F0%9F%98%80"]
)
def test_a_path_that_leads_nowhere_says_where_to_look(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/json")
    assert "/api/v1/docs" in answer.json["message"]
    assert answer.json["detail"] == {}


@pytest.mark.parametrize(("method", "path"), [("POST", "/movies"), ("PATCH", "/ratings/1"), ("DELETE", "/users"), ("PUT", "/openapi.json")])
def test_a_method_that_is_not_possible_says_which_are(client, method, path):
    answer = client.open(f"/api/v1{path}", method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] in answer.json["message"]


def test_a_fault_of_ours_is_logged_and_does_not_show_its_inside(charlie, monkeypatch, caplog):
    def fail():
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(browsing, "genre_names", fail)
    with caplog.at_level(logging.ERROR):
        answer = charlie.get("/genres")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "try again later" in answer.json["message"]
    assert "the secret inside" in caplog.text


def test_a_database_that_is_not_made_yet_says_how_to_make_it(tmp_path):
    from movie_recommender import create_app

    answer = create_app(TESTING=True, INSTANCE_PATH=tmp_path).test_client().get("/api/v1/genres")
    assert answer.status_code == 503
    assert "flask initdb" in answer.json["message"]


def test_pages_of_the_website_keep_their_own_errors(client):
    assert client.get("/nothing-here").mimetype == "text/html"
