"""The closed-form item-item model."""

import numpy as np
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from movie_recommender.core.scorers import coliking


@settings(deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 6)), elements=st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0])))
def test_the_products_of_columns_are_those_of_plain_numpy(dense):
    likes = scipy.sparse.csr_matrix(dense)
    found = coliking.products_of_columns(likes.indptr, likes.indices, likes.data, dense.shape[1])
    np.testing.assert_allclose(found, dense.T @ dense, rtol=1e-6)


def test_people_of_many_blocks_are_all_multiplied():
    dense = (np.random.default_rng(1).random((3 * coliking.AT_ONCE + 5, 4)) < 0.3).astype(np.float32)
    likes = scipy.sparse.csr_matrix(dense)
    np.testing.assert_array_equal(coliking.products_of_columns(likes.indptr, likes.indices, likes.data, 4), dense.T @ dense)
