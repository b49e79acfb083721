"""Search besides titles: people by name, and movies by what their plot is about."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from ...errors import BackgroundUnavailable, InvalidInput
from ...services import searching
from . import schemas
from .answers import NOT_MODIFIED, movie_card
from .auth import auth

bp = APIBlueprint("searching", __name__, tag={"name": "Search"})


@bp.get("/people")
@bp.input(schemas.PeopleQuery, location="query", unknown=RAISE)
@bp.output(schemas.PeopleFound, description="Those whose names fit best.")
@bp.doc(operation_id="listPeople", responses=NOT_MODIFIED)
def list_people(query_data: dict[str, Any]) -> dict[str, Any]:
    """Search directors and actors by name; mistakes are forgiven"""
    found = searching.people(query_data["query"], query_data["n"])
    return {"people": [_person(one.id, one.name) for one in found]}


def _person(person_id: int, name: str) -> dict[str, Any]:
    _, roles = searching.person(person_id)
    films = {role: [{"id": movie.id, "title": movie.title, "year": movie.year} for movie in movies] for role, movies in roles.items()}
    return {"id": person_id, "name": name, "directed": films["director"], "acted": films["actor"]}


@bp.get("/plots")
@bp.auth_required(auth)
@bp.input(schemas.PlotQuery, location="query", unknown=RAISE)
@bp.output(schemas.PlotsFound, description="The movies whose plot is like the text, the nearest first.")
@bp.doc(operation_id="listPlots", responses={503: "The background service, which compares plots, is away."})
def list_plots(query_data: dict[str, Any]) -> dict[str, Any]:
    """Search movies in plain words by what happens in them"""
    found = searching.stories(query_data["query"], query_data["n"])
    if found.state == "not_asked":
        raise InvalidInput(f"Say in at least {searching.STORY_WORDS} words what happens in the movie.")
    if found.state == "away":
        raise BackgroundUnavailable("The background service, which compares plots, is away. Try again in a moment.")
    return {"movies": [movie_card(movie) for movie in found.movies]}
