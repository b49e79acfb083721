"""Verbs that put a film or a genre aside, and the page that lists and lifts them. *Seen it* is a rating: `rating.py`."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..services import browsing, dismissing, recommending
from .answers import done, wants_json

blueprint = Blueprint("dismissing", __name__)
WORDS = {"not_for_me": "{} is not offered any more.", "not_now": f"{{}} is put aside for {dismissing.NOT_NOW_DAYS} days."}


@blueprint.get("/dismissed")
def page() -> str:
    """Everything that is put aside."""
    return render_template("dismissed.html", found=dismissing.overview(current_user.id))


@blueprint.post("/movies/<movie_id:movie_id>/dismiss")
def dismiss(movie_id: int) -> ResponseReturnValue:
    """Put a film aside, for good or for a while (`kind`)."""
    kind = request.form.get("kind", "")
    dismissing.dismiss(current_user.id, movie_id, kind)
    return _told(WORDS[kind].format(_title(movie_id)), url_for("dismissing.lift", movie_id=movie_id))


@blueprint.post("/movies/<movie_id:movie_id>/lift")
def lift(movie_id: int) -> ResponseReturnValue:
    """Offer a film again."""
    dismissing.lift(current_user.id, movie_id)
    return _told(f"{_title(movie_id)} may be offered again.")


@blueprint.post("/genres/<int:genre_id>/dismiss")
def dismiss_genre(genre_id: int) -> ResponseReturnValue:
    """Never offer films of a genre."""
    dismissing.dismiss_genre(current_user.id, genre_id)
    return _told(f"{browsing.genre_name(genre_id)} is not offered any more.", url_for("dismissing.lift_genre", genre_id=genre_id))


@blueprint.post("/genres/<int:genre_id>/lift")
def lift_genre(genre_id: int) -> ResponseReturnValue:
    """Offer films of a genre again."""
    dismissing.lift_genre(current_user.id, genre_id)
    return _told(f"{browsing.genre_name(genre_id)} may be offered again.")


def _title(movie_id: int) -> str:
    return browsing.titles([movie_id]).get(movie_id, "It")


def _told(message: str, undo: str | None = None) -> ResponseReturnValue:
    """Say what was done, and where it is undone: a script gets the address, a page gets a button (the message's category)."""
    if not wants_json():
        flash(message, undo or "message")
    now = recommending.status(current_user.id)
    return done(message=message, undo=undo, version=now.version, computed_version=now.computed_version, state=now.state)
