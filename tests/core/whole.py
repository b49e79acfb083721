"""`rank` as a whole in plain NumPy, written from the definitions.

What everybody rated, and when, is read from a `World`'s dictionaries. Of the model only what it learned at its fit is taken as
given: the tables of kindred, co-liking, onward, plots and of the stars' facts as they are kept, and the biases of people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from movie_recommender.core import Preferences
from movie_recommender.core.blend import CAUTION
from movie_recommender.core.choosing import POOL, VARIED
from movie_recommender.core.data import FloatArray, IntArray
from movie_recommender.core.recommender import COLD_VARIETY
from movie_recommender.core.steering import ERA, OBSCURITY
from movie_recommender.core.variety import FRANCHISE

from . import reference
from .world import World

Signals = dict[str, tuple[FloatArray, FloatArray | float]]
"""Of each signal the scores, NaN where it knows nothing, and how far its kernel may be from them."""

FINE, EXACT, ROUNDED, COARSE = 1e-6, 1e-5, 1e-3, 5e-3
"""Of what a sum is summed from, so much may be lost: in four bytes, and where fine and half tables multiply whole numbers."""


def signals(world: World, profile: SimpleNamespace) -> Signals:
    """What every scorer has to say."""
    scorers, nothing = world.model.scorers, (np.full(world.items.n_items, np.nan), 0.0)
    found: Signals = {}
    for name, scorer in scorers.items():
        said = _SAID[name](world, scorer, profile)
        found[name] = nothing if said is None else said
    return found


def _neighbours(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    if not profile.n_ratings or not world.model.matrix.n_users:
        return None
    people = [world.model.matrix.user_id(row) for row in range(world.model.matrix.n_users)]
    rated = {(row, col): code for row, person in enumerate(people) for col, code in world.rated.get(person, {}).items()}
    codes = reference.dense_codes(rated, len(people), world.items.n_items)
    alike = reference.similarities(codes, profile, scorer.frequency_weights, scorer.settings)
    nearest, found = scorer.neighbourhood(profile)  # which of those who are equally near is not said
    k = int(scorer.settings["max_neighbours"])
    np.testing.assert_allclose(np.sort(found), np.sort(alike[alike > 1e-7])[-k:], rtol=FINE, atol=FINE)
    np.testing.assert_allclose(alike[nearest], found, rtol=FINE, atol=FINE)
    return (reference.scores(codes, nearest, alike[nearest], scorer.settings), EXACT) if nearest.size else None


def _kindred(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    films, answers = scorer.films.whole().astype(float), scorer.people.whole().astype(float)
    if not profile.n_ratings or not films.size:
        return None
    rows = np.flatnonzero(scorer.place >= 0)
    likes = np.zeros((rows.size, world.items.n_items))
    for row in rows.tolist():
        for col, code in world.at_fit[world.model.matrix.user_id(row)].items():
            likes[scorer.place[row], col] = _liking(scorer, code)
    likes /= np.linalg.norm(likes, axis=1, keepdims=True)
    own = np.zeros(world.items.n_items)
    few = scorer.settings["patience"] / (profile.n_ratings + scorer.settings["patience"])
    told = ((1.0 - few) * profile.preferences + few * _liking(scorer, profile.codes)) * _emphasis(scorer, profile)
    own[profile.cols] = told / max(np.linalg.norm(told), 1e-12)
    kernel = np.exp(scorer.settings["sharpness"] * (likes @ own - 1.0))
    place = int(scorer.place[profile.row]) if 0 <= profile.row < scorer.place.size else -1
    weights, of_few = kernel.copy(), kernel.copy()
    if place >= 0:
        share = scorer.own_shares.rows(np.arange(rows.size))[:, place].astype(float)
        share[place] = 1.0
        weights[place] -= kernel @ share
        of_few[place] = (kernel.sum() - kernel[place]) / max(rows.size - 1, 1)
    answer, size = weights @ answers, np.abs(weights) @ np.abs(answers)
    if profile.famous:
        few_answers = scorer.people_of_few.whole().astype(float)
        answer = (1.0 - profile.famous) * answer + profile.famous * (of_few @ few_answers)
        size += np.abs(of_few) @ np.abs(few_answers)
    scores, off = np.where(world.counts > 0, 0.0, np.nan), np.zeros(world.items.n_items)
    scores[scorer.cols] = films @ answer
    off[scorer.cols] = 2 * ROUNDED * np.abs(films) @ size
    return scores, off + EXACT


def _coliking(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    inside = np.isin(profile.cols, scorer.cols)
    if not inside.any():
        return None
    s, n = scorer.settings, profile.n_ratings
    chosen = s["chosen"] * s["chosen_ratings"] / (n + s["chosen_ratings"])
    weights = ((profile.preferences + chosen) * _emphasis(scorer, profile))[inside]
    of_few = np.clip((math.log(s["many"]) - math.log(max(n, 1))) / (math.log(s["many"]) - math.log(s["few"])), 0.0, 1.0)
    rows = np.searchsorted(scorer.cols, profile.cols[inside])
    models = (1.0 - of_few) * scorer.model.rows(rows).astype(float) + of_few * scorer.model_of_few.rows(rows).astype(float)
    return _at(scorer.cols, weights @ models, world), EXACT


def _onward(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    inside = np.isin(profile.cols, scorer.cols)
    if profile.newer is None or not len(scorer.model) or not inside.any():
        return None
    few = scorer.settings["patience"] / (profile.n_ratings + scorer.settings["patience"])
    liked = (1.0 - few) * profile.preferences + few * _liking(scorer, profile.codes)
    weights = (liked * np.exp(-profile.newer / scorer.settings["fading"]))[inside]
    return _at(scorer.cols, weights @ scorer.model.rows(np.searchsorted(scorer.cols, profile.cols[inside])), world), EXACT


def _plots(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    own = scorer.known[profile.cols]
    if not own.any():
        return None
    vectors, liked = scorer.vectors.rows(np.arange(world.items.n_items)).astype(float), profile.preferences[own]
    said = liked @ vectors[profile.cols[own]] / (scorer.settings["shrinkage"] + np.abs(liked).sum())
    return np.where(scorer.known, vectors @ said, np.nan), COARSE * np.abs(vectors) @ np.abs(said) + EXACT


def _features(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    features = reference.features_of(scorer, world.items)
    if not profile.n_ratings or not any(features):
        return None
    return np.array(reference.weighted_means(scorer, features, profile)), EXACT


def _aversions(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    if not profile.n_ratings or not any(world.items.genres):
        return None
    return np.array(reference.worst_affinities(scorer, reference.features_of(scorer, world.items), profile)), EXACT


def _years(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    years = np.zeros(world.items.n_items, np.int64) if world.items.years is None else world.items.years
    scores = np.array(reference.near_years(scorer, years, profile))
    return (scores, EXACT) if (years[profile.cols] > 0).any() else None


def _popularity(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    fame = world.items.fame
    if fame is None and not world.counts.any():
        return None
    return np.sqrt(world.counts + (0.0 if fame is None else fame)), EXACT


def _quality(world: World, scorer: Any, profile: SimpleNamespace) -> Any:
    n, mean = world.counts, world.sums.sum() / max(world.counts.sum(), 1.0)
    return np.where(n > 0, (world.sums - mean * n) / (n + scorer.settings["damping"]), np.nan), EXACT


_SAID = {
    "neighbours": _neighbours, "kindred": _kindred, "coliking": _coliking, "onward": _onward, "plots": _plots, "years": _years,
    "genres": _features, "people": _features, "keywords": _features, "languages": _features, "aversions": _aversions,
    "popularity": _popularity, "quality": _quality,
}  # fmt: skip


def _liking(scorer: Any, codes: Any) -> Any:
    middle = scorer.settings["middle"]
    return np.maximum((np.asarray(codes) / 2.0 - middle) / (5.0 - middle), 0.02)


def _emphasis(scorer: Any, profile: SimpleNamespace) -> Any:
    return 1.0 if profile.newer is None else 1.0 + scorer.settings["lately"] * np.exp(-profile.newer / scorer.settings["fading"])


def _at(cols: IntArray, values: FloatArray, world: World) -> FloatArray:
    scores = np.full(world.items.n_items, np.nan)
    scores[cols] = values
    return scores


def scores(world: World, profile: SimpleNamespace, said: Mapping[str, FloatArray], preferences: Preferences) -> FloatArray:
    """The blend of what was said, steered."""
    weights, share = world.model.weights, world.counts / (world.counts + world.model.weights.familiarity)
    named = {name: (values, world.model.scorers[name].fixed_scale) for name, values in said.items()}
    found = reference.blended(named, weights, preferences.weights, profile.n_ratings, profile.famous, share, CAUTION)
    spread = found.std() or 1.0
    known = world.counts + (0.0 if world.items.fame is None else world.items.fame)
    if preferences.obscure and (known > 0).any():
        few = -np.log1p(np.maximum(known, np.percentile(known[known > 0], 75)))
        found = found + preferences.obscure * OBSCURITY * spread * _standardised(few)
    if preferences.new and world.items.years is not None and (world.items.years > 0).any():
        years = world.items.years
        ends = np.percentile(years[years > 0], (5, 95))
        found = found + preferences.new * ERA * spread * _standardised(np.where(years > 0, np.clip(years, *ends), np.nan))
    return found


def _standardised(values: FloatArray) -> FloatArray:
    """Of what a dial adds, which is kept in four bytes."""
    deviation = np.nanstd(values)
    return np.zeros(values.size) if deviation < 1e-9 else np.nan_to_num((values.astype(np.float32) - np.nanmean(values)) / deviation)


def stars(world: World, profile: SimpleNamespace) -> FloatArray:
    """Every film's expected stars: the crowd's, and a ridge regression of what this person gave beyond them on the films' facts."""
    learned = world.model.stars
    known = learned.person_bias.size
    beyond = np.zeros(world.items.n_items)
    for person, own in world.rated.items():
        row = world.model.matrix.row_of(person)
        for col, code in own.items():
            beyond[col] += code / 2.0 - world.fitted_mean - (float(learned.person_bias[row]) if 0 <= row < known else 0.0)
    damping = learned.settings["item_damping"]
    found = world.fitted_mean + (beyond + damping * learned.prior) / (world.counts + damping)
    if profile.n_ratings:
        facts = learned.features.rows(np.arange(world.items.n_items)).astype(float)
        own = facts[profile.cols]
        held = own.T @ own + learned.settings["noise"] * np.eye(own.shape[1])
        found = found + facts @ np.linalg.solve(held, own.T @ (profile.stars - found[profile.cols]))
    calm = learned.settings["calm_from"]
    return np.clip(np.where(found > calm, calm + (found - calm) * learned.settings["calm_slope"], found), 0.5, 5.0)


