"""Plain NumPy over a dense matrix: what the kernels must equal, written to be read."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from movie_recommender.core import Items, Ratings, Weights
from movie_recommender.core.data import FloatArray, IntArray
from movie_recommender.core.profile import Profile

STARS = np.arange(1, 11) / 2.0


def dense_codes(rated: dict[tuple[int, int], int], n_users: int, n_items: int) -> IntArray:
    """``int[n_users, n_items]`` of half stars, 0 = not rated."""
    codes = np.zeros((n_users, n_items), dtype=np.int64)
    for (user, item), code in rated.items():
        codes[user, item] = code
    return codes


def bare_items(n_items: int) -> Items:
    return Items(np.arange(n_items), [set()] * n_items, [[]] * n_items)


def ratings_of(codes: IntArray, rng: np.random.Generator) -> Ratings:
    """The matrix as ratings, in a random order; person and item ids are positions."""
    users, items = np.nonzero(codes)
    order = rng.permutation(users.size)
    return Ratings(users[order], items[order], codes[users, items][order] / 2.0)


def similarities(codes: IntArray, profile: Profile, frequency_weights: FloatArray, settings: dict[str, float]) -> FloatArray:
    """``float[n_users]``: cosine of weighted preferences × overlap / (overlap + shrinkage); 0 for himself."""
    values = np.where(codes > 0, (codes / 2.0 - settings["middle"]) / (5.0 - settings["middle"]), 0.0) * frequency_weights
    own = np.zeros(codes.shape[1])
    liked = (profile.stars - settings["middle"]) / (5.0 - settings["middle"])
    own[profile.cols] = ((1.0 - settings["signed"]) * liked + settings["signed"] * profile.preferences) * frequency_weights[profile.cols]
    rated = np.zeros(codes.shape[1])
    rated[profile.cols] = 1.0
    overlaps = (codes > 0) @ rated
    lengths = np.linalg.norm(values, axis=1) * np.linalg.norm(own)
    cosines = np.divide(values @ own, lengths, out=np.zeros(len(codes)), where=lengths > 0)
    found = cosines * overlaps / np.maximum(overlaps + settings["shrinkage"], 1e-12)
    if profile.row >= 0:
        found[profile.row] = 0.0
    return found


def scores(codes: IntArray, nearest: IntArray, similarity: FloatArray, settings: dict[str, float]) -> FloatArray:
    """``float[n_items]``: the neighbours' values, weighted by similarity ** power; NaN where nobody rated."""
    weights = similarity ** settings["power"]
    values = np.where(codes > 0, (codes / 2.0 - settings["vote_middle"]) / (5.0 - settings["vote_middle"]), 0.0)
    found = weights / weights.sum() @ values[nearest]
    found[(codes > 0).sum(axis=0) == 0] = np.nan
    return found


Feature = tuple[str, str]
Weighed = Sequence[Mapping[Feature, float]]


def features_of(scorer: Any, items: Items) -> Weighed:
    """Of each film its features and their weights."""
    summed: list[Mapping[Feature, float]] = []
    for labelled in scorer.features(items):
        weights: dict[Feature, float] = defaultdict(float)
        for kind, name, weight in labelled:
            weights[kind, name] += weight
        summed.append(weights)
    return summed or [{}] * items.n_items


def affinities(scorer: Any, features: Weighed, profile: Any) -> dict[Feature, float]:
    liked, weight = Counter[Feature](), Counter[Feature]()
    for col, preference in zip(profile.cols, profile.preferences, strict=True):
        for feature, share in features[col].items():
            liked[feature] += share * preference
            weight[feature] += share
    return {feature: liked[feature] / (weight[feature] + scorer.settings["shrinkage"]) for feature in weight}


def weighted_means(scorer: Any, features: Weighed, profile: Any) -> list[float]:
    """Of each film the weighted mean of the affinities for its features, the rarer the heavier."""
    found = affinities(scorer, features, profile)
    films = Counter(feature for weights in features for feature in weights)
    scores = []
    for weights in features:
        rare = {f: w * math.log1p(len(features) / films[f]) ** scorer.settings["rarity"] for f, w in weights.items()}
        total = sum(rare.values()) ** scorer.settings["length"]
        scores.append(sum(w / total * found.get(f, 0.0) for f, w in rare.items()) if weights else math.nan)
    return scores


def worst_affinities(scorer: Any, features: Weighed, profile: Any) -> list[float]:
    """Of each film the least of the affinities for its features that are clear noes."""
    found, threshold = affinities(scorer, features, profile), scorer.settings["threshold"]
    return [min([0.0, *(found.get(feature, 0.0) + threshold for feature in film)]) for film in features]


def near_years(scorer: Any, years: Sequence[int] | IntArray, profile: Any) -> list[float]:
    """Of each film how near its year is to those rated."""
    dated = [
        (years[col], max(preference + scorer.settings["seen"], 0.0))
        for col, preference in zip(profile.cols, profile.preferences, strict=True)
        if years[col]
    ]
    total, width = sum(weight for _, weight in dated) + scorer.settings["prior"], scorer.settings["width"]
    return [sum(w * math.exp(-abs(y - year) / width) for y, w in dated) / total if year and dated else math.nan for year in years]


def blended(
    said: Mapping[str, tuple[FloatArray, float | None]],
    weights: Weights,
    factors: Mapping[str, float],
    n_ratings: int,
    famous: float,
    share: FloatArray,
    caution: float,
) -> FloatArray:
    """The weighted sum of signals, each with its fixed scale or None, for items of such a share of warmth."""
    total, known_total, scores = np.zeros(share.size), np.zeros(share.size), np.zeros(share.size)
    for name, (values, fixed_scale) in said.items():
        warm, best_known, cold = (_at_knots(weights, curves, name, n_ratings) for curves in (weights.warm, weights.famous, weights.cold))
        warm += famous * (best_known - warm) if name in weights.famous else 0.0
        weight = factors.get(name, 1.0) * (cold + (warm - cold) * share)
        known = np.isfinite(values)
        total += abs(weight)
        known_total += abs(weight) * known
        if known.any():
            deviation = values[known].std()
            if fixed_scale is not None:
                standardised = values / fixed_scale
            elif deviation < 1e-9:
                standardised = np.zeros(share.size)
            else:
                standardised = (values - values[known].mean()) / deviation
            scores += weight * np.where(known, standardised, 0)
    return scores * total / np.maximum(known_total + caution * (total - known_total), 1e-12)


def _at_knots(weights: Weights, curves: Mapping[str, Sequence[float]], name: str, n_ratings: int) -> float:
    """Between the knots over the logarithm."""
    if name not in curves:
        return 0.0
    return float(np.interp(math.log1p(n_ratings), np.log1p(weights.knots), curves[name]))
