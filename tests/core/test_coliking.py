"""The closed-form item-item model."""

import numpy as np
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.scorers import coliking


def products(dense):
    likes, found = scipy.sparse.csr_matrix(dense), np.zeros((dense.shape[1], dense.shape[1]), dtype=np.float32)
    coliking.add_products(found, likes.indptr.astype(np.int64), likes.indices, likes.data)
    return found


def fitted(ratings, items, **settings):
    scorer = coliking.CoLiking({"min_ratings": 2, **settings})
    scorer.fit(RatingMatrix(ratings, items), items)
    return scorer


@settings(deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 6)), elements=st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0])))
def test_the_products_of_columns_are_those_of_plain_numpy(dense):
    np.testing.assert_allclose(products(dense), np.triu(dense.T @ dense), rtol=1e-6)


def test_people_of_many_blocks_are_all_multiplied():
    dense = (np.random.default_rng(1).random((3 * coliking.AT_ONCE + 5, 4)) < 0.3).astype(np.float32)
    np.testing.assert_array_equal(products(dense), np.triu(dense.T @ dense))


def test_people_are_listed_some_at_a_time_and_all_count(ratings, items, monkeypatch):
    whole = fitted(ratings, items)
    monkeypatch.setattr(coliking, "LISTED", 7)
    in_parts = fitted(ratings, items)
    assert whole.model.steps.any()
    np.testing.assert_allclose(in_parts.model.rows(np.arange(len(whole.cols))), whole.model.rows(np.arange(len(whole.cols))), atol=1e-5)


def test_the_products_are_of_how_much_each_person_likes_each_film(ratings, items):
    scorer = fitted(ratings, items, facts=0.0, person_power=0.25)
    likes = np.zeros((scorer.matrix.n_users, scorer.cols.size))
    for row in range(scorer.matrix.n_users):
        cols, codes = scorer.matrix.row(row)
        kept = scorer.position[cols] >= 0
        likes[row, scorer.position[cols[kept]]] = np.maximum((codes[kept] / 2.0 - 2.0) / 3.0, 0.02) / (cols.size / 100.0) ** 0.25
    gram, own = scorer._gram(scorer.matrix, items)
    np.testing.assert_allclose(gram, likes.T @ likes, rtol=1e-5)
    np.testing.assert_allclose(own, np.square(likes).sum(axis=0), rtol=1e-5)
