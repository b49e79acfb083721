"""Small translations between a view and HTTP: JSON or a page, and where to go next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..errors import MovieRecommenderError


def wants_json() -> bool:
    """Whether the request came from a script that reads JSON rather than from a page."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def local_path(target: str | None, default: str) -> str:
    """`target` if it is a path on this site, else `default`: nobody is sent elsewhere by a crafted link."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(char) < 32 for char in target):
        return default
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else default


def next_page(default: str | None = None) -> str:
    """Where a form wants to go on to (`next`), else `default`, else the home page."""
    return local_path(request.values.get("next"), default or url_for("pages.index"))


def done(default: str | None = None, **facts: Any) -> ResponseReturnValue:
    """The answer to something that was done: facts for a script, the next page for a form."""
    return jsonify(**facts) if wants_json() else redirect(next_page(default), 303)


def again(template: str, failure: MovieRecommenderError, /, **values: Any) -> ResponseReturnValue:
    """The page with its form once more, which says what was wrong."""
    return render_template(template, **values), failure.http_status, retry_header(failure)


def retry_header(error: MovieRecommenderError) -> dict[str, str]:
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def page_number() -> int:
    """The page asked for; what is no page number means the first."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
