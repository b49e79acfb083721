"""The doors: signed requests in, JSON out."""

from __future__ import annotations

import json
import logging
from typing import Any

from apiflask import APIBlueprint, APIFlask, Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range
from flask import current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from movie_recommender.errors import InvalidInput, MovieRecommenderError
from movie_recommender.services import jobs, recompute, reconcile, together
from movie_recommender.services.plots import LONGEST_QUESTION
from movie_recommender.services.signing import HEADER, Verifier
from movie_recommender.services.steering import Steering
from movie_recommender.services.tonight import MOST_PEOPLE, RULES
from movie_recommender.storage import trouble_behind
from movie_recommender.storage.models import Job

from .runtime import Runtime
from .tasks import REBUILD

log = logging.getLogger(__name__)
OPEN = {"background.health"}  # answered without a signature; everything else needs one
blueprint = APIBlueprint("background", __name__)


class NewJob(Schema):
    kind = String(required=True, validate=OneOf(jobs.KINDS))
    rebuild = Boolean(load_default=False, metadata={"description": "With fillchroma: build the index anew in any case."})
    user_id = Integer(strict=True, validate=Range(min=1, max=2**31 - 1), metadata={"description": "Whose list to bring up to date."})


class JobQuery(Schema):
    state = String(validate=OneOf(jobs.STATES))
    limit = Integer(load_default=50, validate=Range(min=1, max=500))


class Progress(Schema):
    done = Integer()
    total = Integer()


class JobOut(Schema):
    """Times are seconds since 1970, UTC."""

    id = String()
    kind = String()
    user_id = Integer(allow_none=True)
    state = String(validate=OneOf(jobs.STATES))
    progress = Nested(Progress)
    error = String(allow_none=True)
    attempts = Integer()
    created_at = Float()
    started_at = Float(allow_none=True)
    finished_at = Float(allow_none=True)


class JobsOut(Schema):
    jobs = List(Nested(JobOut))


class EngineOut(Schema):
    ready = Boolean()
    version = String()
    movies = Integer()
    ratings = Integer()


class PlotsOut(Schema):
    state = String(metadata={"description": "unknown, empty, outdated, damaged or ready."})
    count = Integer()


class PlotQuery(Schema):
    q = String(required=True, validate=Length(1, LONGEST_QUESTION))
    n = Integer(load_default=20, validate=Range(min=1, max=100))


class NearPlot(Schema):
    movie_id = Integer()
    similarity = Float(metadata={"description": "Cosine, -1 to 1."})


class NearPlots(Schema):
    movies = List(Nested(NearPlot))


class PreviewQuery(Schema):
    user_id = Integer(required=True, strict=True, validate=Range(min=1, max=2**31 - 1))
    steering = Dict(required=True, metadata={"description": "Dials -100..100 and weights 0..300 by name; what is missing is neutral."})
    n = Integer(load_default=12, validate=Range(min=1, max=100))


class PreviewOut(Schema):
    """Ids of movies, best first."""

    before = List(Integer())
    after = List(Integer())


class GroupQuery(Schema):
    members = List(Integer(strict=True, validate=Range(min=1, max=2**31 - 1)), required=True, validate=Length(0, MOST_PEOPLE))
    guests = List(Dict(keys=Integer(), values=Float(validate=Range(0.5, 5))), required=True, validate=Length(0, MOST_PEOPLE))
    rule = String(required=True, validate=OneOf(RULES))
    rewatches = Boolean(load_default=False)
    genres = List(String(), load_default=[])
    exclude_genres = List(String(), load_default=[])
    runtime = Integer(load_default=None, allow_none=True)
    list_id = Integer(load_default=None, allow_none=True)
    watchlist_of = Integer(load_default=None, allow_none=True)
    n = Integer(load_default=12, validate=Range(min=1, max=50))


class ShareOut(Schema):
    place = Integer(metadata={"description": "In his own list over all films, 1 is the best."})
    predicted_rating = Float()
    has_seen = Boolean()
    reasons = List(List(Raw()), metadata={"description": "[kind, points, causes], as in a kept list."})


