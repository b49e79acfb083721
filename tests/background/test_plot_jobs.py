"""`fillchroma` as a job: submitted by the command, followed to its end, taken up again after a kill."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from movie_recommender import create_app
from movie_recommender.catalogue.encoder import Encoder
from movie_recommender.errors import BackgroundUnavailable
from movie_recommender.services import dispatch, jobs, plots
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Movie

from .conftest import Process, wait_for

pytestmark = [pytest.mark.encoder, pytest.mark.xdist_group("encoder")]
STORIES = ("A shark hunts swimmers.", "Toys come to life at night.", "A man lives one day again and again.")


@pytest.fixture
def stories(api: Flask) -> None:
    with writing() as session:
        for movie_id, plot in enumerate(STORIES, start=1):
            session.execute(update(Movie).where(Movie.id == movie_id).values(plot=plot))


@pytest.fixture
def served(running: Flask, stories: None, monkeypatch: pytest.MonkeyPatch, real_encoder: Encoder) -> Iterator[Flask]:
    """The API at work and on its port, with this worker's encoder."""
    monkeypatch.setattr(plots, "load_encoder", lambda setting, threads: real_encoder)
    server = make_server("127.0.0.1", running.config["BACKGROUND_PORT"], running, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


def fillchroma(settings: dict[str, Any], *options: str) -> str:
    result = create_app(TESTING=True, **settings).test_cli_runner().invoke(args=["fillchroma", *options])
    assert result.exit_code == 0, result.output
    return result.output


def search(question: str) -> list[int]:
    return [movie["movie_id"] for movie in dispatch.call("GET", f"/plots/search?q={question}&n=3")["movies"]]


def test_the_command_gives_the_work_to_the_background_api(served: Flask, settings: dict[str, Any]) -> None:
    assert "3 plots encoded, 3 in the index." in fillchroma(settings)
    assert "Nothing to do: 3 plots are in the index." in fillchroma(settings)
    assert "0 plots encoded, 3 in the index." in fillchroma(settings, "--rebuild")
    db.session.rollback()
    assert [job.kind for job in jobs.latest() if job.kind == "fillchroma"] == ["fillchroma"] * 3
    assert search("dolls%20that%20are%20alive")[0] == 2
    assert search("it%20is%20the%20same%20morning")[0] == 3


def test_a_damaged_index_is_built_anew_by_itself_and_the_search_goes_on(served: Flask, settings: dict[str, Any]) -> None:
    fillchroma(settings)
    (Path(settings["INSTANCE_PATH"]) / "chroma" / "current").write_text("generation-gone")
    assert search("sharks")[0] == 1
    wait_for(lambda: db.session.rollback() or [job.state for job in jobs.latest() if job.kind == "reindex"][:1] == ["done"])
    assert dispatch.call("GET", "/health")["plots"] == {"state": "ready", "count": 3}


def test_a_question_that_is_none_is_answered_with_what_is_wrong(served: Flask) -> None:
    with pytest.raises(BackgroundUnavailable, match="422"):
        dispatch.call("GET", "/plots/search?q=%20")


def test_a_kill_while_plots_are_encoded_only_delays_them(api: Flask, stories: None, process: Callable[..., Process]) -> None:
    killed = process()
    killed.wait_until_up()
    job = dispatch.call("POST", "/jobs", {"kind": "fillchroma"})
    wait_for(lambda: dispatch.call("GET", f"/jobs/{job['id']}")["state"] == "running")
    killed.kill()
    process().wait_until_up()
    wait_for(lambda: dispatch.call("GET", f"/jobs/{job['id']}")["state"] == "done")
    assert dispatch.call("GET", "/health")["plots"] == {"state": "ready", "count": 3}
    assert dispatch.call("GET", f"/jobs/{job['id']}")["attempts"] == 2
