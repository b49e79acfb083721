"""How smoothly the map moves, in Chromium: milliseconds between frames while it is drawn, zoomed in and out, and pointed at.

    python -m movie_recommender.benchmarks.map URL

The site at the address is a running one whose map is drawn already; somebody registers there and deletes the account in the end.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass

from . import browser

STEPS = 60  # moves, zooms in, zooms out: one a frame each
_MOVE = """async steps => {
  const canvas = document.querySelector("[data-map] canvas");
  const box = canvas.getBoundingClientRect();
  canvas.setPointerCapture = () => {};
  const frames = [];
  const frame = () => new Promise(requestAnimationFrame);
  const point = (type, x, y) => canvas.dispatchEvent(
    new PointerEvent(type, {pointerId: 1, clientX: box.left + x, clientY: box.top + y, bubbles: true, pointerType: "mouse"}));
  const wheel = by => canvas.dispatchEvent(
    new WheelEvent("wheel", {deltaY: by, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, cancelable: true}));
  const each = async act => {
    for (let step = 0; step < steps; step += 1) {
      const before = performance.now();
      act(step);
      await frame();
      frames.push(performance.now() - before);
    }
  };
  point("pointerdown", 100, 100);
  await each(step => point("pointermove", 100 + step * 2, 100 + step));
  point("pointercancel", 100, 100);
  await each(() => wheel(-20));
  await each(() => wheel(20));
  const began = performance.now();
  for (let step = 0; step < steps; step += 1) point("pointermove", 50 + step * 3, 80 + step * 3);
  const pointed = (performance.now() - began) / steps;
  frames.sort((a, b) => a - b);
  return {median: frames[frames.length >> 1], late: frames[Math.floor(frames.length * 0.95)], pointed};
}"""


@dataclass(frozen=True)
class Smoothness:
    """Milliseconds: between frames, the median and what one in twenty exceeds; and from pointing at a film to its name."""

    kind: str
    films: str
    median: float
    late: float
    pointed: float


def measure(url: str) -> list[Smoothness]:
    """Move over both maps on a desk.

    Raises:
        InvalidInput: Chromium or playwright is missing.
    """
    found = []
    with browser.chromium() as chromium:
        page = browser.new_page(chromium, url, "desk")
        with browser.newcomer(page):
            for kind in ("plots", "fans"):
                page.goto(f"/map?by={kind}")
                page.locator("[data-map][data-drawn]").wait_for()
                seen = page.evaluate(_MOVE, STEPS)
                films = page.locator(".head .lead").inner_text().split(" films")[0]
                found.append(Smoothness(kind, films, **{name: round(value, 1) for name, value in seen.items()}))
    return found


if __name__ == "__main__":
    json.dump([asdict(one) for one in measure(sys.argv[1])], sys.stdout, indent=1)
