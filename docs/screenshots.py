"""Take screenshots of a running site: of every page in its states, or only the few that the README shows.

    make run                                                    # in another terminal
    python docs/screenshots.py http://127.0.0.1:5000            # the README's, into docs/screenshots/
    python docs/screenshots.py http://127.0.0.1:5000 --all DIR  # every page, phone and desk, light and dark

It registers a person of its own, rates a few films as she would, and deletes her account in the end.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PASSWORD = secrets.token_urlsafe(16)
SCREENS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
# What she has seen: title, year, stars.
TASTE = (
    ("Spirited Away", 2001, 5), ("Blade Runner", 1982, 5), ("Alien", 1979, 4), ("Amélie", 2001, 4), ("Fargo", 1996, 5),
    ("Rear Window", 1954, 5), ("The Matrix", 1999, 3), ("Titanic", 1997, 2), ("The Grand Budapest Hotel", 2014, 5), ("Jaws", 1975, 4),
    ("Scream", 1996, 1), ("Casablanca", 1942, 4),
)  # fmt: skip
FOR_README = {"home": ("desk-light", "phone-light"), "recommendations": ("desk-light", "phone-dark"), "film": ("desk-dark",)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="address of the running site")
    parser.add_argument("--all", metavar="DIR", type=Path, help="take every page in its states, into this folder")
    arguments = parser.parse_args()
    folder = arguments.all or Path(__file__).parent / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str, look: str) -> None:
        if arguments.all or look in FOR_README.get(name, ()):
            (folder / f"{name}-{look}.png").write_bytes(packed(page.screenshot(animations="disabled")))

    with sync_playwright() as playwright:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        walk(browser, arguments.url, keep)
        browser.close()


def walk(browser: Browser, url: str, keep: Callable[[Page, str, str], None]) -> None:
    """Go through the site as a newcomer does, and look at each stage on every screen in both colours."""
    name = f"Dana {secrets.token_hex(2)}"
    page = browser.new_page(base_url=url)
    looks = {f"{screen}-{colour}": (screen, colour) for screen in SCREENS for colour in ("light", "dark")}

    def look_at(**stages: str) -> None:
        for look, (screen, colour) in looks.items():
            page.set_viewport_size(SCREENS[screen])  # type: ignore[arg-type]
            page.emulate_media(color_scheme=colour, reduced_motion="reduce")  # type: ignore[arg-type]
            for stage, path in stages.items():
                page.goto(path)
                keep(page, stage.replace("_", "-"), look)

    look_at(landing="/", register="/register", sign_in="/sign-in", about="/about", nowhere="/nowhere")
    page.goto("/register")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    look_at(home_at_first="/", ratings_none="/ratings", recommendations_none="/recommendations", search_none="/search?q=zzz")
    for number, film in enumerate(TASTE):
        rate(page, *film)
        if number == 2:
            look_at(home="/", recommendations_few="/recommendations")
    page.goto("/recommendations")
    page.locator(".card").first.wait_for(timeout=120_000)
    page.locator("[data-updating]").wait_for(state="hidden", timeout=120_000)
    look_at(
        recommendations="/recommendations", recommendations_filtered="/recommendations?genre=Comedy&exclude_genre=Horror",
        recommendations_nothing="/recommendations?genre=Western&genre=Documentary&match=all", ratings="/ratings",
        search="/search?q=star", films="/search", account="/account", film_rated=film_path(page, "Rear Window", 1954),
        film=film_path(page, "2001: A Space Odyssey", 1968),
    )  # fmt: skip
    page.goto("/account")
    page.get_by_label("Your password, to confirm").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()


def packed(png: bytes) -> bytes:
    """The same picture, its data deflated as well as zlib can."""
    chunks, place = [], 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4])
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + size]))
        place += 12 + size
    pixels = zlib.compress(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")), level=9)
    kept = [(kind, body) for kind, body in chunks if kind != b"IDAT"]
    kept.insert(-1, (b"IDAT", pixels))
    return png[:8] + b"".join(len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4) for kind, body in kept)


def film_path(page: Page, title: str, year: int) -> str:
    page.goto(f"/search?q={title}")
    card = page.locator(".card", has_text=str(year)).filter(has=page.get_by_role("link", name=title, exact=True)).first
    return card.locator(".card-title a").get_attribute("href") or "/"


def rate(page: Page, title: str, year: int, stars: int) -> None:
    path = film_path(page, title, year)
    page.goto(path)
    page.locator(f".rating-panel label[for$='-{stars}']").click()
    page.locator(".rating-panel [data-kind=saved]").wait_for()


if __name__ == "__main__":
    main()
