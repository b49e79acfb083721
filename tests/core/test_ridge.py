"""The ridge regression of one person's films equals NumPy's, for few films and for many."""

import numpy as np
import pytest

from movie_recommender.core.bytes import ByteTable
from movie_recommender.core.ridge import MANY, ridge


@pytest.mark.parametrize("n", [1, 2, 3, 30, 400, MANY - 1, MANY])
@pytest.mark.parametrize("width", [1, 9, 178])
def test_the_weights_equal_numpys(n, width):
    rng = np.random.default_rng(n + width)
    table = ByteTable(rng.normal(0, 0.3, (1000, width)))
    rows, right = rng.choice(1000, n, replace=False), rng.normal(size=n).astype(np.float32)
    own = table.rows(rows).astype(np.float64)
    expected = np.linalg.solve(own.T @ own + 0.8 * np.eye(width), own.T @ right)
    np.testing.assert_allclose(ridge(table, rows, right, np.float32(0.8)), expected, rtol=1e-4, atol=2e-5)
