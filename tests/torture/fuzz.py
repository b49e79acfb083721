"""Part 5: every parser with hostile inputs: a report or a clear refusal, nothing half-written, bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import func, select

from movie_recommender import create_app, settings
from movie_recommender.catalogue import jsonl
from movie_recommender.catalogue.providers.imdb_pages import LARGEST_PAGE, read_page
from movie_recommender.errors import ImportFailed, MovieRecommenderError
from movie_recommender.services import accounts, history, importing
from movie_recommender.services.signing import HEADER, sign
from movie_recommender.storage import create_or_upgrade, db, writing
from movie_recommender.storage.models import Import, Movie, Rating, UserState

from ..exports.mutations import ALONE, mutated, samples
from . import PASSWORD, ROOT  # not the stand: its engine is 140 MB that no parser needs
from .report import Report, demand

MEMORY = 300 * 1024**2
MOVIES_CSV = b"movieId,title,genres\n" + b"".join(b'%d,"Film %d, The (19%02d)",Comedy|Drama\n' % (at, at, at) for at in range(1, 60))
RATINGS_CSV = b"userId,movieId,rating,timestamp\n" + b"".join(
    b"%d,%d,%.1f,9%d\n" % (at % 7 + 1, at % 59 + 1, at % 10 / 2 + 0.5, at) for at in range(300)
)
LINKS_CSV = b"movieId,imdbId,tmdbId\n" + b"".join(b"%d,%07d,%d\n" % (at, at, at) for at in range(1, 60))
PAGE = b"""<html><head><link rel="canonical" href="https://www.imdb.com/title/tt0113277/"><script type="application/ld+json">
{"@type":"Movie","url":"/title/tt0113277/","name":"Heat","description":"A thief.","datePublished":"1995-12-15","duration":"PT2H50M",
"genre":["Crime"],"director":[{"@type":"Person","name":"Michael Mann"}],"actor":[{"@type":"Person","name":"Al Pacino"}]}</script>
</head><body>Heat</body></html>"""
SETTINGS = b'PORT = 5000\nMIN_RATINGS = 5\nLOG_LEVEL = "INFO"\nDATABASE_URL = "sqlite:///x.sqlite3"\nPOSTERS = true\nLEASE_SECONDS = 20\n'
JOB = b'{"kind": "recompute", "user_id": 1}'


def run(report: Report, folder: Path) -> None:
    """Each parser in a process of its own, whose peak of memory is then its own too; few inputs are not worth so many processes."""
    asked = [f"{name}={report.size(name)}" for name in PARSERS if report.size(name)]
    together = all(report.size(name) < 100 for name in PARSERS)
    for some in [asked] if together else [[one] for one in asked]:
        program = [sys.executable, "-m", "tests.torture.fuzz", str(folder), *some]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
        demand(done.returncode == 0, f"{' '.join(some)}: {done.stderr[-3000:]}")
        for one, line in zip(some, done.stdout.splitlines(), strict=True):
            _judge(report, one.split("=")[0], json.loads(line))


def _judge(report: Report, name: str, outcome: dict[str, int]) -> None:
    peak = outcome.pop("peak")
    demand(peak < MEMORY, f"{name} took {peak / 1024**2:.0f} MB.")
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(outcome.items()))
    report.say(f"{name}: {report.size(name):,} hostile inputs: {told}; peak {peak / 1024**2:.0f} MB (limit 300).")


def _spoilt(random: Random, data: bytes) -> bytes:
    for _ in range(random.randrange(1, 4)):
        data = random.choice(ALONE)(random, data)
    return data


def _uploads(inputs: int, folder: Path) -> Counter[str]:
    app, outcome, sources = _app(folder), Counter[str](), samples()
    with app.app_context():
        alice = accounts.register("Alice", PASSWORD).id
        for seed in range(inputs):
            name, data = mutated(seed, sources)
            try:
                number = history.stage(alice, name, data)
            except ImportFailed as error:
                _clear(error)
                outcome["refused"] += 1
                continue
            before = _count(Rating)
            counts = history.apply(alice, number)
            demand(_count(Rating) == before + counts["new"], f"seed {seed}: half an import")
            outcome["read"] += 1
            db.session.remove()
        demand(
            db.session.scalar(select(func.count()).select_from(Import).where(Import.state == "staged")) == 0, "an import is left half-way"
        )
    return outcome


def _movielens(inputs: int, folder: Path) -> Counter[str]:
    app, outcome, place = _app(folder), Counter[str](), folder / "data"
    place.mkdir()
    with app.app_context():
        for seed in range(inputs):
            random = Random(seed)
            files = {"movies.csv": MOVIES_CSV, "ratings.csv": RATINGS_CSV, "links.csv": LINKS_CSV}
            for name in random.sample(sorted(files), random.randrange(1, 4)):
                files[name] = _spoilt(random, files[name])
            for name, data in files.items():
                (place / name).write_bytes(data[:2_000_000])
            before = _count(Movie), _count(Rating), _count(Import)
            try:
                importing.import_movielens(place)
                outcome["read"] += 1
            except MovieRecommenderError as error:
                db.session.remove()
                _clear(error)
                demand((_count(Movie), _count(Rating), _count(Import)) == before, f"seed {seed}: half an import")
                outcome["refused"] += 1
            if seed % 50 == 49:
                _empty()
    return outcome


def _metadata(inputs: int, folder: Path) -> Counter[str]:
    app, outcome, file = _app(folder), Counter[str](), folder / "movies.jsonl"
    lines = [line for line in jsonl.EMBEDDED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    with app.app_context():
        for seed in range(inputs):
            random = Random(seed)
            file.write_bytes(_spoilt(random, "\n".join(random.sample(lines, 5)).encode())[:2_000_000])
            before = _count(Movie), _count(Import)
            try:
                importing.import_metadata(file)
                outcome["read"] += 1
            except MovieRecommenderError as error:
                db.session.remove()
                _clear(error)
                demand((_count(Movie), _count(Import)) == before, f"seed {seed}: half an import")
                outcome["refused"] += 1
            if seed % 50 == 49:
                _empty()
    return outcome


def _pages(inputs: int, folder: Path) -> Counter[str]:
    outcome = Counter[str]()
    for seed in range(inputs):
        found = read_page(_spoilt(Random(seed), PAGE)[:LARGEST_PAGE].decode("utf-8", "replace"))
        outcome["a film" if found else "no film"] += 1
    return outcome


def _settings(inputs: int, folder: Path) -> Counter[str]:
    outcome, file = Counter[str](), folder / "settings.toml"
    for seed in range(inputs):
        random = Random(seed)
        file.write_bytes(_spoilt(random, SETTINGS)[:500_000])
        words = {
            random.choice(sorted(settings.KNOWN - {"INSTANCE_PATH"})): _spoilt(random, b"1").decode("utf-8", "replace") for _ in range(3)
        }
        try:
            settings.load(environment=words, INSTANCE_PATH=folder)
            outcome["taken"] += 1
        except MovieRecommenderError as error:
            _clear(error)
            outcome["refused"] += 1
    return outcome


def _jobs(inputs: int, folder: Path) -> Counter[str]:
    from background_api import create_api  # numba and others: the memory of this parser alone

    api = create_api(TESTING=True, INSTANCE_PATH=folder, PROPAGATE_EXCEPTIONS=False)
    outcome = Counter[str]()
    with api.app_context():
        create_or_upgrade()
        accounts.register("Alice", PASSWORD)
    client = api.test_client()
    for seed in range(inputs):
        body = _spoilt(Random(seed), JOB)
        headers = {HEADER: sign(api.config["BACKGROUND_KEY"], "POST", "/jobs", body), "Content-Type": "application/json"}
        answer = client.post("/jobs", data=body, headers=headers)
        demand(answer.status_code < 500 and answer.is_json, f"seed {seed}: {answer.status_code} {answer.text[:300]}")
        outcome[f"answered {answer.status_code}"] += 1
    return outcome


PARSERS: dict[str, Callable[[int, Path], Counter[str]]] = {
    "uploads": _uploads, "movielens": _movielens, "metadata": _metadata, "pages": _pages, "settings": _settings, "jobs": _jobs,
}  # fmt: skip


def _app(folder: Path) -> Flask:
    app = create_app(TESTING=True, INSTANCE_PATH=folder / "instance", BACKGROUND_URL="http://127.0.0.1:9")
    with app.app_context():
        create_or_upgrade()
    return app


def _count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _empty() -> None:
    """Forget what was imported: a catalogue that grows would be measured too."""
    with writing() as session:
        for table in reversed(Movie.metadata.sorted_tables):
            if table.name not in ("users", "user_states", UserState.__tablename__):
                session.execute(table.delete())
    db.session.remove()


def _clear(error: MovieRecommenderError) -> None:
    demand(
        error.message and "Traceback" not in error.message and len(error.message) < 2_000, f"An unclear message: {error.message[:500]!r}"
    )


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    place = Path(sys.argv[1])
    for parser, amount in (word.split("=") for word in sys.argv[2:]):
        (place / parser).mkdir(parents=True)
        result = PARSERS[parser](int(amount), place / parser)
        # Not getrusage: its peak is inherited from the process that started this one.
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        sys.stdout.write(json.dumps({**result, "peak": int(peak.split()[1]) * 1024}) + "\n")
