"""The whole way with real parts: the API, the background API over HTTP, the embedded catalogue."""

import threading
import time

import pytest
from werkzeug.serving import make_server

from background_api import create_api
from movie_recommender.services import importing

from .conftest import Caller


@pytest.fixture
def background(empty_database, tmp_path):
    """A background API at work on the instance of the test, on a port of its own; it is given the database by `make_app`."""
    api = create_api(TESTING=True, INSTANCE_PATH=tmp_path, RECONCILE_SECONDS=0.2)
    server = make_server("127.0.0.1", 0, api, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield api, f"http://127.0.0.1:{server.port}"
    api.extensions["runtime"].stop()
    server.shutdown()
    server.server_close()


def wait_for_list(caller, version):
    """Ask as the documentation says, until the list has come up to the rating."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        answer = caller.get("/recommendations", n=30).json
        if answer["computed_version"] >= version:
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


def test_a_newcomer_rates_ten_movies_and_gets_a_list_that_is_his_own(make_app, background):
    api, url = background
    app = make_app(BACKGROUND_URL=url)
    with app.app_context():
        importing.load_embedded()
    api.extensions["runtime"].start()
    dana = Caller(app, "Dana")
    comedies = dana.get("/movies", genre="Comedy", per_page=10).json["movies"]
    versions = [dana.rate(movie["id"], 4.5 if at % 2 else 2).json["version"] for at, movie in enumerate(comedies)]
    assert versions == list(range(1, 11))

    answer = wait_for_list(dana, versions[-1])
    assert answer["state"] == "current"
    assert len(answer["items"]) >= 20
    assert not {item["id"] for item in answer["items"]} & {movie["id"] for movie in comedies}
    assert answer["items"][0]["score"] == max(item["score"] for item in answer["items"])
    assert all(0.5 <= item["predicted_rating"] <= 5 for item in answer["items"])
    assert sum(bool(item["why"]) for item in answer["items"]) > len(answer["items"]) / 2
    dramas = dana.get("/recommendations", genre="Drama", exclude_genre="Comedy").json["items"]
    assert dramas
    assert all("Drama" in item["genres"] and "Comedy" not in item["genres"] for item in dramas)

    removed = dana.delete(f"/ratings/{comedies[0]['id']}").json
    assert wait_for_list(dana, removed["version"])["rating_count"] == 9
