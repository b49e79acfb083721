"""The taste page: a person's ratings as pictures, and how well he is predicted."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from ..services import taste

blueprint = Blueprint("taste", __name__)


@blueprint.get("/taste")
def page() -> str:
    """Against the crowd, genres, decades, people, over time, and where we were wrong."""
    found = taste.of(current_user.id)
    check = taste.check(current_user.id) if found.count else None
    return render_template("taste.html", taste=found, check=check, needed=taste.CHECKED)
