"""A real server on a free port and a real Chromium, for the tests marked `browser`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import event, select
from werkzeug.serving import make_server

from background_api import create_api
from movie_recommender.services import rating
from movie_recommender.services.lists import Entry, Reason, pack
from movie_recommender.services.recompute import recompute
from movie_recommender.storage import db
from movie_recommender.storage.models import RecommendationList, User, UserState
from movie_recommender.web import recommendations
from tests.conftest import PASSWORD

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture
def app(request: pytest.FixtureRequest, make_app: Callable[..., Any]) -> Any:
    """As everywhere; tests in a real browser keep the protection of forms on."""
    return make_app(WTF_CSRF_ENABLED="browser" in request.keywords)


@pytest.fixture(autouse=True)
def pages_of_24(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists here are short: with fewer cards a page they have two."""
    monkeypatch.setattr(recommendations, "CARDS", 24)


@pytest.fixture
def server(app: Any) -> Iterator[str]:
    """The address of the website, served from a thread."""
    web = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open a browser of somebody's own; in the end no page may have written an error to its console."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(base_url=server, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.errors = errors  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def register() -> Callable[[Page, str], None]:
    """Make an account by the form, as a newcomer does."""

    def register(page: Page, name: str) -> None:
        page.goto("/register")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Register").click()
        page.wait_for_url("**/")

    return register


@pytest.fixture
def statements(app: Any) -> list[str]:
    """What the database was asked."""
    asked: list[str] = []

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(lambda text: asked.append(text) if text.startswith("SELECT") else None)

    with app.app_context():
        engine = db.engine
    engine.dispose()
    event.listen(engine, "connect", listen)
    return asked


GENRES = (("Comedy",), ("Drama",), ("Comedy", "Drama"), ("Horror",))


def films_in(html: str) -> list[int]:
    return [int(film) for film in re.findall(r'data-film="(\d+)"', html)]


@pytest.fixture
def films(add_movie: Callable[..., int]) -> list[int]:
    """Forty films, their genres in turn: comedy, drama, both, horror."""
    return [add_movie(f"Film {number}", 1980 + number, GENRES[number % 4]) for number in range(40)]


def store_list(app: Any, member: Any, movie_ids: Sequence[int], behind: int = 0) -> None:
    """Write a list as the background API does, for the person's version less `behind`."""
    with app.app_context():
        state = db.session.get(UserState, member.id)
        cause = next(iter(rating.stars_of(member.id)))
        why = (Reason("item_neighbours", 0.4, {"movies": [[cause, 0.4]]}),)
        entries = [Entry(movie_id, 1 - place / 100, 4.5 - place / 50, why) for place, movie_id in enumerate(movie_ids)]
        version = state.version - behind
        db.session.merge(RecommendationList(user_id=member.id, version=version, engine="test", computed_at=1, payload=pack(entries)))
        state.computed_version = version
        db.session.commit()


def rate_all(member: Any, movie_ids: Sequence[int]) -> None:
    for movie_id in movie_ids:
        member.browser.post(f"/movies/{movie_id}/rating", data={"stars": "5"})


@pytest.fixture
def listed(app: Any, alice: Any, films: list[int]) -> list[int]:
    """Alice has rated five films and has a current list of the other thirty-five."""
    rate_all(alice, films[:5])
    store_list(app, alice, films[5:])
    return films[5:]


@pytest.fixture
def background(app: Any, films: list[int], tmp_path: Path) -> Iterator[Any]:
    """The real background API on the website's instance: its engine fitted, its doors open, no worker running."""
    api = create_api(TESTING=True, INSTANCE_PATH=tmp_path)
    with api.app_context():
        api.extensions["runtime"].engine.refit()
        db.session.remove()
    door = make_server("127.0.0.1", 0, api, threaded=True)
    thread = threading.Thread(target=door.serve_forever, daemon=True)
    thread.start()
    app.config["BACKGROUND_URL"] = f"http://127.0.0.1:{door.server_port}"
    yield api
    door.shutdown()
    thread.join()


def compute(api: Any, name: str) -> None:
    """Bring somebody's list up to date as a worker does."""
    with api.app_context():
        user_id = db.session.scalar(select(User.id).where(User.name == name))
        recompute(api.extensions["runtime"].engine, user_id)
        db.session.remove()
