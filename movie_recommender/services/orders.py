"""Orders of a shop as a community: each customer is a rater who cannot sign in and who liked what he ordered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..catalogue.exports import Entry, read_upload
from ..errors import ImportFailed
from ..storage import db, raise_revision, writing
from ..storage.models import Import, User
from ..storage.ratings import recount, upsert_ratings
from .clock import now
from .history.matching import Matcher
from .importing import Report

ORIGIN = "orders"


def import_orders(path: Path, data: bytes) -> Report:
    """Bring in an orders file; repeating it changes nothing.

    Raises:
        ImportFailed: The file cannot be read, or holds no order of a film of the catalogue.
    """
    from ..catalogue.rating_columns import RatingColumns  # numpy: not for the website

    reading = read_upload(path.name, data)
    matcher, skipped = Matcher(), Counter(reading.reasons)
    found: list[tuple[str, int, Entry]] = []
    for entry in reading.entries:
        match = matcher.match(entry.film)
        if entry.owner is None:
            raise ImportFailed(f"{path.name} holds a person's ratings. Say whose they are with --user NAME.")
        if match.movie_id is None:
            skipped["not in the catalogue"] += 1
        else:
            found.append((entry.owner, match.movie_id, entry))
    if not found:
        raise ImportFailed(f"{path.name} holds no order of a film of the catalogue.")
    db.session.rollback()
    with writing() as session:
        run = Import(source=f"orders, {path.name}"[:200], started_at=now(), counts={})
        session.add(run)
        session.flush()
        raters = _customers(session, sorted({owner for owner, _, _ in found}))
        rows = RatingColumns.of((raters[owner], movie_id, entry.half_stars or 0, entry.at or 0) for owner, movie_id, entry in found)
        orders = rows.in_order()
        upsert_ratings(session, orders, run.id)
        recount(session)
        raise_revision("community")
        run.finished_at, run.counts = now(), {"customers": len(raters), "orders": len(orders), "skipped": sum(skipped.values())}
    problems = [f"{problem.source}, row {problem.row}: {problem.why}" for problem in reading.problems]
    missing = skipped["not in the catalogue"]
    return Report(run.counts, problems + ([f"{missing:,} orders of films that the catalogue lacks"] if missing else []))


def _customers(session: Session, pseudonyms: list[str]) -> dict[str, int]:
    known = {key: user_id for user_id, key in session.execute(select(User.id, User.external_id).where(User.origin == ORIGIN)) if key}
    rows = [
        {"name": f"Customer {pseudonym[:8]}", "kind": "community", "origin": ORIGIN, "external_id": pseudonym, "created_at": now()}
        for pseudonym in pseudonyms if pseudonym not in known
    ]  # fmt: skip
    if rows:
        session.execute(insert(User), rows)
        return _customers(session, [])
    return known
