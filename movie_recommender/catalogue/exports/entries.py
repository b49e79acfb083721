"""What every account export is read into: films, what a person noted about them, and what could not be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ...errors import ImportFailed

KINDS = ("rating", "viewing", "watchlist", "liked", "list", "unseen", "not_for_me", "not_now", "ignored")
MAX_ROWS = 200_000
MAX_REPORTED = 1_000


@dataclass(frozen=True, slots=True)
class Film:
    """A film as a row names it. Equal films are looked up once."""

    title: str
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    movielens_id: int | None = None
    original_title: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a person noted about one film.

    `kind` is one of `KINDS`. `half_stars` (1..10) belongs to a rating. `at` is in seconds since 1970, None when the file
    does not say. `standing` is false for stars of one evening (a diary), which give way to the person's present ones.
    A `not_now` is over 30 days after `at`; an `ignored` rating is left out of his list.
    `owner` is the pseudonym of a customer in an orders file.
    """

    film: Film
    kind: str
    source: str
    row: int
    half_stars: int | None = None
    at: int | None = None
    standing: bool = True
    list_name: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out: file, row number (0: the whole file), what it names, and why."""

    source: str
    row: int
    what: str
    why: str


@dataclass
class Reading:
    """What was read from one upload."""

    format: str = ""
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # the first MAX_REPORTED
    reasons: Counter[str] = field(default_factory=Counter)  # why -> how many rows, all of them
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    never: list[str] = field(default_factory=list)  # genres of which the person wants nothing
    steering: dict[str, int] = field(default_factory=dict)

    def skip(self, source: str, row: int, why: str, what: str = "") -> None:
        """Report a row that is left out."""
        self.reasons[why] += 1
        if len(self.problems) < MAX_REPORTED:
            self.problems.append(Problem(source, row, what[:120], why))

    def count_row(self) -> None:
        """Count one row of the upload.

        Raises:
            ImportFailed: There are more than `MAX_ROWS`.
        """
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise ImportFailed(f"This upload has more than {MAX_ROWS:,} rows. Split it and bring the parts one after the other.")

    def note(self, text: str) -> None:
        """Say something about the upload as a whole, once."""
        if text not in self.notes:
            self.notes.append(text)
