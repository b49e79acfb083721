"""Affinities for what films are made of: genres, people, keywords, languages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
import scipy.sparse
from numba import njit

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause, Causes
from .base import Places, Scorer, Signal, unknown

Labelled = tuple[str, str, float]
"""A feature of one film: its kind, its name, its weight."""


class FeatureAffinity(Scorer):
    """How much a person likes each feature, shrunk; a film's score is its features' weighted mean.

    The affinity for a feature is the weighted sum of his preferences for the films that have it,
    over their weight plus `shrinkage`: one film says little, ten say much, and dislikes count
    below zero. Features that are everywhere say less (`rarity`, a power of the inverse document
    frequency). Unknown: films without a feature; everything for a person without ratings.
    """

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 3.0, "rarity": 0.5, "length": 0.5}

    @abstractmethod
    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        """The features of each film."""

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        self.matrix = matrix
        self.content, self.presence = self._content(items)
        self.by_feature = self.content.T.tocsr()
        self.known = np.diff(self.content.indptr) > 0
        self._floor = np.where(self.known, 0.0, np.nan)
        self.lengths = np.sqrt(np.asarray(self.content.multiply(self.content).sum(axis=1)).ravel())

    def _content(self, items: Items) -> tuple[scipy.sparse.csr_matrix, scipy.sparse.csr_matrix]:
        """CSR ``(n_kinds, n_features)``, a row for each kind of film (those of the same features).

        The first holds weight × rarity, each row divided by its length; the second the weights.
        Sets `labels`, the features, `kinds`, each film's row, and `films`, how many each row stands for.
        """
        positions: dict[tuple[str, str], int] = {}
        kinds: dict[tuple[Labelled, ...], int] = {}
        rows, cols, values = [], [], []
        self.kinds = np.zeros(items.n_items, dtype=np.int32)
        for at, labelled in enumerate(self.features(items)):
            made_of = tuple(labelled)
            if made_of not in kinds:
                kinds[made_of] = len(kinds)
                for kind, name, weight in made_of:
                    rows.append(kinds[made_of])
                    cols.append(positions.setdefault((kind, name), len(positions)))
                    values.append(weight)
            self.kinds[at] = kinds[made_of]
        self.labels = list(positions)
        n_kinds = max(len(kinds), 1)
        content = scipy.sparse.csr_matrix((values, (rows, cols)), shape=(n_kinds, len(positions)), dtype=np.float64)
        content.sum_duplicates()
        presence = content.copy()
        self.films = np.bincount(self.kinds, minlength=n_kinds).astype(np.float64)
        frequency = np.bincount(content.indices, weights=np.repeat(self.films, np.diff(content.indptr)), minlength=len(positions))
        rarity = np.log1p(items.n_items / np.maximum(frequency, 1)) ** self.settings["rarity"]
        content.data *= rarity[content.indices]
        lengths = np.asarray(content.sum(axis=1)).ravel() ** self.settings["length"]
        content.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(content.indptr))
        return content, presence

    def _history(self, profile: Profile) -> tuple[IntArray, FloatArray]:
        """The features of the films that he rated, and ``float[4, n_features]``.

        Their preferences × weights, their weights, how many of the films have each, and the sum of their stars.
        """
        sums = np.zeros((4, len(self.labels)))
        lists = self.presence
        features = add_features(
            sums, lists.indptr, lists.indices, lists.data, self.kinds, profile.cols, profile.preferences, profile.stars
        )  # fmt: skip
        return features, sums

    def affinities(self, liked: FloatArray, weights: FloatArray) -> FloatArray:
        """About -1..1 for each feature that he met; 0 for all others."""
        return np.asarray(liked / (weights + self.settings["shrinkage"]))

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.labels:
            return unknown(self.matrix.n_items)
        scores, history, affinities = self._scored(profile)

        def trace(wanted: IntArray, limit: int) -> Causes:
            labels, shares = self._strongest(affinities, self.kinds[wanted], limit)
            return Causes(labels, shares, lambda feature: self._cause(history, feature))

        return Signal(scores, trace, self.kinds, self.films)

    def _scored(self, profile: Profile) -> tuple[FloatArray, FloatArray, FloatArray]:
        features, history = self._history(profile)
        affinities = np.zeros(len(self.labels))
        affinities[features] = self.affinities(history[0, features], history[1, features])
        return self._scores(features, affinities), history, affinities

    def _scores(self, features: IntArray, affinities: FloatArray) -> FloatArray:
        return self.weighted(features, affinities)

    def weighted(self, features: IntArray, affinities: FloatArray) -> FloatArray:
        """``float[n_kinds]``: only the rows that have one of these features are visited."""
        scores = self._floor.copy()
        add_affinities(scores, self.by_feature.indptr, self.by_feature.indices, self.by_feature.data, features, affinities)
        return scores

    def _strongest(self, affinities: FloatArray, kinds: Places, limit: int) -> tuple[IntArray, FloatArray]:
        """Of each of these kinds at most `limit` features that add most to its score or take most from it, and how much."""
        content = self.content
        found: tuple[IntArray, FloatArray] = strongest_features(content.indptr, content.indices, content.data, affinities, kinds, limit)
        return found

    def _cause(self, history: FloatArray, feature: int) -> Cause:
        kind, name = self.labels[feature]
        count = int(history[2, feature])
        mean = float(history[3, feature]) / count if count else None
        return Cause(kind, name, None, mean, count)


@njit(cache=True, nogil=True)
def strongest_features(indptr, indices, data, affinities, kinds, limit):  # type: ignore[no-untyped-def]
    """``int32, float64[len(kinds), limit]``: each kind's features that add most either way, equal ones in order; -1 where none does."""
    labels, shares = np.full((kinds.size, limit), -1, np.int32), np.zeros((kinds.size, limit))
    for at in range(kinds.size):
        taken = 0
        for place in range(indptr[kinds[at]], indptr[kinds[at] + 1]):
            feature = indices[place]
            share = data[place] * affinities[feature]
            if share == 0.0:
                continue
            spot = taken
            while spot > 0 and (
                abs(shares[at, spot - 1]) < abs(share) or (abs(shares[at, spot - 1]) == abs(share) and labels[at, spot - 1] > feature)
            ):
                if spot < limit:
                    labels[at, spot], shares[at, spot] = labels[at, spot - 1], shares[at, spot - 1]
                spot -= 1
            if spot < limit:
                labels[at, spot], shares[at, spot] = feature, share
                taken = min(taken + 1, limit)
    return labels, shares


