"""The blended scores and the choice of the best equal plain NumPy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from movie_recommender.core import load_weights
from movie_recommender.core.adding import shares
from movie_recommender.core.blend import CAUTION, blend
from movie_recommender.core.profile import Profile
from movie_recommender.core.scorers import Signal
from movie_recommender.core.select import Groups, above_the_rest, best, best_of_groups, listed

from . import reference

N = 60
values = st.floats(-5, 5, width=32) | st.just(np.nan)
ways = st.sampled_from(["all", "kinds", "few"])
signals = arrays.arrays(np.float64, N, elements=values)
some_scores = arrays.arrays(np.float64, N, elements=st.floats(-3, 3) | st.sampled_from([0.0, 1.0]))
some_flags = arrays.arrays(np.bool_, N)


class Fixed:
    """A scorer that answers what it was given: film by film, by kinds of films, or for few of them."""

    def __init__(self, scores, fixed_scale, way):
        self.scores, self.fixed_scale, self.way = scores, fixed_scale, way

    def score(self, profile):
        scores = self.scores.astype(np.float32)
        if self.way == "kinds":
            kinds, places = np.unique(scores, return_inverse=True)
            return Signal(kinds, places=places.astype(np.uint16), shared_by=np.bincount(places).astype(np.float64))
        if self.way == "few":
            cols = np.flatnonzero(~np.isnan(scores)).astype(np.int32)
            places = np.full(N, cols.size)
            places[cols] = np.arange(cols.size)
            return Signal(np.append(scores[cols], np.float32(np.nan)), places=places, cols=cols)
        return Signal(scores)


def profile_of(n_ratings):
    return Profile(np.arange(n_ratings), np.ones(n_ratings, np.uint8), np.ones(n_ratings), np.ones(n_ratings))


@settings(deadline=None)
@given(st.lists(st.tuples(signals, st.none() | st.just(0.1), ways), min_size=1, max_size=3), st.integers(1, 40), st.data())
def test_scores_equal_the_definition_and_the_sum_of_their_parts(made, n_ratings, data):
    names = ["genres", "people", "plots"][: len(made)]
    scorers = {name: Fixed(*one) for name, one in zip(names, made, strict=True)}
    curve = st.lists(st.floats(-1, 1), min_size=2, max_size=2)
    weights = load_weights({
        "ranking": {
            "knots": [5, 20], "familiarity": 2.0,
            "warm": {name: data.draw(curve) for name in names}, "cold": {name: data.draw(curve) for name in names},
        }
    })  # fmt: skip
    counts = np.arange(N) % 7.0
    share = shares(counts, weights.familiarity)
    found = blend(profile_of(n_ratings), scorers, weights, share)
    said = {name: (scorer.scores, scorer.fixed_scale) for name, scorer in scorers.items()}
    expected = reference.blended(said, weights, {}, n_ratings, 0.0, share, CAUTION)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5, atol=1e-6)
    for score, parts in zip(found.scores, found.parts(np.arange(N), 3), strict=True):
        np.testing.assert_allclose(sum(part.contribution for part in parts), score, rtol=1e-5, atol=1e-6)


@settings(deadline=None)
@given(some_scores, some_flags, st.integers(0, N + 5))
def test_the_best_are_those_that_sorting_everything_finds(scores, allowed, n):
    order = [at for at in np.lexsort((np.arange(N), -scores)) if allowed[at]]
    assert best(scores, allowed, n).tolist() == order[:n]


@settings(deadline=None)
@given(some_scores, some_flags, st.lists(some_flags, max_size=3), st.integers(0, 8), st.integers(0, N))
def test_the_best_of_every_group_are_those_that_sorting_it_finds(scores, allowed, groups, n, n_first):
    first, order = above_the_rest(scores, allowed, n_first)
    found = best_of_groups(scores, allowed, first, order, Groups([np.flatnonzero(group) for group in groups], N).parts, n)
    for group, row in zip(groups, found, strict=True):
        expected = [at for at in np.lexsort((np.arange(N), -scores)) if allowed[at] and group[at]]
        assert [at for at in row.tolist() if at >= 0] == expected[:n]


@settings(deadline=None)
@given(some_scores, some_flags, st.lists(some_flags, min_size=1, max_size=3), st.lists(st.integers(-1, N - 1), max_size=4), st.data())
def test_a_list_holds_its_top_then_all_else_that_is_asked_for_by_score(scores, allowed, groups, wanted, data):
    first, order = above_the_rest(scores, allowed, data.draw(st.integers(0, N)))
    top = first[order[: data.draw(st.integers(0, 9))]]
    of_each, none = Groups([np.flatnonzero(group) for group in groups], N), np.empty((0, 5), np.int64)
    grouped = best_of_groups(scores, allowed, first, order, of_each.parts, 5)
    cols = listed(scores, first, order, top, grouped, none, np.array(wanted, dtype=np.int64))
    others = (set(grouped.ravel().tolist()) | set(wanted)) - {-1} - set(top.tolist())
    assert cols.tolist() == top.tolist() + sorted(others, key=lambda item: (-scores[item], item))
