"""The bytes of the model that a list reads, counted anew from the world that the model was made of."""

from __future__ import annotations

import numpy as np
import pytest

from movie_recommender.benchmarks import synthetic
from movie_recommender.benchmarks.reading import bytes_touched
from movie_recommender.core import Recommender
from movie_recommender.core.heads import ENOUGH

PEOPLE, FILMS = 1_500, 400
CODES_OF_A_BLOCK = 4_096 // 2 + 4_096 // 8
"""Half a byte for each of 4,096 people, and a bit that says who gave any."""


@pytest.fixture(scope="module")
def made():
    return synthetic.world(PEOPLE, FILMS, 80_000)


@pytest.fixture(scope="module")
def items(made):
    return synthetic.facts(made)


@pytest.fixture(scope="module")
def model(made, items):
    return Recommender().fit(made.ratings(), items)


@pytest.fixture
def touched(model):
    def of(rated, user):
        return bytes_touched(model, rated, user, model.rank(rated, 100, 10, user_id=user))

    return of


@pytest.fixture(scope="module")
def keen(made):
    """Who rated so much that both dislikes and many features are in it; and what."""
    user = int(np.argmin(np.abs(np.diff(made.indptr) - 150)))
    return user, made.of(user)


def n_raters(made, films):
    return np.bincount(made.cols, minlength=FILMS)[list(films)]


def test_neighbours_read_the_raters_of_his_films_everybodys_length_and_the_nearest_peoples_rows(made, model, keen, touched):
    user, rated = keen
    raters = n_raters(made, rated)
    heads = raters >= ENOUGH
    assert 0 < heads.sum() < heads.size, "some of his films are heads, some are not"
    by_film = np.where(heads, CODES_OF_A_BLOCK + 4, 2 * raters) + 2
    scorer = model.scorers["neighbours"]
    nearest, _ = scorer.neighbourhood(model.blended(rated, user).profile)
    rows = sum(2 * len(made.of(model.matrix.user_id(row))) + 2 for row in nearest.tolist())
    assert touched(rated, user)["neighbours"] == by_film.sum() + 4 * PEOPLE + rows + 4 * FILMS


def test_kindred_reads_who_rated_his_films_and_its_tables_and_the_second_only_for_who_told_of_famous_films(made, model, keen, touched):
    user, rated = keen
    axes, taking_part = model.scorers["kindred"].people.width, model.scorers["kindred"].cols.size

    def table(rows):
        return rows * (axes + 32) + 4 * rows + 4 * (axes + 32) + 4 * axes

    lengths, own_share = 4 * PEOPLE + 8 * taking_part, 2 * PEOPLE
    expected = 2 * n_raters(made, rated).sum() + lengths + table(PEOPLE) + table(taking_part) + own_share
    assert touched(rated, user)["kindred"] == expected
    famous = dict.fromkeys(np.argsort(-np.bincount(made.cols))[:8].tolist(), 4.0)
    stranger = -1
    few = 2 * n_raters(made, famous).sum() + lengths + 2 * table(PEOPLE) + table(taking_part)
    assert touched(famous, stranger)["kindred"] == few


@pytest.mark.parametrize(("n", "models"), [(8, 1), (20, 2), (40, 1)])
def test_coliking_reads_a_row_a_film_of_each_model_that_is_asked(made, model, n, models, touched):
    rated = dict(list(made.of(int(np.argmax(np.diff(made.indptr)))).items())[:n])
    taking_part = model.scorers["coliking"].cols.size
    inside = int((n_raters(made, rated) >= 3).sum())
    assert touched(rated, -1)["coliking"] == models * taking_part * (inside + 4)