@njit(cache=True, nogil=True)
def add_features(sums, indptr, indices, data, kinds, cols, preferences, stars):  # type: ignore[no-untyped-def]
    """Add up the rated films' features; returns those that occur, in order of first sight."""
    total = 0
    for col in cols:
        total += indptr[kinds[col] + 1] - indptr[kinds[col]]
    found = np.empty(total, np.int64)
    end = 0
    for at in range(cols.size):
        kind = kinds[cols[at]]
        for place in range(indptr[kind], indptr[kind + 1]):
            feature = indices[place]
            if sums[2, feature] == 0.0:
                found[end] = feature
                end += 1
            sums[0, feature] += data[place] * preferences[at]
            sums[1, feature] += data[place]
            sums[2, feature] += 1.0
            sums[3, feature] += stars[at]
    return found[:end]


@njit(cache=True, nogil=True)
def add_affinities(scores, indptr, indices, data, features, affinities):  # type: ignore[no-untyped-def]
    for feature in features:
        affinity = affinities[feature]
        for place in range(indptr[feature], indptr[feature + 1]):
            scores[indices[place]] += data[place] * affinity


@njit(cache=True, nogil=True)
def take_least(scores, indptr, indices, features, affinities):  # type: ignore[no-untyped-def]
    for feature in features:
        affinity = affinities[feature]
        for place in range(indptr[feature], indptr[feature + 1]):
            scores[indices[place]] = min(scores[indices[place]], affinity)


class Genres(FeatureAffinity):
    """Affinity for genres."""

    name: ClassVar[str] = "genres"

    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        return ([("genre", name, 1.0) for name in sorted(genres)] for genres in items.genres)


class People(FeatureAffinity):
    """Affinity for directors and actors; a director weighs most, an actor less the later he is billed."""

    name: ClassVar[str] = "people"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 1.0, "rarity": 0.0, "length": 0.5, "director": 1.5, "billing": 0.25}

    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        return (self._credits(people) for people in items.people)

    def _credits(self, people: Iterable[tuple[str, str]]) -> list[Labelled]:
        labelled: list[Labelled] = []
        billed = 0
        for name, role in people:
            if role == "director":
                labelled.append(("director", name, self.settings["director"]))
            else:
                labelled.append(("actor", name, 1.0 / (1.0 + self.settings["billing"] * billed)))
                billed += 1
        return labelled


class Keywords(FeatureAffinity):
    """Affinity for keywords; rare ones say more."""

    name: ClassVar[str] = "keywords"

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 2.0, "rarity": 1.0, "length": 0.5}

    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        return ([("keyword", name, 1.0) for name in dict.fromkeys(words)] for words in items.keywords or ())


class Languages(FeatureAffinity):
    """Affinity for the original language."""

    name: ClassVar[str] = "languages"

    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        return ([("language", name, 1.0)] if name else [] for name in items.languages or ())


class Aversions(FeatureAffinity):
    """Genres that a person clearly rejects: zero unless he rated several of one genre low.

    A film's score is its worst genre's affinity below `threshold`, so that one rejected genre is
    not bought off by two that he likes. Unknown: nothing, once he has rated; a film without a
    rejected genre scores 0.
    """

    name: ClassVar[str] = "aversions"
    fixed_scale: ClassVar[float | None] = 0.1

    @classmethod
    def defaults(cls) -> dict[str, float]:
        return {"shrinkage": 3.0, "rarity": 0.0, "length": 0.0, "threshold": 0.15}

    def features(self, items: Items) -> Iterable[Iterable[Labelled]]:
        return ([("genre", name, 1.0) for name in sorted(genres)] for genres in items.genres)

    def affinities(self, liked: FloatArray, weights: FloatArray) -> FloatArray:
        return np.minimum(super().affinities(liked, weights) + self.settings["threshold"], 0.0)

    def _scores(self, features: IntArray, affinities: FloatArray) -> FloatArray:
        scores = np.zeros(self.content.shape[0])
        take_least(scores, self.by_feature.indptr, self.by_feature.indices, features, affinities)
        return scores

    def _strongest(self, affinities: FloatArray, kinds: Places, limit: int) -> tuple[IntArray, FloatArray]:
        return super()._strongest(affinities, kinds, min(limit, 1))
