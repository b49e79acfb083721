"""Films for several people at once: each one's own list, brought onto one scale and put together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .blend import Blend
from .choosing import POOL
from .data import IntArray, Scores
from .recommender import N_CAUSES, N_REASONS, Recommender
from .results import Reason
from .select import best
from .steering import NEUTRAL, Preferences
from .variety import diversify

RULES = ("misery", "average")
LIKED = 4.0
"""Stars from which on who has seen a film would see it again."""


@dataclass(frozen=True)
class Attendee:
    """One of the people.

    Attributes:
        ratings: stars by item id, as far as his list follows them.
        user_id: who he is in `fit`; None for a guest.
        seen: stars of everything that he has seen, NaN where he gave none.
        hidden: item ids that he does not want to be offered.
        preferences: how he steers.
    """

    ratings: Mapping[int, float]
    user_id: int | None = None
    seen: Mapping[int, float] = field(default_factory=dict)
    hidden: Collection[int] = ()
    preferences: Preferences = NEUTRAL


@dataclass(frozen=True)
class Share:
    """What a pick is to one of the people.

    Attributes:
        place: its rank in his own list over all items, 1 is the best.
        predicted_rating: stars that he would give.
        has_seen: whether he has.
        reasons: the strongest reasons, best first.
    """

    place: int
    predicted_rating: float
    has_seen: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Pick:
    """A film for all of them: one share each, in their order."""

    item_id: int
    shares: tuple[Share, ...]


def together(
    model: Recommender,
    people: Sequence[Attendee],
    n: int = 12,
    rule: str = "misery",
    only: Iterable[int] | None = None,
    rewatches: bool = False,
    in_order: bool = True,
) -> list[Pick]:
    """The `n` best films for all of `people`, best first, varied as the weights say.

    Scores compare only within one person's list, so what counts is the place that a film has in it. By "misery" a film is worth
    what it is to the one in whose list it stands lowest (least misery); by "average" the mean of the logarithms of its places.
    Source: Masthoff (2004).

    Nothing that somebody hid or whose genre he never wants; films that somebody has seen only with `rewatches`, and then only
    those to which everybody who rated them gave `LIKED` stars or more; no part of a series that waits for anybody.

    Args:
        only: item ids to choose from; None is all.
        in_order: whether parts of series wait.
    """
    if not people:
        return []
    blends = [model.blended(one.ratings, one.user_id, one.preferences) for one in people]
    places = np.stack([_places(blended.scores) for blended in blends])
    depth = np.log(places)
    worth = -(depth.max(axis=0) if rule == "misery" else depth.mean(axis=0)).astype(np.float32)
    allowed = _allowed(model, people, only, rewatches, in_order)
    order = best(worth, allowed, max(n, POOL))
    cols = diversify(order, worth, model.genre_groups, model.franchises, n, model.weights.diversity)[:n]
    shares = [_shares(model, one, blended, cols, place) for one, blended, place in zip(people, blends, places, strict=True)]
    ids = model.matrix.items.ids[cols].tolist()
    return [Pick(item_id, tuple(share[at] for share in shares)) for at, item_id in enumerate(ids)]


def _places(scores: Scores) -> IntArray:
    places = np.empty(scores.size, dtype=np.int64)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, scores.size + 1)
    return places


def _allowed(
    model: Recommender, people: Sequence[Attendee], only: Iterable[int] | None, rewatches: bool, in_order: bool
) -> npt.NDArray[np.bool_]:
    items = model.matrix.items
    allowed = np.ones(model.matrix.n_items + 1, dtype=bool)  # the last place is what -1 stands for
    if only is not None:
        allowed[:] = False
        allowed[items.positions(np.fromiter(only, dtype=np.int64))] = True
    for one in people:
        seen = [item_id for item_id, stars in one.seen.items() if not rewatches or stars < LIKED]
        for ids in (one.hidden, seen):
            allowed[items.positions(np.fromiter(ids, dtype=np.int64))] = False
        for name in one.preferences.never.intersection(model.genre_names):
            allowed[:-1] &= ~model.genre_flags[:, model.genre_names.index(name)]
        if in_order and one.preferences.in_order:
            allowed[model.waiting(one.ratings, one.seen)] = False
    return allowed[:-1]


def _shares(model: Recommender, one: Attendee, blended: Blend, cols: IntArray, places: IntArray) -> list[Share]:
    ids, ranks = model.matrix.items.ids[cols].tolist(), places[cols].tolist()
    predicted = model.stars.predict(blended.profile, cols).tolist()
    table = blended.reasons(cols, N_REASONS, N_CAUSES)
    reasons = [table.of(at) for at in range(cols.size)]
    return [Share(rank, stars, item in one.seen, why) for rank, stars, item, why in zip(ranks, predicted, ids, reasons, strict=True)]
