"""JSON bodies: read once, strictly, before the fields are looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from apiflask import APIBlueprint, Schema
from flask import request
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

LARGEST_BODY = 64 * 1024  # bytes
WRONG: dict[int | str, Any] = {
    400: "The body is missing or is not JSON.",
    413: "The body is too large.",
    415: "The body is not declared as `application/json`.",
}


def json_body(bp: APIBlueprint, schema: type[Schema], example: dict[str, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view gets the JSON object of the body, checked against `schema`, as `body`."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        parsed = bp.input(schema, location="json", arg_name="body", example=example)(view)

        @wraps(parsed)
        def checked(*args: Any, **kwargs: Any) -> Any:
            _check(json.dumps(example))
            return parsed(*args, **kwargs)

        return checked

    return decorate


def _check(example: str) -> None:
    request.max_content_length = LARGEST_BODY
    text = request.get_data()
    if not text:
        raise BadRequest(f"A JSON body is missing. Send one such as {example}.")
    if not request.is_json:
        raise UnsupportedMediaType(f"Send the body as JSON, with the header `Content-Type: application/json`: {example}.")
    try:
        body = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON. Send an object such as {example}.") from error
    if not isinstance(body, dict):
        raise UnprocessableEntity(f"The body must be a JSON object such as {example}.")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
