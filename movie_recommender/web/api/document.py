"""The OpenAPI document: what it says as a whole, and what the code of the views cannot say."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import current_app

from ..paths import LARGEST_ID
from . import schemas

ABOUT = """Rate movies and read your recommendations from a program.

1. Make an account with `POST /api/v1/users`, or use the one you have on the website.
2. Get a token with `POST /api/v1/tokens` and send it with every request: `Authorization: Bearer <token>`.
3. Rate a few movies with `PUT /api/v1/ratings/<movie_id>`; each answer carries your new `version`.
4. Read `GET /api/v1/recommendations` until its `computed_version` has come up to that `version`.

Every error is JSON: a `message` that says what was wrong and what to do, and a `detail` for each field.
"""


def init_app(app: APIFlask) -> None:
    """Set what the document holds: the operations of the API and none of the website's."""
    app.config.update(
        DESCRIPTION=ABOUT,
        # Not from the request: the document is made once, and a forged Host header would stay in it.
        AUTO_SERVERS=False,
        AUTO_200_RESPONSE=False,
        HTTP_ERROR_SCHEMA=schemas.Error,
        VALIDATION_ERROR_SCHEMA=schemas.Error,
        VALIDATION_ERROR_DESCRIPTION="Something in the request cannot be used; the message says what.",
        AUTH_ERROR_DESCRIPTION="The token is missing, unknown or has expired.",
        NOT_FOUND_DESCRIPTION="There is no such movie.",
    )
    app.spec_processor(finish)


def finish(spec: Any) -> Any:
    """Keep what belongs to the API, and say what APIFlask leaves out."""
    spec["servers"] = [{"url": "/"}]
    paths = {path: operations for path, operations in spec["paths"].items() if path.startswith("/api/v1/")}
    spec["paths"] = dict(sorted(paths.items(), key=lambda item: min(map(_place, item[1].values()))))
    for operations in spec["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
                    parameter["description"] = "The movie's id."
    return spec


def _place(operation: dict[str, Any]) -> int:
    """Where the code of an operation stands among the views; APIFlask goes by the length of the path."""
    names = [getattr(view, "_spec", {}).get("operation_id") for view in current_app.view_functions.values()]
    return names.index(operation["operationId"])
