"""The kernels of feature affinities: what rated films are made of, and what that says of all films."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt
from numba import njit

from ..ahead import fetch, fetch_between

AHEAD = 16
"""So many features ahead their films are asked for: one after the other each would be waited for."""


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


def no_places(n: int) -> npt.NDArray[np.int32]:
    """This thread's ``int32[>= n]`` of -1, used again and again: `add_features` leaves it so."""
    places: npt.NDArray[np.int32] | None = getattr(_scratch, "places", None)
    if places is None or places.size < n:
        places = _scratch.places = np.full(n, -1, dtype=np.int32)
    return places


_scratch = threading.local()


@njit(cache=True, nogil=True)
def feature_scores(  # type: ignore[no-untyped-def]
    places, indptr, indices, weights, kinds, cols, preferences, stars, shrinkage, threshold, floor, starts, films, data
):
    """What the rated films are made of, and the scores of all kinds of films; only those that have one of these features are visited.

    Returns:
        the features; ``float[4, n]``: his preferences * weights for each, the weights, how many of his films have it, and the sum of their
        stars; ``float[n]``, the affinities, about -1..1; ``float32[n_kinds]``, the scores.
    """
    features, history = add_features(places, indptr, indices, weights, kinds, cols, preferences, stars)
    affinities, scores = history[0] / (history[1] + shrinkage), floor.copy()
    if threshold == threshold:
        affinities = np.minimum(affinities + threshold, 0.0)
        take_least(scores, starts, films, features, affinities)
    else:
        add_affinities(scores, starts, films, data, features, affinities)
    return features, history, affinities, scores


@njit(cache=True, nogil=True)
def add_features(places, indptr, indices, data, kinds, cols, preferences, stars):  # type: ignore[no-untyped-def]
    """Add up the rated films' features: those that occur, in order of first sight, and their sums; `places` are -1 before and after."""
    begins, ends, total = np.empty(cols.size, np.int64), np.empty(cols.size, np.int64), 0
    for at in range(cols.size):
        begins[at], ends[at] = indptr[kinds[cols[at]]], indptr[kinds[cols[at]] + 1]
        fetch(indices, begins[at])  # type: ignore[call-arg]
        fetch(data, begins[at])
        total += ends[at] - begins[at]
    for at in range(cols.size):
        for c in range(begins[at], ends[at]):
            fetch(places, indices[c])  # type: ignore[call-arg]
    found, sums = np.empty(total, np.int64), np.zeros((4, total))
    end = 0
    for at in range(cols.size):
        for c in range(begins[at], ends[at]):
            place = places[indices[c]]
            if place < 0:
                place = places[indices[c]] = end
                found[end] = indices[c]
                end += 1
            sums[0, place] += data[c] * preferences[at]
            sums[1, place] += data[c]
            sums[2, place] += 1.0
            sums[3, place] += stars[at]
    for feature in found[:end]:
        places[feature] = -1
    return found[:end], sums[:, :end].copy()


@njit(cache=True, nogil=True)
def add_affinities(scores, indptr, indices, data, features, affinities):  # type: ignore[no-untyped-def]
    begins, ends = np.empty(features.size, np.int64), np.empty(features.size, np.int64)
    for at in range(features.size):
        begins[at], ends[at] = indptr[features[at]], indptr[features[at] + 1]
    for at in range(features.size):
        if at + AHEAD < features.size:
            fetch_between(indices, begins[at + AHEAD], ends[at + AHEAD])
            fetch_between(data, begins[at + AHEAD], ends[at + AHEAD])
        affinity, place, end = affinities[at], np.uint64(begins[at]), np.uint64(ends[at])
        while place < end:  # plain indexes: numba counts others from the end where they are below zero
            scores[np.uint32(indices[place])] += data[place] * affinity
            place += np.uint64(1)


@njit(cache=True, nogil=True)
def take_least(scores, indptr, indices, features, affinities):  # type: ignore[no-untyped-def]
    for at in range(features.size):
        for place in range(indptr[features[at]], indptr[features[at] + 1]):
            scores[indices[place]] = min(scores[indices[place]], affinities[at])
