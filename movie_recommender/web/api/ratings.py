"""Your ratings."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from ...errors import NotFound
from ...services import browsing, rating, recommending
from . import body, schemas
from .auth import auth, me

bp = APIBlueprint("ratings", __name__, tag={"name": "Ratings"})


@bp.get("/ratings")
@bp.auth_required(auth)
@bp.input(schemas.RatingQuery, location="query", unknown=RAISE)
@bp.output(schemas.RatingPage, description="One page of your ratings.")
@bp.doc(operation_id="listRatings")
def list_ratings(query_data: dict[str, int]) -> dict[str, Any]:
    """What you have rated, newest first"""
    page, per_page = query_data["page"], query_data["per_page"]
    found = rating.history(me().id, "newest", page, per_page)
    rows = [
        {"movie_id": one.movie.id, "rating": one.stars, "rated_at": one.rated_at, "title": one.movie.title, "year": one.movie.year}
        for one in found.items
    ]
    return {
        "page": page, "pages": found.pages, "per_page": per_page, "total": found.total,
        "version": recommending.status(me().id).version, "ratings": rows if page == found.page else [],
    }  # fmt: skip


@bp.get("/ratings/<movie_id:movie_id>")
@bp.auth_required(auth)
@bp.output(schemas.Rating, description="Your rating.")
@bp.doc(operation_id="getRating", responses={404: "There is no such movie, or you have not rated it."})
def get_rating(movie_id: int) -> dict[str, Any]:
    """Your rating of a movie"""
    return _stored(movie_id, me().standing.version or 0)


@bp.put("/ratings/<movie_id:movie_id>")
@bp.auth_required(auth)
@body.json_body(bp, schemas.NewRating, {"rating": 4})
@bp.output(schemas.Rating, description="The rating is stored; a new list is on its way.")
@bp.doc(operation_id="putRating", responses={**body.WRONG, 404: "There is no such movie."})
def put_rating(movie_id: int, body: dict[str, float]) -> dict[str, Any]:
    """Rate a movie, or change your rating"""
    return _stored(movie_id, rating.rate(me().id, movie_id, body["rating"]))


@bp.delete("/ratings/<movie_id:movie_id>")
@bp.auth_required(auth)
@bp.output(schemas.RemovedRating, description="You have no rating of this movie any more.")
@bp.doc(operation_id="deleteRating", responses={404: "There is no such movie."})
def delete_rating(movie_id: int) -> dict[str, Any]:
    """Take a rating back; doing it again changes nothing"""
    browsing.movie(movie_id)
    removed = rating.given(me().id, movie_id) is not None
    return {"movie_id": movie_id, "removed": removed, "version": rating.remove(me().id, movie_id)}


def _stored(movie_id: int, version: int) -> dict[str, Any]:
    given = rating.given(me().id, movie_id)
    if given is None:
        title = browsing.movie(movie_id).title
        raise NotFound(f"You have not rated {title}. Rate it with PUT /api/v1/ratings/{movie_id}.")
    return {"movie_id": movie_id, "rating": given[0], "rated_at": given[1], "version": version}
