"""Ratings written in place are as if they had always been there; the kernels equal plain NumPy."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from movie_recommender.core import Ratings
from movie_recommender.core import matrix as matrix_of
from movie_recommender.core.cells import BLOCK
from movie_recommender.core.matrix import RatingMatrix
from movie_recommender.core.profile import fold_in
from movie_recommender.core.scorers.neighbours import Neighbours
from movie_recommender.core.summing import COUNTED, TOGETHER
from movie_recommender.core.votes import votes_of

from . import reference

N_USERS, N_ITEMS = 9, 7
NEWCOMERS = 4

FINE = 1e-6
"""Relative: where heads are summed, in 32 bits, a similarity is as fine as float32."""

codes = st.integers(1, 10)
people = st.integers(0, N_USERS - 1)
films = st.integers(0, N_ITEMS - 1)
tables = st.dictionaries(st.tuples(people, films), codes, max_size=50)
changes = st.lists(st.tuples(st.integers(0, N_USERS + NEWCOMERS - 1), st.dictionaries(films, codes)), max_size=12)
seeds = st.integers(0, 2**16)


def after(table, changed):
    """The table with these people's rows replaced, one after another."""
    dense = reference.dense_codes(table, N_USERS + NEWCOMERS, N_ITEMS)
    for user, row in changed:
        dense[user] = [row.get(item, 0) for item in range(N_ITEMS)]
    return dense


def matrix_after(table, changed, seed):
    dense = reference.dense_codes(table, N_USERS, N_ITEMS)
    matrix = RatingMatrix(reference.ratings_of(dense, np.random.default_rng(seed)), reference.bare_items(N_ITEMS))
    rows = [apply(matrix, user, row) for user, row in changed]
    return matrix, rows


def ids_of(matrix, rows):
    return np.array([matrix.user_id(row) for row in rows.tolist()], dtype=np.int64)


def apply(matrix, user, row):
    return matrix.replace_row(user, np.array(list(row), dtype=np.int64), np.array(list(row.values()), dtype=np.uint8))[0]


@settings(deadline=None)
@given(tables, changes, seeds)
def test_after_any_updates_both_lists_hold_exactly_the_ratings(table, changed, seed):
    matrix, _ = matrix_after(table, changed, seed)
    expected = after(table, changed)
    for user in range(N_USERS + NEWCOMERS):
        cols, row_codes = matrix.row(matrix.row_of(user))
        assert dict(zip(cols.tolist(), row_codes.tolist(), strict=True)) == {i: c for i, c in enumerate(expected[user].tolist()) if c}
    row_ids = {matrix.row_of(user): user for user in range(N_USERS + NEWCOMERS)}
    for item in range(N_ITEMS):
        raters = zip(matrix.by_item.positions_of(item).tolist(), (matrix.by_item.of(item) & 15).tolist(), strict=True)
        raters = {row_ids[row]: code for row, code in raters}
        assert raters == {u: c for u, c in enumerate(expected[:, item].tolist()) if c}
    np.testing.assert_array_equal(matrix.counts, (expected > 0).sum(axis=0))
    np.testing.assert_allclose(matrix.sums, expected.sum(axis=0) / 2)


@settings(deadline=None)
@given(tables, changes, seeds)
def test_the_copy_to_learn_from_is_the_matrix(table, changed, seed):
    matrix, _ = matrix_after(table, changed, seed)
    indptr, cols, row_codes = matrix.csr()
    dense = np.zeros((N_USERS + NEWCOMERS, N_ITEMS))
    users = [*matrix.users.ids.tolist(), *matrix._new_rows]
    for row, user in enumerate(users):
        dense[user, cols[indptr[row] : indptr[row + 1]]] = row_codes[indptr[row] : indptr[row + 1]]
    np.testing.assert_array_equal(dense, after(table, changed))


