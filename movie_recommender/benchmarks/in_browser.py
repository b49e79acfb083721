"""The product started on an instance that may be thrown away, and what Chromium sees of it.

python -m movie_recommender.benchmarks.in_browser INSTANCE
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import browser, human, page
from .crowd import product


def measure(instance: Path) -> dict[str, Any]:
    """The visits of the recommendations page, and the walk of a newcomer on a phone.

    Raises:
        InvalidInput: Chromium or playwright is missing.
        MovieRecommenderError: The product does not come up.
    """
    with product(instance, 1) as (_, port, _processes):
        url = f"http://127.0.0.1:{port}"
        visits = [asdict(visit) for visit in page.measure(url)]
        with browser.chromium() as chromium:
            newcomer = browser.new_page(chromium, url, "phone")
            walked = asdict(human.walk(newcomer))
            browser.leave(newcomer, human.PASSWORD)
    return {"visits": visits, "walk": walked}


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout)
