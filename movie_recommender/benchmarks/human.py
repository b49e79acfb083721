"""How long a newcomer takes from "Register" to a list of twenty, with the pauses of a human.

    python -m movie_recommender.benchmarks.human URL [phone|desk]

Somebody who types 40 words a minute and reads 240, on a running site: he reads what is new to him on each page, picks three
kinds of films, and rates five that he has seen; he has not seen every third one. His account is deleted in the end.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from . import browser

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TYPE = 60_000 / (40 * 5)  # milliseconds a key, at 40 words a minute of 5 letters
READ = 60_000 / 240  # milliseconds a word
AIM = 1_100  # milliseconds from the decision to the click or tap
JUDGE = 2_000  # milliseconds to know whether one saw a film, and how it was
STARS = (5, 4, 5, 3, 4)
GROUPS = (1, 4, 6)
LIST = 20
UNSEEN = 3  # he has not seen every such film
PASSWORD = f"correct horse {secrets.token_hex(4)}"


@dataclass
class Walk:
    """What he did, and the seconds from the first click to the list of twenty; the films of the list after each rating from the fifth."""

    interactions: int = 0
    seconds: float = 0.0
    seconds_from_last_star: float = 0.0
    picked: list[str] = field(default_factory=list)
    rated: list[str] = field(default_factory=list)
    first_list: list[str] = field(default_factory=list)


def walk(page: Page) -> Walk:
    """Go from the landing page to the first list; the page is left signed in."""
    done = Walk()
    page.goto("/")
    begin = time.monotonic()
    page.get_by_role("link", name="Register").first.click()
    _read(page, "main h1, main label, main .help")
    for label, text in (("Name", f"Dana {secrets.token_hex(2)}"), ("Password", PASSWORD)):
        _interact(done, page, page.get_by_label(label), typed=text)
    _interact(done, page, page.get_by_role("button", name="Register"))
    page.wait_for_url("**/welcome")
    _read(page, "main h1, main .lead, .group strong")
    for number in GROUPS:
        group = page.locator(".group").nth(number)
        done.picked.append(group.locator("strong").inner_text())
        _interact(done, page, group.locator("input"))
    _interact(done, page, page.get_by_role("button", name="Continue"))
    page.wait_for_url("**/welcome/rate*")
    _read(page, "main h1, main .lead")
    looked_at: set[str] = set()
    for stars in STARS:
        done.rated.append(f"{_rate(done, page, looked_at, stars)} {stars}")
    last = time.monotonic()
    page.locator(".pick-strip .card").nth(LIST - 1).wait_for(state="attached", timeout=60_000)
    done.seconds, done.seconds_from_last_star = round(time.monotonic() - begin, 1), round(time.monotonic() - last, 2)
    done.first_list = page.locator(".pick-strip .card-title").all_inner_texts()
    return done


def _rate(done: Walk, page: Page, looked_at: set[str], stars: int) -> str:
    """Rate the first film that he has seen; its title."""
    while True:
        unrated = page.locator(".ask .card").filter(has=page.locator("output:empty"))
        titles = unrated.locator(".card-title").all_inner_texts()
        title = next(title for title in titles if title not in looked_at)
        looked_at.add(title)
        page.wait_for_timeout(JUDGE)
        if len(looked_at) % UNSEEN:
            card = unrated.filter(has=page.get_by_role("heading", name=title, exact=True))
            _interact(done, page, card.locator(f"label[for$='-{stars}']"))
            return title


def _interact(done: Walk, page: Page, target: Locator, typed: str = "") -> None:
    page.wait_for_timeout(AIM)
    if typed:
        target.press_sequentially(typed, delay=TYPE)
    else:
        target.click(force=True)
    done.interactions += 1


def _read(page: Page, parts: str) -> None:
    words = sum(len(text.split()) for text in page.locator(parts).all_inner_texts())
    page.wait_for_timeout(words * READ)


if __name__ == "__main__":
    with browser.chromium() as chromium:
        newcomer = browser.new_page(chromium, sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "phone")
        found = walk(newcomer)
        browser.leave(newcomer, PASSWORD)
        json.dump(asdict(found), sys.stdout, indent=1, ensure_ascii=False)
