"""Affinities for what films are made of: genres, people, keywords, languages."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import scipy.sparse

from ..data import FloatArray, IntArray, Items
from ..matrix import RatingMatrix
from ..profile import Profile
from ..results import Cause, Causes
from .affinity import feature_scores, no_places, strongest_features
from .base import Places, Scorer, Signal, as_places, unknown

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
        self.content, self.weights = self._content(items)
        self.by_feature = self.content.T.tocsr()
        self.known = np.diff(self.content.indptr) > 0
        self._floor = np.where(self.known, 0.0, np.nan).astype(np.float32)
        self.lengths = np.sqrt(np.asarray(self.content.multiply(self.content).sum(axis=1)).ravel())

    def _content(self, items: Items) -> tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float32]]:
        """CSR ``float32 (n_kinds, n_features)``, a row for each kind of film (those of the same features), and its weights.

        It holds weight × rarity, each row divided by its length. Where most films are of a kind of their own, each has its own row.
        Sets `labels`, the features, `kinds`, each film's row, and `films`, how many each shared row stands for.
        """
        positions: dict[tuple[str, str], int] = {}
        kinds: dict[tuple[Labelled, ...], int] = {}
        all_made_of = [tuple(labelled) for labelled in self.features(items)]
        rows, cols, values = [], [], []
        self.is_own = 2 * len(set(all_made_of)) > items.n_items
        found = np.zeros(items.n_items, dtype=np.int32)
        for at, made_of in enumerate(all_made_of):
            if made_of not in kinds or self.is_own:
                kinds[made_of] = row = at if self.is_own else len(kinds)
                for kind, name, weight in made_of:
                    rows.append(row)
                    cols.append(positions.setdefault((kind, name), len(positions)))
                    values.append(weight)
            found[at] = kinds[made_of]
        self.labels = list(positions)
        n_kinds = items.n_items if self.is_own else max(len(kinds), 1)
        self.kinds = as_places(found, n_kinds)
        content = scipy.sparse.csr_matrix((values, (rows, cols)), shape=(n_kinds, len(positions)), dtype=np.float64)
        content.sum_duplicates()
        weights = content.data.astype(np.float32)
        self.films = np.bincount(self.kinds, minlength=n_kinds).astype(np.float64)
        frequency = np.bincount(content.indices, weights=np.repeat(self.films, np.diff(content.indptr)), minlength=len(positions))
        rarity = np.log1p(items.n_items / np.maximum(frequency, 1)) ** self.settings["rarity"]
        content.data *= rarity[content.indices]
        lengths = np.asarray(content.sum(axis=1)).ravel() ** self.settings["length"]
        content.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(content.indptr))
        if self.is_own:
            self.films = np.empty(0)  # nothing is shared
        return content.astype(np.float32), weights

    def score(self, profile: Profile) -> Signal:
        if not profile.n_ratings or not self.labels:
            return unknown(self.matrix.n_items)
        made_of, had_by = self.content, self.by_feature
        features, history, affinities, scores = feature_scores(
            no_places(len(self.labels)), made_of.indptr, made_of.indices, self.weights, self.kinds, profile.cols, profile.preferences,
            profile.stars, self.settings["shrinkage"], self.threshold, self._floor, had_by.indptr, had_by.indices, had_by.data,
        )  # fmt: skip

        def trace(wanted: IntArray, limit: int) -> Causes:
            by_label = np.zeros(len(self.labels))
            by_label[features] = affinities
            met: dict[int, list[float]] = dict(zip(features.tolist(), history[2:].T.tolist(), strict=True))
            labels, shares = self._strongest(by_label, self.kinds[wanted], limit)
            return Causes(labels, shares, lambda feature: self._cause(feature, *met[feature]))

        return Signal(scores, trace) if self.is_own else Signal(scores, trace, self.kinds, self.films)

    @property
    def threshold(self) -> float:
        """How far below zero the affinities begin of which the least counts alone; NaN: they are added up."""
        return math.nan

    def _strongest(self, affinities: FloatArray, kinds: Places, limit: int) -> tuple[IntArray, FloatArray]:
        """Of each of these kinds at most `limit` features that add most to its score or take most from it, and how much."""
        content = self.content
        found: tuple[IntArray, FloatArray] = strongest_features(content.indptr, content.indices, content.data, affinities, kinds, limit)
        return found

    def _cause(self, feature: int, count: float, stars: float) -> Cause:
        kind, name = self.labels[feature]
        return Cause(kind, name, None, stars / count, int(count))


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

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        super().fit(matrix, items)
        self._floor[:] = 0.0

    @property
    def threshold(self) -> float:
        return self.settings["threshold"]

    def _strongest(self, affinities: FloatArray, kinds: Places, limit: int) -> tuple[IntArray, FloatArray]:
        return super()._strongest(affinities, kinds, min(limit, 1))