@settings(deadline=None)
@given(tables, seeds, st.booleans(), st.integers(0, N_ITEMS))
def test_ratings_are_taken_in_some_at_a_time_in_any_order_and_those_of_unknown_films_left_out(table, seed, are_sorted, n_known):
    dense = reference.dense_codes(table, N_USERS, N_ITEMS)
    given = reference.ratings_of(dense, np.random.default_rng(seed))
    if are_sorted:
        order = np.lexsort((given.item_ids, given.user_ids))
        given = Ratings.of_half_stars(given.user_ids[order].astype(np.int32), given.item_ids[order].astype(np.int32), given.codes[order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix_of, "AT_ONCE", 3)
        matrix = RatingMatrix(given, reference.bare_items(n_known))
    people = [user for user in range(N_USERS) if dense[user, :n_known].any()]
    assert sorted(matrix.users.ids.tolist()) == people
    assert matrix.n_ignored == np.count_nonzero(dense[:, n_known:])
    for user in people:
        cols, row_codes = matrix.row(matrix.row_of(user))
        expected = {item: code for item, code in enumerate(dense[user, :n_known].tolist()) if code}
        assert dict(zip(cols.tolist(), row_codes.tolist(), strict=True)) == expected
    sizes = matrix.by_user.size.tolist()
    assert sizes == sorted(sizes, reverse=True)  # who rated most stands first
    assert all(a < b for a, b, n, m in zip(matrix.users.ids, matrix.users.ids[1:], sizes, sizes[1:], strict=False) if n == m)


@settings(deadline=None, max_examples=200)
@given(tables, changes, st.dictionaries(films, codes, min_size=1), st.integers(-1, N_USERS - 1), st.integers(1, 5), seeds)
def test_neighbours_equal_the_plain_reference(table, changed, own, user, k, seed):
    dense = reference.dense_codes(table, N_USERS, N_ITEMS)
    matrix = RatingMatrix(reference.ratings_of(dense, np.random.default_rng(seed)), reference.bare_items(N_ITEMS))
    scorer = Neighbours({"max_neighbours": k})
    scorer.fit(matrix, reference.bare_items(N_ITEMS))
    for person, row in changed:
        scorer.refresh(apply(matrix, person, row))
    by_row = np.array([after(table, changed)[person] for person in [*matrix.users.ids.tolist(), *matrix._new_rows]], dtype=np.int64)
    profile = fold_in({item: code / 2 for item, code in own.items()}, matrix, user)
    assume(by_row.size)

    expected = reference.similarities(by_row, profile, scorer.frequency_weights, scorer.settings)
    nearest, similarity = scorer.neighbourhood(profile)

    best = np.sort(expected[expected > 1e-12])[::-1]
    np.testing.assert_allclose(np.sort(similarity)[::-1], best[:k], rtol=1e-9)
    np.testing.assert_allclose(expected[nearest], similarity, rtol=1e-9)
    assert profile.row not in nearest
    if nearest.size:
        np.testing.assert_allclose(
            scorer.score(profile).scores, reference.scores(by_row, nearest, similarity, scorer.settings), rtol=1e-5, atol=1e-6
        )
    else:
        assert np.isnan(scorer.score(profile).scores).all()


def test_of_people_who_are_equally_near_the_first_are_taken():
    ratings = Ratings(np.repeat(np.arange(6), 2), [0, 1] * 6, [5.0, 1.0] * 6)
    matrix = RatingMatrix(ratings, reference.bare_items(2))
    scorer = Neighbours({"max_neighbours": 3})
    scorer.fit(matrix, reference.bare_items(2))
    assert scorer.neighbourhood(fold_in({0: 4.5, 1: 1.5}, matrix))[0].tolist() == [0, 1, 2]


@settings(deadline=None)
@given(st.permutations(range(20)), st.integers(0, 2**31))
def test_votes_do_not_depend_on_the_order_in_which_neighbours_are_heard(model, order, seed):
    lists, scorer = model.matrix.by_user, model.scorers["neighbours"]
    rows, alike = np.arange(20), np.random.default_rng(seed).integers(1, 64, 20) / 64.0  # their sum is exact in any order

    def heard(order):
        return votes_of(model.matrix.floor, lists.start, lists.counts, lists.cells, rows[order], alike[order], 1.0, scorer.votes)[0]

    np.testing.assert_array_equal(heard(np.array(order)), heard(rows))


def test_several_threads_find_the_same_neighbours_as_one(model, ratings):
    profiles = [
        fold_in(dict(zip(ratings.item_ids[own].tolist(), ratings.values[own].tolist(), strict=True)), model.matrix, user)
        for user in range(10, 40)
        for own in [ratings.user_ids == user]
    ]
    scorer = model.scorers["neighbours"]
    alone = [scorer.score(profile).scores for profile in profiles]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda profile: scorer.score(profile).scores, profiles * 5))
    for at, scores in enumerate(together):
        np.testing.assert_array_equal(scores, alone[at % len(profiles)])


