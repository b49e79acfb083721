"""Tables in few bytes: what is kept is near to what was given, and everything is computed from what is kept."""

import numpy as np
import pytest

from movie_recommender.core import bytes as bytes_of
from movie_recommender.core.bytes import ByteTable, ShortTable, some_products
from movie_recommender.core.fine import LEADING, FineTable, products_with_all, sums_over_all
from movie_recommender.core.half import SIDE, HalfTable, products_of_words, sums_of_words


def normal(n, d, seed=0):
    """Columns of very different size, as those of main axes are, and rows too."""
    rng = np.random.default_rng(seed)
    return (rng.normal(0.1, 1.0, (n, d)) * 0.97 ** np.arange(d) * rng.lognormal(0, 1, (n, 1))).astype(np.float32)


def as_float32(vector):
    return vector.astype(np.float32)


def assert_products(found, kept, vector, off):
    """They are the products, but for so much of what they are summed from."""
    wrong, whole = np.abs(found - kept @ vector), np.abs(kept) @ np.abs(vector)
    assert (wrong <= off * whole + 1e-6).all(), (wrong / np.maximum(whole, 1e-30)).max()


@pytest.mark.parametrize("kind", [ByteTable, ShortTable])
@pytest.mark.parametrize("n", [0, 1, 5, 6, 7, 20])
def test_a_table_is_rounded_some_rows_at_a_time_as_if_at_once(kind, n, monkeypatch):
    given = normal(n, 5)
    whole = kind(given)
    monkeypatch.setattr(bytes_of, "AT_ONCE", 3)
    in_parts = kind(given)
    np.testing.assert_array_equal(in_parts.steps, whole.steps)
    np.testing.assert_array_equal(in_parts.scale, whole.scale)
    np.testing.assert_allclose(whole.rows(np.arange(n)), given, atol=np.abs(given).max(initial=0.0) / 200)


@pytest.mark.parametrize(("n", "d"), [(0, 3), (1, 1), (40, 7), (300, LEADING), (2000, 200), (20, 4000)])
@pytest.mark.parametrize("across", [False, True])
def test_a_fine_table_multiplies_what_it_keeps(n, d, across):
    rng, given = np.random.default_rng(1), normal(n, d)
    table = FineTable(given, across)
    vector, weights, kept = rng.normal(size=d), rng.random(n) + 1.0, table.whole()
    assert (len(table), table.width, kept.shape) == (n, d, (n, d))
    np.testing.assert_array_equal(table.rows(np.arange(n)[::3]), kept[::3])
    if across:
        assert_products(sums_over_all(*table.parts, as_float32(weights)), kept.T, weights, off=1e-3)
    else:
        assert_products(products_with_all(*table.parts, as_float32(vector)), kept, vector, off=1e-3)


def test_a_fine_table_keeps_a_hundredth_and_of_the_leading_columns_nearly_all():
    given = normal(3000, 400)
    lost = np.sqrt(np.square(FineTable(given).whole() - given).mean(axis=0)) / given.std(axis=0)
    assert lost[:LEADING].max() < 1e-4
    assert lost.max() < 0.02


def test_sums_over_a_fine_table_with_one_weight_for_all_have_nothing_of_the_rounding():
    given = normal(3000, 100)
    found = sums_over_all(*FineTable(given, across=True).parts, as_float32(np.ones(3000)))
    np.testing.assert_allclose(found, given.sum(axis=0), rtol=1e-3, atol=0.05)


@pytest.mark.parametrize("extreme", [1.0, -1.0])
def test_whole_numbers_never_grow_beyond_four_bytes(extreme):
    given = np.full((3, 20000), extreme)
    given[1] *= -1
    given[2, ::2] *= -1
    table, vector = FineTable(given), as_float32(np.full(20000, 3.0))
    assert_products(products_with_all(*table.parts, vector), table.whole(), vector, off=1e-3)


@pytest.mark.parametrize(("n", "d"), [(0, 5), (5, 0), (1, 1), (SIDE, 4), (SIDE + 1, 9), (1000, 64), (300, 384)])
def test_a_half_table_multiplies_what_it_keeps_and_leaves_out_what_is_unknown(n, d):
    rng = np.random.default_rng(2)
    given, vector, known = rng.normal(size=(n, d)), rng.normal(size=d), rng.random(n) < 0.8
    table = HalfTable(given)
    kept = table.rows(np.arange(n))
    found = products_of_words(table.words, table.scale * as_float32(vector), known)
    np.testing.assert_array_equal(np.isnan(found), ~known)
    assert_products(found[known], kept[known], vector, off=5e-3)
    sums = sums_of_words(table.words, table.scale, np.arange(n)[::2], as_float32(np.ones(-(-n // 2))))
    np.testing.assert_allclose(sums, kept[::2].sum(axis=0), atol=1e-3)


def test_a_half_table_keeps_the_order_of_bell_shaped_columns_and_the_values_of_columns_with_two():
    given = normal(4000, 64) / np.sqrt(np.square(normal(4000, 64)).sum(axis=1, keepdims=True))
    kept = HalfTable(given).rows(np.arange(4000))
    assert np.square(kept - given).mean() / np.square(given).mean() < 0.02
    flags = np.random.default_rng(3).choice([-0.4, 0.4], (100, 3))
    np.testing.assert_allclose(HalfTable(flags).rows(np.arange(100)), flags, atol=0.03)


@pytest.mark.parametrize("kind", [ByteTable, ShortTable])
def test_a_table_in_bytes_multiplies_what_it_keeps(kind):
    rng = np.random.default_rng(4)
    table, vector, rows = kind(normal(50, 9)), rng.normal(size=9), np.array([3, 3, 49, 0, 20])
    kept = table.rows(np.arange(50))
    np.testing.assert_allclose(table.products(vector), kept @ vector, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(some_products(table.steps, rows, table.scale * vector), (kept @ vector)[rows], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(table.sums(rows, np.ones(5)), kept[rows].sum(axis=0), rtol=1e-4, atol=1e-4)
