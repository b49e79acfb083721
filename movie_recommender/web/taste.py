"""The taste page: a person's ratings as pictures, and how well he is predicted.

Every picture is drawn on the server. One of them, film by film, can be looked at more closely with plotly, which is fetched when
somebody asks for it.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template
from flask_login import current_user

from ..services import taste
from .headers import WITH_PLOTLY

blueprint = Blueprint("taste", __name__)


@blueprint.get("/taste")
def page() -> Response:
    """Against the crowd, genres, decades, people, over time, and where we were wrong."""
    found = taste.of(current_user.id)
    check = taste.check(current_user.id) if found.count else None
    answer = make_response(render_template("taste.html", taste=found, check=check, needed=taste.CHECKED))
    answer.headers["Content-Security-Policy"] = WITH_PLOTLY
    return answer


@blueprint.get("/taste/films")
def films() -> Response:
    """The films of the picture film by film, as columns."""
    return jsonify(taste.dots(current_user.id))