@pytest.mark.parametrize("ids", [[5, 3, 8], [2**40, 7, -1], []])
def test_ids_are_found_where_they_are_and_nowhere_else(ids):
    from movie_recommender.core.matrix import Axis

    axis = Axis(np.array(ids, dtype=np.int64))
    assert axis.positions(ids).tolist() == list(range(len(ids)))
    assert axis.positions([4, 2**41, -7]).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_equal_the_reference_where_people_fill_several_blocks(seed):
    rng = np.random.default_rng(seed)
    popular = [0.6, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7]  # some are heads, some are not
    dense = np.where(rng.random((2 * BLOCK - 3, N_ITEMS)) < popular, rng.integers(1, 11, (2 * BLOCK - 3, N_ITEMS)), 0)
    dense[:, 0] = rng.integers(1, 11, len(dense))  # everybody rated something
    matrix = RatingMatrix(reference.ratings_of(dense, rng), reference.bare_items(N_ITEMS))
    scorer = Neighbours({"max_neighbours": 50})
    scorer.fit(matrix, reference.bare_items(N_ITEMS))
    assert 0 < np.count_nonzero(matrix.heads.item >= 0) < N_ITEMS
    assert (matrix.heads.place < 0).any()  # and some only in some blocks
    for person in [*rng.integers(0, len(dense), 20).tolist(), *range(len(dense), 2 * BLOCK + 4)]:
        row = {int(item): int(rng.integers(1, 11)) for item in rng.permutation(N_ITEMS)[: 1 + person % 5]}
        dense = np.pad(dense, ((0, max(person + 1 - len(dense), 0)), (0, 0)))
        dense[person] = [row.get(item, 0) for item in range(N_ITEMS)]
        scorer.refresh(apply(matrix, person, row))
    user = int(rng.integers(0, len(dense)))
    profile = fold_in({item: code / 2 for item, code in enumerate(dense[user].tolist()) if code}, matrix, user)
    by_row = dense[ids_of(matrix, np.arange(matrix.n_users))]
    expected = reference.similarities(by_row, profile, scorer.frequency_weights, scorer.settings)
    nearest, similarity = scorer.neighbourhood(profile)
    np.testing.assert_allclose(np.sort(similarity), np.sort(expected)[-50:], rtol=FINE)
    np.testing.assert_allclose(expected[nearest], similarity, rtol=FINE)
    for item in range(N_ITEMS):
        np.testing.assert_array_equal(np.sort(ids_of(matrix, matrix.by_item.positions_of(item))), np.flatnonzero(dense[:, item]))


