"""The recommendations page, the list in it, and how current that is."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from ..services import demo, filtering, recommending, steering
from ..services.filtering import Filter, GenreFilter
from ..services.kept import KeptByRevision
from . import cards, kept_pages
from .answers import page_number

CARDS = 50  # a page
CARDS_HERE = cards.mark(f"cards {secrets.token_hex(8)}")  # nobody can write it into an address that the page repeats
blueprint = Blueprint("recommendations", __name__, url_prefix="/recommendations")


@blueprint.get("")
def page() -> Response:
    """The last complete list, best first."""
    return kept_pages.answer(lambda: _render("recommendations.html", whole=True))


@blueprint.get("/list")
def fragment() -> Response:
    """Only the list, for a page that swaps a new one in."""
    return kept_pages.answer(lambda: _render("_recommended.html", whole=False))


def _render(template: str, whole: bool) -> bytes:
    """The page, or the list alone. The cards are put in last: a template would copy them four times over."""
    chosen = _chosen()
    found = recommending.recommendations(current_user.id, chosen, page_number(), CARDS)
    lists = filtering.film_lists(current_user.id) if whole or found.loosen else {}
    values: dict[str, Any] = {"found": found, "chosen": chosen, "lists": lists, "cards": CARDS_HERE}
    if whole:
        values |= {"steer": _steered_by(), "made_up": demo.count(), "filter_form": _filter_form(found.catalogue, chosen, lists)}
    before, _, after = render_template(template, **values).partition(CARDS_HERE)
    back = request.full_path.rstrip("?").replace("/recommendations/list", "/recommendations")
    return b"".join((before.encode(), cards.recommended(found, back), after.encode()))


def _filter_form(catalogue: int, chosen: Filter, lists: dict[int, str]) -> Markup:
    """The form above the list; kept where it names nothing of the person's own."""

    def render(choices: list[Filter]) -> dict[Filter, Markup]:
        decades, languages = filtering.choices()
        genres = recommending.genre_choices(catalogue)
        values = {"genres": genres, "decades": decades, "languages": languages, "runtimes": filtering.RUNTIMES, "lists": lists}
        return {one: Markup(render_template("_filter.html", chosen=one, **values)) for one in choices}  # noqa: S704 - a template

    if lists:
        return render([chosen])[chosen]
    return _filter_forms.get((catalogue, current_app.config["ASSET_VERSION"]), [chosen], render)[chosen]


_filter_forms: KeptByRevision[Filter, Markup] = KeptByRevision("filter forms")


def _steered_by() -> str:
    """The name of the recommender that makes the list."""
    preset = steering.of(current_user.id).preset
    return steering.PRESETS[preset][0] if preset else "Your own dials"


def _chosen() -> Filter:
    """The filter of the address; what is no number there does not count."""
    args = request.args
    list_id = args.get("list", type=int)
    return Filter(
        GenreFilter.of(args.getlist("genre"), args.getlist("exclude_genre"), args.get("match") or "any"),
        frozenset(args.getlist("decade", type=int)),
        args.get("runtime", type=int),
        args.get("language", "").strip().lower()[:8] or None,
        bool(args.get("watchlist")),
        None if list_id is None else filtering.check_list(current_user.id, list_id),
        bool(args.get("rewatches")),
    )


@blueprint.get("/status")
def status() -> ResponseReturnValue:
    """How current the list is: asked again and again while it is behind, with the version that the page has (`after`)."""
    known = request.args.get("after", type=int)
    if known is not None:
        recommending.wait_for_newer(current_user.id, known)
    now = recommending.status(current_user.id)
    return jsonify(state=now.state, version=now.version, computed_version=now.computed_version, ratings=now.ratings)
