"""The recommendations page, the list in it, and how current that is."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..services import browsing, demo, recommending
from ..services.recommending import GenreFilter
from .answers import page_number

blueprint = Blueprint("recommendations", __name__, url_prefix="/recommendations")


@blueprint.get("")
def page() -> str:
    """The last complete list, best first."""
    return _render("recommendations.html")


@blueprint.get("/list")
def fragment() -> str:
    """Only the list, for a page that swaps a new one in."""
    return _render("_recommended.html")


def _render(template: str) -> str:
    chosen = GenreFilter.of(request.args.getlist("genre"), request.args.getlist("exclude_genre"), request.args.get("match") or "any")
    found = recommending.recommendations(current_user.id, chosen, page_number())
    return render_template(template, found=found, chosen=chosen, genres=browsing.genre_names(), made_up=demo.count())


@blueprint.get("/status")
def status() -> ResponseReturnValue:
    """How current the list is: asked again and again while it is behind."""
    now = recommending.status(current_user.id)
    return jsonify(state=now.state, version=now.version, computed_version=now.computed_version, ratings=now.ratings)
