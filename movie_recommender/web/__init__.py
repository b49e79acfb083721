"""The website: blueprints, templates and static files. A view translates; it does not think."""

from __future__ import annotations

from apiflask import APIFlask


def init_app(app: APIFlask) -> None:
    """Register the doors of the website."""
