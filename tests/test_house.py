"""The rules of the house: who may import whom, and what the website must never carry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


HEAVY = (
    "torch",
    "chromadb",
    "numba",
    "numpy",
    "sentence_transformers",
    "sklearn",
    "movie_recommender.core",
    "requests",
    "bs4",
    "tqdm",
    "segno",
)

NEVER = ("torch", "chromadb", "numba", "sentence_transformers", "sklearn", "movie_recommender.core")
"""What not even the page that needs most may load."""

WALK = """
import io, re, sys
from flask import url_for
from movie_recommender import create_app
from movie_recommender.storage import create_or_upgrade, writing
from movie_recommender.storage.models import Credit, Movie, Person

app = create_app(TESTING=True, INSTANCE_PATH=sys.argv[1], WTF_CSRF_ENABLED=False, BACKGROUND_URL="http://127.0.0.1:9")
with app.app_context():
    create_or_upgrade()
    with writing() as session:
        session.add(Person(id=1, name="Ann", name_key="ann"))
        for at in range(1, 30):
            session.add(Movie(id=at, title=f"Film {at}", year=1990, search_key=f"film {at}", renown=1, plot="A story."))
        session.flush()
        session.add(Credit(movie_id=1, person_id=1, role="director", billing=0))
alice, newcomer, account = app.test_client(), app.test_client(), {"name": "Alice", "password": "correct horse battery"}
assert newcomer.post("/register", data={**account, "name": "Bob"}).status_code == 303
assert alice.post("/register", data=account).status_code == 303
assert app.test_cli_runner().invoke(args=["make-operator", "Alice"]).exit_code == 0
for film in range(1, 8):
    assert alice.post(f"/movies/{film}/rating", data={"stars": "4"}).status_code < 400
token = alice.post("/api/v1/tokens", json={"username": "Alice", "password": account["password"]}).json["token"]
history = {"file": (io.BytesIO(b"Title,Year,Rating\\nFilm 9,1990,4.5\\nNobody knows it,1901,3\\n"), "history.csv")}
report = alice.post("/imports", data=history, content_type="multipart/form-data").location
guest = alice.post("/tonight/guests", data={"name": "Carol"}).location
values = {
    "movie_id": "1", "person_id": "1", "place": "1", "import_id": report.rsplit("/", 1)[1], "version": app.config["ASSET_VERSION"],
    "guest_id": re.search(r"/guests/(\\d+)", guest)[1], "key": "none", "operator.logs.name": "web",
    "posters.file.name": "none", "assets.file.name": "site.js",
}


def address(rule):
    return url_for(rule.endpoint, **{name: values.get(f"{rule.endpoint}.{name}") or values[name] for name in rule.arguments})


with app.test_request_context():
    asked = {rule.endpoint: address(rule) for rule in app.url_map.iter_rules() if "GET" in rule.methods}
queries = {
    "api.searching.list_people": "?query=ann", "api.searching.list_plots": "?query=a+story", "onboarding.rate": "?group=0&group=1&group=2",
    **dict.fromkeys(("movies.search", "movies.found", "movies.stories", "movies.suggest"), "?q=film"),
}
shown = set()
for browser, authorization in ((app.test_client(), {}), (newcomer, {}), (alice, {"Authorization": f"Bearer {token}"})):
    for endpoint, page in asked.items():
        answer = browser.get(page + queries.get(endpoint, ""), headers=authorization if endpoint.startswith("api") else {})
        assert answer.status_code < 500 or endpoint == "api.searching.list_plots", (endpoint, answer.text)
        shown |= {endpoint} if answer.status_code < 400 else set()
        answer.close()
missing = asked.keys() - shown
assert missing <= {"assets.file", "posters.file", "tonight.join", "onboarding.rate", "api.searching.list_plots"}, missing
sys.stdout.write(" ".join(sys.modules))
"""


def test_imports_go_down_only() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("heavy", HEAVY)
def test_the_website_never_imports(heavy: str, loaded_modules: set[str]) -> None:
    assert heavy not in loaded_modules


@pytest.mark.parametrize("heavy", NEVER)
def test_no_page_imports(heavy: str, loaded_by_pages: set[str]) -> None:
    assert heavy not in loaded_by_pages


@pytest.fixture(scope="module")
def loaded_by_pages(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a fresh process holds after every page and each answer of the API was asked for, by a visitor, a newcomer and an operator."""
    command = [sys.executable, "-c", WALK, str(tmp_path_factory.mktemp("pages"))]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


@pytest.fixture(scope="module")
def loaded_modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a fresh process holds after it has made the website and answered a request."""
    code = (
        "import sys; from movie_recommender import create_app; "
        f"app = create_app(INSTANCE_PATH={str(tmp_path_factory.mktemp('web'))!r}); app.test_client().get('/'); "
        "sys.stdout.write(' '.join(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())
