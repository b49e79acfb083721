"""Whether opposite tastes get lists of their own: people rate what they are near to, so nDCG alone does not ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data import FloatArray, IntArray
from ..recommender import Recommender
from .tuning import Penalty, knot_shares, said_of

OPPOSITE = (5.0, 5.0, 5.0, 5.0, 4.5, 4.0, 4.0, 3.0, 2.0, 2.0, 1.5, 1.0, 1.0, 1.0, 1.0)
"""How many stars one of a pair gives to as many well-known films, in random order; the other gives six less as many."""

FAMOUS = 150
"""Among how many of the most rated films they are drawn."""

LISTED = 20
SHARED = 5
"""So many of the first `LISTED` films in common are too many."""

CANDIDATES = 200
"""Of how many films the sharing is computed while weights are learned."""

AIM, SOFT = 1.5, 0.2
"""How many films in common cost nothing, and how soft a list's end is then, in the score's unit."""

Pair = tuple[dict[int, float], dict[int, float]]
"""Two people's stars by item id, in the order in which they rate."""


def opposite_pairs(model: Recommender, n_pairs: int, seed: int) -> list[Pair]:
    """Pairs of people who rate the same well-known films of the fitted model in opposite ways; none where there are too few films."""
    rng = np.random.default_rng(seed)
    counts = model.matrix.counts
    famous = model.matrix.items.ids[np.argsort(-counts, kind="stable")[: min(FAMOUS, int(np.count_nonzero(counts)))]]
    if famous.size < 2 * len(OPPOSITE):
        return []
    pairs = []
    for _ in range(n_pairs):
        films, stars = rng.choice(famous, len(OPPOSITE), replace=False).tolist(), rng.permutation(OPPOSITE).tolist()
        pairs.append((dict(zip(films, stars, strict=True)), {film: 6.0 - star for film, star in zip(films, stars, strict=True)}))
    return pairs


class Visitors:
    """People who come to a fitted model, rate one film after the other, and leave it as it was."""

    def __init__(self, model: Recommender) -> None:
        self.model = model
        self._next = 1 + max(int(model.matrix.users.ids.max(initial=0)), 0)

    def ratings_of(self, stars: dict[int, float]) -> int:
        """Rate all this; returns the new person's id."""
        self._next += 1
        for film, star in stars.items():
            self.model.rate(self._next, film, star)
        return self._next

    def leave(self, user_id: int, stars: dict[int, float]) -> None:
        """Take all ratings back."""
        for film in stars:
            self.model.rate(user_id, film, None)


def shared_by_opposites(model: Recommender, pairs: Sequence[Pair]) -> IntArray:
    """``int[n_pairs]``: how many of the first 20 films of the product's list both of a pair get."""
    visitors = Visitors(model)
    shared = []
    for pair in pairs:
        lists: list[set[int]] = []
        for stars in pair:
            user_id = visitors.ratings_of(stars)
            ranked = model.rank(stars, n=LISTED, n_by_genre=0, user_id=user_id)
            lists.append({entry.item_id for entry in ranked.top})
            visitors.leave(user_id, stars)
        shared.append(len(lists[0] & lists[1]))
    return np.array(shared, dtype=np.int64)


def share_of_own_lists(shared: npt.ArrayLike) -> float:
    """In how many of the pairs fewer than five films are shared, 0..1; 1 where there are no pairs."""
    found = np.asarray(shared)
    return float((found < SHARED).mean()) if found.size else 1.0


@dataclass(frozen=True, eq=False)
class Opposites:
    """What each signal says to both of some pairs, of the same candidates.

    Attributes:
        signals: ``float32[n_pairs, 2, n_candidates, n_signals]`` on the common scale.
        fixed: ``float32[n_pairs, 2, n_candidates]``, what the signals that are not learned add.
        knots: ``float[n_pairs, 2, 2 * n_knots]``, as in a lesson.
    """

    signals: npt.NDArray[np.float32]
    fixed: npt.NDArray[np.float32]
    knots: FloatArray


def opposites(model: Recommender, pairs: Sequence[Pair], names: Sequence[str]) -> Opposites:
    """The pairs' candidates: the best of either by the model's weights."""
    visitors = Visitors(model)
    signals, fixed, knots = [], [], []
    for pair in pairs:
        blends = []
        for stars in pair:
            user_id = visitors.ratings_of(stars)
            blends.append(model.blended(stars, user_id))
            visitors.leave(user_id, stars)
        allowed = np.ones(model.matrix.n_items, dtype=bool)
        allowed[blends[0].profile.cols] = False
        best = np.max([np.where(allowed, blended.scores, -np.inf) for blended in blends], axis=0)
        cols = np.sort(np.argsort(-best, kind="stable")[:CANDIDATES])
        said = [said_of(blended, cols, names) for blended in blends]
        signals.append(np.stack([each for each, _ in said]))
        fixed.append(np.stack([each for _, each in said]))
        knots.append(np.stack([knot_shares(model.weights.knots, blended.profile) for blended in blends]))
    return Opposites(np.stack(signals), np.stack(fixed), np.stack(knots))


def price_of_sharing(asked: Opposites, strength: float) -> Penalty:
    """`strength` times the mean square of how many more than `AIM` of their first 20 films opposite people share.

    A film is on a list as far as it scores above the list's last one, softly.
    """

    def price(weights: FloatArray) -> tuple[float, FloatArray]:
        own = asked.knots @ weights.T
        scores = np.einsum("pank,pak->pan", asked.signals, own) + asked.fixed
        lowest = np.argsort(-scores, axis=2, kind="stable")[:, :, LISTED - 1 : LISTED]
        apart = np.clip((scores - np.take_along_axis(scores, lowest, axis=2)) / SOFT, -30.0, 30.0)
        listed = 1.0 / (1.0 + np.exp(-apart))
        excess = np.maximum((listed[:, 0] * listed[:, 1]).sum(axis=1) - AIM, 0.0)
        slope = listed * (1.0 - listed) * listed[:, ::-1] * (2.0 * strength / excess.size / SOFT * excess)[:, None, None]
        by_person = np.einsum("pank,pan->pak", asked.signals, slope)
        threshold = np.take_along_axis(asked.signals, lowest[:, :, :, None], axis=2)[:, :, 0]
        by_person -= threshold * slope.sum(axis=2)[:, :, None]
        return strength * float((excess**2).mean()), np.einsum("pak,paj->kj", by_person, asked.knots)

    return price
