"""`python -m tests.torture.planted`: does the torture find what is wrong? Each fault is planted in a copy of the code, and the short form
of a part has to find it. The part finds nothing in the code as it is: the ordinary suite holds that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import ROOT


@dataclass(frozen=True)
class Fault:
    """A line of the product and what it becomes, and the part that has to find it."""

    what: str
    part: str
    file: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "a lost job: nobody looks for lists whose message was lost", "faults", "movie_recommender/services/reconcile.py",
        "        return list(session.scalars(statement))\n\n\ndef of_another_engine", "        return []\n\n\ndef of_another_engine",
    ),
    Fault(
        "a missing login check: the page of ratings is open", "access", "movie_recommender/web/access.py",
        "request.endpoint is None or", 'request.endpoint in (None, "rating.ratings") or',
    ),
    Fault(
        "an unescaped title", "access", "movie_recommender/web/templates/_film.html",
        "<h1>{{ film.title }}</h1>", "<h1>{{ film.title|safe }}</h1>",
    ),
    Fault(
        "a swallowed error: what is no number is one star", "machine", "movie_recommender/services/rating.py",
        'doubled = float("nan")', "doubled = 2.0",
    ),
    Fault(
        "somebody else's import: its owner is not asked for", "access", "movie_recommender/services/history/staging.py",
        "select(Import).where(Import.id == import_id, Import.user_id == user_id)", "select(Import).where(Import.id == import_id)",
    ),
    Fault(
        "an off-by-one on one value: four and a half stars are kept as four", "machine", "movie_recommender/services/rating.py",
        "    return int(doubled)\n", "    return int(doubled) - (doubled == 9)\n",
    ),
    Fault(
        "writers that fail at once: transactions become writers half-way", "load", "movie_recommender/storage/database.py",
        '"BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN"', '"BEGIN"',
    ),
    Fault(
        "a removed rating that stays", "crash", "movie_recommender/services/rating.py",
        "        session.execute(delete(Rating).where(Rating.user_id == user_id, Rating.movie_id == movie_id))\n", "",
    ),
    Fault(
        "an index that calls itself current whatever it holds", "index", "movie_recommender/storage/plot_index.py",
        'return live is not None and _manifest(live).get("digest") == digest\n', "return live is not None\n",
    ),
    Fault(
        "a count that is not kept: a removed rating still counts", "machine", "movie_recommender/services/rating.py",
        "        _count(session, movie_id, -1, -before)\n", "",
    ),
)  # fmt: skip


def main() -> int:
    """Returns 0 when every fault was found; words on the command line choose the faults that hold one of them."""
    chosen = [fault for fault in FAULTS if not sys.argv[1:] or any(word in fault.what for word in sys.argv[1:])]
    found = [_is_found(fault) for fault in chosen]
    return 0 if all(found) else 1


def _is_found(fault: Fault) -> bool:
    with tempfile.TemporaryDirectory(prefix="planted-") as place:
        copy = Path(place) / "product"
        # With __pycache__: else every copy would compile its kernels first.
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "instance", ".hypothesis", ".*_cache"))
        file = copy / fault.file
        text = file.read_text(encoding="utf-8")
        if text.count(fault.right) != 1:
            sys.stdout.write(f"CANNOT PLANT  {fault.what}: {fault.file} reads otherwise now\n")
            return False
        file.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
        program, started = [sys.executable, "-m", "tests.torture", fault.part, "--short"], time.monotonic()
        done = subprocess.run(program, cwd=copy, capture_output=True, text=True, check=False)
    finding = next((line.split("FOUND: ", 1)[1] for line in done.stdout.splitlines() if "FOUND: " in line), done.stderr[-300:])
    found = done.returncode == 1 and "FOUND: " in done.stdout
    took = time.monotonic() - started
    sys.stdout.write(f"{'found' if found else 'NOT FOUND'}  {fault.what}\n    by {fault.part} in {took:.0f} s: {finding[:200]}\n")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    sys.exit(main())
