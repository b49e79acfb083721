"""What stands in the paths of pages and of the API."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

LARGEST_ID = 2**31 - 1  # of an INTEGER column
NO_MOVIE = 0


class MovieId(BaseConverter):
    """A movie's id in plain digits. One that is too large for a database to look for is as unknown as 0 is.

    It is not refused here: of several rules with one path Werkzeug would then say that the method is not allowed.
    """

    regex = r"[0-9]+"

    def to_python(self, value: str) -> int:
        # By its length first: Python refuses to read thousands of digits.
        return int(value) if len(value) < 11 and int(value) <= LARGEST_ID else NO_MOVIE


class SmallInteger(IntegerConverter):
    """Every `<int:...>`: what is larger than an id can be is not found. A database would not even look for it."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    """Let rules say `<movie_id:movie_id>`, and `<int:...>` of an id's size; before the rooms are registered."""
    app.url_map.converters |= {"movie_id": MovieId, "int": SmallInteger}