class GroupPick(Schema):
    movie_id = Integer()
    shares = List(Nested(ShareOut), metadata={"description": "One a person: the members, then the guests, as asked."})


class GroupOut(Schema):
    films = Integer(metadata={"description": "How many films a place is one of."})
    picks = List(Nested(GroupPick))


class ExplainQuery(Schema):
    user_id = Integer(required=True, strict=True, validate=Range(min=1, max=2**31 - 1))
    movie_id = Integer(required=True, strict=True, validate=Range(min=1, max=2**31 - 1))


class CauseOut(Schema):
    kind = String(metadata={"description": "movie, genre, director, actor, keyword, language, year, neighbours or ratings."})
    name = String()
    movie_id = Integer(allow_none=True)
    stars = Float(allow_none=True)
    count = Integer()
    points = Float()
    histogram = List(Integer(), metadata={"description": "How many neighbours gave 0.5, 1, ... 5 stars."})


class PartOut(Schema):
    signal = String()
    points = Float()
    causes = List(Nested(CauseOut))


class ReceiptOut(Schema):
    """The parts' points add up to the score."""

    score = Float()
    predicted_rating = Float()
    parts = List(Nested(PartOut))


class HealthOut(Schema):
    ok = Boolean()
    engine = Nested(EngineOut)
    plots = Nested(PlotsOut)
    queue = Integer(metadata={"description": "Messages that wait."})
    behind = Integer(metadata={"description": "People whose list is behind."})


def init_app(api: APIFlask) -> None:
    """Register the endpoints, the check of signatures and the form of errors."""
    verifier = Verifier(api.config["BACKGROUND_KEY"])

    @api.before_request
    def check_signature() -> None:
        if request.endpoint not in OPEN:
            target = request.path + (f"?{request.query_string.decode('latin-1')}" if request.query_string else "")
            verifier.check(request.headers.get(HEADER, ""), request.method, target, request.get_data())

    @api.before_request
    def check_json() -> ResponseReturnValue | None:
        # Webargs knows what is no JSON, but not numbers of thousands of digits or brackets in brackets without end.
        try:
            json.loads(request.get_data() or b"{}")
        except json.JSONDecodeError:
            return None
        except (ValueError, RecursionError):
            return {"message": "The body cannot be read as JSON.", "detail": {}}, 400
        return None

    @api.errorhandler(MovieRecommenderError)
    def say_what_is_wrong(error: MovieRecommenderError) -> ResponseReturnValue:
        return {"message": error.message, "detail": {}}, error.http_status

    @api.errorhandler(DBAPIError)
    def say_what_the_database_suffers_from(error: DBAPIError) -> ResponseReturnValue:
        trouble = trouble_behind(error)
        if trouble is None:
            raise error
        log.error("%s %s: %s", request.method, request.path, trouble.message)
        return say_what_is_wrong(trouble)

    api.register_blueprint(blueprint)


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["runtime"]
    return runtime


def _shown(job: Job) -> dict[str, object]:
    names = ("id", "kind", "state", "error", "attempts", "created_at", "started_at", "finished_at")
    shown = {name: getattr(job, name) for name in names}
    user_id = job.subject if job.kind == "recompute" else None
    return shown | {"user_id": user_id, "progress": {"done": job.done, "total": job.total}}


@blueprint.post("/jobs")
@blueprint.input(NewJob, location="json")
@blueprint.output(JobOut, status_code=202)
@blueprint.doc(summary="Ask for work", responses=[400, 401, 404])
def post_job(json_data: dict[str, object]) -> dict[str, object]:
    """Make a job, or join the one of this kind and person that waits already."""
    kind, user_id = str(json_data["kind"]), json_data.get("user_id")
    if (kind == "recompute") != isinstance(user_id, int):
        raise InvalidInput("A recompute needs `user_id`; the other kinds take none.")
    if json_data["rebuild"] and kind != "fillchroma":
        raise InvalidInput("Only a fillchroma takes `rebuild`.")
    subject = user_id if isinstance(user_id, int) else REBUILD if json_data["rebuild"] else 0
    return _shown(_runtime().submit(kind, subject))


