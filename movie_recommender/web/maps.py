"""The map of all films: a picture to walk through, and the same groups as a list for everybody."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask_login import current_user

from ..services import maps, rating

blueprint = Blueprint("maps", __name__)
KEEP = 3600  # seconds for which a browser may keep the points, which hold nothing of a person


@blueprint.get("/map")
def page() -> str:
    """One kind of map with its groups."""
    kind = request.args.get("by", "plots")
    plan = maps.load(kind)
    mine = rating.stars_of(current_user.id) if plan else {}
    return render_template("map.html", kind=kind, kinds=maps.KINDS, plan=plan, mine=mine)


@blueprint.get("/map/points")
def points() -> Response:
    """The films of a map, as columns."""
    answer = jsonify(maps.points(request.args.get("by", "plots")))
    answer.headers["Cache-Control"] = f"private, max-age={KEEP}"
    return answer
