"""Screenshots of every page in its states, phone and desk, light and dark, into docs/screenshots/ with an index; one command:

    make screenshots                             # MOVIELENS_DIR=… gives the site a community of raters first
    make screenshots ARGS="--only map"           # only those whose name holds a word of these (map,taste)
    make screenshots ARGS="--instance DIR"       # on a folder that is kept: the next time starts quicker

It starts the product on a folder of its own, and goes through it as newcomer, as old hand and operator, and while the
background service is away. Pages are found in the URL map: a new one appears by itself; its further states are told below.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from movie_recommender import create_app

ROOT = Path(__file__).parent.parent
PASSWORD = "a quiet evening"  # noqa: S105 - of people who live for some minutes
SCREENS = {"desk": (1440, 900, 0.6), "phone": (390, 844, 0.75)}  # width, height, and the scale of the picture
LOOKS = [(screen, colour) for screen in SCREENS for colour in ("light", "dark")]
QUALITY = 62
NOT_HERE = {"onboarding.rate", "onboarding.groups", "accounts.register", "accounts.sign_in"}  # taken in states of their own
# What Alice has seen: title, year, stars.
SEEN = (
    ("Spirited Away", 2001, 5), ("Blade Runner", 1982, 5), ("Alien", 1979, 4.5), ("Amélie", 2001, 4), ("Fargo", 1996, 5), ("Jaws", 1975, 4),
    ("Rear Window", 1954, 5), ("The Matrix", 1999, 3.5), ("Titanic", 1997, 2), ("The Grand Budapest Hotel", 2014, 5), ("Scream", 1996, 1),
    ("Casablanca", 1942, 4), ("Seven Samurai", 1954, 5), ("In the Mood for Love", 2000, 5), ("Parasite", 2019, 4.5), ("Toy Story", 1995, 4),
    ("My Neighbor Totoro", 1988, 5), ("The Shining", 1980, 3), ("Heat", 1995, 3.5), ("Get Out", 2017, 4), ("Arrival", 2016, 5),
    ("Mad Max: Fury Road", 2015, 4), ("La La Land", 2016, 2.5), ("Vertigo", 1958, 4.5), ("City of God", 2002, 4), ("Barbie", 2023, 3),
)  # fmt: skip
LIST = (("The Third Man", 1949), ("Chinatown", 1974), ("Oldboy", 2003), ("Ran", 1985), ("Persepolis", 2007), ("The Lives of Others", 2006))
DOUBTFUL = (
    "Title,Year,Rating\nPsycho,1960,4.5\nThe Thing,,4\nHamlet,,3\nWest Side Story,,5\nA Film That Nobody Knows,1901,3\nAlien,1979,2\n"
)
LONG_TITLE = (
    "Night of the Day of the Dawn of the Son of the Bride of the Return of the Revenge of the Terror of the Attack of the Evil, "
    "Mutant, Hellbound, Flesh-Eating Subhumanoid Zombified Living Dead, Part 3"
)
LONG = {
    "title": LONG_TITLE, "year": 2005, "genres": ["Comedy", "Horror"], "cast": ["An Actor"],
    "directors": ["Hubert Blaine Wolfeschlegelsteinhausenbergerdorff"],
}  # fmt: skip
UNKNOWN = {"title": "Ä"}


class Album:
    """Where the pictures go, and what was taken."""

    def __init__(self, folder: Path, only: str) -> None:
        self.folder, self.only = folder, only
        self.names: list[str] = []
        self.failed: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, path: str | None = None, act: Callable[[Page], object] | None = None) -> None:
        """The page under `path` (None: as it is), brought into a state by `act`, in every look."""
        if not any(word in name for word in self.only.split(",")):
            return
        try:
            self._take(page, name, path, act)
            self.names.append(name)
        except PlaywrightError as error:  # the others are worth having all the same
            self.failed.append(f"{name}: {error.message.splitlines()[0]}")

    def _take(self, page: Page, name: str, path: str | None, act: Callable[[Page], object] | None) -> None:
        for screen, colour in LOOKS:
            width, height, scale = SCREENS[screen]
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=colour, reduced_motion="reduce")  # type: ignore[arg-type]
            if path is not None:
                page.goto(path)
            if act:
                act(page)
            if page.locator("[data-map]").count():
                page.locator("[data-map][data-drawn]").wait_for()
            page.wait_for_timeout(150)
            scroll = page.evaluate("scrollY")
            clip = {"x": 0, "y": scroll, "width": width, "height": height, "scale": scale}
            devtools = page.context.new_cdp_session(page)
            picture = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
            devtools.detach()
            (self.folder / f"{name}-{screen}-{colour}.webp").write_bytes(base64.b64decode(picture["data"]))

    def write_index(self) -> None:
        """README.md of the folder: a row a state."""
        heads = " | ".join(f"{screen}, {colour}" for screen, colour in LOOKS)
        rows = []
        for name in sorted({path.stem.rsplit("-", 2)[0] for path in self.folder.glob("*.webp")}):
            cells = " | ".join(f"![{name}, {screen}, {colour}]({name}-{screen}-{colour}.webp)" for screen, colour in LOOKS)
            rows.append(f"| {name.replace('--', ': ').replace('-', ' ')} | {cells} |")
        text = f"# Every page in its states\n\nMade by `make screenshots`.\n\n| page | {heads} |\n|---|{'---|' * len(LOOKS)}\n"
        (self.folder / "README.md").write_text(text + "\n".join(rows) + "\n", "utf-8")


class Site:
    """The product on a folder, both of its processes."""

    def __init__(self, instance: Path) -> None:
        port, background_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._background_url = f"http://127.0.0.1:{background_port}"
        self.environment = {
            **os.environ, "FLASK_APP": "movie_recommender", "INSTANCE_PATH": str(instance), "PORT": str(port),
            "BACKGROUND_PORT": str(background_port), "LOG_LEVEL": "WARNING", "REGISTRATIONS_PER_HOUR": "1000",
        }  # fmt: skip

    def run(self, *command: str) -> None:
        subprocess.run([sys.executable, "-m", "flask", *command], env=self.environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

    @contextmanager
    def running(self) -> Iterator[Callable[[], None]]:
        """Both processes; what is yielded stops the background service."""
        web = [sys.executable, "-m", "gunicorn", "movie_recommender:create_app()", "--bind", self.url[7:], "--threads", "4"]
        background = self._start([sys.executable, "-m", "background_api"])
        website = self._start([*web, "--worker-class", "gthread", "--log-level", "warning"])
        try:
            for url in (f"{self._background_url}/health", f"{self.url}/about"):
                _wait_for(url)
            yield lambda: _stop(background)
        finally:
            _stop(website)
            _stop(background)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self.environment, cwd=ROOT)  # noqa: S603 - our own commands


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="take only the pictures whose name holds one of these words (map,taste)")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "screenshots", help="the folder of the pictures")
    parser.add_argument("--instance", type=Path, help="a folder to keep the instance in")
    arguments = parser.parse_args()
    album = Album(arguments.into, arguments.only)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(arguments.instance or Path(folder))
        prepare(site, Path(folder))
        with site.running() as stop_background, sync_playwright() as playwright:
            options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
            visitor(album, browser, site)
            newcomer(album, browser, site)
            bob = signed_up(browser, site, "Bob")
            alice = old_hand(album, browser, site, Path(folder))
            stop_background()
            away(album, alice, bob)
            browser.close()
    if not arguments.only:
        album.write_index()
    if album.failed:
        raise SystemExit("Not taken:\n" + "\n".join(album.failed))


def prepare(site: Site, folder: Path) -> None:
    """Catalogue, community, plots, and two films that are hard to show."""
    site.run("initdb")
    if movielens := os.environ.get("MOVIELENS_DIR"):
        site.run("import-movielens", movielens)
    films = folder / "films.jsonl"
    films.write_text("\n".join(map(json.dumps, (LONG, UNKNOWN))), "utf-8")
    site.run("import-metadata", str(films))
    site.run("fillchroma")


def pages(page: Page, skip: Collection[str] = ()) -> list[tuple[str, str]]:
    """Name and path of every page that needs no variable and that this person may see, from the URL map."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(TESTING=True, INSTANCE_PATH=Path(folder), SERVER_NAME="localhost")
        with app.test_request_context():
            found = sorted(
                (rule.endpoint.replace(".", "-").replace("_", "-"), app.url_for(rule.endpoint, _external=False))
                for rule in app.url_map.iter_rules()
                if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in skip
            )  # fmt: skip
    return [(name, path) for name, path in found if is_page(page, path)]


