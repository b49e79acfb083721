"""The JSON API under `/api/v1`: tokens, movies, ratings, lists, taste, neighbours and evenings for programs.

It is open to whoever holds a token, knows no cookies, and describes itself: the OpenAPI document is made from the code.
"""

from __future__ import annotations

from apiflask import APIFlask
from flask import Blueprint

from . import (
    accounts,
    answers,
    dismissals,
    document,
    errors,
    movies,
    neighbours,
    ratings,
    recommendations,
    reference,
    searching,
    taste,
    tonight,
    watchlist,
)

PREFIX = "/api/v1"
ROOMS = (
    accounts.bp, movies.bp, searching.bp, ratings.bp, recommendations.bp, dismissals.bp, watchlist.bp, taste.bp, neighbours.bp, tonight.bp,
    reference.bp,
)  # fmt: skip


def init_app(app: APIFlask) -> None:
    """Register the API. Cross-site request forgery needs a cookie, so the API is exempt from that check."""
    document.init_app(app)
    errors.init_app(app)
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    errors.handle_within(api)
    api.after_request(answers.set_caching)
    csrf = app.extensions.get("csrf")
    for room in ROOMS:
        api.register_blueprint(room)
        if csrf:
            csrf.exempt(room)
    app.register_blueprint(api)