@blueprint.get("/jobs/<job_id>")
@blueprint.output(JobOut)
@blueprint.doc(summary="How far a job is", responses=[401, 404])
def get_job(job_id: str) -> dict[str, object]:
    return _shown(jobs.get(job_id))


@blueprint.get("/jobs")
@blueprint.input(JobQuery, location="query")
@blueprint.output(JobsOut)
@blueprint.doc(summary="Jobs, newest first", responses=[401])
def list_jobs(query_data: dict[str, object]) -> dict[str, object]:
    state, limit = query_data.get("state"), query_data["limit"]
    return {"jobs": [_shown(job) for job in jobs.latest(state if isinstance(state, str) else None, int(str(limit)))]}


@blueprint.get("/health")
@blueprint.output(HealthOut)
@blueprint.doc(summary="Whether all is well")
def health() -> dict[str, object]:
    runtime = _runtime()
    fitted = runtime.engine.fitted
    engine = {"ready": False, "version": "", "movies": 0, "ratings": 0}
    if fitted:
        engine = {"ready": True, "version": fitted.version, "movies": fitted.movies, "ratings": fitted.ratings}
    plots = {"state": runtime.plots.state, "count": runtime.plots.count}
    return {"ok": True, "engine": engine, "plots": plots, "queue": runtime.waiting(), "behind": reconcile.count_behind()}


@blueprint.post("/lists/preview")
@blueprint.input(PreviewQuery, location="json")
@blueprint.output(PreviewOut)
@blueprint.doc(summary="The first films of a person's list before and after another steering", responses=[400, 401, 503])
def preview_list(json_data: dict[str, Any]) -> dict[str, object]:
    chosen = Steering.of(json_data["steering"])
    before, after = recompute.preview(_runtime().engine, json_data["user_id"], chosen, json_data["n"])
    return {"before": before, "after": after}


@blueprint.post("/lists/together")
@blueprint.input(GroupQuery, location="json")
@blueprint.output(GroupOut)
@blueprint.doc(summary="Films for several people at once; nothing is kept", responses=[400, 401, 503])
def choose_together(json_data: dict[str, Any]) -> dict[str, object]:
    members, guests, n = (json_data.pop(name) for name in ("members", "guests", "n"))
    return together.picks(_runtime().engine, members, guests, together.Wish(**json_data), n)


@blueprint.post("/lists/explain")
@blueprint.input(ExplainQuery, location="json")
@blueprint.output(ReceiptOut)
@blueprint.doc(summary="The exact parts of a film's score for a person", responses=[400, 401, 404, 503])
def explain(json_data: dict[str, int]) -> dict[str, object]:
    found = recompute.explain(_runtime().engine, json_data["user_id"], json_data["movie_id"])
    parts = [
        {
            "signal": part.signal,
            "points": part.contribution,
            "causes": [
                {
                    "kind": cause.kind, "name": cause.name, "movie_id": cause.item_id, "stars": cause.stars, "count": cause.count,
                    "points": cause.contribution, "histogram": list(cause.histogram),
                }
                for cause in part.causes
            ],
        }
        for part in found.parts
    ]  # fmt: skip
    return {"score": found.score, "predicted_rating": found.predicted_rating, "parts": parts}


@blueprint.get("/plots/search")
@blueprint.input(PlotQuery, location="query")
@blueprint.output(NearPlots)
@blueprint.doc(summary="Movies whose plot is near to a text", responses=[401])
def search_plots(query_data: dict[str, object]) -> dict[str, object]:
    found, is_indexed = _runtime().plots.search(str(query_data["q"]), int(str(query_data["n"])))
    if not is_indexed:
        _runtime().look_at_plots()
    return {"movies": [{"movie_id": movie_id, "similarity": similarity} for movie_id, similarity in found]}
