"""Errors as JSON: `{"message": ..., "detail": {...}}` for everything that goes wrong under `/api/`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ... import storage
from ...errors import MovieRecommenderError
from ..answers import retry_header

log = logging.getLogger(__name__)
# Flask asks for a handler of the very code before one of the class, so the website's 404 page would win
# over a handler of `HTTPException` here.
CODES = (400, 401, 403, 404, 405, 406, 408, 409, 413, 414, 415, 422, 429, 500, 502, 503)
MESSAGES = {
    413: "The body is too large. What this API takes fits into 64 KiB.",
    500: "Something went wrong here, not with your request. It has been logged; try again later.",
}


def init_app(app: APIFlask) -> None:
    """Answer in JSON where no view is found: a path that leads nowhere belongs to no blueprint, only the application sees it."""

    @app.before_request
    def answer_lost_requests() -> Response | None:
        error = request.routing_exception
        if error is None or isinstance(error, RequestRedirect) or not f"{request.path}/".startswith("/api/"):
            return None
        return _from_http(error)


def handle_within(blueprint: Blueprint) -> None:
    """Answer in JSON to every error inside a blueprint and the ones nested in it."""
    blueprint.register_error_handler(MovieRecommenderError, _from_domain)
    blueprint.register_error_handler(HTTPError, _from_input)
    blueprint.register_error_handler(HTTPException, _from_http)
    blueprint.register_error_handler(DBAPIError, _from_database)
    blueprint.register_error_handler(Exception, _from_crash)
    for code in CODES:
        blueprint.register_error_handler(code, _from_http)


def answer(status: int, message: str, detail: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """One error as a response; a 401 also says how to sign in."""
    response = jsonify(message=message, detail=detail or {})
    response.status_code = status
    response.headers.update(headers or {})
    response.cache_control.no_store = True
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Movie Recommender"'
    return response


def _from_domain(error: MovieRecommenderError) -> Response:
    if error.http_status >= 500:
        log.error("%s %s: %s", request.method, request.path, error.message)
    return answer(error.http_status, error.message, headers=retry_header(error))


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    if status == 404:
        message = f"There is nothing at {request.path}. What there is stands at /api/v1/docs."
    elif status == 405:
        message = f"{request.method} is not possible here. Possible: {headers.get('Allow', 'nothing')}."
    else:
        message = MESSAGES.get(status, error.description or error.name)
    return answer(status, message, headers=headers)


def _from_database(error: DBAPIError) -> Response:
    trouble = storage.trouble_behind(error)
    return _from_crash(error) if trouble is None else _from_domain(trouble)


def _from_crash(error: Exception) -> Response:
    log.error("%s %s", request.method, request.path, exc_info=error)
    return answer(500, MESSAGES[500])


def _from_input(error: HTTPError) -> Response:
    """What the fields of a request found wrong, in one message, and each field's own in the detail."""
    message = " ".join(_sentences(error.detail)) or error.message or ""
    return answer(error.status_code, message, error.detail)


def _sentences(detail: Any) -> Iterator[str]:
    for fields in detail.values():
        for name, problems in fields.items():
            yield f"{name}: {' '.join(_flat(problems))}"


def _flat(problems: Any) -> Iterator[str]:
    """The messages of a field, or of the items of a list, whose messages stand under their positions."""
    for problem in problems.values() if isinstance(problems, dict) else problems:
        if isinstance(problem, str):
            yield problem
        else:
            yield from _flat(problem)
