"""Part 7: Bob tries every URL and API call with Alice's ids; Charlie tries everything without a session or a token."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from background_api import create_api
from movie_recommender import create_app
from movie_recommender.services import accounts, keys, rating
from movie_recommender.storage import create_or_upgrade, db
from movie_recommender.storage.models import Base, Genre, Movie, User
from movie_recommender.web.access import PUBLIC_ENDPOINTS

from . import PASSWORD
from .report import Report, demand

# What anybody may see of the API: the document, and what leads to a token.
OPEN_API = {
    "POST /api/v1/users", "POST /api/v1/tokens",
    "GET /api/v1/movies", "GET /api/v1/movies/{movie_id}", "GET /api/v1/genres", "GET /api/v1/people",
}  # fmt: skip
ALICES = "Zymurgy"  # stands in everything of Alice that has words: nobody else may ever read it
EVIL = '<script>alert("Zymurgy")</script>'
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def run(report: Report, folder: Path) -> None:
    app = create_app(TESTING=True, INSTANCE_PATH=folder / "instance", BACKGROUND_URL="http://127.0.0.1:9", WTF_CSRF_ENABLED=False,
                     PROPAGATE_EXCEPTIONS=False)  # fmt: skip
    with app.app_context():
        create_or_upgrade()
        genre = Genre(name="Drama")
        db.session.add_all(
            [Movie(title=f"Film {at}", search_key=f"film {at}", year=1990 + at, genres=[genre], renown=1) for at in range(12)]
        )
        db.session.add(Movie(title=EVIL, search_key="script", year=1999, genres=[genre], renown=1))
        db.session.commit()
    ids = _alice(app)
    _bob(report, app, ids)
    _charlie(report, app, ids)
    _api(report, app)
    _unescaped(report, app)
    _background(report, folder)


def _member(app: Flask, name: str) -> FlaskClient:
    with app.app_context():
        accounts.register(name, PASSWORD)
    browser = app.test_client()
    demand(browser.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303, f"{name} cannot sign in")
    return browser


def _alice(app: Flask) -> dict[str, int]:
    """Alice has ratings, an applied and a waiting import, a watchlist and things put aside; returns the ids that URLs may carry."""
    browser, ids = _member(app, f"Alice {ALICES}"), {"movie_id": 1, "genre_id": 1, "place": 0, "job_id": 1}
    for movie in range(1, 7):
        browser.post(f"/movies/{movie}/rating", data={"stars": "4"})
    for verb, data in (("watchlist", {}), ("dismiss", {"kind": "not_for_me"}), ("unseen", {})):
        browser.post(f"/movies/8/{verb}", data=data)
    for name in ("applied", "waiting"):
        text = f"title,year,rating,list\nFilm 9,1999,4,{ALICES} {name}\n{ALICES} film {name},1950,3,\n"
        file = {"file": (io.BytesIO(text.encode()), "films.csv")}
        answer = browser.post("/imports", data=file, headers={"Accept": "application/json"})
        ids[name] = int(re.findall(r"\d+", answer.json["location"])[-1])
        if name == "applied":
            browser.post(f"/imports/{ids[name]}/apply", data={})
    return ids


def _rows_of_others(app: Flask, mine: str) -> str:
    """Everything in the database that belongs to somebody else than `mine`, as text; counts of films are everybody's."""
    with app.app_context():
        me = db.session.scalar(select(User.id).where(User.name == mine))
        kept = {}
        for table in Base.metadata.sorted_tables:
            key = "id" if table.name == "users" else "user_id"
            if key in table.c:
                rows = db.session.execute(table.select().where(table.c[key].is_distinct_from(me))).all()
                kept[table.name] = sorted(str(tuple(row)) for row in rows)
        for name in ("replaced_ratings", "film_list_entries"):
            kept[name] = sorted(str(tuple(row)) for row in db.session.execute(Base.metadata.tables[name].select()))
        return json.dumps(kept)


def _addresses(app: Flask, ids: dict[str, int]) -> list[tuple[Any, str, str]]:
    """Every rule of the website with every method that it takes, with Alice's ids in it."""
    found = []
    for rule in app.url_map.iter_rules():
        for number in (ids["applied"], ids["waiting"]) if "import_id" in rule.arguments else (0,):
            values = {name: ids.get(name, number if name == "import_id" else 1) for name in rule.arguments}
            url = app.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)
            found += [(rule, method, url) for method in sorted((rule.methods or set()) & set(METHODS))]
    return found


