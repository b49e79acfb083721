"""What a reader waits for on the recommendations page, by Chromium's own account of it.

    python -m movie_recommender.benchmarks.page URL

The site at the address is a running one: somebody registers there, rates some films, gets a list, and looks at it with an
empty cache (cold) and once more (warm), each time from top to bottom; the account is deleted in the end.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from . import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RATED, CARDS, REPEATS = 12, 50, 5
SETTLED = 500  # milliseconds after which nothing is painted any more

_OBSERVE = """
window.paint = 0; window.shift = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) paint = entry.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
"""
_SCROLL = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise(done => setTimeout(done, 30));
  }
}"""
_BYTES = """() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const posters = all.filter(one => new URL(one.name).pathname.startsWith("/posters/"));
  const sum = some => some.reduce((bytes, one) => bytes + one.transferSize, 0);
  return {bytes: sum(all) - sum(posters), requests: all.length - posters.length};
}"""


@dataclass(frozen=True)
class Visit:
    """Medians over the visits of a kind; the largest paint in milliseconds, bytes and requests without posters."""

    screen: str
    cache: str
    cards: int
    largest_paint: float
    layout_shift: float
    bytes: int
    requests: int


def measure(url: str, repeats: int = REPEATS) -> list[Visit]:
    """Visit the page as often, each time as a browser of its own.

    Raises:
        InvalidInput: Chromium or playwright is missing.
    """
    with browser.chromium() as chromium:
        page = browser.new_page(chromium, url, "desk")
        with browser.newcomer(page):
            _rate(page)
            signed_in: Any = page.context.storage_state()
            return [
                visit for screen in browser.SCREENS
                for visit in _medians(screen, (_cold_and_warm(chromium, url, screen, signed_in) for _ in range(repeats)))
            ]  # fmt: skip


def _rate(page: Page) -> None:
    """Rate the first films offered, and wait for the list."""
    page.goto("/")
    for place in range(RATED):
        card = page.locator(".cards .card").nth(place)
        card.locator(f"label[for$='-{5 - place % 4}']").click()
        card.get_by_text("of 5").wait_for()
    page.goto("/recommendations")
    page.locator("[data-live] .card").first.wait_for(timeout=120_000)
    page.locator("[data-updating]").wait_for(state="hidden", timeout=120_000)


def _cold_and_warm(chromium: Browser, url: str, screen: str, signed_in: Any) -> list[dict[str, float]]:
    width, height = browser.SCREENS[screen]
    context = chromium.new_context(base_url=url, viewport={"width": width, "height": height}, storage_state=signed_in)
    context.add_init_script(_OBSERVE)
    page = context.new_page()
    visits = []
    for _ in ("cold", "warm"):
        page.goto("/recommendations", wait_until="load")
        page.wait_for_timeout(SETTLED)
        seen = {"paint": page.evaluate("paint")}
        page.evaluate(_SCROLL)
        visits.append({**seen, **page.evaluate(_BYTES), "shift": page.evaluate("shift"), "cards": page.locator(".card").count()})
        page.goto("about:blank")
    context.close()
    return visits


def _medians(screen: str, visits: Iterable[list[dict[str, float]]]) -> list[Visit]:
    found = []
    for cache, each in zip(("cold", "warm"), zip(*visits, strict=True), strict=True):
        median = {name: statistics.median(visit[name] for visit in each) for name in each[0]}
        sizes = [int(median[name]) for name in ("cards", "bytes", "requests")]
        found.append(Visit(screen, cache, sizes[0], round(median["paint"]), round(median["shift"], 4), sizes[1], sizes[2]))
    return found


if __name__ == "__main__":
    json.dump([asdict(visit) for visit in measure(sys.argv[1])], sys.stdout, indent=1)
