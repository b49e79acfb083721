"""What stands in the paths of the API."""

from __future__ import annotations

from werkzeug.routing import BaseConverter

LARGEST_ID = 2**63 - 1  # what a database can compare with
NO_MOVIE = 0


class MovieId(BaseConverter):
    """A movie's id in plain digits. One that is too large is as unknown as 0 is.

    It is not refused here: of several rules with one path Werkzeug would then say that the method is not allowed.
    """

    regex = r"[0-9]+"

    def to_python(self, value: str) -> int:
        # By its length first: Python refuses to read thousands of digits.
        return int(value) if len(value) < 20 and int(value) <= LARGEST_ID else NO_MOVIE
