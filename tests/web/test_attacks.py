"""What attackers type, and what must not come of it: in SQL, templates, paths, logs, and towards other hosts."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from movie_recommender.settings import ROOT
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie, User
from tests.conftest import PASSWORD

SQL = ["'; DROP TABLE users; --", "' OR 1=1 --", '" UNION SELECT password_hash FROM users --', "%' OR '1'='1", "\\'; SELECT 1"]
# The one door to other hosts for providers, the one to the background API, the one for data sets; and whose own addresses are asked.
MAY_SPEAK = {
    "movie_recommender/catalogue/providers/web.py", "movie_recommender/services/dispatch.py", "movie_recommender/services/downloading.py",
    "movie_recommender/supervisor.py",
    "movie_recommender/benchmarks/crowd.py", "movie_recommender/benchmarks/starting.py", "movie_recommender/benchmarks/website.py",
}  # fmt: skip


@pytest.mark.parametrize("words", SQL)
def test_sql_that_is_typed_is_only_text(app: Any, client: FlaskClient, alice: Any, add_movie: Callable[..., int], words: str) -> None:
    add_movie("Alien")
    answers = [
        alice.browser.get("/search", query_string={"q": words}),
        client.get("/api/v1/movies", query_string={"query": words}),
        alice.browser.get("/ratings", query_string={"sort": words}),
        client.post("/api/v1/tokens", json={"username": words, "password": words}),
        client.post("/sign-in", data={"name": words, "password": words}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 401, 401]
    # It finds what its words alone find.
    plain = client.get("/api/v1/movies", query_string={"query": re.sub(r"\W+", " ", words)})
    assert answers[1].json["total"] == plain.json["total"]
    assert "$argon2id$" not in "".join(answer.text for answer in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1
        assert db.session.scalar(select(func.count()).select_from(Movie)) == 1


@pytest.mark.parametrize("name", ["{{ 7 * 191 }}", "{% raw %}x", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_name_or_title_is_shown_and_never_run(client: FlaskClient, add_movie: Callable[..., int], name: str) -> None:
    film = add_movie(name, plot=name)
    assert client.post("/register", data={"name": name, "password": PASSWORD}).status_code == 303
    for path in ("/account", f"/movies/{film}", "/search?q=x", "/"):
        page = client.get(path).text
        assert "1337" not in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("name", ["../secret_key", "..%2fsecret_key", "%2e%2e/secret_key", "/etc/passwd", "....//secret_key"])
def test_a_poster_is_a_file_of_its_folder(app: Any, alice: Any, name: str) -> None:
    secret = (app.config["INSTANCE_PATH"] / "secret_key").read_text().strip()
    answer = alice.browser.get(f"/posters/{name}")
    assert answer.status_code in (404, 308)
    assert secret not in answer.text


def test_passwords_and_tokens_never_reach_the_log(client: FlaskClient, alice: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    typed = "a typed secret 4711"
    client.post("/sign-in", data={"name": "Alice", "password": typed})
    client.post("/api/v1/tokens", json={"username": "alice", "password": typed})
    token = client.post("/api/v1/tokens", json={"username": "alice", "password": PASSWORD}).json["token"]
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {token[:-1]}"})
    alice.browser.post("/account/password", data={"current": PASSWORD, "new": typed, "again": typed})
    for secret in (typed, token, token[:-1], PASSWORD):
        assert secret not in caplog.text


def test_only_few_modules_speak_to_other_hosts() -> None:
    """No address that a visitor types is ever fetched: pages and services have no way to do so."""
    speaking = set()
    for room in ("movie_recommender", "background_api"):
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
            names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            if any(name.split(".")[0] in {"requests", "urllib3", "httpx", "http", "aiohttp"} or name == "urllib.request" for name in names):
                speaking.add(path.relative_to(ROOT).as_posix())
    assert speaking == MAY_SPEAK
