"""Posters that `flask enrich` kept in the instance folder."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory

DAY = 86_400
blueprint = Blueprint("posters", __name__)


@blueprint.get("/posters/<name>")
def file(name: str) -> Response:
    """One picture; a browser may keep it for a day."""
    response = send_from_directory(Path(current_app.config["INSTANCE_PATH"]) / "posters", name)
    response.headers["Cache-Control"] = f"private, max-age={DAY}"
    return response