@pytest.mark.parametrize(
    ("name", "shared", "added"), [("genres", True, 8), ("languages", True, 8), ("aversions", True, 4), ("people", False, 8)]
)
def test_an_affinity_reads_what_his_films_are_made_of_and_who_else_is(items, model, keen, name, shared, added, touched):
    user, rated = keen
    made_of = [sorted({feature[:2] for feature in one}) for one in model.scorers[name].features(items)]
    kinds = list(map(list, dict.fromkeys(map(tuple, made_of)))) if shared else made_of
    seen = [made_of[film] for film in rated] if not shared else [kind for kind in kinds if kind in [made_of[film] for film in rated]]
    his = [feature for made in seen for feature in made]
    having = sum(len(set(his) & set(kind)) for kind in kinds)
    assert touched(rated, user)[name] == 8 * len(his) + added * having + 4 * len(kinds)


def test_plots_are_read_whole_in_half_bytes(model, keen, touched):
    user, rated = keen
    blocks = -(-FILMS // 64)
    assert touched(rated, user)["plots"] == blocks * 64 * synthetic.DIMENSIONS // 2 + FILMS


def test_years_read_a_row_of_their_kernel_for_each_year_that_he_saw(items, model, keen, touched):
    user, rated = keen
    seen = {int(items.years[film]) for film in rated}
    assert touched(rated, user)["years"] == 8 * len(seen) * len(set(items.years.tolist()))


def test_the_blend_reads_of_every_film_its_warmth_its_fame_and_the_kinds_of_what_says_anything(items, model, keen, touched):
    user, rated = keen
    n_kinds = {name: len({tuple(one) for one in model.scorers[name].features(items)}) for name in ("genres", "languages", "aversions")}
    shared = 8 * (sum(n_kinds.values()) + len(set(items.years.tolist())))  # how many films are of each kind
    kinds = 2 * (3 + says(model, rated, user, "aversions"))  # genres, languages, years
    few_known = 4 * model.scorers["coliking"].cols.size
    assert touched(rated, user)["blend"] == shared + FILMS * (4 + 4 + kinds) + few_known


def test_the_blend_reads_quality_too_for_who_rated_little(made, model, touched):
    more = made.of(int(np.argmax(np.diff(made.indptr))))
    few = dict(list(made.of(3).items())[:5])
    assert says(model, few, -1, "quality")
    assert not says(model, more, -1, "quality")
    averse = says(model, few, -1, "aversions") - says(model, more, -1, "aversions")
    assert touched(few, -1)["blend"] - touched(more, -1)["blend"] == FILMS * (4 + 2 * averse)


def test_stars_read_the_facts_of_his_films_and_of_those_listed(model, keen):
    user, rated = keen
    ranked = model.rank(rated, 100, 10, user_id=user)
    found = bytes_touched(model, rated, user, ranked)
    assert found["stars"] == (len(rated) + len(ranked.items)) * model.stars.features.width


@pytest.mark.parametrize(
    "array",
    [
        lambda model: model._warmth(),
        lambda model: model.scorers["popularity"]._kept[0],
        lambda model: model.scorers["quality"]._kept[0],
        lambda model: model.scorers["genres"].kinds,
        lambda model: model.scorers["languages"].kinds,
        lambda model: model.scorers["years"].places,
    ],
    ids=["warmth", "popularity", "quality", "genres", "languages", "years"],
)
def test_what_is_counted_for_every_film_is_what_its_score_is_made_of(made, model, array):
    rated = dict(list(made.of(3).items())[:5])
    known = set(model.matrix.items.positions(list(rated)).tolist())
    film = next(film for film in range(FILMS - 1, 0, -1) if film not in known)
    before = model.blended(rated).scores[film]
    changed = array(model)
    was, other = changed[film], next(value for value in changed if value != changed[film])
    try:
        changed[film] = other
        assert model.blended(rated).scores[film] != before
    finally:
        changed[film] = was
    assert model.blended(rated).scores[film] == before


def says(model, rated, user, name):
    """Whether this signal is asked about this person and does not say the same of all films."""
    blended = model.blended(rated, user)
    flat = {said[0]: bool(found[3]) for said, found in zip(blended.said, blended.found.tolist(), strict=True)}
    return not flat.get(name, True)
