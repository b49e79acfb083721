"""What comes out: recommendations, and the receipts that say why.

What occurs by the thousand in one list is not frozen: a frozen object takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
import numpy.typing as npt

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


def contributing(cause: Cause, contribution: float) -> Cause:
    """The same cause with what it adds."""
    return Cause(cause.kind, cause.name, cause.item_id, cause.stars, cause.count, contribution, cause.histogram)


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


@dataclass(frozen=True, eq=False, slots=True)
class Crowd:
    """Those who rated each of m items: those with one's taste, or all.

    Attributes:
        counts: ``int[m]``, how many.
        means: ``float[m]``, their mean in stars.
        histograms: ``int[m, 10]``, how many gave 0.5, 1.0 … 5.0 stars; None where only their mean is told.
    """

    counts: npt.NDArray[Any]
    means: npt.NDArray[np.floating]
    histograms: npt.NDArray[np.integer] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Causes:
    """The causes of m scores of one signal, at most k each, strongest first, as columns: a list has thousands of them.

    Attributes:
        labels: ``int[m, k]``, a number for what each cause is; -1 where there is none.
        shares: ``float[m, k]``, what each adds, in the signal's own unit.
        label: the cause behind such a number, without its contribution.
        crowd: the same as columns, where the cause is a crowd; the numbers are its rows.
    """

    labels: npt.NDArray[np.integer]
    shares: npt.NDArray[np.floating]
    label: Callable[[int], Cause]
    crowd: Crowd | None = None

    def of(self, at: int, factor: float) -> tuple[Cause, ...]:
        """The causes of the item at this place; their shares times `factor`."""
        named = zip(self.labels[at].tolist(), self.shares[at].tolist(), strict=True)
        return tuple([contributing(self.label(label), share * factor) for label, share in named if label >= 0])


@dataclass(frozen=True, eq=False, slots=True)
class ReasonTable:
    """The reasons of a whole list of m items, at most r each, strongest first, with at most k causes each, as columns.

    Attributes:
        signals: the names of the signals.
        terms: ``int8[m, r]``, which of them; -1 where there is no reason.
        contributions: ``float[m, r]``, what it adds to the score.
        labels: ``int32[m, r, k]``, the causes as the signal numbers them; -1 where there is none.
        shares: ``float[m, r, k]``, what they add to the score.
        label: for each signal, the cause behind a number, without its contribution.
        crowds: for each signal, the same as columns where its causes are crowds.
    """

    signals: tuple[str, ...]
    terms: npt.NDArray[np.int8]
    contributions: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float64]
    label: tuple[Callable[[int], Cause], ...]
    crowds: tuple[Crowd | None, ...]

    def of(self, at: int) -> tuple[Reason, ...]:
        """The reasons of the item at this place, best first."""
        found = []
        for place, term in enumerate(self.terms[at].tolist()):
            if term >= 0:
                causes = Causes(self.labels[at], self.shares[at], self.label[term]).of(place, 1.0)
                found.append(Reason(self.signals[term], float(self.contributions[at, place]), causes))
        return tuple(found)


class Reasons:
    """The reasons of a whole list, traced once, when the first of them is read.

    To be read before the model is changed, or the causes are those of the changed one.
    """

    __slots__ = ("_found", "_trace")

    def __init__(self, trace: Callable[[], ReasonTable]) -> None:
        self._trace = trace
        self._found: ReasonTable | None = None

    @property
    def table(self) -> ReasonTable:
        """All of them."""
        if self._found is None:
            self._found = self._trace()
        return self._found


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
        return self.why.table.of(self.at)


class Listing(Sequence[Recommendation]):
    """Recommendations as columns; each is made when it is asked for, for most of a long list never are.

    Attributes:
        ids: ``int64[m]``, the items' external ids.
        scores: ``float64[m]``.
        predicted: ``float64[m]``, in stars.
        why: their reasons.
    """

    __slots__ = ("ids", "predicted", "scores", "why")

    def __init__(
        self, ids: npt.NDArray[np.int64], scores: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64], why: Reasons
    ) -> None:
        self.ids, self.scores, self.predicted, self.why = ids, scores, predicted, why

    def __len__(self) -> int:
        return self.ids.size

    @overload
    def __getitem__(self, at: int) -> Recommendation: ...

    @overload
    def __getitem__(self, at: slice) -> list[Recommendation]: ...

    def __getitem__(self, at: int | slice) -> Recommendation | list[Recommendation]:
        places = range(self.ids.size)[at]
        return self._made(places) if isinstance(places, int) else [self._made(place) for place in places]

    def _made(self, at: int) -> Recommendation:
        return Recommendation(int(self.ids[at]), float(self.scores[at]), float(self.predicted[at]), self.why, at)


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
        n_top: how many of `items` are the list over all genres.
        items: first the best over all genres, best first; then all others that a genre, a decade, a language or `also` asked for, by score.
        cols: ``int64[len(items)]``, their positions in the catalogue.
        genres: their names.
        of_genres: ``int64[n_genres, n]``, such positions of the best of each, best first; -1 where there are fewer.
    """

    n_top: int
    items: Listing
    cols: npt.NDArray[np.int64]
    genres: tuple[str, ...]
    of_genres: npt.NDArray[np.int64]

    @property
    def top(self) -> list[Recommendation]:
        """The best items over all genres, best first."""
        return self.items[: self.n_top]

    @property
    def by_genre(self) -> dict[str, tuple[int, ...]]:
        """For each genre, positions in `items` of its best, best first."""
        places = {col: at for at, col in enumerate(self.cols.tolist())}
        best = zip(self.genres, self.of_genres.tolist(), strict=True)
        return {name: tuple(places[col] for col in cols if col >= 0) for name, cols in best}
