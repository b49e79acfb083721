"""Why a film: the receipt of its score on a page, or within one; ratings that the list shall not follow."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import BackgroundUnavailable
from ..services import browsing, dismissing, explaining, recommending
from .answers import done, wants_json

blueprint = Blueprint("explaining", __name__)


@blueprint.get("/movies/<movie_id:movie_id>/why")
def page(movie_id: int) -> str:
    """The receipt; with `part` only what a page shows of it in a dialogue."""
    film = browsing.movie(movie_id)
    try:
        receipt = explaining.receipt(current_user.id, movie_id)
    except BackgroundUnavailable:
        receipt = None
    return render_template("_why.html" if request.args.get("part") else "why.html", film=film, receipt=receipt)


@blueprint.post("/movies/<movie_id:movie_id>/ignore")
def ignore(movie_id: int) -> ResponseReturnValue:
    """Let the list not follow the person's rating of a film."""
    dismissing.ignore(current_user.id, movie_id)
    return _told(movie_id, "Your list leaves your rating of {} out.", url_for("explaining.heed", movie_id=movie_id))


@blueprint.post("/movies/<movie_id:movie_id>/heed")
def heed(movie_id: int) -> ResponseReturnValue:
    """Let the list follow it again."""
    dismissing.heed(current_user.id, movie_id)
    return _told(movie_id, "Your list follows your rating of {} again.", url_for("explaining.ignore", movie_id=movie_id))


def _told(movie_id: int, words: str, undo: str) -> ResponseReturnValue:
    message = words.format(browsing.titles([movie_id]).get(movie_id, "it"))
    if not wants_json():
        flash(message, undo)
    now = recommending.status(current_user.id)
    return done(message=message, undo=undo, version=now.version, computed_version=now.computed_version, state=now.state)
