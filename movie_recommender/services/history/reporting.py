"""An upload's dry run in words: what the page and the command say about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from . import matching
from .staging import CHOSEN, Staged

_FOUND = (
    (matching.ID, "by their ids"), (matching.TITLE, "by title and year"), (matching.NEAR_YEAR, "by title, a year apart"),
    (matching.PART, "by a part of the title"), (CHOSEN, "chosen by you"),
)  # fmt: skip
_CHANGES = (
    ("new", "new rating", "new ratings"), ("changed", "changed rating", "changed ratings"), ("viewings", "viewing", "viewings"),
    ("watchlist", "film for the watchlist", "films for the watchlist"), ("liked", "liked film", "liked films"),
    ("list_entries", "list entry", "list entries"), ("hidden", "film that you hid", "films that you hid"),
    ("never", "genre to leave out", "genres to leave out"), ("ignored", "rating that your list ignores", "ratings that your list ignores"),
    ("steering", "way of steering your list", "ways of steering your list"),
)  # fmt: skip
_KEPT = (
    ("same", "rating already here", "ratings already here"), ("already", "other entry already here", "other entries already here"),
    ("kept", "rating that you gave here stays", "ratings that you gave here stay"),
    ("newer", "rating here is newer and stays", "ratings here are newer and stay"),
)  # fmt: skip


def found(staged: Staged) -> list[tuple[int, str]]:
    """How many films were found in which way."""
    counts = Counter(film.how for film in staged.films)
    return [(counts[how], words) for how, words in _FOUND if counts[how]]


def changes(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """What applying writes."""
    return _worded(counts, _CHANGES)


def kept(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """What applying leaves as it is."""
    return _worded(counts, _KEPT)


def _worded(counts: Mapping[str, int], words: tuple[tuple[str, str, str], ...]) -> list[tuple[int, str]]:
    return [(count, one if count == 1 else many) for name, one, many in words if (count := counts.get(name, 0))]


def sentence(parts: list[tuple[int, str]], nothing: str) -> str:
    """`3 new ratings, 1 viewing`, or `nothing`."""
    return ", ".join(f"{count:,} {words}" for count, words in parts) or nothing
