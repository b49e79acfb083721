"""The front door: the landing page of a visitor, the home page of a member; about; light and dark."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..services import browsing, enriching, recommending
from .answers import next_page

THEMES = ("light", "dark")
EXAMPLES = 12  # films offered at a time
WALL = 16  # covers on the landing page
blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def index() -> str:
    """Films to rate for a member; for a visitor what this is, with films as pictures."""
    if not current_user.is_authenticated:
        return render_template("landing.html", films=browsing.examples(0, WALL), size=browsing.size())
    wanted = EXAMPLES * min(20, max(1, request.args.get("show", 1, int)))
    films = browsing.examples(current_user.id, wanted)
    return render_template("home.html", films=films, shown=wanted // EXAMPLES, status=recommending.status(current_user.id))


@blueprint.get("/about")
def about() -> str:
    """What this is, and where its facts come from."""
    return render_template("about.html", size=browsing.size(), providers=enriching.asked_providers())


@blueprint.post("/theme")
def theme() -> ResponseReturnValue:
    """Remember light or dark for a year; anything else follows the system again."""
    response = redirect(next_page(), 303)
    return remember_theme(response, request.form.get("theme", ""))  # type: ignore[arg-type]


def remember_theme(response: Response, choice: str) -> Response:
    if choice in THEMES:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie("theme", choice, max_age=365 * 86_400, samesite="Lax", secure=secure)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
