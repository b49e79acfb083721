"""What the answers have in common: caching, and the shape of a movie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from ...storage.models import Movie

PUBLIC_SECONDS = 60
NOT_MODIFIED: dict[int | str, Any] = {304: {"description": "Nothing has changed since the answer whose tag you sent in `If-None-Match`."}}


def set_caching(response: Response) -> Response:
    """What the catalogue says to everybody may be kept and is asked for by its tag; what is personal is never kept."""
    public = request.method in ("GET", "HEAD") and response.status_code == 200 and response.is_json
    if not public or "Authorization" in request.headers:
        response.cache_control.no_store = True
        return response
    response.vary.add("Authorization")
    response.cache_control.public = True
    response.cache_control.max_age = PUBLIC_SECONDS
    response.add_etag()
    response.make_conditional(request)
    return response


def movie_card(movie: Movie) -> dict[str, Any]:
    """The facts of a movie that every list shows."""
    return {
        "id": movie.id,
        "title": movie.title,
        "original_title": movie.original_title,
        "year": movie.year,
        "genres": [genre.name for genre in movie.genres],
        "runtime": movie.runtime,
        "imdb_id": movie.imdb_id,
        "tmdb_id": movie.tmdb_id,
        "movielens_id": movie.movielens_id,
    }


def references(movies: Iterable[Movie]) -> list[dict[str, Any]]:
    """Just enough of each movie to name it."""
    return [{"id": movie.id, "title": movie.title, "year": movie.year} for movie in movies]
