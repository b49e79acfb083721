"""Steering: named recommenders, dials and weights, with the first films before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import BackgroundUnavailable
from ..services import browsing, recommending, steering
from ..services.steering import PRESETS, Steering

blueprint = Blueprint("steering", __name__, url_prefix="/steering")


@blueprint.get("")
def page() -> str:
    """The dials as they are, as the address has them, or as a named recommender (`preset`) does."""
    saved = steering.of(current_user.id)
    preset = PRESETS.get(request.args.get("preset", ""))
    asked = any(name in request.args for name in Steering().values())
    chosen = replace(preset[2], any_order=saved.any_order) if preset else Steering.of(request.args) if asked else saved
    status = recommending.status(current_user.id)
    facts = {"status": status, "saved": saved, "chosen": chosen, "presets": PRESETS}
    return render_template("steering.html", **facts, preview=_preview(chosen) if status.state != "too_few_ratings" else None)


@blueprint.get("/preview")
def fragment() -> str:
    """Only the films before and after, for a page whose dials are being turned."""
    return render_template("_preview.html", preview=_preview(Steering.of(request.args)))


@blueprint.post("/look")
def look() -> ResponseReturnValue:
    """The page with these dials: by way of an address that holds no form's token."""
    chosen: dict[str, Any] = Steering.of(request.form).values()
    return redirect(url_for("steering.page", **chosen), 303)


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Steer by this from now on."""
    chosen = Steering.of(request.form)
    steering.save(current_user.id, chosen)
    name = PRESETS[chosen.preset][0] if chosen.preset else "your own dials"
    flash(f"Your list now follows {name}.")
    return redirect(url_for("recommendations.page"), 303)


def _preview(chosen: Steering) -> dict[str, Any] | None:
    """The films before and after; None while the engine is away."""
    try:
        before, after = steering.preview(current_user.id, chosen)
    except BackgroundUnavailable:
        return None
    places = {movie_id: place for place, movie_id in enumerate(before)}
    moved = {movie_id: places[movie_id] - place for place, movie_id in enumerate(after) if movie_id in places}
    return {"before": before, "after": after, "moved": moved, "films": browsing.by_ids([*before, *after])}
