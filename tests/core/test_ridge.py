"""The ridge regression of one person's films equals NumPy's, for few films and for many."""

import numpy as np
import pytest

from movie_recommender.core import ridge
from movie_recommender.core.bytes import ByteTable
from movie_recommender.core.ridge import MANY, by_gradients, of_some, usual_axes

NOISE = np.float32(0.8)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 30, 400, MANY - 1, MANY, 900])
@pytest.mark.parametrize("width", [1, 9, 178])
def test_the_weights_equal_numpys(n, width):
    rng = np.random.default_rng(n + width)
    table = ByteTable(rng.normal(0, 0.3, (1000, width)))
    rows, right = rng.choice(1000, n, replace=False), rng.normal(size=n).astype(np.float32)
    own = table.rows(rows).astype(np.float64)
    usual = usual_axes(table.rows(np.arange(1000)), rng.random(1000))
    expected = np.linalg.solve(own.T @ own + NOISE * np.eye(width), own.T @ right)
    found = of_some(table.steps, table.scale, rows, right, NOISE, usual)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-5)


def test_the_weights_of_many_films_that_are_unlike_the_usual_ones_equal_numpys():
    rng = np.random.default_rng(1)
    own = (rng.normal(0, 0.3, (MANY, 40)) * np.geomspace(1.0, 0.01, 40)).astype(np.float32)
    right = rng.normal(size=MANY).astype(np.float32)
    reversed_axes = usual_axes(np.ascontiguousarray(own[:, ::-1]), np.ones(MANY))
    expected = np.linalg.solve(own.T.astype(np.float64) @ own + NOISE * np.eye(40), own.T @ right)
    np.testing.assert_allclose(by_gradients(own, right, NOISE, reversed_axes), expected, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("n", [0, 1, 4, 5, 11])
def test_products_with_many_films_are_made_some_at_a_time_in_full_precision(n, monkeypatch):
    monkeypatch.setattr(ridge, "AT_ONCE", 4)
    rng = np.random.default_rng(n)
    rows, weights, vector = rng.normal(size=(n, 3)).astype(np.float32), rng.random(n), rng.normal(size=3)
    exact = rows.astype(np.float64)
    np.testing.assert_allclose(ridge.gram(rows, weights), (exact * weights[:, None]).T @ exact, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ridge.sums(rows, weights), weights @ exact, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ridge.products(rows, vector), exact @ vector, rtol=1e-12, atol=1e-14)


def test_nobody_rated_anything_and_there_are_axes():
    axes, spread = usual_axes(np.ones((5, 3), np.float32), np.zeros(5))
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-6)
    assert not spread.any()
