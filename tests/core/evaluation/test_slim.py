"""SLIM and EASE against other people's solvers."""

import numpy as np
import scipy.sparse
from sklearn.linear_model import ElasticNet

from movie_recommender.core.evaluation.baselines import _inverse_of_gram, slim_model


def test_slim_is_the_non_negative_elastic_net_without_the_item_itself():
    likes = (np.random.default_rng(3).random((80, 12)) < 0.4).astype(float)
    lasso, ridge, n = 2.0, 5.0, likes.shape[0]
    model = slim_model(likes.T @ likes, lasso, ridge, 500, 1e-9)
    for item in range(likes.shape[1]):
        others = np.delete(np.arange(likes.shape[1]), item)
        net = ElasticNet(
            alpha=(lasso + ridge) / n, l1_ratio=lasso / (lasso + ridge), positive=True, fit_intercept=False, tol=1e-10, max_iter=10000
        )
        np.testing.assert_allclose(model[others, item], net.fit(likes[:, others], likes[:, item]).coef_, atol=1e-5)
        assert model[item, item] == 0.0


def test_the_gram_is_inverted_alike_with_few_and_with_many_people():
    for shape in ((5, 9), (9, 5)):
        likes = scipy.sparse.csr_matrix((np.random.default_rng(1).random(shape) < 0.5).astype(float))
        expected = np.linalg.inv((likes.T @ likes).toarray() + 3.0 * np.eye(shape[1]))
        np.testing.assert_allclose(_inverse_of_gram(likes, 3.0), expected, atol=1e-10)
