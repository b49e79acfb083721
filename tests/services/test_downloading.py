"""`flask import-movielens --download` against a local GroupLens: terms first, then everything that can go wrong."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select

from movie_recommender.services import downloading
from movie_recommender.storage import db
from movie_recommender.storage.models import Rating

from ..catalogue.data_sets import latest, zipped


@dataclass
class GroupLens:
    """A server of files; `asked` are the paths that were asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    claimed_size: int | None = None
    status: int = 404
    asked: list[str] = field(default_factory=list)

    def offer(self, content: bytes, md5: str | None = None) -> None:
        self.files = {"/ml-latest-small.zip": content}
        if md5 is not None:
            self.files["/ml-latest-small.zip.md5"] = f"{md5}  ml-latest-small.zip\n".encode()


@pytest.fixture
def grouplens() -> Iterator[GroupLens]:
    offered = GroupLens()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            offered.asked.append(self.path)
            content = offered.files.get(self.path)
            self.send_response(200 if content is not None else offered.status)
            size = offered.claimed_size if self.path.endswith(".zip") and offered.claimed_size else len(content or b"")
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    offered.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield offered
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def data_set(tmp_path: Path) -> bytes:
    return zipped(latest(tmp_path / "ml-latest-small"), tmp_path / "made.zip").read_bytes()


@pytest.fixture
def download(make_app: Callable[..., Any], grouplens: GroupLens) -> Callable[..., Result]:
    app = make_app(MOVIELENS_URL=grouplens.url)

    def run(*arguments: str, answer: str | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["import-movielens", "--download", "ml-latest-small", *arguments], input=answer)

    run.app = app  # type: ignore[attr-defined]
    return run


def _imported(download: Any) -> int:
    with download.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Rating)) or 0


def _kept(download: Any) -> list[str]:
    return sorted(path.name for path in (download.app.config["INSTANCE_PATH"] / "downloads").glob("*"))


def test_the_terms_are_shown_before_anything_is_fetched(download: Any, grouplens: GroupLens) -> None:
    answer = download(answer="n\n")
    assert answer.exit_code == 1
    assert "no commercial use" in answer.output
    assert downloading.CITATION in answer.output
    assert "Nothing was fetched" in answer.output
    assert grouplens.asked == []


@pytest.mark.parametrize("with_md5", [True, False])
def test_an_accepted_set_is_fetched_checked_and_imported(with_md5: bool, download: Any, grouplens: GroupLens, data_set: bytes) -> None:
    grouplens.offer(data_set, hashlib.md5(data_set).hexdigest() if with_md5 else None)
    answer = download(answer="y\n")
    assert answer.exit_code == 0, answer.output
    assert "4 ratings" in answer.output
    assert _imported(download) == 4
    assert _kept(download) == ["ml-latest-small.zip"]


def test_a_set_that_was_fetched_before_is_not_fetched_again(download: Any, grouplens: GroupLens, data_set: bytes) -> None:
    grouplens.offer(data_set, hashlib.md5(data_set).hexdigest())
    download("--yes")
    grouplens.asked.clear()
    assert "Nothing to do" in download("--yes").output
    assert grouplens.asked == ["/ml-latest-small.zip.md5"]


def test_a_set_that_was_fetched_before_serves_without_a_network(download: Any, grouplens: GroupLens, data_set: bytes) -> None:
    grouplens.offer(data_set)
    download("--yes")
    download.app.config["MOVIELENS_URL"] = "http://127.0.0.1:9"
    assert download("--yes").exit_code == 0


def test_a_newer_version_of_the_set_is_fetched(download: Any, grouplens: GroupLens, data_set: bytes, tmp_path: Path) -> None:
    grouplens.offer(data_set, hashlib.md5(data_set).hexdigest())
    download("--yes")
    newer = zipped(
        latest(tmp_path / "newer", ratings="userId,movieId,rating,timestamp\n9,1,3.0,964982999\n"), tmp_path / "n.zip"
    ).read_bytes()
    grouplens.offer(newer, hashlib.md5(newer).hexdigest())
    assert "1 ratings" in download("--yes").output
    assert _imported(download) == 5


def _wrong_checksum(grouplens: GroupLens, content: bytes) -> None:
    grouplens.offer(content, "0" * 32)


def _cut_off(grouplens: GroupLens, content: bytes) -> None:
    grouplens.offer(content[:-100])
    grouplens.claimed_size = len(content)


def _cut_off_unnoticed(grouplens: GroupLens, content: bytes) -> None:
    grouplens.offer(content[:-100])


def _not_there(grouplens: GroupLens, content: bytes) -> None:
    grouplens.files = {}


def _broken_server(grouplens: GroupLens, content: bytes) -> None:
    grouplens.files, grouplens.status = {}, 503


def _no_data_set(grouplens: GroupLens, content: bytes) -> None:
    grouplens.offer(b"<html>Welcome</html>")


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (_wrong_checksum, "arrived damaged (its MD5 is"),
        (_cut_off, "the connection broke off"),
        (_cut_off_unnoticed, "arrived damaged (no whole zip"),
        (_not_there, "GroupLens does not offer ml-latest-small at"),
        (_broken_server, "GroupLens answered 503"),
        (_no_data_set, "arrived damaged (no whole zip"),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_is_left_behind(
    break_it: Callable[[GroupLens, bytes], None], message: str, download: Any, grouplens: GroupLens, data_set: bytes
) -> None:
    break_it(grouplens, data_set)
    answer = download("--yes")
    assert answer.exit_code == 1
    assert message in answer.output
    assert "Traceback" not in answer.output
    assert _kept(download) == []
    assert _imported(download) == 0


def test_without_a_network_the_message_says_how_to_go_on(download: Any) -> None:
    download.app.config["MOVIELENS_URL"] = "http://127.0.0.1:9"
    answer = download("--yes")
    assert answer.exit_code == 1
    assert "cannot be reached from here" in answer.output
    assert "flask import-movielens PATH/ml-latest-small.zip" in answer.output


def test_an_unknown_set_names_the_known_ones(app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["import-movielens", "--download", "ml-99"])
    assert answer.exit_code == 1
    assert "Known ones: ml-latest-small, ml-latest, ml-32m" in answer.output


@pytest.mark.parametrize("arguments", [[], ["here.zip", "--download", "ml-1m"]])
def test_either_a_path_or_a_name_is_needed(arguments: list[str], app: Any) -> None:
    answer = app.test_cli_runner().invoke(args=["import-movielens", *arguments])
    assert answer.exit_code == 2
    assert "either the PATH of a data set or --download NAME" in answer.output
