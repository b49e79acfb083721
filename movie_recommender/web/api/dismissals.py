"""What you do not want to be offered: films and genres."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from ...services import browsing, dismissing, recommending
from . import body, schemas
from .auth import auth, me

bp = APIBlueprint("dismissals", __name__, tag={"name": "Dismissals"})


@bp.get("/dismissals")
@bp.auth_required(auth)
@bp.output(schemas.Dismissals, description="All that you put aside.")
@bp.doc(operation_id="listDismissals")
def list_dismissals() -> dict[str, Any]:
    """The movies and genres that are not recommended to you, newest first"""
    found = dismissing.overview(me().id)
    return {"movies": [_shape(film) for film in found.films], "genres": [genre.name for genre, _ in found.genres], **_version()}


@bp.put("/dismissals/<movie_id:movie_id>")
@bp.auth_required(auth)
@body.json_body(bp, schemas.NewDismissal, {"kind": "not_now"})
@bp.output(schemas.StoredDismissal, description="The movie is put aside; a new list is on its way.")
@bp.doc(operation_id="putDismissal", responses={**body.WRONG, 404: "There is no such movie."})
def put_dismissal(movie_id: int, body: dict[str, str]) -> dict[str, Any]:
    """Have a movie not recommended, for good or for 30 days"""
    dismissing.dismiss(me().id, movie_id, body["kind"])
    film = next(film for film in dismissing.overview(me().id).films if film.movie.id == movie_id)
    return {**_shape(film), **_version()}


@bp.delete("/dismissals/<movie_id:movie_id>")
@bp.auth_required(auth)
@bp.output(schemas.LiftedDismissal, description="The movie may be recommended.")
@bp.doc(operation_id="deleteDismissal", responses={404: "There is no such movie."})
def delete_dismissal(movie_id: int) -> dict[str, Any]:
    """Lift a dismissal; doing it again changes nothing"""
    browsing.movie(movie_id)
    return {"movie_id": movie_id, "removed": dismissing.lift(me().id, movie_id), **_version()}


@bp.put("/dismissals/genres")
@bp.auth_required(auth)
@body.json_body(bp, schemas.NewDismissedGenres, {"genres": ["Comedy"]})
@bp.output(schemas.DismissedGenres, description="Exactly these genres are put aside; a new list is on its way.")
@bp.doc(operation_id="putDismissedGenres", responses=body.WRONG)
def put_genres(body: dict[str, list[str]]) -> dict[str, Any]:
    """Say of which genres nothing is to be recommended, in place of those you said before"""
    dismissing.set_genres(me().id, body["genres"])
    return {"genres": sorted(dismissing.genre_names(me().id)), **_version()}


def _version() -> dict[str, int]:
    return {"version": recommending.status(me().id).version}


def _shape(film: dismissing.DismissedFilm) -> dict[str, Any]:
    return {
        "movie_id": film.movie.id, "title": film.movie.title, "year": film.movie.year, "kind": film.kind,
        "dismissed_at": film.dismissed_at, "until": film.until,
    }  # fmt: skip