@pytest.mark.parametrize("n_near", [3, 60])
def test_the_nearest_are_found_where_the_first_block_has_too_few_of_them_and_where_it_has_nearly_all(n_near):
    rng = np.random.default_rng(0)
    dense = np.zeros((5 * BLOCK, N_ITEMS), dtype=np.int64)
    dense[:, 0] = rng.integers(1, 11, len(dense))
    dense[rng.permutation(BLOCK)[:n_near], 1:] = 9
    matrix = RatingMatrix(reference.ratings_of(dense, rng), reference.bare_items(N_ITEMS))
    scorer = Neighbours({"max_neighbours": 70})
    scorer.fit(matrix, reference.bare_items(N_ITEMS))
    profile = fold_in(dict.fromkeys(range(1, N_ITEMS), 4.5) | {0: 0.5}, matrix)
    by_row = dense[ids_of(matrix, np.arange(matrix.n_users))]
    expected = reference.similarities(by_row, profile, scorer.frequency_weights, scorer.settings)
    nearest, similarity = scorer.neighbourhood(profile)
    np.testing.assert_allclose(np.sort(similarity), np.sort(expected)[-70:], rtol=FINE)
    np.testing.assert_allclose(expected[nearest], similarity, rtol=FINE)


@pytest.mark.parametrize("middle", [1.0, 1.75])
def test_many_films_that_most_people_rated_count_each_for_itself(middle):
    rng, n_items = np.random.default_rng(0), COUNTED + TOGETHER
    dense = np.where(rng.random((BLOCK + 300, n_items)) < 0.6, rng.integers(1, 11, (BLOCK + 300, n_items)), 0)
    matrix = RatingMatrix(reference.ratings_of(dense, rng), reference.bare_items(n_items))
    scorer = Neighbours({"max_neighbours": 50, "middle": middle})
    scorer.fit(matrix, reference.bare_items(n_items))
    assert (matrix.heads.item >= 0).all()
    assert (matrix.heads.place[matrix.heads.item, 0] >= 0).all()
    for own in (dict.fromkeys(range(n_items), 4.0), {item: 0.5 + item % 10 / 2 for item in range(0, n_items, 2)}):
        profile = fold_in(own, matrix)
        by_row = dense[ids_of(matrix, np.arange(matrix.n_users))]
        expected = reference.similarities(by_row, profile, scorer.frequency_weights, scorer.settings)
        nearest, similarity = scorer.neighbourhood(profile)
        np.testing.assert_allclose(np.sort(similarity), np.sort(expected)[-50:], rtol=FINE)
        np.testing.assert_allclose(expected[nearest], similarity, rtol=FINE)


@settings(deadline=None, max_examples=20)
@given(tables, changes, st.dictionaries(films, codes, min_size=1), seeds)
def test_items_of_several_blocks_are_as_those_of_one(table, changed, own, seed):
    far = np.random.default_rng(seed).choice(3 * BLOCK, N_ITEMS, replace=False)
    dense = reference.dense_codes(table, N_USERS, N_ITEMS)
    near = reference.ratings_of(dense, np.random.default_rng(seed))
    small, large = (
        RatingMatrix(Ratings(near.user_ids, ids[near.item_ids], near.values), reference.bare_items(n_items))
        for ids, n_items in ((np.arange(N_ITEMS), N_ITEMS), (far, 3 * BLOCK))
    )
    scorers = [Neighbours({"max_neighbours": 5}) for _ in (small, large)]
    for scorer, matrix, ids in zip(scorers, (small, large), (np.arange(N_ITEMS), far), strict=True):
        scorer.fit(matrix, reference.bare_items(matrix.n_items))
        for person, row in changed:
            scorer.refresh(apply(matrix, person, {int(ids[item]): code for item, code in row.items()}))
    one, other = (
        scorer.score(fold_in({int(ids[item]): code / 2 for item, code in own.items()}, matrix)).scores
        for scorer, matrix, ids in zip(scorers, (small, large), (np.arange(N_ITEMS), far), strict=True)
    )
    np.testing.assert_allclose(other[far], one, rtol=1e-6)
    for user in range(small.n_users):
        assert dict(zip(*(part.tolist() for part in large.row(user)), strict=True)) == {
            int(far[col]): code for col, code in zip(*(part.tolist() for part in small.row(user)), strict=True)
        }
    for item in range(N_ITEMS):
        np.testing.assert_array_equal(np.sort(large.by_item.of(int(far[item]))), np.sort(small.by_item.of(item)))
    assert large.csr()[0].tolist() == small.csr()[0].tolist()
