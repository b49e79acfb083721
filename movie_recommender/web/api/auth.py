"""Who is asking: the bearer token of a request."""

from __future__ import annotations

from typing import cast

from apiflask import HTTPError, HTTPTokenAuth
from flask import Response, request

from ...errors import NotSignedIn
from ...services import visitors
from ...services.visitors import Visitor
from .errors import answer

auth = HTTPTokenAuth(
    name="BearerAuth",
    description="Get a token with `POST /api/v1/tokens` and send it with every request: `Authorization: Bearer <token>`.",
)
NO_TOKEN = "Send a token with the header `Authorization: Bearer <token>`. Get one with POST /api/v1/tokens."  # noqa: S105 - a help


@auth.verify_token
def _owner(token: str | None) -> Visitor | None:
    """The token's owner; a token that does not hold is an error even where one may ask without any."""
    if token:
        return visitors.by_token(token)
    if "Authorization" in request.headers:
        raise NotSignedIn(NO_TOKEN)
    return None


@auth.error_processor
def _refuse(error: HTTPError) -> Response:
    return answer(error.status_code, NO_TOKEN)


def me() -> Visitor:
    """The person whose token came with the request, in views that require one."""
    return cast(Visitor, auth.current_user)


def token_in_use() -> str:
    return request.authorization.token or "" if request.authorization else ""
