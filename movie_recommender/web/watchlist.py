"""The watchlist: films go on and off it from any card; its page sorts and filters them."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..services import browsing, watchlist
from .answers import done, page_number, wants_json

blueprint = Blueprint("watchlist", __name__)


@blueprint.get("/watchlist")
def page() -> str:
    """What the person wants to see."""
    sort, genre = request.args.get("sort", "newest"), request.args.get("genre") or None
    found = watchlist.page(current_user.id, sort, genre, page_number())
    return render_template("watchlist.html", found=found, said=frozenset({watchlist.KIND}))


@blueprint.post("/movies/<movie_id:movie_id>/watchlist")
def add(movie_id: int) -> ResponseReturnValue:
    """Put a film on it."""
    watchlist.add(current_user.id, movie_id)
    return _told(movie_id, "{} is on your watchlist.", "watchlist.remove")


@blueprint.post("/movies/<movie_id:movie_id>/watchlist/remove")
def remove(movie_id: int) -> ResponseReturnValue:
    """Take a film off it."""
    watchlist.remove(current_user.id, movie_id)
    return _told(movie_id, "{} is off your watchlist.", "watchlist.add")


def _told(movie_id: int, words: str, undo: str) -> ResponseReturnValue:
    message, back = words.format(browsing.titles([movie_id]).get(movie_id, "It")), url_for(undo, movie_id=movie_id)
    if not wants_json():
        flash(message, back)
    return done(message=message, undo=back)
