"""The first two minutes of a newcomer: pick three kinds of films, rate a few, watch the list come."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import InvalidInput
from ..services import onboarding, recommending
from .answers import again, done

blueprint = Blueprint("onboarding", __name__, url_prefix="/welcome")
ASKED = 8  # films on the page at a time
PICKS = 20  # of the first list


@blueprint.get("")
def groups() -> ResponseReturnValue:
    """Kinds of films to pick from; straight on to rating while there are none yet."""
    there = onboarding.groups()
    return render_template("welcome/groups.html", groups=there) if there else redirect(url_for("pages.index"), 303)


@blueprint.get("/rate")
def rate() -> ResponseReturnValue:
    """Films whose ratings tell most, and the list that they lead to."""
    picked, there = _numbers("group"), onboarding.groups()
    try:
        onboarding.check_picked(picked, there)
    except InvalidInput as error:
        return again("welcome/groups.html", error, groups=there, error=error.message, picked=picked)
    films = onboarding.next_films(current_user.id, picked, ASKED)
    names = [group.name for group in there if group.number in picked]
    return render_template("welcome/rate.html", films=films, picked=picked, names=names, **_picks())


@blueprint.get("/next")
def more() -> ResponseReturnValue:
    """The next film to ask about, as a card for the page, besides those that it shows (`shown`)."""
    films = onboarding.next_films(current_user.id, _numbers("group"), 1, _numbers("shown"))
    back = url_for("onboarding.rate", group=_numbers("group"))
    return done(cards=render_template("_rate_cards.html", films=films, back=back))


@blueprint.get("/picks")
def picks() -> str:
    """Only the strip of the best films so far."""
    return render_template("welcome/_picks.html", **_picks())


def _picks() -> dict[str, object]:
    return {"found": recommending.recommendations(current_user.id, per_page=PICKS)}


def _numbers(name: str) -> list[int]:
    texts = [text for value in request.args.getlist(name) for text in value.split(",")][:500]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
