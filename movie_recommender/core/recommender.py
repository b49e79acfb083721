"""The recommender: fit once, then lists, stars and receipts for anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from movie_recommender.errors import NotFound

from .adding import shares
from .blend import Blend, blend
from .choosing import POOL, VARIED, choose
from .data import FloatArray, IntArray, Items, Ratings, Scores, checked_stars, to_code, to_codes
from .fans import Fans
from .franchises import InOrder, franchises
from .matrix import Change, RatingMatrix, most_first
from .profile import fold_in
from .results import Explanation, Listing, RankedList, Reasons, Recommendation
from .scorers import SCORERS, Scorer
from .scorers.features import Genres
from .select import Groups, all_but, best, facet_groups, taken
from .similar import by_kind, kinds_of_likeness, most_alike, together
from .stars import StarPredictor
from .steering import NEUTRAL, Preferences, steer
from .variety import diversify
from .weights import WeightsSource, load_weights

SIMILAR_BLOCK = 32
"""Films whose similar ones are looked for at a time: some tables of so many rows are in memory."""

N_REASONS, N_CAUSES = 3, 2
"""How many reasons a recommendation carries, and how many causes each."""

COLD_VARIETY = 2.0
"""The dial of variety for a person who has not rated anything."""


class Recommender:
    """Hybrid recommender over one catalogue.

    The active person is always folded in from the ratings given; he need not be in `fit`. Ids of
    unknown items among his ratings, `exclude` or wanted items are ignored, unless noted.

    Args:
        weights: a mapping, a path to a JSON file, or None for the shipped weights.

    Raises:
        InvalidWeights: if the weights cannot be used.
    """

    def __init__(self, weights: WeightsSource = None) -> None:
        self.weights = load_weights(weights)

    def fit(self, ratings: Ratings, items: Items, timed: Ratings | None = None) -> Recommender:
        """Learn from everybody's ratings (there may be none) and the items; returns itself.

        Ratings of items that are not among `items` are ignored. Items are put in order, those rated most first: what is
        read and written for every list lies together then, and of equal scores the better known comes first. What people rated when
        is learned from `timed`, some of the ratings with timestamps; None: from `ratings`, if they have them.
        """
        items = items.taken(most_first(ratings, items))
        nothing: list[tuple[()]] = [()] * items.n_items
        self.items = Items(items.item_ids, nothing, nothing, years=items.years, fame=items.fame)  # the rest is not kept twice
        self.matrix = RatingMatrix(ratings, items, timed)
        del ratings, timed  # tens of millions are as large as the model: where the caller keeps none either, they are gone
        self.scorers: dict[str, Scorer] = {}
        for scorer_class in SCORERS:
            scorer = scorer_class(self.weights.settings.get(scorer_class.name))
            scorer.fit(self.matrix, items)
            self.scorers[scorer.name] = scorer
        self.matrix.paths = None
        self._refreshed = [scorer for scorer in self.scorers.values() if type(scorer).refresh is not Scorer.refresh]
        self.stars = StarPredictor(self.weights.rating)
        self.stars.fit(self.matrix, items)
        self.franchises = franchises(items)
        self.in_order = InOrder(items)
        self._index_genres(items)
        self._share: Scores | None = None
        return self

    def _index_genres(self, items: Items) -> None:
        names = sorted({name for genres in items.genres for name in genres})
        self.genre_names = tuple(names)
        position = {name: at for at, name in enumerate(names)}
        self.genre_flags = np.zeros((items.n_items, len(names)), dtype=bool)
        for row, genres in enumerate(items.genres):
            self.genre_flags[row, [position[name] for name in genres]] = True
        scorer = self.scorers[Genres.name]
        kinds = scorer.kinds if isinstance(scorer, Genres) else None  # the blend has just read them
        self.genre_groups = Groups([np.flatnonzero(flags) for flags in self.genre_flags.T], items.n_items, kinds)
        self._facets = Groups(facet_groups(items), items.n_items)

    def recommend(
        self,
        ratings: Mapping[int, float],
        n: int = 10,
        exclude: Iterable[int] = (),
        genres: Iterable[str] | None = None,
        user_id: int | None = None,
        diversity: float = 0.0,
    ) -> list[Recommendation]:
        """The `n` best items that the person has not rated, best first.

        Args:
            ratings: stars by item id; empty for a newcomer, who gets what is popular and varied.
            n: how many at most.
            exclude: item ids that must not be in the list.
            genres: keep items that have any of these; None keeps all.
            user_id: who he is in `fit`, so that he is not his own neighbour.
            diversity: 0 orders by score alone; more trades score for variety.

        Raises:
            InvalidRatings: if a value is NaN or outside 0.5..5.
        """
        blended = self.blended(ratings, user_id)
        allowed = self._allowed(blended, exclude, genres)
        dial = diversity if blended.profile.n_ratings else max(diversity, COLD_VARIETY)
        best_first = best(blended.scores, allowed, max(n, POOL))
        cols = diversify(best_first, blended.scores, self.genre_groups, self.franchises, min(n, VARIED), dial)[: max(n, 0)]
        return list(self._listing(blended, cols))

    def predict(self, ratings: Mapping[int, float], item_ids: Iterable[int], user_id: int | None = None) -> FloatArray:
        """``float[len(item_ids)]``: the stars he would give, within 0.5..5, never NaN (the crowd's mean for unknown ids)."""
        profile = fold_in(ratings, self.matrix, user_id)
        cols = self.matrix.items.positions(np.fromiter(item_ids, dtype=np.int64))
        predicted = np.full(cols.size, self.matrix.mean)
        predicted[cols >= 0] = self.stars.predict(profile, cols[cols >= 0])
        return predicted

    def explain(
        self,
        ratings: Mapping[int, float],
        item_id: int,
        user_id: int | None = None,
        n_causes: int = 10,
        preferences: Preferences = NEUTRAL,
    ) -> Explanation:
        """The exact additive parts of an item's score, with at most `n_causes` causes each.

        Raises:
            NotFound: if there is no such item.
        """
        col = int(self.matrix.items.positions([item_id])[0])
        if col < 0:
            raise NotFound(f"There is no item {item_id}.")
        blended = self.blended(ratings, user_id, preferences)
        parts = blended.parts(np.array([col]), n_causes)[0]
        predicted = float(self.stars.predict(blended.profile, np.array([col]))[0])
        return Explanation(int(item_id), float(blended.scores[col]), predicted, parts)

    def update(self, user_id: int, ratings: Mapping[int, float]) -> None:
        """A stored person's ratings are now these; others' next lists see it, nothing is refitted.

        Neighbours, popularity and item biases follow at once; the co-liking model and the bias of
        the person himself (0 for one who came after the fit) at the next fit.
        """
        stars = checked_stars(list(ratings.values()))
        cols = self.matrix.items.positions(np.fromiter(ratings.keys(), dtype=np.int64, count=len(ratings)))
        row, changes = self.matrix.replace_row(int(user_id), cols[cols >= 0], to_codes(stars[cols >= 0]))
        self._follow(row, changes)

    def rate(self, user_id: int, item_id: int, stars: float | None) -> None:
        """One rating of a stored person is new or changed, or (None) taken back; otherwise like `update`.

        Raises:
            InvalidRatings: if the value is NaN or outside 0.5..5.
        """
        code = 0 if stars is None else to_code(stars)
        col = self.matrix.items.position(item_id)
        if col >= 0:
            row = self.matrix.row_for(int(user_id))
            self._follow(row, [(col, self.matrix.put(row, col, code), code)])

    def _follow(self, row: int, changes: list[Change]) -> None:
        self._share = None
        for scorer in self._refreshed:
            scorer.refresh(row)
        self.stars.follow(row, changes)
        self.matrix.latest.follow(row, [col for col, before, now in changes if now not in (0, before)])

    def rank(
        self,
        ratings: Mapping[int, float],
        n: int = 500,
        n_by_genre: int = 50,
        exclude: Iterable[int] = (),
        user_id: int | None = None,
        diversity: float | None = None,
        preferences: Preferences = NEUTRAL,
        n_by_facet: int = 0,
        also: Iterable[int] = (),
        seen: Iterable[int] = (),
    ) -> RankedList:
        """The `n` best and the best of every genre, from one scoring pass; reasons are traced when they are read.

        Args:
            ratings: stars by item id.
            n: how many over all genres.
            n_by_genre: how many of each genre.
            exclude: item ids that must not be in the list.
            user_id: who he is in `fit`.
            diversity: the dial of variety for the list over all genres; None is the weights' default.
            preferences: how he steers it.
            n_by_facet: how many of each decade and of each language are among the list's `items`.
            also: item ids that are among its `items` in any case, even rated or excluded ones.
            seen: item ids that he has seen besides those rated: their sequels need not wait.
        """
        blended = self.blended(ratings, user_id, preferences)
        allowed = self._allowed(blended, exclude, None)
        if preferences.never:
            allowed &= ~self._of_genres(preferences.never)
        if preferences.in_order and self.in_order.cols.size:
            allowed[self.waiting(ratings, seen)] = False
        diversity = (self.weights.diversity if diversity is None else diversity) * (1.0 + preferences.diverse)
        dial = diversity if blended.profile.n_ratings else max(diversity, COLD_VARIETY)
        wanted = self._positions(also)
        n_top, cols, grouped = choose(
            blended.scores, allowed, (n, n_by_genre, n_by_facet), dial, self.genre_groups.parts, self._facets.parts, self.franchises, wanted
        )
        return RankedList(n_top, self._listing(blended, cols), cols, self.genre_names, grouped)

    def waiting(self, ratings: Iterable[int], seen: Iterable[int] = ()) -> IntArray:
        """Positions of the parts of series that wait for an earlier one, for who rated and saw these item ids."""
        flags = np.zeros(self.matrix.n_items + 1, dtype=bool)
        for ids in (ratings, seen):
            flags[self.matrix.items.positions(np.fromiter(ids, dtype=np.int64))] = True
        return self.in_order.waiting(flags[:-1])  # the last place is what -1 stands for

    def similar_items(self, item_id: int, n: int = 10) -> list[tuple[int, float]]:
        """The `n` items most like this one, as ``(item_id, likeness in 0..1)``; works without ratings.

        Raises:
            NotFound: if there is no such item.
        """
        col = int(self.matrix.items.positions([item_id])[0])
        if col < 0:
            raise NotFound(f"There is no item {item_id}.")
        cols = np.array([col])
        at, values = most_alike(together(kinds_of_likeness(cols, self.scorers), cols, self.matrix.n_items), n)[0]
        return list(zip(self.matrix.items.ids[at].tolist(), values.tolist(), strict=True))

    def all_similar_items(self, n: int = 10) -> Iterator[tuple[int, dict[str, list[int]]]]:
        """For every item its id and the ids of the `n` most like it, best first; computed by blocks while one takes them.

        They are listed in `all` respects, and by shared `fans`, `plot` and `people` alone.
        """
        ids, fans = self.matrix.items.ids, Fans(self.matrix)
        for begin in range(0, ids.size, SIMILAR_BLOCK):
            cols = np.arange(begin, min(begin + SIMILAR_BLOCK, ids.size))
            kinds = kinds_of_likeness(cols, self.scorers)
            tables = {"all": together(kinds, cols, ids.size), **by_kind(kinds, fans, cols)}
            listed = {name: [ids[at].tolist() for at, _ in most_alike(table, n)] for name, table in tables.items()}
            yield from ((item_id, {name: each[at] for name, each in listed.items()}) for at, item_id in enumerate(ids[cols].tolist()))

    def blended(self, ratings: Mapping[int, float], user_id: int | None = None, preferences: Preferences = NEUTRAL) -> Blend:
        """Scores over all items for this person, with their terms."""
        weights = preferences.scaled(self.weights)
        blended = blend(fold_in(ratings, self.matrix, user_id), self.scorers, weights, self._warmth())
        return steer(blended, preferences, self.matrix, self.items)

    def _warmth(self) -> Scores:
        """``float32[n_items]``: how warm each item is, 0..1; kept until a rating changes."""
        share = self._share
        if share is None:
            share = self._share = shares(self.matrix.counts, self.weights.familiarity)
        return share

    def _allowed(self, blended: Blend, exclude: Iterable[int], genres: Iterable[str] | None) -> npt.NDArray[np.bool_]:
        allowed = all_but(self.matrix.n_items, blended.profile.cols, self._positions(exclude))
        if genres is not None:
            allowed &= self._of_genres(genres)
        return allowed

    def _positions(self, ids: Iterable[int]) -> IntArray:
        wanted = np.fromiter(ids, dtype=np.int64)
        return self.matrix.items.positions(wanted) if wanted.size else wanted

    def _of_genres(self, genres: Iterable[str]) -> npt.NDArray[np.bool_]:
        """``bool[n_items]``: which have any of these genres."""
        wanted = {genres} if isinstance(genres, str) else set(genres)
        flags = [at for at, name in enumerate(self.genre_names) if name in wanted]
        return np.asarray(self.genre_flags[:, flags].any(axis=1))

    def _listing(self, blended: Blend, cols: IntArray) -> Listing:
        predicted = self.stars.predict(blended.profile, cols)
        why = Reasons(lambda: blended.reasons(cols, N_REASONS, N_CAUSES))
        ids, scores = taken(self.matrix.items.ids, blended.scores, cols)
        return Listing(ids, scores, predicted, why)
