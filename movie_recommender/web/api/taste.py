"""Your taste in figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from ...services import taste
from . import schemas
from .answers import references
from .auth import auth, me

bp = APIBlueprint("taste", __name__, tag={"name": "Taste"})
LINES = ("genres", "decades", "directors", "actors", "history")


@bp.get("/taste")
@bp.auth_required(auth)
@bp.output(schemas.Taste, description="Your ratings against the others', by genre, decade and person, over time.")
@bp.doc(operation_id="getTaste")
def get_taste() -> dict[str, Any]:
    """Your taste, and how well we predict you"""
    found = taste.of(me().id)
    check = taste.check(me().id) if found.count else taste.Check("too_few")
    known = check.state == "checked"
    return {
        "count": found.count,
        "mean": found.mean if found.count else None,
        "crowd": found.crowd,
        "histogram": found.histogram,
        **{name: [asdict(line) for line in getattr(found, name)] for name in LINES},
        "above": _apart(found.above),
        "below": _apart(found.below),
        "check": {
            "state": check.state,
            "count": check.count,
            **{name: getattr(check, name) if known else None for name in ("ours", "own_mean", "crowd")},
            "missed": _apart(check.missed),
        },
    }


def _apart(films: Iterable[taste.Apart]) -> list[dict[str, Any]]:
    return [{**references([film.movie])[0], "stars": film.stars, "other": film.other} for film in films]
