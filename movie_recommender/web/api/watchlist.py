"""What you want to see."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from ...services import browsing, watchlist
from . import schemas
from .answers import movie_card
from .auth import auth, me

bp = APIBlueprint("watchlist", __name__, tag={"name": "Watchlist"})


@bp.get("/watchlist")
@bp.auth_required(auth)
@bp.input(schemas.WatchlistQuery, location="query", unknown=RAISE)
@bp.output(schemas.WatchlistPage, description="One page of your watchlist.")
@bp.doc(operation_id="listWatchlist")
def list_watchlist(query_data: dict[str, Any]) -> dict[str, Any]:
    """The movies that you want to see and have not rated since"""
    page, per_page = query_data["page"], query_data["per_page"]
    found = watchlist.page(me().id, query_data["sort"], None, page, per_page)
    movies = [{**movie_card(item.movie), "added_at": item.added_at} for item in found.items]
    return {"page": page, "pages": found.pages, "per_page": per_page, "total": found.total, "movies": movies if page == found.page else []}


@bp.put("/watchlist/<movie_id:movie_id>")
@bp.auth_required(auth)
@bp.output(schemas.OnWatchlist, description="The movie is on your watchlist.")
@bp.doc(operation_id="putOnWatchlist", responses={404: "There is no such movie."})
def put_on_watchlist(movie_id: int) -> dict[str, Any]:
    """Put a movie on your watchlist; doing it again changes nothing"""
    return {"movie_id": movie_id, "added": watchlist.add(me().id, movie_id)}


@bp.delete("/watchlist/<movie_id:movie_id>")
@bp.auth_required(auth)
@bp.output(schemas.OffWatchlist, description="The movie is not on your watchlist.")
@bp.doc(operation_id="deleteFromWatchlist", responses={404: "There is no such movie."})
def delete_from_watchlist(movie_id: int) -> dict[str, Any]:
    """Take a movie off your watchlist; doing it again changes nothing"""
    browsing.movie(movie_id)
    return {"movie_id": movie_id, "removed": watchlist.remove(me().id, movie_id)}
