"""The people nearest in taste, and whether you are shown to others."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from ...services import fellows, openness
from ...services.fellows import Fellow
from . import body, schemas
from .auth import auth, me

bp = APIBlueprint("neighbours", __name__, tag={"name": "Neighbours"})
TOLD = ("name", "is_member", "match", "score", "rated", "overlap", "apart", "shared_count")


@bp.get("/neighbours")
@bp.auth_required(auth)
@bp.output(schemas.Neighbours, description="The people whose favourites are most like yours.")
@bp.doc(operation_id="listNeighbours")
def list_neighbours() -> dict[str, Any]:
    """Who is nearest to you in taste, and what they love

    Members appear only when they said so; raters of imported data sets go by made-up names.
    """
    found = fellows.company(me().id)
    people = [_told(each) for each in found.people]
    return {"state": found.state, "favourites": found.favourites, "people": people, "shown": openness.of(me().id).as_neighbour}


def _told(each: Fellow) -> dict[str, Any]:
    films = {kind: [{"id": key, "title": title} for key, title in getattr(each, kind)] for kind in ("shared", "loved")}
    return {name: getattr(each, name) for name in TOLD} | films


@bp.put("/neighbours/openness")
@bp.auth_required(auth)
@body.json_body(bp, schemas.NewShown, {"shown": True})
@bp.output(schemas.Shown, description="Whether you are shown from now on.")
@bp.doc(operation_id="putNeighbourOpenness", responses=body.WRONG)
def put_openness(body: dict[str, bool]) -> dict[str, bool]:
    """Let others see you among their neighbours, or no longer"""
    openness.allow(me().id, as_neighbour=body["shown"])
    return {"shown": body["shown"]}
