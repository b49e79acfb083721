"""Computes the map of the films and the taste groups, and keeps them as one row each; `atlases` reads them.

Only the background API imports this. The rows are made anew when the catalogue changes, or when the ratings have
become twice as many.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from sqlalchemy import select

from ..catalogue.records import FORMATS
from ..storage import db, revisions, upsert, writing
from ..storage.models import Atlas, Movie
from . import atlases, training
from .clock import now
from .engine import Fitted
from .fame import fame

FORMAT = 4  # raised when the same films would give another map
SMALLEST = 100  # films that a map is worth
MOST = 10_000  # films on the map: the best known
MIDDLE_YEAR = 2000
KNOWN = 400  # films among which the taste groups are
GROUPS = 8
SPANNED = 8  # dimensions of taste that the first questions are to tell about
SIZES = (6, 8, 10, 12, 14, 16)
Values = dict[str, Any]


def stamp(fitted: Fitted) -> str:
    """What the rows are made of; another one means that they are old."""
    return f"{FORMAT}.{revisions()[0]}.{fitted.ratings.bit_length()}"


def is_stale(fitted: Fitted) -> bool:
    """Whether the map is of another catalogue."""
    kept = db.session.scalar(select(Atlas.made_of).where(Atlas.name == "groups"))
    return fitted.movies >= SMALLEST and kept != stamp(fitted)


def compute(fitted: Fitted, progress: Callable[[int, int], None]) -> None:
    """Make the taste groups, which newcomers wait for, and then the map."""
    from ..core import atlas  # scikit-learn: a second and 90 MB that a start without a new map does without

    db.session.rollback()
    made_of = stamp(fitted)
    best = _best_known()
    items = training.load_items(best)
    db.session.rollback()
    place = {movie_id: at for at, movie_id in enumerate(items.item_ids.tolist())}
    shown = np.array([place[movie_id] for movie_id in best if movie_id in place], dtype=np.int64)
    stories, (fans, fan_cols) = atlas.story_space(items, shown), atlas.fan_space(fitted.model.matrix)
    fan_ids = fitted.model.matrix.items.ids[fan_cols]
    words = [[*genres, *(keywords or [])] for genres, keywords in zip(items.genres, items.keywords or [], strict=True)]
    progress(1, 4)
    _keep("groups", made_of, _groups(items, stories[:KNOWN], fans, fan_ids, shown[:KNOWN]))
    progress(2, 4)
    found = atlas.clusters(stories, SIZES)
    values: Values = {
        "ids": items.item_ids[shown].tolist(), "story": _packed(atlas.layout(stories)), "cluster": found.labels.tolist(),
        "names": atlas.names(found.labels, [words[at] for at in shown]), "tried": [list(row) for row in found.tried], "fans": [],
    }  # fmt: skip
    progress(3, 4)
    if fan_ids.size:
        on_map = np.isin(fan_ids, items.item_ids[shown])
        placed = dict(zip(fan_ids[on_map].tolist(), _packed(atlas.layout(fans[on_map])), strict=True))
        values["fans"] = [placed.get(movie_id) for movie_id in values["ids"]]
    _keep("map", made_of, values)
    progress(4, 4)


def _best_known() -> list[int]:
    """The films of the map, best known first: a large catalogue's others are not even read."""
    rows = db.session.execute(select(Movie.id, Movie.year, fame()).order_by(Movie.id)).all()
    # Equally known films come with those first that are neither very old nor very new: more people have seen these.
    order = sorted(rows, key=lambda row: (-row[2], abs((row[1] or 0) - MIDDLE_YEAR)))
    return [movie_id for movie_id, *_ in order[:MOST]]


def _groups(items: Any, space: Any, fans: Any, fan_ids: Any, best: Any) -> Values:
    """Eight groups of well-known films, each with a name and examples, and the films' places among the main axes of taste."""
    from ..core import atlas

    place = {int(movie_id): at for at, movie_id in enumerate(fan_ids)}
    if fans.size:
        liked = np.zeros((best.size, fans.shape[1]))
        for row, movie_id in enumerate(items.item_ids[best].tolist()):
            if movie_id in place:
                liked[row] = fans[place[movie_id]]
        space = np.hstack([space, 0.8 * liked])
    labels = atlas.clusters(space, (GROUPS,)).labels
    axes = space - space.mean(axis=0)
    axes = axes @ np.linalg.svd(axes, full_matrices=False)[2][:SPANNED].T
    axes /= max(float(np.sqrt((axes**2).sum(axis=1).mean())), 1e-12)
    groups = []
    names = atlas.names(labels, [[name for name in items.genres[at] if name not in FORMATS] for at in best], 2)
    for label, name in enumerate(names):
        members = np.flatnonzero(labels == label)
        centre = space[members].mean(axis=0)
        # Well known and typical: the place in the order of fame counts as much as the nearness to the middle.
        nearness = np.argsort(np.argsort(np.linalg.norm(space[members] - centre, axis=1)))
        fame = np.arange(members.size)
        chosen = members[np.argsort(nearness + 1.5 * fame, kind="stable")[:4]]
        groups.append({"name": name, "films": items.item_ids[best[chosen]].tolist()})
    films = [
        [int(movie_id), int(label), [round(float(value), 3) for value in row]]
        for movie_id, label, row in zip(items.item_ids[best].tolist(), labels.tolist(), axes, strict=True)
    ]
    return {"groups": groups, "films": films}


def _packed(places: Any) -> list[list[int]]:
    """Places in 0..1 as whole numbers from 0 to `atlases.EDGE`."""
    return np.rint(places * atlases.EDGE).astype(int).tolist()


def _keep(name: str, made_of: str, values: Values) -> None:
    row = {"made_of": made_of, "made_at": now(), "payload": json.dumps(values, separators=(",", ":")).encode()}
    with writing() as session:
        session.execute(upsert(Atlas).values(name=name, **row).on_conflict_do_update(index_elements=["name"], set_=row))
