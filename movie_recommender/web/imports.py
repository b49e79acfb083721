"""Bringing one's history from elsewhere and taking it away: upload, report, answer what is doubtful, apply, undo, export."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import InvalidInput, MovieRecommenderError
from ..services import browsing, enriching, export, history
from ..services.history import reporting
from .answers import wants_json

blueprint = Blueprint("imports", __name__)
ROOM_FOR_THE_FORM = 64 * 1024  # bytes around the file: field names, boundaries, the CSRF token
SHOWN = 300  # films and rows of one kind that a report lists


@blueprint.url_value_preprocessor
def allow_a_file(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Only the upload may be large; this runs before the form, and with it the CSRF token, is read."""
    if endpoint == "imports.upload":
        request.max_content_length = history.MAX_UPLOAD + ROOM_FOR_THE_FORM


@blueprint.get("/imports")
def index() -> str:
    """Where a file is dropped, and what was brought in before."""
    return render_template("imports/index.html", runs=history.runs(current_user.id))


@blueprint.post("/imports")
def upload() -> ResponseReturnValue:
    """Read a file and show what it would change; nothing is written before it is applied."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise InvalidInput("Choose a file first.")
        import_id = history.stage(current_user.id, file.filename, file.read())
    except MovieRecommenderError as error:
        if wants_json():
            raise
        return render_template("imports/index.html", runs=history.runs(current_user.id), error=error.message), error.http_status
    target = url_for("imports.report", import_id=import_id)
    return jsonify(location=target) if wants_json() else redirect(target, 303)


@blueprint.get("/imports/<int:import_id>")
def report(import_id: int) -> str:
    """What was read, what it would change or has changed, and what is doubtful."""
    run, staged = history.load(current_user.id, import_id)
    places = list(enumerate(staged.films))
    groups = {
        how: [(place, film) for place, film in places if film.how == how] for how in ("ambiguous", "near year", "part", "title", "unknown")
    }
    shown = [film for films in groups.values() for _, film in films[:SHOWN]]
    movies = browsing.by_ids(sorted({key for film in shown for key in (film.movie_id, *film.candidates) if key is not None}))
    counts = history.make_plan(current_user.id, staged).counts if run.state == "staged" else run.counts
    return render_template(
        "imports/report.html", run=run, staged=staged, groups=groups, movies=movies, counts=counts, shown=SHOWN,
        found=reporting.found(staged), changes=reporting.changes(counts), kept=reporting.kept(counts), can_add=enriching.is_configured(),
    )  # fmt: skip


@blueprint.get("/imports/<int:import_id>/films/<int:place>")
def film(import_id: int, place: int) -> str:
    """Find the film that a row means, by search."""
    _, staged = history.load(current_user.id, import_id, "staged")
    if place >= len(staged.films):
        raise InvalidInput("The import has no such film.")
    wanted = staged.films[place]
    query = request.args.get("q", wanted.film.title).strip()[:200]
    found = browsing.search(query, per_page=12).movies if query else []
    return render_template("imports/film.html", import_id=import_id, place=place, wanted=wanted, words=query, found=found)


@blueprint.post("/imports/<int:import_id>/films/<int:place>")
def choose(import_id: int, place: int) -> ResponseReturnValue:
    """Say which film it is; an empty answer leaves it out."""
    movie_id = request.form.get("movie_id", "")
    if movie_id and not (movie_id.isascii() and movie_id.isdigit() and len(movie_id) < 12):
        raise InvalidInput("That is no film.")
    history.choose(current_user.id, import_id, place, int(movie_id) if movie_id else None)
    return redirect(url_for("imports.report", import_id=import_id, _anchor="doubtful"), 303)


@blueprint.post("/imports/<int:import_id>/apply")
def apply(import_id: int) -> ResponseReturnValue:
    """Write what the report says, all at once."""
    counts = history.apply(current_user.id, import_id, bool(request.form.get("overwrite")), bool(request.form.get("add_unknown")))
    changes = reporting.sentence(reporting.changes(counts), "")
    flash(f"Brought in: {changes}." if changes else "Everything in the file is already here. Nothing was changed.")
    return redirect(url_for("imports.report", import_id=import_id) if changes else url_for("imports.index"), 303)


@blueprint.post("/imports/<int:import_id>/drop")
def drop(import_id: int) -> ResponseReturnValue:
    """Forget a file that was read and not applied."""
    history.drop(current_user.id, import_id)
    flash("The file is forgotten. Nothing was changed.")
    return redirect(url_for("imports.index"), 303)


@blueprint.post("/imports/<int:import_id>/undo")
def undo(import_id: int) -> ResponseReturnValue:
    """Take an import back as a whole."""
    history.undo(current_user.id, import_id)
    flash("The import is undone: what it brought is gone, and what it had replaced is back.")
    return redirect(url_for("imports.index"), 303)


@blueprint.get("/export")
def everything() -> Response:
    """All that the person entered, as one ZIP."""
    headers = {"Content-Disposition": 'attachment; filename="movie-recommender.zip"'}
    return Response(export.everything(current_user), mimetype="application/zip", headers=headers)
