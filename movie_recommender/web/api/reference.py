"""The page about the API: what the OpenAPI document says, as HTML, with an example of every call."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup, escape

from ..paths import LARGEST_ID

bp = Blueprint("reference", __name__)
AN_ID = 1  # stands for a movie in the examples
PLAIN = {"string": "", "integer": 0, "number": 0.0, "boolean": True, "object": {}, "array": [], "null": None}


@bp.get("/docs")
def page() -> str:
    """Everything that the API can do."""
    document = Document(current_app.spec)  # type: ignore[attr-defined]
    return render_template("api/reference.html", document=document, site=request.url_root.rstrip("/"))


@bp.app_template_filter("code_words")
def code_words(text: str) -> Markup:
    """Text whose words in backticks are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped just here)


@dataclass(frozen=True)
class Field:
    """One row: a parameter or a property, and what is inside it."""

    name: str
    kind: str  # its type and limits, in words
    required: bool
    text: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One answer that an operation can give."""

    status: str
    text: str
    fields: tuple[Field, ...] = ()
    example: str = ""


@dataclass(frozen=True)
class Operation:
    """One method on one path. `token` is `required`, `optional` or `none`."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    token: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    sent: Any

    def curl(self, site: str) -> str:
        """The call on a command line, with the token in `$TOKEN`."""
        words = ["curl"] + ([] if self.method == "GET" else ["-X", self.method])
        words.append(shlex.quote(site + self.path.replace("{movie_id}", str(AN_ID)) + _QUERIES.get(self.id, "")))
        lines = [" ".join(words)]
        if self.token in ("required", "optional"):
            lines.append('-H "Authorization: Bearer $TOKEN"')
        if self.sent is not None:
            lines += ["-H 'Content-Type: application/json'", "-d " + shlex.quote(json.dumps(self.sent, ensure_ascii=False))]
        return " \\\n  ".join(lines)


_QUERIES = {
    "listMovies": "?query=godfather&genre=Crime", "listPeople": "?query=miyazaki", "listPlots": "?query=heist+inside+dreams",
    "listRecommendations": "?genre=Comedy&exclude_genre=Horror&n=5",
}  # fmt: skip


class Document:
    """The OpenAPI document, read for the page."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec = spec

    @property
    def rooms(self) -> dict[str, list[Operation]]:
        """Name of a room to its operations, rooms and operations in the document's order."""
        rooms: dict[str, list[Operation]] = {tag["name"]: [] for tag in self._spec["tags"]}
        for path, operations in self._spec["paths"].items():
            for method, described in operations.items():
                rooms[described["tags"][0]].append(self._operation(method, path, described))
        return {name: operations for name, operations in rooms.items() if operations}

    def _operation(self, method: str, path: str, described: Mapping[str, Any]) -> Operation:
        security = described.get("security", [])
        content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return Operation(
            described["operationId"], method.upper(), path, described["summary"], described.get("description", ""),
            "none" if not security else "optional" if {} in security else "required",
            tuple(self._parameter(parameter) for parameter in described["parameters"]),
            tuple(self._fields(content.get("schema", {}))),
            tuple(self._answer(status, answer) for status, answer in sorted(described["responses"].items())),
            content.get("example"),
        )  # fmt: skip

    def _parameter(self, parameter: Mapping[str, Any]) -> Field:
        return Field(parameter["name"], self._kind(parameter["schema"]), parameter.get("required", False), parameter["description"])

    def _answer(self, status: str, answer: Mapping[str, Any]) -> Answer:
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is None or status.startswith("4"):  # errors have one form, which the page tells once
            return Answer(status, answer["description"])
        example = json.dumps(self._example(schema), indent=2, ensure_ascii=False)
        return Answer(status, answer["description"], tuple(self._fields(schema)), example)

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow references, and see through `null`."""
        if "anyOf" in schema:
            return {**self._resolve(schema["anyOf"][0]), **{name: value for name, value in schema.items() if name != "anyOf"}}
        if "$ref" in schema:
            return {**self._spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], **schema}
        return schema

    def _fields(self, schema: Mapping[str, Any]) -> Iterator[Field]:
        schema = self._resolve(schema)
        if "items" in schema:
            yield from self._fields(schema["items"])
        for name, value in schema.get("properties", {}).items():
            text = value.get("description", "")
            yield Field(name, self._kind(value), name in schema.get("required", ()), text, tuple(self._fields(value)))

    def _kind(self, schema: Mapping[str, Any]) -> str:
        nullable = " or null" if "anyOf" in schema or "null" in schema.get("type", "") else ""
        schema = self._resolve(schema)
        if "enum" in schema:
            return "one of " + ", ".join(schema["enum"])
        if "items" in schema:
            return f"list of {self._kind(schema['items'])}{nullable}"
        types = schema.get("type", "object")
        kind = schema.get("format") or (types if isinstance(types, str) else types[0])
        return kind.replace("string", "text").replace("date-time", "time") + _limits(schema) + nullable

    def _example(self, schema: Mapping[str, Any]) -> Any:
        schema = self._resolve(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "properties" in schema:
            return {name: self._example(value) for name, value in schema["properties"].items()}
        if "items" in schema:
            return [self._example(schema["items"])]
        types = schema.get("type", "object")
        return schema.get("enum", [PLAIN[types if isinstance(types, str) else types[0]]])[0]


def _limits(schema: Mapping[str, Any]) -> str:
    words = ""
    if "minimum" in schema:
        words = f" from {schema['minimum']}" + (f" to {schema['maximum']:,}" if schema["maximum"] < LARGEST_ID else "")
    elif "maxLength" in schema:
        words = f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    if schema.get("default") not in (None, "", []):
        words += f", {schema['default']} if not given"
    return words
