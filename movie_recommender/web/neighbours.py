"""Neighbours: the people nearest in taste, what they love that one has not seen, and whether one is shown to others."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..services import dismissing, fellows, openness
from .answers import next_page

blueprint = Blueprint("neighbours", __name__, url_prefix="/neighbours")


@blueprint.get("")
def page() -> str:
    """All of them together, or one of them (`who`)."""
    found = fellows.company(current_user.id)
    chosen = found.fellow(request.args.get("who", type=int))
    loved = fellows.loved(current_user.id, [chosen] if chosen else found.people)
    said = dismissing.said(current_user.id, [each.movie.id for each in loved])
    facts = {"found": found, "chosen": chosen, "loved": loved, "said": said, "needed": fellows.NEEDED}
    return render_template("neighbours.html", **facts, shown=openness.of(current_user.id).as_neighbour)


@blueprint.post("/openness")
def show() -> ResponseReturnValue:
    """Let the others see the person among their neighbours (`shown` is 1), or no longer."""
    shown = request.form.get("shown") == "1"
    openness.allow(current_user.id, as_neighbour=shown)
    flash("People with a taste like yours can see you now." if shown else "Nobody sees you among the neighbours any more.")
    return redirect(next_page(url_for("neighbours.page")), 303)
