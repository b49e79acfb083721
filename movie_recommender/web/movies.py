"""The catalogue: search by title, person and plot, the page of one movie, the page of one person."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user

from ..services import browsing, dismissing, rating, searching
from . import films
from .answers import page_number

blueprint = Blueprint("movies", __name__)
SUGGESTED = 6  # films and people beneath the search field


def _asked() -> str:
    return request.args.get("q", "").replace("\0", " ").strip()[:200]


@blueprint.get("/search")
def search() -> str:
    """Films by title and genre, people by name, and films by what their plot is about; each film can be rated at once."""
    return _found("search.html", searching.stories(_asked()) if page_number() == 1 and not request.args.get("genre") else None)


@blueprint.get("/search/found")
def found() -> str:
    """Only what was found by title and name, for a page that asks as one types; it asks for the stories by itself."""
    return _found("_found.html", None)


def _found(template: str, stories: searching.Stories | None) -> str:
    query, genre = _asked(), request.args.get("genre") or None
    found = browsing.search(query, genre, page_number())
    people = searching.people(query) if query and not genre and found.page == 1 else []
    ids = [movie.id for movie in found.movies]
    facts = {"query": query, "genre": genre, "found": found, "people": people, "stories": stories, "genres": browsing.genre_choices()}
    return render_template(template, **facts, stars=rating.stars_of(current_user.id, ids), said=dismissing.said(current_user.id, ids))


@blueprint.get("/search/stories")
def stories() -> str:
    """Only the films whose plot is like the text, for a page that asks as one types."""
    return render_template("_stories.html", query=_asked(), stories=searching.stories(_asked()))


@blueprint.get("/search/suggest")
def suggest() -> str:
    """The best few films and people, to be shown beneath the search field as one types."""
    query = _asked()
    films = browsing.search(query, per_page=SUGGESTED) if query else None
    return render_template("_suggested.html", query=query, films=films, people=searching.people(query, SUGGESTED // 2))


@blueprint.get("/people/<movie_id:person_id>")
def person(person_id: int) -> str:
    """Somebody who makes films: what he directed and where he plays."""
    somebody, roles = searching.person(person_id)
    ids = [movie.id for movies in roles.values() for movie in movies]
    return render_template(
        "person.html",
        somebody=somebody,
        roles=roles,
        stars=rating.stars_of(current_user.id, ids),
        said=dismissing.said(current_user.id, ids),
    )


@blueprint.get("/movies/<movie_id:movie_id>")
def movie(movie_id: int) -> str:
    """Facts, plot, people, your rating, what everybody gave, and similar films."""
    return render_template("movie.html", film=films.page_of(movie_id, current_user))
