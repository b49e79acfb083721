"""The second head: how many stars this person would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse
from numba import njit

from .bytes import LINE, ByteTable, some_products
from .cells import BLOCK_BITS, CODE_BITS
from .data import HIGHEST, LOWEST, FloatArray, IntArray, Items
from .matrix import Change, RatingMatrix
from .profile import Profile
from .ridge import gram, of_some, products, sums, usual_axes
from .scorers.features import Genres, Keywords, Languages, People

Features = npt.NDArray[np.float32]

DECADE_WIDTH = 8.0
"""Width in years of the bumps that stand for decades."""

ROUNDS = 4
"""How often item and person biases are fitted in turn."""


class StarPredictor:
    """Overall mean + item bias + a ridge regression of this person's deviations on the films' facts.

    The item bias is a mean residual, damped towards what its facts let expect (so that a film with
    no rating, or one, has a sensible bias). The facts are genres, people, keywords, plots, decades
    and languages as short dense vectors; each kind's scale says how far a person's taste for it is
    believed to go, which makes the ridge regression the mean of a Gaussian process over films.
    Sources: Koren (2010), "Factor in the Neighbors"; Rasmussen and Williams (2006), chapter 2.

    The scale ends at five stars, so high expectations come out too high: above `calm_from` they
    grow by `calm_slope` only (calibration, measured in ten bins).

    Every item gets a number within 0.5..5, whatever is unknown.
    """

    def __init__(self, settings: Mapping[str, float] | None = None) -> None:
        self.settings = {**self.defaults(), **(settings or {})}

    @classmethod
    def defaults(cls) -> dict[str, float]:
        """Dampings in ratings, `noise` in stars², scales in stars."""
        return {
            "item_damping": 4.0,
            "user_damping": 4.0,
            "prior_ridge": 0.8,
            "noise": 0.8,
            "calm_from": 4.0,
            "calm_slope": 0.78,
            "bias": 0.5,
            "genres": 0.5,
            "people": 0.5,
            "keywords": 0.35,
            "plots": 0.35,
            "years": 0.35,
            "languages": 0.35,
        }

    def fit(self, matrix: RatingMatrix, items: Items) -> None:
        """Learn the item biases and lay out the items' facts."""
        self.matrix = matrix
        features = self._features(matrix, items)
        self.features = ByteTable(features)
        self.usual = usual_axes(features, matrix.counts)
        self._fit_biases(features)

    def _features(self, matrix: RatingMatrix, items: Items) -> Features:
        """``float32[n_items, d]``: a constant and the facts, each kind times its scale."""
        blocks = [block.astype(np.float32) for block in self._blocks(matrix, items)]
        # Zeros to the end of a line of memory: a row in bytes begins where a line does.
        blocks.append(np.zeros((items.n_items, -sum(block.shape[1] for block in blocks) % LINE), dtype=np.float32))
        return np.hstack(blocks)

    def _blocks(self, matrix: RatingMatrix, items: Items) -> Iterator[FloatArray]:
        """The columns of `_features`, a kind at a time."""
        scale = self.settings
        yield np.full((items.n_items, 1), scale["bias"])
        yield scale["genres"] * _dense(_unit_rows(Genres({"rarity": 0.0, "length": 0.0}), matrix, items), 40)
        yield scale["people"] * _dense(_unit_rows(People({"rarity": 0.0, "length": 0.0}), matrix, items), 60)
        yield scale["keywords"] * _dense(_unit_rows(Keywords({"rarity": 1.0, "length": 0.0}), matrix, items), 40)
        yield scale["languages"] * _dense(_unit_rows(Languages({"rarity": 0.0, "length": 0.0}), matrix, items), 12)
        yield scale["years"] * _decades(items)
        yield scale["plots"] * _plots(items, 40)

    def _fit_biases(self, features: Features) -> None:
        """Item biases by turns with person biases, damped towards their regression on the facts.

        Items come last: the residuals are those that the kept person biases leave, as `follow` takes them for.
        """
        lists, n_users, counts = self.matrix.by_user, self.matrix.n_users, self.matrix.counts
        self.mean = self.matrix.mean
        self.prior, self.person_bias = np.zeros(counts.size), np.zeros(n_users, dtype=np.float32)
        self.residuals: FloatArray = np.zeros(counts.size)
        biases = np.zeros(counts.size)
        regress = self._regression(counts, features)
        for turn in range(ROUNDS):
            if turn:
                residuals = person_residuals(lists.start, lists.counts, lists.cells, self.mean + biases, n_users)
                self.person_bias = (residuals / (lists.size[:n_users] + self.settings["user_damping"])).astype(np.float32)
            self.residuals = item_residuals(
                lists.start, lists.counts, lists.cells, self.mean + self.person_bias.astype(np.float64), counts.size
            )
            self.prior = regress(self.residuals / np.maximum(counts, 1.0))
            biases = (self.residuals + self.settings["item_damping"] * self.prior) / (counts + self.settings["item_damping"])
        self.item_base = self.mean + biases

    def follow(self, row: int, changes: Iterable[Change]) -> None:
        """Some ratings of a person changed: the films' biases change at once, his own at the next fit."""
        usual = self.mean + (float(self.person_bias[row]) if row < self.person_bias.size else 0.0)
        damping = self.settings["item_damping"]
        for col, before, now in changes:
            change = (now - before) / 2.0 - usual * ((now > 0) - (before > 0))
            residual = float(self.residuals[col]) + change
            self.residuals[col] = residual
            self.item_base[col] = self.mean + (residual + damping * float(self.prior[col])) / (float(self.matrix.counts[col]) + damping)

    def _regression(self, counts: FloatArray, features: Features) -> Callable[[FloatArray], FloatArray]:
        """A function from mean residuals to what the facts let expect of each item."""
        weights = counts / (counts + self.settings["item_damping"])
        held = gram(features, weights)
        held[np.diag_indices_from(held)] += self.settings["prior_ridge"]
        factor = scipy.linalg.cho_factor(held, check_finite=False)

        def regress(means: FloatArray) -> FloatArray:
            return products(features, scipy.linalg.cho_solve(factor, sums(features, weights * means), check_finite=False))

        return regress

    def taste(self, profile: Profile) -> npt.NDArray[np.float32]:
        """``float32[d]``: the person's weights on the facts; zeros if he rated nothing."""
        found: npt.NDArray[np.float32] = taste_of(self.item_base, self.features.steps, self.features.scale, self._own(profile))
        return found

    def predict(self, profile: Profile, cols: IntArray | None = None) -> FloatArray:
        """``float[len(cols)]`` (all items if None): stars within 0.5..5, never NaN."""
        calm_from, calm, features = self.settings["calm_from"], 1.0 - self.settings["calm_slope"], self.features
        if cols is None:
            return np.asarray(calmed(self.item_base, features.products(self.taste(profile)), calm_from, calm))
        return np.asarray(stars_of_some(self.item_base, features.steps, features.scale, self._own(profile), cols, calm_from, calm))

    def _own(self, profile: Profile) -> tuple[Any, ...]:
        """What `taste_of` is told of a person."""
        return profile.cols, profile.stars, np.float32(self.settings["noise"]), self.usual


