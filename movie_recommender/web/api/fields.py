"""The fields of requests and answers: strict about what comes in, exact about what goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import DateTime, Float, Integer, List, String
from marshmallow import ValidationError
from marshmallow.validate import Length, Range

from ...errors import InvalidInput
from ...services.rating import half_stars

TEXT_LENGTH = 200


class Input(Schema):
    """What a request may hold, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["unknown"] = f"There is no such field here. Possible: {', '.join(self.fields)}."


class Whole(Integer):
    """A whole number from `low` to `high` in a query string, in plain digits (Python's `int` also takes ` 1_0`)."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        self._wrong = f"This must be a whole number from {low} to {high}."
        super().__init__(validate=Range(low, high, error=self._wrong), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", str(value)):
            raise ValidationError(self._wrong)
        return int(value)


class Text(String):
    """A text that a database can keep: without NUL and lone surrogates."""

    def __init__(self, low: int = 0, high: int = TEXT_LENGTH, **options: Any) -> None:
        wrong = f"This must be a text of {low} to {high} characters." if low else f"This must be a text of at most {high} characters."
        options["metadata"] = {"pattern": r"^[^\x00]*$", **options.get("metadata", {})}
        super().__init__(validate=[Length(low, high, error=wrong), _check_storable], **options)


def _check_storable(text: str) -> None:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError("This text holds a character that is not allowed (NUL or half of a surrogate pair).")


class Names(List):
    """Names, each as a parameter of its own or several with commas between them; empty ones do not count."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> list[Any]:
        names = super()._deserialize(value, attr, data, **options)
        return [part.strip() for name in names for part in str(name).split(",") if part.strip()]


class Stars(Float):
    """A rating as a JSON number: 0.5, 1, ... 5."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> float:
        try:
            return half_stars(None if isinstance(value, str) else value) / 2
        except InvalidInput as error:
            raise ValidationError(error.message) from error


class Moment(DateTime):
    """Whole seconds since 1970 as a date and time in UTC: `2026-11-21T03:32:57Z`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return None if value is None else datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
