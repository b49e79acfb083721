"""Your recommendations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app
from marshmallow import RAISE

from ...services import browsing, recommending
from ...services.filtering import Filter, GenreFilter
from ...services.kept import KeptByRevision
from ...services.lists import Reason
from .. import kept_pages
from . import schemas
from .accounts import standing
from .answers import movie_card
from .auth import auth, me

bp = APIBlueprint("recommendations", __name__, tag={"name": "Recommendations"})


@bp.get("/recommendations")
@bp.auth_required(auth)
@bp.input(schemas.RecommendationQuery, location="query", unknown=RAISE)
@bp.output(schemas.Recommendations, description="One page of your last complete list, and how current it is.")
@bp.doc(operation_id="listRecommendations")
def list_recommendations(query_data: dict[str, Any]) -> Response:
    """Your list, best first

    While the state is `updating` this is the last complete list. Ask again until `computed_version` has come up to the
    `version` that your rating was answered with.
    """
    # Written as it is described, and not once more by its schema: that took longer than all the rest.
    return kept_pages.answer_program(me(), lambda: current_app.json.dumps(_page(query_data)).encode())


def _page(asked: dict[str, Any]) -> dict[str, Any]:
    genres = GenreFilter.of(asked["genre"], asked["exclude_genre"], asked["match"])
    chosen = Filter(
        genres, frozenset(asked["decade"]), asked.get("runtime"), asked.get("language"), asked["watchlist"], None, asked["rewatches"]
    )
    page, n = asked["page"], asked["n"]
    found = recommending.recommendations(me().id, chosen, page, n)
    items = _items(found) if page == found.page else []
    return {**standing(found), "page": page, "pages": found.pages, "per_page": n, "total": found.total, "items": items}


def _items(found: recommending.Recommendations) -> list[dict[str, Any]]:
    rows = [(row, row.reasons()) for row in found.items]
    movies = _cards.get(found.catalogue, [row.entry.movie_id for row in found.items], _movie_cards)
    causes = {movie_id for _, reasons in rows for reason in reasons for movie_id, _ in reason.causes.get("movies", ())}
    titles = recommending.titles(found.catalogue, causes)
    return [
        {
            **movies[row.entry.movie_id],
            "score": row.entry.score,
            "predicted_rating": row.entry.predicted_rating,
            "why": row.why,
            "reasons": [_reason(reason, titles) for reason in reasons],
        }
        for row, reasons in rows
        if row.entry.movie_id in movies
    ]


def _movie_cards(movie_ids: list[int]) -> dict[int, dict[str, Any]]:
    return {movie_id: movie_card(movie) for movie_id, movie in browsing.by_ids(movie_ids).items()}


_cards: KeptByRevision[int, dict[str, Any]] = KeptByRevision("facts of lists")


def _reason(reason: Reason, titles: Mapping[int, str]) -> dict[str, Any]:
    causes = {name: _cause(name, value, titles) for name, value in reason.causes.items() if value is not None}
    return {"kind": reason.kind, "points": reason.points, "causes": causes}


def _cause(name: str, value: Any, titles: Mapping[int, str]) -> Any:
    """The rows of a kept list (`services.lists`) with names to their columns."""
    if name == "movies":
        return [{"id": movie_id, "title": titles[movie_id], "points": points} for movie_id, points in value if movie_id in titles]
    if name == "people":
        return [dict(zip(("name", "role", "points"), row, strict=True)) for row in value]
    if name in ("genres", "keywords", "languages", "years"):
        return [dict(zip(("name", "points"), row, strict=True)) for row in value]
    return value
