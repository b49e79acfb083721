"""What comes out: recommendations, and the receipts that say why.

What occurs by the thousand in one list is not frozen: a frozen object takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

NO_HISTOGRAM: tuple[int, ...] = ()


@dataclass(slots=True)
class Cause:
    """One thing that moved a signal: remove it, and the part changes.

    Attributes:
        kind: "movie", "genre", "director", "actor", "keyword", "language", "year",
            "neighbours" or "ratings".
        name: the genre's, person's, keyword's … name; "" where the cause has none.
        item_id: the rated film, if the cause is one.
        stars: your rating of that film; for other causes the mean that they stand for, or None.
        count: how many ratings, films or neighbours stand behind it.
        contribution: what it adds to the score, in the score's unit; the rest of the part (its
            standardisation) has no cause.
        histogram: for neighbours, how many gave 0.5, 1.0 … 5.0 stars (10 bins).
    """

    kind: str
    name: str = ""
    item_id: int | None = None
    stars: float | None = None
    count: int = 0
    contribution: float = 0.0
    histogram: tuple[int, ...] = NO_HISTOGRAM


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal adds to a score: ``contribution = weight * standardised``.

    Attributes:
        signal: the scorer's name.
        contribution: the summand; all parts' contributions add up to the score.
        weight: the blend's weight for this signal, person and item, after renormalising.
        standardised: the signal's value on the common scale (0 = this person's average item).
        causes: what it came from, the strongest first.
    """

    signal: str
    contribution: float
    weight: float
    standardised: float
    causes: tuple[Cause, ...] = ()


@dataclass(slots=True)
class Reason:
    """A short reason for a card: a signal that lifted the item, and its strongest causes."""

    signal: str
    contribution: float
    causes: tuple[Cause, ...] = ()


class Reasons:
    """The reasons of a whole list, traced once, when the first of them is read.

    To be read before the model is changed, or the causes are those of the changed one.
    """

    __slots__ = ("_found", "_trace")

    def __init__(self, trace: Callable[[], list[tuple[Reason, ...]]]) -> None:
        self._trace = trace
        self._found: list[tuple[Reason, ...]] | None = None

    def of(self, at: int) -> tuple[Reason, ...]:
        """The reasons of the list's entry at this place, best first."""
        if self._found is None:
            self._found = self._trace()
        return self._found[at]


@dataclass(slots=True)
class Recommendation:
    """An item to see.

    Attributes:
        item_id: the external id.
        score: the ranking score; compares only within one person's list.
        predicted_rating: the stars that we expect this person to give, 0.5..5.
        why, at: where its reasons are.
    """

    item_id: int
    score: float
    predicted_rating: float
    why: Reasons = field(repr=False, compare=False)
    at: int = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The strongest reasons, best first."""
        return self.why.of(self.at)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score's receipt: ``sum(part.contribution for part in parts) == score`` within 1e-6."""

    item_id: int
    score: float
    predicted_rating: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class RankedList:
    """Everything a product page needs of one person's list, from one pass.

    Attributes:
        top: the best items over all genres, best first.
        by_genre: for each genre, positions in `items` of its best, best first.
        items: every item that occurs in `top` or in a genre's list, in order of score.
    """

    top: tuple[Recommendation, ...]
    by_genre: dict[str, tuple[int, ...]]
    items: tuple[Recommendation, ...]
