"""What the engine knows of one person among the others: who is nearest to him, how well he is predicted, what the crowd gave.

Only the background API imports this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from sqlalchemy import and_, or_, select

from ..core import Recommender
from ..core.fans import FAVOURITE, fellows
from ..errors import NotFound
from ..storage import db
from ..storage.models import DEMO_ORIGIN, Openness, User
from . import dismissing, rating, viewing
from .engine import Engine

NEAREST = 12  # people
MISSED = 6  # predictions that were furthest off
SHARED = 12  # favourites that both have, told of each
LOVED = 60  # films that one of them loves, told of each
LOVE = 9  # half stars from which on a film is loved
DAMPING = 5.0  # ratings that a film's mean must outweigh


def nearest(engine: Engine, user_id: int) -> list[dict[str, Any]]:
    """People who share most favourites with him for what they rated in all, nearest first.

    Community raters take part, never made-up ones, and of the members those who said that they want to be seen.
    """
    stars = _stars(user_id)
    known = viewing.seen(user_id).union(stars, dismissing.film_ids(user_id))
    is_private = and_(User.kind == "member", User.id.not_in(select(Openness.user_id).where(Openness.as_neighbour)))
    private = list(db.session.scalars(select(User.id).where(or_(is_private, User.origin == DEMO_ORIGIN))))
    db.session.rollback()
    with engine.at_rest() as model:
        matrix = model.matrix
        favourites = matrix.items.positions([movie_id for movie_id, given in stars.items() if given * 2 >= FAVOURITE])
        left_out = np.array([matrix.row_of(each) for each in (user_id, *private)], dtype=np.int64)
        rows, scores = fellows(matrix, favourites[favourites >= 0], left_out, NEAREST)
        return [
            {"user_id": matrix.user_id(row), "score": score, **_compared(model, row, stars, known)}
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
        ]


def taste(engine: Engine, user_id: int) -> dict[str, Any]:
    """How well he is predicted (`check`, None with too few ratings), and how the others rated his films (`crowd`).

    `crowd` holds the shares of 0.5, 1 ... 5 stars, each film counting once; zeros where nobody else rated any.
    """
    stars = _stars(user_id)
    made_up = list(db.session.scalars(select(User.id).where(User.origin == DEMO_ORIGIN)))
    db.session.rollback()
    found = engine.self_check(user_id, stars)
    with engine.at_rest() as model:
        crowd = _crowd(model, stars, {model.matrix.row_of(each) for each in (user_id, *made_up)})
    if found is None:
        return {"crowd": crowd, "check": None}
    missed = [{"movie_id": movie_id, "stars": given, "predicted": ours} for movie_id, given, ours in found.missed[:MISSED]]
    check = {"ours": found.ours, "own_mean": found.own_mean, "crowd": found.crowd, "n": found.n, "missed": missed}
    return {"crowd": crowd, "check": check}


def _stars(user_id: int) -> dict[int, float]:
    if db.session.get(User, user_id) is None:
        raise NotFound("There is no such person.")
    return dict(rating.stars_of(user_id))


def _compared(model: Recommender, row: int, stars: Mapping[int, float], known: Collection[int]) -> dict[str, Any]:
    """How many films both rated, how far apart on average, favourites of both, the less usual first, and what only the other loves."""
    matrix = model.matrix
    cols, codes = matrix.row(row)
    theirs = dict(zip(matrix.items.ids[cols].tolist(), codes.tolist(), strict=True))
    usual = dict(zip(theirs, matrix.counts[cols].tolist(), strict=True))
    worth = dict(zip(theirs, matrix.damped_means(DAMPING)[cols].tolist(), strict=True))
    both = [movie_id for movie_id in theirs if movie_id in stars]
    shared = [movie_id for movie_id in both if theirs[movie_id] >= FAVOURITE and stars[movie_id] * 2 >= FAVOURITE]
    loved = [movie_id for movie_id, code in theirs.items() if code >= LOVE and movie_id not in known]
    return {
        "rated": len(theirs),
        "overlap": len(both),
        "apart": sum(abs(theirs[movie_id] / 2 - stars[movie_id]) for movie_id in both) / max(1, len(both)),
        "shared_count": len(shared),
        "shared": sorted(shared, key=lambda movie_id: usual[movie_id])[:SHARED],
        "loved": sorted(loved, key=lambda movie_id: (-theirs[movie_id], -worth[movie_id]))[:LOVED],
    }


def _crowd(model: Recommender, movie_ids: Collection[int], left_out: Collection[int]) -> list[float]:
    lists, total = model.matrix.by_item, np.zeros(10)
    hidden = np.array(sorted(left_out), dtype=np.int64)
    for col in model.matrix.items.positions(list(movie_ids)).tolist():
        if col >= 0:
            counts = np.bincount((lists.of(col) & 15)[~np.isin(lists.positions_of(col), hidden)], minlength=11)[1:]
            total += counts / max(1, counts.sum())
    return (total / max(total.sum(), 1e-9)).tolist()
