"""The website: blueprints, templates and static files. A view translates; it does not think."""

from __future__ import annotations

from apiflask import APIFlask

from . import (
    access,
    accounts,
    api,
    assets,
    covers,
    dismissing,
    explaining,
    failures,
    headers,
    imports,
    maps,
    movies,
    neighbours,
    onboarding,
    operator,
    pages,
    paths,
    posters,
    rating,
    recommendations,
    steering,
    taste,
    tonight,
    watchlist,
    wording,
)


def init_app(app: APIFlask) -> None:
    """Register the doors of the website."""
    paths.init_app(app)
    headers.init_app(app)
    access.init_app(app)
    failures.init_app(app)
    assets.init_app(app)
    covers.init_app(app)
    wording.init_app(app)
    for room in (
        pages, accounts, movies, rating, recommendations, steering, dismissing, explaining, watchlist, maps, imports, operator, posters,
        onboarding, tonight, taste, neighbours,
    ):  # fmt: skip
        app.register_blueprint(room.blueprint)
    api.init_app(app)