def allowed(world: World, profile: SimpleNamespace, exclude: Iterable[int], seen: Iterable[int], preferences: Preferences) -> Any:
    """``bool[n_items]``: what may be listed; `exclude` and `seen` are positions."""
    may = np.ones(world.items.n_items, dtype=bool)
    may[[*profile.cols.tolist(), *exclude]] = False
    known = {*profile.cols.tolist(), *seen}
    series = world.items.series or [None] * world.items.n_items
    unseen = [(*place, at) for at, place in enumerate(series) if place and place[1] > 0 and at not in known]
    for name, part, at in unseen:
        earlier = any(other == name and before < part for other, before, _ in unseen)
        may[at] &= not (earlier and preferences.in_order)
    for at, genres in enumerate(world.items.genres):
        may[at] &= not (set(genres) & preferences.never)
    return may


def chosen(
    world: World, values: FloatArray, may: Any, n: tuple[int, int, int], dial: float, also: Iterable[int], found: list[int]
) -> tuple[list[int], list[int]]:
    """The positions of the best over all; and all others of the list, by score. `found` tells which of equally good ones is taken."""
    n_top, n_by_genre, n_by_facet = n
    order = [at for at in np.lexsort((np.arange(values.size), -values)).tolist() if may[at]]
    top = _varied(world, values, order[: max(n_top, POOL)], min(n_top, VARIED), dial, found)[:n_top]
    wanted = set(also)
    items = world.items
    for genre in {name for genres in items.genres for name in genres}:
        wanted |= set([at for at in order if genre in items.genres[at]][:n_by_genre])
    decades = [0] * items.n_items if items.years is None else (items.years // 10).tolist()
    for facet in (decades, [name or "" for name in items.languages or [""] * items.n_items]):
        for value in set(facet):
            wanted |= set([at for at in order if facet[at] == value][:n_by_facet])
    return top, sorted(wanted - set(top), key=lambda at: (-values[at], at))


def _varied(world: World, values: FloatArray, order: list[int], n: int, dial: float, found: list[int]) -> list[int]:
    """One by one, the best less what it is like those picked."""
    if dial <= 0 or n <= 0 or len(order) <= 1:
        return order
    price, worth, picked = dial * (values[order].std() or 1.0), {at: values[at] for at in order}, []
    likest = dict.fromkeys(order, 0.0)
    for place in range(min(n, len(order))):
        best = max(worth, key=lambda at: worth[at])
        if place < len(found) and worth.get(found[place], -np.inf) > worth[best] - 1e-9:
            best = found[place]
        picked.append(best)
        del worth[best]
        for at in worth:
            likest[at] = max(likest[at], _alike(world, at, best))
            worth[at] = values[at] - price * likest[at]
    return picked + [at for at in order if at in worth]


def _alike(world: World, one: int, other: int) -> float:
    a, b = set(world.items.genres[one]), set(world.items.genres[other])
    lengths = (1.0 - FRANCHISE) * (1.0 / math.sqrt(max(len(a), 1))) * (1.0 / math.sqrt(max(len(b), 1)))
    groups = world.model.franchises
    return lengths * len(a & b) + (FRANCHISE if groups[one] >= 0 and groups[one] == groups[other] else 0.0)


def dial(world: World, profile: SimpleNamespace, preferences: Preferences) -> float:
    """Of variety."""
    usual = world.model.weights.diversity * (1.0 + preferences.diverse)
    return usual if profile.n_ratings else max(usual, COLD_VARIETY)
