"""What a reader sees when something went wrong: a page, or JSON for scripts, with what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from .. import storage
from ..errors import MovieRecommenderError
from .access import forget_visitor
from .answers import retry_header, wants_json

log = logging.getLogger(__name__)
HEADINGS = {
    400: "That request did not work",
    401: "Please sign in",
    403: "Not for you to see",
    404: "Nothing is here",
    405: "That is not possible here",
    413: "That is too large",
    422: "That cannot be used",
    429: "Too many tries",
    503: "Not ready yet",
}
MESSAGES = {
    404: "The address leads nowhere. The film may have been removed, or the link has a typing mistake.",
    405: "This address does not take that kind of request. Go back and try again.",
    413: "What was sent is larger than this page takes. Send less at once.",
}
BROKEN = "An error happened on our side. It was written to the log. Try again; if it stays, tell whoever runs this site."


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(MovieRecommenderError, domain_error)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, crash)


def answer(status: int, message: str, bare: bool = False, headers: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """JSON or a page. `bare`: do not ask who is signed in, because the database cannot say."""
    if wants_json():
        return jsonify(message=message), status, dict(headers or {})
    if bare:
        forget_visitor()
    page = render_template("error.html", status=status, heading=HEADINGS.get(status, "Something broke"), message=message, bare=bare)
    return page, status, dict(headers or {})


def domain_error(error: MovieRecommenderError) -> ResponseReturnValue:
    if error.http_status >= 500:
        log.error("%s %s: %s", request.method, request.path, error.message)
    return answer(error.http_status, error.message, isinstance(error, storage.WITHOUT_DATABASE), retry_header(error))


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    return answer(400, "This page is older than your session. Reload it and try once more; nothing was changed.")


def database_error(error: DBAPIError) -> ResponseReturnValue:
    trouble = storage.trouble_behind(error)
    return crash(error) if trouble is None else domain_error(trouble)


def http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return answer(status, MESSAGES.get(status, error.description or BROKEN))


def crash(error: Exception) -> ResponseReturnValue:
    log.exception("%s %s", request.method, request.path, exc_info=error)
    return answer(500, BROKEN, bare=True)
