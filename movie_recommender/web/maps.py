"""The map of all films: a picture to walk through, and the same groups as a list for everybody."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, current_app, render_template, request
from flask_login import current_user

from ..services import maps, rating

blueprint = Blueprint("maps", __name__)
_one_at_a_time = threading.Lock()  # a map being read takes some 5 MB
KEEP = 3600  # seconds for which a browser may keep the points, which hold nothing of a person


@blueprint.get("/map")
def page() -> str:
    """One kind of map with its groups."""
    kind = request.args.get("by", "plots")
    with _one_at_a_time:
        plan = maps.load(kind)
    mine = rating.stars_of(current_user.id) if plan else {}
    return render_template("map.html", kind=kind, kinds=maps.KINDS, plan=plan, mine=mine)


@blueprint.get("/map/points")
def points() -> Response:
    """The films of a map, as columns."""
    answer = Response(_written(request.args.get("by", "plots")), mimetype="application/json")
    answer.headers["Cache-Control"] = f"private, max-age={KEEP}"
    return answer


def _written(kind: str) -> bytes:
    """The points as JSON, kept while the map and the catalogue are the same."""
    kept: dict[str, tuple[object, bytes]] = current_app.extensions.setdefault("map points", {})
    with _one_at_a_time:
        made_of = maps.made_of()
        if kind not in kept or kept[kind][0] != made_of:
            kept[kind] = made_of, current_app.json.dumps(maps.points(kind)).encode()
        return kept[kind][1]