@njit(cache=True, nogil=True)
def apart_from(base, cols, stars):  # type: ignore[no-untyped-def]
    """``float32[n]``: how many stars more than usual each of these films got."""
    found = np.empty(cols.size, np.float32)
    for at in range(cols.size):
        found[at] = stars[at] - base[cols[at]]
    return found


@njit(cache=True, nogil=True)
def stars_of_some(base, steps, scale, own, cols, calm_from, calm):  # type: ignore[no-untyped-def]
    """``float64[len(cols)]``: `calmed`, of some films, by `taste_of` the person; `steps` and `scale` are the features'."""
    return calmed(base[cols], some_products(steps, cols, scale * taste_of(base, steps, scale, own)), calm_from, calm)


@njit(cache=True, nogil=True)
def taste_of(base, steps, scale, own):  # type: ignore[no-untyped-def]
    """``float32[d]``: the taste of who rated `own`: columns, stars, and the noise and the `usual_axes` of `of_some`."""
    cols, stars, noise, usual = own
    return of_some(steps, scale, cols, apart_from(base, cols, stars), noise, usual)


@njit(cache=True, nogil=True)
def calmed(base, apart, calm_from, calm):  # type: ignore[no-untyped-def]
    """``float64[n]``: stars within the scale; what is beyond `calm_from` less by a share of it."""
    stars = np.empty(base.size)
    for at in range(base.size):
        value = base[at] + apart[at]
        value -= max(value - calm_from, 0.0) * calm
        stars[at] = min(max(value, LOWEST), HIGHEST)
    return stars


