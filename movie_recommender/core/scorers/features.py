"""Affinities for what films are made of: genres, people, keywords, languages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
import scipy.sparse

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause
from .base import Scorer, Signal, strongest, unknown

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
        self.labels: list[tuple[str, str]] = []
        self.content = self._content(items)
        self.known = np.diff(self.content.indptr) > 0

    def _content(self, items: Items) -> scipy.sparse.csr_matrix:
        """CSR ``(n_items, n_features)``: weight × rarity, each row divided by its length."""
        positions: dict[tuple[str, str], int] = {}
        rows, cols, values = [], [], []
        for row, labelled in enumerate(self.features(items)):
            for kind, name, weight in labelled:
                rows.append(row)
                cols.append(positions.setdefault((kind, name), len(positions)))
                values.append(weight)
        self.labels = list(positions)
        content = scipy.sparse.csr_matrix((values, (rows, cols)), shape=(items.n_items, len(positions)), dtype=np.float64)
        content.sum_duplicates()
        self.presence = content.copy()
        frequency = np.bincount(content.indices, minlength=len(positions))
        rarity = np.log1p(items.n_items / np.maximum(frequency, 1)) ** self.settings["rarity"]
        content.data *= rarity[content.indices]
        lengths = np.asarray(content.sum(axis=1)).ravel() ** self.settings["length"]
        content.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(content.indptr))
        return content

    def affinities(self, profile: Profile) -> FloatArray:
        """``float[n_features]``, about -1..1."""
        rated = self.presence[profile.cols]
        preferences = np.repeat(profile.preferences, np.diff(rated.indptr))
        liked = np.bincount(rated.indices, weights=rated.data * preferences, minlength=len(self.labels))
        weights = np.bincount(rated.indices, weights=rated.data, minlength=len(self.labels))
        return np.asarray(liked / (weights + self.settings["shrinkage"]))

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.labels:
            return unknown(self.matrix.n_items)
        affinities = self.affinities(profile)
        scores = np.where(self.known, self.content @ affinities, np.nan)

        def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
            history = self._history(profile)
            return [self._causes(history, affinities, int(col), limit) for col in wanted]

        return Signal(scores, trace)

    def _history(self, profile: Profile) -> tuple[FloatArray, FloatArray]:
        """For each feature, how many rated films have it, and the sum of their stars."""
        rated = self.presence[profile.cols]
        stars = np.repeat(profile.stars, np.diff(rated.indptr))
        counts = np.bincount(rated.indices, minlength=len(self.labels)).astype(np.float64)
        return counts, np.bincount(rated.indices, weights=stars, minlength=len(self.labels)).astype(np.float64)

    def _causes(self, history: tuple[FloatArray, FloatArray], affinities: FloatArray, col: int, limit: int) -> tuple[Cause, ...]:
        span = slice(self.content.indptr[col], self.content.indptr[col + 1])
        features = self.content.indices[span]
        shares = self.content.data[span] * affinities[features]
        return tuple(self._cause(history, int(features[at]), float(shares[at])) for at in strongest(shares, limit) if shares[at])

    def _cause(self, history: tuple[FloatArray, FloatArray], feature: int, share: float) -> Cause:
        kind, name = self.labels[feature]
        count = int(history[0][feature])
        mean = float(history[1][feature]) / count if count else None
        return Cause(kind, name=name, stars=mean, count=count, contribution=share)


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

    def affinities(self, profile: Profile) -> FloatArray:
        return np.minimum(super().affinities(profile) + self.settings["threshold"], 0.0)

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.labels:
            return unknown(self.matrix.n_items)
        affinities = self.affinities(profile)
        scores = np.zeros(self.matrix.n_items)
        worst = affinities[self.content.indices]
        np.minimum.at(scores, np.repeat(np.arange(scores.size), np.diff(self.content.indptr)), worst)

        def trace(wanted: IntArray, limit: int) -> list[tuple[Cause, ...]]:
            history = self._history(profile)
            return [self._worst(history, affinities, int(col)) for col in wanted]

        return Signal(scores, trace)

    def _worst(self, history: tuple[FloatArray, FloatArray], affinities: FloatArray, col: int) -> tuple[Cause, ...]:
        features = self.content.indices[self.content.indptr[col] : self.content.indptr[col + 1]]
        if not features.size or not affinities[features].min() < 0:
            return ()
        worst = int(features[np.argmin(affinities[features])])
        return (self._cause(history, worst, float(affinities[worst])),)
