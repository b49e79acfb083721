"""The parts of series that no catalogue names, told from the titles of all films together."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..catalogue.series import Film, Place, by_title
from .models import Movie

SOURCE = "title"


def place_by_titles(session: Session) -> int:
    """Set series and part of the films whose titles tell them, and take back what titles no longer tell; returns how many changed.

    What a catalogue said stays as it is.
    """
    session.flush()
    rows = session.execute(select(Movie.id, Movie.title, Movie.year, Movie.series, Movie.part, Movie.sources)).all()
    given = {row.id: Place(row.series, row.part) for row in rows if row.series and row.sources.get("series") != SOURCE}
    found = by_title([Film(row.id, row.title, row.year) for row in rows], given)
    changed = []
    for row in rows:
        if row.id in given or (row.series, row.part) == (place := found.get(row.id) or (None, None)):
            continue
        sources = {name: source for name, source in row.sources.items() if name not in ("series", "part")}
        if place[0]:
            sources |= {"series": SOURCE, "part": SOURCE}
        changed.append({"id": row.id, "series": place[0], "part": place[1], "sources": sources})
    if changed:
        session.execute(update(Movie), changed)
    return len(changed)