@njit(cache=True, nogil=True)
def item_residuals(start, counts, cells, usual, n_items):  # type: ignore[no-untyped-def]
    """``float64[n_items]``: how many stars more than each person's usual the item got, in all."""
    sums = np.zeros(n_items)
    for row in range(usual.size):
        c = start[row]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[row, block]]:
                sums[(block << BLOCK_BITS) + (cell >> CODE_BITS)] += np.float64(cell & np.uint16(15)) / 2.0 - usual[row]
            c += counts[row, block]
    return sums


@njit(cache=True, nogil=True)
def person_residuals(start, counts, cells, usual, n_users):  # type: ignore[no-untyped-def]
    """``float64[n_users]``: how many stars more than each item's usual the person gave, in all."""
    sums = np.zeros(n_users)
    for row in range(n_users):
        c = start[row]
        for block in range(counts.shape[1]):
            for cell in cells[c : c + counts[row, block]]:
                sums[row] += np.float64(cell & np.uint16(15)) / 2.0 - usual[(block << BLOCK_BITS) + (cell >> CODE_BITS)]
            c += counts[row, block]
    return sums


def _unit_rows(feature: Genres | People | Keywords | Languages, matrix: RatingMatrix, items: Items) -> scipy.sparse.csr_matrix:
    """The feature's content with rows of unit length (or zero)."""
    feature.fit(matrix, items)
    content = feature.content[feature.kinds]
    lengths = np.sqrt(np.asarray(content.multiply(content).sum(axis=1)).ravel())
    return scipy.sparse.csr_matrix(scipy.sparse.diags(1.0 / np.maximum(lengths, 1e-12)) @ content)


def _dense(content: scipy.sparse.csr_matrix, width: int) -> FloatArray:
    """At most `width` dense columns whose products approximate the content's (truncated SVD)."""
    if not content.nnz:
        return np.zeros((content.shape[0], 0))
    if content.shape[1] <= width:
        return np.asarray(content.toarray())
    width = min(width, content.shape[0], content.shape[1])
    left, values, _ = _truncated_svd(content, width)
    return np.asarray(left * values)


def _decades(items: Items) -> FloatArray:
    """Smooth indicators of the decades from 1920 to 2030, unit rows; zeros where the year is unknown."""
    if items.years is None:
        return np.zeros((items.n_items, 0))
    bumps = np.exp(-0.5 * ((items.years[:, None] - np.arange(1920, 2031, 10)[None, :]) / DECADE_WIDTH) ** 2)
    lengths = np.linalg.norm(bumps, axis=1, keepdims=True)
    return np.where(items.years[:, None] > 0, bumps / np.maximum(lengths, 1e-12), 0.0)


def _plots(items: Items, width: int) -> FloatArray:
    """The plots' vectors around their mean, unit rows, on their `width` main axes."""
    if items.plot_vectors is None:
        return np.zeros((items.n_items, 0))
    known = np.isfinite(items.plot_vectors).all(axis=1)
    if known.sum() < 2:
        return np.zeros((items.n_items, 0))
    centred = np.zeros(items.plot_vectors.shape)
    centred[known] = items.plot_vectors[known] - items.plot_vectors[known].mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    _, _, axes = _truncated_svd(centred, min(width, items.n_items, items.plot_vectors.shape[1]))
    return np.asarray(centred @ axes.T)


def _truncated_svd(content: FloatArray | scipy.sparse.csr_matrix, width: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The first `width` singular vectors (left, values, right), approximately."""
    # Imported here: a second and 90 MB that an engine opened from its snapshot does without.
    from sklearn.utils.extmath import randomized_svd

    left, values, right = randomized_svd(content, width, n_iter=3, random_state=0)
    return left, values, right
