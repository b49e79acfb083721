"""What of the model a list reads, in bytes: with the bandwidth it says how fast one could be made at best."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from movie_recommender.core import Recommender
from movie_recommender.core.blend import Blend
from movie_recommender.core.bytes import ByteTable
from movie_recommender.core.data import IntArray
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import Profile
from movie_recommender.core.results import RankedList
from movie_recommender.core.scorers import Scorer
from movie_recommender.core.scorers.base import Places
from movie_recommender.core.scorers.coliking import CoLiking
from movie_recommender.core.scorers.features import Aversions, FeatureAffinity
from movie_recommender.core.scorers.kindred import Kindred
from movie_recommender.core.scorers.neighbours import Neighbours
from movie_recommender.core.scorers.onward import Onward
from movie_recommender.core.scorers.plots import Plots
from movie_recommender.core.scorers.years import Years


def bytes_touched(model: Recommender, rated: Mapping[int, float], user: int, ranked: RankedList) -> dict[str, int]:
    """By part, the bytes of the model that making this list had to read, each once.

    Those are the tables of each signal that is asked, what the blend reads of every film, and the facts by which stars are
    predicted. Not counted is what the list itself made (scratch), and single numbers looked up: ids, a film's place, where a
    list of cells begins; nor what is looked through of rare genres, facets and series. So it is rather too little.
    """
    blended = model.blended(rated, user)
    profile = blended.profile
    found = {name: _of_signal(model.scorers[name], profile) for name, _, _, _ in blended.said}
    found["blend"] = _of_blend(blended)
    found["stars"] = (profile.cols.size + ranked.cols.size) * model.stars.features.steps[0].nbytes
    return found


def _of_signal(scorer: Scorer, profile: Profile) -> int:
    """What a scorer reads to answer; what is kept from list to list is read by the blend alone."""
    match scorer:
        case Neighbours():
            return _of_neighbours(scorer, profile)
        case Kindred():
            return _of_kindred(scorer, profile)
        case CoLiking():
            rows, share = _rows(scorer.position, profile.cols), scorer._share_of_few(profile.n_ratings)
            return _of_rows(scorer.model, rows.size if share < 1.0 else 0) + _of_rows(scorer.model_of_few, rows.size if share > 0.0 else 0)
        case Onward():
            if profile.newer is None or not scorer.knows:
                return 0
            lately = np.exp(-profile.newer / scorer.settings["fading"]).astype(np.float32) > 0
            return _of_rows(scorer.model, _rows(scorer.position, profile.cols[lately]).size)
        case FeatureAffinity():
            return _of_features(scorer, profile)
        case Plots():
            return scorer.vectors.words.nbytes + scorer.known.nbytes if scorer.known[profile.cols].any() else 0
        case Years():
            years = np.unique(scorer.places[profile.cols[scorer.known[profile.cols]]])
            return years.size * scorer.kernel[0].nbytes
    return 0


def _of_neighbours(scorer: Neighbours, profile: Profile) -> int:
    """Who rated his films (of the heads everybody's codes), everybody's length, the nearest people's rows, where somebody rated at all."""
    matrix = scorer.matrix
    if not profile.n_ratings or not matrix.n_users:
        return 0
    nearest, _ = scorer.neighbourhood(profile)
    lists = matrix.by_user
    rows = int(lists.size[nearest].sum()) * lists.cells.itemsize + nearest.size * lists.counts[0].nbytes
    raters = sum(_of_raters(matrix, col) for col in profile.cols.tolist())
    return raters + scorer.short_norms.nbytes + rows + matrix.floor.nbytes


def _of_raters(matrix: RatingMatrix, col: int) -> int:
    """Of each block of people their codes, where the film is a head, or its raters; and how many these are."""
    counts, heads, cells = matrix.by_item.counts[col], matrix.heads, matrix.by_item.cells
    if heads.item[col] < 0:
        return counts.nbytes + int(counts.sum()) * cells.itemsize
    place = heads.place[heads.item[col]]
    return counts.nbytes + place.nbytes + int(counts[place < 0].sum()) * cells.itemsize + int((place >= 0).sum()) * heads.rows[0].nbytes


def _of_kindred(scorer: Kindred, profile: Profile) -> int:
    """Who of those learned from rated his films, the tables of people and of films, and what he is to them, if he is one of them."""
    if not profile.n_ratings or not scorer.films.steps.size:
        return 0
    raters = int((scorer.begins[profile.cols + 1] - scorer.begins[profile.cols]).sum()) * scorer.raters.itemsize
    tables = [scorer.people, scorer.films, *([scorer.people_of_few] if profile.famous else [])]
    own = scorer.own_shares.steps[:, 0].nbytes if scorer._place(profile) >= 0 else 0
    lengths = scorer.inverse_lengths.nbytes + scorer.cols.nbytes
    return raters + lengths + sum(array.nbytes for table in tables for array in table.parts) + own


def _of_features(scorer: FeatureAffinity, profile: Profile) -> int:
    """What his films are made of, all films that have any of it, and which films have anything at all."""
    if not profile.n_ratings or not scorer.labels:
        return 0
    made_of, had_by = scorer.content, scorer.by_feature
    his = made_of[np.unique(scorer.kinds[profile.cols])]
    features = np.unique(his.indices)
    films = int((had_by.indptr[features + 1] - had_by.indptr[features]).sum())
    each = had_by.indices.itemsize + (0 if isinstance(scorer, Aversions) else had_by.data.itemsize)
    return his.nnz * (made_of.indices.itemsize + scorer.weights.itemsize) + films * each + scorer._floor.nbytes


def _of_blend(blended: Blend) -> int:
    """What the blend reads of every film besides the answers just made: its warmth, its kinds and years, what is kept of it."""
    total = blended.share.nbytes
    for (_, signal, _, _), (known, _, _, flat) in zip(blended.said, blended.found.tolist(), strict=True):
        is_kept = signal.moments[0] >= 0.0
        if signal.shared_by is not None and not is_kept:
            total += signal.shared_by.nbytes
        if not known:
            continue
        if signal.cols is not None:
            total += signal.cols.nbytes
        elif not flat or known < blended.scores.size:
            total += 0 if signal.places is None else signal.places.nbytes
            total += signal.values.nbytes if is_kept else 0
    return int(total)


def _rows(position: Places, cols: IntArray) -> Places:
    """The rows of a table that stand for these films."""
    return position[cols][position[cols] >= 0]


def _of_rows(table: ByteTable, n_rows: int) -> int:
    return int(n_rows) * table.width * table.steps.itemsize + (table.scale.nbytes if n_rows else 0)