def is_page(page: Page, path: str) -> bool:
    """Whether there is a page under the path, and no data, part of a page, or way to another one."""
    answer = page.request.get(path, max_redirects=0)
    return (
        answer.status == 200 and "html" in answer.headers.get("content-type", "") and answer.text().lstrip().lower().startswith("<!doctype")
    )


def new_page(browser: Browser, site: Site) -> Page:
    page = browser.new_context(base_url=site.url).new_page()
    page.set_default_timeout(60_000)
    return page


def signed_up(browser: Browser, site: Site, name: str) -> Page:
    """Somebody who has just registered."""
    page = new_page(browser, site)
    page.goto("/register")
    page.get_by_label("Name").fill(f"{name} {time.time_ns() // 10**9 % 10**4}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(lambda url: "/register" not in url)
    for _ in range(180):  # the kinds of films are made after the first fit
        page.goto("/welcome")
        if page.locator(".group").count():
            return page
        page.wait_for_timeout(1000)
    raise SystemExit("The groups of the welcome page do not come.")


def say(page: Page, path: str, **fields: str) -> None:
    """Send a form as a page's script does."""
    script = """async ([path, fields]) => {
        const headers = {Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content};
        return (await fetch(path, {method: "POST", body: new URLSearchParams(fields), headers})).status;
    }"""
    status = page.evaluate(script, [path, fields])
    assert status < 400, f"{path} was answered with {status}"


def film_id(page: Page, title: str, year: int | None = None) -> int:
    found = page.request.get("/api/v1/movies", params={"query": title, "per_page": 50}).json()["movies"]
    return next(film["id"] for film in found if film["title"] == title and year in (None, film["year"]))


def visitor(album: Album, browser: Browser, site: Site) -> None:
    page = new_page(browser, site)
    for name, path in pages(page):
        album.take(page, f"visitor--{name}", path)
    album.take(page, "visitor--not-found", "/nowhere")

    def refused(page: Page) -> None:
        page.get_by_label("Name").fill("Charlie")
        page.get_by_label("Password").fill("12345678")
        page.get_by_role("button", name="Register").or_(page.locator("main").get_by_role("button", name="Sign in")).click()
        page.locator(".error").first.wait_for()

    album.take(page, "visitor--register-refused", "/register", refused)
    album.take(page, "visitor--sign-in-refused", "/sign-in", refused)


def pick_three(page: Page) -> None:
    for at in (0, 2, 4):
        page.locator(".group input").nth(at).check(force=True)


def newcomer(album: Album, browser: Browser, site: Site) -> None:
    page = signed_up(browser, site, "Dana")
    for name, path in pages(page, {"api.reference.page", "pages.about", "accounts.account", *NOT_HERE}):
        album.take(page, f"new--{name}", path)
    album.take(page, "new--welcome", "/welcome")
    album.take(page, "new--welcome-picked", "/welcome", pick_three)
    album.take(page, "new--welcome-rate", "/welcome/rate?group=0&group=2&group=4")
    album.take(page, "new--welcome-refused", "/welcome/rate?group=0")
    page.goto("/")
    for title, year, _ in SEEN[:3]:
        say(page, f"/movies/{film_id(page, title, year)}/rating", stars="4")
    album.take(page, "few--pages-index", "/")
    album.take(page, "few--recommendations-page", "/recommendations")
    for title, year, _ in SEEN[3:7]:
        say(page, f"/movies/{film_id(page, title, year)}/rating", stars="4")
    ready = page.locator(".pick-strip .card").nth(9)
    album.take(page, "few--welcome-list", "/welcome/rate?group=0&group=2&group=4", lambda _: ready.wait_for(state="attached"))


def old_hand(album: Album, browser: Browser, site: Site, folder: Path) -> Page:
    """Alice, who has been here for three years, and runs the site."""
    page = signed_up(browser, site, "Alice")
    bring_history(page, folder)
    page.goto("/recommendations")
    page.locator("[data-live] .card").nth(20).wait_for(timeout=120_000)
    expect(page.locator("[data-updating]")).to_be_hidden(timeout=120_000)
    page.goto("/account")
    name = page.locator("h1").inner_text()
    site.run("make-operator", name)
    page.request.post("/api/v1/tokens", data={"username": name, "password": PASSWORD})
    for title, year in LIST[:4]:
        say(page, f"/movies/{film_id(page, title, year)}/watchlist")
    for title, year, kind in (("Braveheart", 1995, "not_for_me"), ("The Mask", 1994, "not_for_me"), ("Gladiator", 2000, "not_now")):
        say(page, f"/movies/{film_id(page, title, year)}/dismiss", kind=kind)
    say(page, f"/movies/{film_id(page, 'Barbie', 2023)}/ignore")
    page.goto("/recommendations")
    expect(page.locator("[data-updating]")).to_be_hidden(timeout=120_000)
    drawn(page)
    encoding(page)
    for endpoint, path in pages(page, NOT_HERE):
        album.take(page, endpoint, path)
    states(album, page)
    evening(album, page)
    imports(album, page, folder)
    return page


def drawn(page: Page) -> None:
    """Wait for the map, and for the films like each: the background service makes them when it has nothing else to do."""
    for _ in range(300):
        page.goto("/map")
        if page.locator("[data-map]").count():
            return
        page.wait_for_timeout(1000)
    raise SystemExit("The map is not drawn.")


def encoding(page: Page) -> None:
    """Wait until plots can be searched: the encoder loads when it is first asked."""
    for _ in range(120):
        page.goto("/search?q=heist+inside+dreams")
        if not page.get_by_text("Plots cannot be searched just now").count():
            return
        page.wait_for_timeout(1000)
    raise SystemExit("Plots cannot be searched.")


def bring_history(page: Page, folder: Path) -> None:
    """Ratings of three years and a list, by an import of our own format."""
    films = [{"title": title, "year": year} for title, year, *_ in (*SEEN, *LIST)]
    now, month = int(time.time()), 30 * 86_400
    entries = [{"film": at, "kind": "rating", "stars": stars, "at": now - (at + 1) * month} for at, (_, _, stars) in enumerate(SEEN)]
    entries += [{"film": len(SEEN) + at, "kind": "list", "list": "Rainy Sundays"} for at in range(len(LIST))]
    path = folder / "movie-recommender.json"
    path.write_text(json.dumps({"format": "movie-recommender export", "version": 1, "films": films, "entries": entries}), "utf-8")
    upload(page, path)
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_text("Brought in").wait_for()


def upload(page: Page, path: Path) -> None:
    page.goto("/imports")
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_timeout(300)
    if button := page.get_by_role("button", name="Read the file").filter(visible=True).all():
        button[0].click()
    page.wait_for_url("**/imports/*")


def states(album: Album, page: Page) -> None:
    """What pages look like beyond how they open."""
    card = page.locator("[data-live] .card").nth(1)
    listed = "/recommendations"

    def click(target: Locator) -> Callable[[Page], None]:
        return lambda page: target.first.click()

    def why(page: Page) -> None:
        page.locator("[data-why]").nth(1).click()
        page.locator(".dialogue .receipt").wait_for()

    def suggest(page: Page) -> None:
        page.locator("#q-top").press_sequentially("god", delay=20)
        page.locator(".suggested a").first.wait_for()

    def hide(page: Page) -> None:
        card.locator(".hide summary").click()
        card.get_by_role("button", name="Not for me").click()
        page.locator(".toast").wait_for()
        page.get_by_role("button", name="Undo").filter(visible=True).click()
        card.wait_for()

    def dial(page: Page) -> None:
        page.locator("input[type=range]").first.fill("80")
        page.wait_for_timeout(2_500)

    def plots(page: Page) -> None:
        page.wait_for_timeout(1_500)

    def zoomed(page: Page) -> None:
        page.locator("canvas").wait_for()
        page.locator("canvas").focus()
        for _ in range(6):
            page.keyboard.press("+")
        page.wait_for_timeout(500)

    def closer(page: Page) -> None:
        page.get_by_role("button", name="Look closer").click()
        page.locator(".closer .point").first.hover(force=True)
        page.locator(".closer").scroll_into_view_if_needed()

    def footed(heading: str) -> Callable[[Page], None]:
        return lambda page: page.get_by_role("heading", name=heading).scroll_into_view_if_needed()

    rear_window, odyssey = film_id(page, "Rear Window", 1954), film_id(page, "2001: A Space Odyssey", 1968)
    page.goto(f"/movies/{rear_window}")
    person = page.locator("a[href^='/people/']").first.get_attribute("href")
    for name, path, act in (
        ("recommendations-page--filter", listed, click(page.locator(".genre-filter summary"))),
        ("recommendations-page--filtered", f"{listed}?genre=Comedy&genre=Crime&exclude_genre=Horror&decade=1990", None),
        ("recommendations-page--nothing", f"{listed}?genre=Western&genre=Documentary&match=all", None),
        ("recommendations-page--seen", listed, click(card.locator(".seen summary"))),
        ("recommendations-page--hide", listed, click(card.locator(".hide summary"))),
        ("recommendations-page--hidden-and-back", listed, hide),
        ("recommendations-page--why", listed, why),
        ("recommendations-page--last", f"{listed}?page=99", lambda page: page.locator(".pager").scroll_into_view_if_needed()),
        ("recommendations-page--menu", listed, click(page.locator(".more-pages summary"))),
        ("recommendations-page--suggested", listed, suggest),
        ("explaining-page", f"/movies/{odyssey}/why", None),
        ("movies-movie", f"/movies/{odyssey}", None),
        ("movies-movie--rated", f"/movies/{rear_window}", None),
        ("movies-movie--similar", f"/movies/{rear_window}", lambda page: page.locator(".similar").first.scroll_into_view_if_needed()),
        ("movies-movie--long", f"/movies/{film_id(page, LONG_TITLE)}", None),
        ("movies-movie--nothing-known", f"/movies/{film_id(page, UNKNOWN['title'])}", None),
        ("movies-person", person, None),
        ("movies-search--titles", "/search?q=star", plots),
        ("movies-search--typo", "/search?q=shawshenk+redemtion", plots),
        ("movies-search--plot", "/search?q=heist+inside+dreams", plots),
        ("movies-search--long", "/search?q=night+of+the+day+of+the+dawn", plots),
        ("movies-search--nothing", "/search?q=zzzzzz", plots),
        ("steering-page--preview", "/steering", dial),
        ("rating-ratings--by-title", "/ratings?sort=title", None),
        ("operator-logs", "/operator/logs/web", None),
        ("maps-page--fans", "/map?by=fans", plots),
        ("maps-page--near", "/map", zoomed),
        ("maps-page--how", "/map", click(page.locator(".map-how summary"))),
        ("taste-page--people", "/taste", footed("Directors you favour")),
        ("taste-page--history", "/taste", footed("When you rated")),
        ("taste-page--closer", "/taste", closer),
        ("neighbours-page--one", "/neighbours", click(page.locator(".fellow").nth(1))),
        ("not-found", "/nowhere", None),
        ("onboarding-refused", "/welcome/rate?group=0", None),
    ):
        album.take(page, name, path, act)


def evening(album: Album, page: Page) -> None:
    """A guest who rates, and films for both; she stays, for when the background service is gone."""
    page.goto("/tonight")
    page.get_by_label("A guest's name").fill("Carol")
    page.get_by_role("button", name="Send a link").click()
    album.take(page, "tonight-link")
    link = page.get_by_label("Link", exact=True).input_value()
    page.goto("/tonight")
    album.take(page, "tonight-page--awaited")
    phone = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    album.take(phone, "tonight-guest", link)
    phone.goto(link)
    for place in range(5):
        phone.locator("li.card").nth(place).locator(f"label[for$='-{5 - place % 3}']").click()
    phone.get_by_role("button", name="Done").click()
    album.take(phone, "tonight-joined", link)
    page.locator(".pick").first.wait_for()  # without a reload: the page notices
    album.take(page, "tonight-page--picks", "/tonight")
    album.take(page, "tonight-page--nothing", "/tonight?genre=Western&exclude_genre=Western")


def imports(album: Album, page: Page, folder: Path) -> None:
    """A file with doubtful rows, one that is none, and what was brought."""
    path = folder / "letterboxd-alice.csv"
    path.write_text(DOUBTFUL, "utf-8")
    upload(page, path)
    report = page.url
    album.take(page, "imports-report--doubtful", report)
    album.take(page, "imports-report--which", report, lambda page: page.locator(".doubts").scroll_into_view_if_needed())
    album.take(page, "imports-film", f"{report}/films/1")
    page.goto(report)
    page.get_by_role("button", name="Bring it in").first.click()
    page.get_by_text("Brought in").wait_for()
    album.take(page, "imports-report--applied", report)
    broken = folder / "holiday.png"
    broken.write_bytes(page.screenshot())

    def refuse(page: Page) -> None:
        page.locator("input[type=file]").set_input_files(broken)
        page.get_by_role("button", name="Read the file").click()
        page.locator(".error").filter(visible=True).wait_for()

    album.take(page, "imports-index--refused", "/imports", refuse)


def away(album: Album, alice: Page, bob: Page) -> None:
    """The background service is gone: what waits for it says so."""
    bob.goto("/")
    for title, year, _ in SEEN[:6]:
        say(bob, f"/movies/{film_id(bob, title, year)}/rating", stars="4")
    album.take(bob, "away--first-list", "/recommendations")
    say(alice, f"/movies/{film_id(alice, 'Up', 2009)}/rating", stars="4")
    odyssey = film_id(alice, "2001: A Space Odyssey", 1968)
    for name, path in (
        ("updating", "/recommendations"), ("why", f"/movies/{odyssey}/why"), ("plots", "/search?q=heist+inside+dreams"),
        ("steering", "/steering"), ("operator", "/operator"), ("tonight", "/tonight"),
    ):  # fmt: skip
        album.take(alice, f"away--{name}", path, lambda page: page.wait_for_timeout(800))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    for _ in range(1200):
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(30)


if __name__ == "__main__":
    main()