def _bob(report: Report, app: Flask, ids: dict[str, int]) -> None:
    browser, outcome = _member(app, "Bob"), Counter[str]()
    before = _rows_of_others(app, "Bob")
    for rule, method, url in _addresses(app, ids):
        if rule.endpoint == "accounts.delete":
            continue  # his own account: it says nothing about Alice
        if browser.get("/account").status_code != 200:  # one of the calls before ended his session
            browser.post("/sign-in", data={"name": "Bob", "password": PASSWORD})
        answer = browser.open(url, method=method, data={"stars": "2", "kind": "not_now", "q": ALICES, "movie_id": "1", "overwrite": "1"})
        demand(answer.status_code < 500, f"{method} {url} answered Bob with {answer.status_code}")
        shown = _text(answer)
        hers = [words for words in (f"Alice {ALICES}", f"{ALICES} film", f"{ALICES} applied", f"{ALICES} waiting") if words in shown]
        demand(not hers, f"{method} {url} shows Bob what is Alice's: {hers}")
        if "import_id" in rule.arguments:
            demand(answer.status_code in (403, 404, 405, 422), f"{method} {url} answered Bob with {answer.status_code}")
        outcome[str(answer.status_code)] += 1
    demand(_rows_of_others(app, "Bob") == before, "Bob changed what is Alice's.")
    told = ", ".join(f"{status} {count}" for status, count in sorted(outcome.items()))
    report.say(f"Bob with Alice's ids: {sum(outcome.values())} calls ({told}); nothing of hers was shown or changed.")


def _text(answer: TestResponse) -> str:
    """What an answer says; of a ZIP what its files say."""
    if answer.mimetype != "application/zip":
        return answer.get_data().decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def _charlie(report: Report, app: Flask, ids: dict[str, int]) -> None:
    browser, refused, before = app.test_client(), 0, _rows_of_others(app, "nobody")
    for rule, method, url in _addresses(app, ids):
        if rule.endpoint in PUBLIC_ENDPOINTS or rule.endpoint.startswith("api."):
            continue
        answer = browser.open(url, method=method)
        at_the_door = answer.status_code == 303 and (answer.location or "").startswith("/sign-in")
        demand(
            at_the_door or answer.status_code in (401, 403), f"{method} {url} answered somebody without a session with {answer.status_code}"
        )
        refused += 1
    demand(_rows_of_others(app, "nobody") == before, "Somebody without a session changed something.")
    report.say(f"Without a session: {refused} calls refused; public are only {len(PUBLIC_ENDPOINTS)} listed views.")


def _api(report: Report, app: Flask) -> None:
    """Without a token, with nonsense, with an expired and a revoked one."""
    client, refused = app.test_client(), 0
    document = client.get("/api/v1/openapi.json").json
    with app.app_context():
        alice = accounts.by_name(f"Alice {ALICES}")
        revoked = keys.issue_token(alice)[0]
        keys.revoke_token(revoked)
    tokens = [None, "", "x" * 43, revoked, "' OR 1=1 --"]
    before = _rows_of_others(app, "nobody")
    for path, operations in document["paths"].items():
        for method in operations:
            name = f"{method.upper()} {path}"
            if name in OPEN_API:
                continue
            url = re.sub(r"{\w+}", "1", path)
            for token in tokens:
                headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                answer = client.open(url, method=method.upper(), headers=headers, json={"rating": 3})
                demand(answer.status_code == 401, f"{name} answered {answer.status_code} to the token {token!r}")
                refused += 1
    demand(_rows_of_others(app, "nobody") == before, "Somebody without a token changed something.")
    report.say(f"API without a valid token: {refused} calls refused.")


def _unescaped(report: Report, app: Flask) -> None:
    """A film whose title is a script is everywhere shown as text."""
    browser = _member(app, EVIL[:30])
    with app.app_context():
        movie = db.session.scalar(select(Movie.id).where(Movie.title == EVIL)) or 0
        rating.rate(accounts.by_name(EVIL[:30]).id, movie, 5)
    pages = [
        "/",
        f"/movies/{movie}",
        "/ratings",
        "/search?q=script",
        "/account",
        "/recommendations",
        "/watchlist",
        "/dismissed",
        "/imports",
        "/rate/more",
    ]
    browser.post(f"/movies/{movie}/watchlist")
    browser.post(f"/movies/{movie}/dismiss", data={"kind": "not_now"})
    shown = 0
    for page in pages:
        text = browser.get(page).get_data(as_text=True)
        demand("<script>alert" not in text, f"{page} shows a title as a script.")
        shown += "&lt;script&gt;alert" in text
    demand(shown >= 3, f"The title is shown on {shown} pages only: this proves nothing.")
    report.say(f"A film and a person named as a script: {len(pages)} pages, on {shown} the name is shown, always as text.")


def _background(report: Report, folder: Path) -> None:
    """Nothing but its health is said without a signature of this instance."""
    api = create_api(TESTING=True, INSTANCE_PATH=folder / "background", PROPAGATE_EXCEPTIONS=False)
    with api.app_context():
        create_or_upgrade()
    client, refused = api.test_client(), 0
    for rule in api.url_map.iter_rules():
        if rule.endpoint == "background.health":
            continue
        url = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in sorted((rule.methods or set()) & set(METHODS)):
            for header in ("", "1.2.3", f"{2**31}.aa.{'0' * 64}"):
                answer = client.open(url, method=method, headers={"X-Signature": header} if header else {}, json={"kind": "refit"})
                demand(answer.status_code == 401, f"The background API answered an unsigned {method} {url} with {answer.status_code}")
                refused += 1
    report.say(f"Background API without a valid signature: {refused} calls refused.")
    with api.app_context():
        db.session.remove()
        db.engine.dispose()
