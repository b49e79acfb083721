"""Movies and genres."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from ...services import browsing, rating
from ...services.filtering import GenreFilter
from ...storage.models import Movie
from . import schemas
from .answers import NOT_MODIFIED, movie_card, references
from .auth import auth

bp = APIBlueprint("movies", __name__, tag={"name": "Movies"})


@bp.get("/movies")
@bp.input(schemas.MovieQuery, location="query", unknown=RAISE)
@bp.output(schemas.MoviePage, description="One page of what was found.")
@bp.doc(operation_id="listMovies", responses=NOT_MODIFIED)
def list_movies(query_data: dict[str, Any]) -> dict[str, Any]:
    """Search the movies"""
    page, per_page = query_data["page"], query_data["per_page"]
    genre = next(iter(GenreFilter.of([name] if (name := query_data["genre"].strip()) else [], []).include), None)
    found = browsing.search(query_data["query"], genre, page, per_page)
    # The service answers with the last page instead of one past it; a program that turns pages has to see the end.
    movies = [movie_card(movie) for movie in found.movies] if page == found.page else []
    return {"page": page, "pages": found.pages, "per_page": per_page, "total": found.total, "movies": movies}


@bp.get("/movies/<movie_id:movie_id>")
@bp.auth_required(auth, optional="yes")
@bp.output(schemas.Movie, description="The movie.")
@bp.doc(operation_id="getMovie", responses=NOT_MODIFIED, security=[{"BearerAuth": []}, {}])
def get_movie(movie_id: int) -> dict[str, Any]:
    """One movie with its facts, and your rating when you send a token"""
    movie = browsing.movie(movie_id)
    given = rating.given(auth.current_user.id, movie_id) if auth.current_user else None
    return {**movie_card(movie), **_facts(movie), "your_rating": given and {"rating": given[0], "rated_at": given[1]}}


def _facts(movie: Movie) -> dict[str, Any]:
    counts = browsing.histogram(movie.id)
    stars = sum(halves / 2 * count for halves, count in enumerate(counts, 1))
    return {
        "plot": movie.plot,
        "directors": [credit.person.name for credit in movie.credits if credit.role == "director"],
        "cast": [credit.person.name for credit in movie.credits if credit.role == "actor"],
        "languages": movie.languages,
        "countries": movie.countries,
        "keywords": movie.keywords,
        "rating_count": sum(counts),
        "mean_rating": round(stars / sum(counts), 3) if sum(counts) else None,
        **_alike(movie.id),
    }


def _alike(movie_id: int) -> dict[str, Any]:
    found = browsing.more_like(movie_id) or browsing.MoreLike([], [], [], [])
    return {"similar": references(found.all), "similar_by": {kind: references(getattr(found, kind)) for kind in ("fans", "plot", "people")}}


@bp.get("/genres")
@bp.output(schemas.Genres, description="Their names.")
@bp.doc(operation_id="listGenres", responses=NOT_MODIFIED)
def list_genres() -> dict[str, Any]:
    """The genres that movies here have"""
    return {"genres": browsing.genre_names()}
