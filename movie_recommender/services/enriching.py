"""Completing the catalogue from metadata providers: `flask enrich`.

What was answered is written in small transactions, with who was asked and when, so that a run which was stopped goes on
where it was.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from ..catalogue.providers import Answer, Failed, ProviderStopped, Wanted
from ..catalogue.providers.answers import Provider
from ..errors import BackgroundUnavailable, InvalidInput
from ..storage import db, raise_revision, upsert, writing
from ..storage.filling import fill
from ..storage.models import Credit, Enrichment, Movie, MovieGenre
from ..storage.series import place_by_titles
from .clock import now
from .dispatch import call
from .importing import Progress, Report

log = logging.getLogger(__name__)
ASK_AGAIN = 30 * 86_400  # seconds after which a provider that knew nothing, or not all, is asked again
_BATCH = 20
CRAWL_PER_SECOND = 0.2
_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n": "png", b"RIFF": "webp"}


def is_configured() -> bool:
    """Whether there is anybody to ask."""
    return bool(_configured())


def enrich(limit: int | None = None, progress: Progress = lambda what, done, total: None) -> Report:
    """Fill in missing facts of the movies, the best known first, from each provider in the operator's order.

    Args:
        limit: The most movies about which a provider is asked.
        progress: Called with the provider's name, the films answered since, and their number.

    Raises:
        InvalidInput: No provider is configured.
    """
    names = _configured()
    if not names:
        raise InvalidInput("There is nobody to ask. Set TMDB_KEY, IMDB_FILES_DIR or IMDB_PAGES_DIR, or add wikidata to METADATA_PROVIDERS.")
    report, filled = Report(), Counter[str]()
    for name in names:
        _ask(_made(name), limit, progress, report, filled)
    report.counts |= {f"{name} filled": count for name, count in filled.most_common()}
    if filled["plot"]:
        _reembed(report)
    return report


def _configured() -> list[str]:
    """The providers that may be asked, in their order."""
    config = current_app.config
    needs = {
        "tmdb": config["TMDB_KEY"], "imdb_files": config["IMDB_FILES_DIR"], "imdb_pages": config["IMDB_PAGES_DIR"] or config["IMDB_CRAWL"],
        "wikidata": True,
    }  # fmt: skip
    return [name for name in config["METADATA_PROVIDERS"] if needs[name]]


def _made(name: str) -> Provider:
    # Here and not above: the website imports this module, and asks nobody.
    from ..catalogue.providers.imdb_files import ImdbFiles
    from ..catalogue.providers.imdb_pages import ImdbPages
    from ..catalogue.providers.tmdb import Tmdb
    from ..catalogue.providers.web import Web
    from ..catalogue.providers.wikidata import Wikidata

    config = current_app.config
    agent = f"MovieRecommender/1 (self-hosted; {config['CONTACT'] or 'no contact given'})"
    if name == "tmdb":
        return Tmdb(Web("TMDB", agent, per_second=20), config["TMDB_KEY"], config["TMDB_URL"], config["TMDB_IMAGES_URL"])
    if name == "imdb_files":
        return ImdbFiles(Path(config["IMDB_FILES_DIR"]))
    if name == "imdb_pages":
        pages = config["IMDB_PAGES_DIR"]
        crawl = Web("IMDb", agent, per_second=CRAWL_PER_SECOND, walls=(202, 401, 403, 451)) if config["IMDB_CRAWL"] else None
        return ImdbPages(Path(pages) if pages else None, crawl, config["IMDB_URL"])
    return Wikidata(Web("Wikidata", agent, per_second=4), config["WIKIDATA_URL"], config["WIKIPEDIA_URL"])


def _ask(provider: Provider, limit: int | None, progress: Progress, report: Report, filled: Counter[str]) -> None:
    db.session.rollback()  # see what others wrote meanwhile
    wanted = _wanted(provider.name, limit)
    before, batch = filled.total(), []
    try:
        for answered in provider.answers(wanted):
            batch.append(answered)
            progress(provider.name, 1, len(wanted))
            if len(batch) >= _BATCH:
                _save(provider.name, batch, report, filled)
                batch = []
    except ProviderStopped as error:
        report.problems.append(error.message)
    finally:
        # Also when somebody stops the command: what was answered is kept.
        _save(provider.name, batch, report, filled)
        if filled.total() > before:
            with writing() as session:
                place_by_titles(session)
            raise_revision("catalogue")


def _wanted(provider: str, limit: int | None) -> list[Wanted]:
    """The movies that lack something and about which this provider was not asked lately."""
    posters = provider == "tmdb" and current_app.config["POSTERS"]
    gaps = [Movie.plot.is_(None), Movie.runtime.is_(None), ~exists().where(MovieGenre.movie_id == Movie.id)]
    gaps += [~exists().where(Credit.movie_id == Movie.id, Credit.role == role) for role in ("director", "actor")]
    if posters:
        gaps.append(Movie.poster.is_(None))
    if provider == "tmdb":  # who alone knows series; most films are in none, which one answer tells for good
        told = exists().where(Enrichment.movie_id == Movie.id, Enrichment.provider == provider, Enrichment.outcome == "found")
        gaps.append(and_(Movie.series.is_(None), ~told))
    asked = exists().where(
        Enrichment.movie_id == Movie.id, Enrichment.provider == provider, Enrichment.outcome != "failed",
        Enrichment.asked_at > now() - ASK_AGAIN,
    )  # fmt: skip
    columns = (Movie.id, Movie.title, Movie.year, Movie.imdb_id, Movie.tmdb_id, Movie.poster)
    query = select(*columns).where(or_(*gaps), ~asked, or_(Movie.imdb_id.is_not(None), Movie.tmdb_id.is_not(None)))
    rows = db.session.execute(query.order_by(Movie.renown, Movie.rating_count.desc(), Movie.id).limit(limit)).all()
    db.session.rollback()
    return [
        Wanted(movie_id, title, year, imdb, tmdb, poster=posters and poster is None) for movie_id, title, year, imdb, tmdb, poster in rows
    ]


def _save(provider: str, batch: list[tuple[Wanted, Answer | Failed | None]], report: Report, filled: Counter[str]) -> None:
    if not batch:
        return
    source = {"from": provider, "on": f"{datetime.now(UTC):%Y-%m-%d}"}
    with writing() as session:
        for film, answer in batch:
            if isinstance(answer, Answer):
                filled.update(_fill(session, film, answer, source))
                outcome = "found"
            else:
                outcome = "failed" if answer else "nothing"
            if isinstance(answer, Failed) and len(report.problems) < 100:
                report.problems.append(f"{film.title}: {answer.message}")
            report.counts[outcome] = report.counts.get(outcome, 0) + 1
            values = {"asked_at": now(), "outcome": outcome}
            statement = upsert(Enrichment).values(movie_id=film.movie_id, provider=provider, **values)
            session.execute(statement.on_conflict_do_update(index_elements=["movie_id", "provider"], set_=values))


def _fill(session: Session, film: Wanted, answer: Answer, source: dict[str, str]) -> set[str]:
    movie = session.get(Movie, film.movie_id)
    if movie is None:
        return set()
    filled = fill(session, movie, answer.record, source, answer.origins)
    if film.poster and answer.poster and (name := _keep_poster(movie.id, answer.poster)):
        movie.poster = name
        movie.sources = {**movie.sources, "poster": source}
        filled.add("poster")
    session.flush()
    return filled


def _keep_poster(movie_id: int, data: bytes) -> str | None:
    """Write a picture into the instance folder; returns its name, None when it is none."""
    ending = next((ending for start, ending in _PICTURES.items() if data.startswith(start)), None)
    if ending is None:
        return None
    folder = Path(current_app.config["INSTANCE_PATH"]) / "posters"
    folder.mkdir(exist_ok=True)
    draft = folder / f".{movie_id}.part"
    draft.write_bytes(data)
    os.replace(draft, folder / f"{movie_id}.{ending}")
    return f"{movie_id}.{ending}"


def _reembed(report: Report) -> None:
    """Ask for the vectors of the new plots."""
    try:
        call("POST", "/jobs", {"kind": "fillchroma", "rebuild": False})
    except BackgroundUnavailable:
        report.problems.append("The background API does not run. `flask fillchroma` encodes the new plots.")


def asked_providers() -> set[str]:
    """Which providers have contributed: whose terms the site shows."""
    return set(db.session.scalars(select(Enrichment.provider).where(Enrichment.outcome == "found").distinct()))
