"""The catalogue: search, and the page of one movie."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user

from ..services import browsing, dismissing, rating
from .answers import page_number

blueprint = Blueprint("movies", __name__)


@blueprint.get("/search")
def search() -> str:
    """Films by title and genre, each of which can be rated at once."""
    query, genre = request.args.get("q", "").strip()[:200], request.args.get("genre") or None
    found = browsing.search(query, genre, page_number())
    stars = rating.stars_of(current_user.id, [movie.id for movie in found.movies])
    said = dismissing.said(current_user.id, [movie.id for movie in found.movies])
    return render_template("search.html", query=query, genre=genre, found=found, stars=stars, said=said, genres=browsing.genre_names())


@blueprint.get("/movies/<movie_id:movie_id>")
def movie(movie_id: int) -> str:
    """Facts, plot, people, your rating, what everybody gave, and similar films."""
    film, similar = browsing.movie(movie_id), browsing.similar(movie_id)
    stars = rating.stars_of(current_user.id, [movie_id])
    said = dismissing.said(current_user.id, [movie_id]).get(movie_id, ())
    return render_template("movie.html", film=film, stars=stars, said=said, similar=similar, histogram=browsing.histogram(movie_id))
