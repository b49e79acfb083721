"""Rating: give, change and remove stars; say what one has not seen; look at all one's ratings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import InvalidInput
from ..services import browsing, rating, recommending
from .answers import done, page_number, wants_json
from .pages import EXAMPLES

blueprint = Blueprint("rating", __name__)


@blueprint.post("/movies/<movie_id:movie_id>/rating")
def rate(movie_id: int) -> ResponseReturnValue:
    """Give a film stars, in place of earlier ones."""
    if not request.form.get("stars"):
        raise InvalidInput("Choose one to five stars first.")
    rating.rate(current_user.id, movie_id, request.form["stars"])
    return _saved(movie_id)


@blueprint.post("/movies/<movie_id:movie_id>/rating/remove")
def remove(movie_id: int) -> ResponseReturnValue:
    """Take a rating back."""
    rating.remove(current_user.id, movie_id)
    return _saved(movie_id)


def _saved(movie_id: int) -> ResponseReturnValue:
    """What a page needs to know after a change: the stars that are now on disk, and how far the list is."""
    stars = rating.stars_of(current_user.id, [movie_id]).get(movie_id)
    if not wants_json():
        title = browsing.titles([movie_id]).get(movie_id, "It")
        flash(f"{title}: {stars:g} {'star' if stars == 1 else 'stars'}." if stars else f"{title}: your rating is removed.")
    return done(stars=stars, **_progress())


def _progress() -> dict[str, Any]:
    status = recommending.status(current_user.id)
    return {
        "ratings": status.ratings, "needed": current_app.config["MIN_RATINGS"], "state": status.state,
        "version": status.version, "computed_version": status.computed_version,
    }  # fmt: skip


@blueprint.post("/movies/<movie_id:movie_id>/unseen")
def unseen(movie_id: int) -> ResponseReturnValue:
    """Not seen: it is not offered again. A script gets another film to put in its place."""
    browsing.mark_unseen(current_user.id, movie_id)
    if not wants_json():
        return done()
    return done(cards=_cards(1))


@blueprint.get("/rate/more")
def more() -> ResponseReturnValue:
    """More films to rate, as cards for the page, without those that it shows already (`shown`)."""
    return done(cards=_cards(EXAMPLES))


def _cards(n: int) -> str:
    shown = [int(text) for text in request.values.get("shown", "").split(",") if text.isascii() and text.isdigit()][:500]
    return render_template("_rate_cards.html", films=browsing.examples(current_user.id, n, shown), back=url_for("pages.index"))


@blueprint.get("/ratings")
def ratings() -> str:
    """Everything the person has rated."""
    page = rating.history(current_user.id, request.args.get("sort", "newest"), page_number())
    return render_template("ratings.html", page=page)
