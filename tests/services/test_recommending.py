"""Reading the cached list: states, filters and pages."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movie_recommender.benchmarks import synthetic
from movie_recommender.core import Recommender
from movie_recommender.errors import InvalidInput
from movie_recommender.services import rating, recommending
from movie_recommender.services.filtering import Filter, GenreFilter
from movie_recommender.services.lists import Entry, Reason, pack, unpack, unpack_both
from movie_recommender.services.receipts import KINDS, packed
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import RecommendationList, UserState


@pytest.fixture
def shelf(app, alice, add_movie):
    """Five movies that Alice rated, ten on her list: five comedies, five dramas of which one is a comedy too."""
    rated = [add_movie(f"Rated {n}") for n in range(5)]
    listed = [add_movie(f"Comedy {n}", genres=["Comedy"]) for n in range(5)]
    listed += [add_movie(f"Drama {n}", genres=["Drama", "Comedy"] if n == 0 else ["Drama"]) for n in range(5)]
    with app.app_context():
        for movie_id in rated:
            rating.rate(alice.id, movie_id, 4)
        entries = [
            Entry(movie_id, 1 - place / 10, 4.5, (Reason("genres", 0.5, {"genres": [["Comedy", 0.5]]}),))
            for place, movie_id in enumerate(listed)
        ]
        with writing() as session:
            session.add(RecommendationList(user_id=alice.id, version=5, engine="test", computed_at=0, payload=pack(entries)))
            session.execute(UserState.__table__.update().values(computed_version=5))
    return listed


def ids(page):
    return [item.entry.movie_id for item in page.items]


def test_the_list_comes_best_first_with_stars_and_a_reason(app, alice, shelf):
    with app.app_context():
        page = recommending.recommendations(alice.id)
        assert ids(page) == shelf
        assert (page.state, page.total, page.items[0].entry.predicted_rating) == ("current", 10, 4.5)
        assert page.items[0].why == "You like Comedy"


def test_a_movie_rated_since_is_no_longer_shown(app, alice, shelf):
    with app.app_context():
        rating.rate(alice.id, shelf[0], 3)
        page = recommending.recommendations(alice.id)
        assert shelf[0] not in ids(page)
        assert page.state == "updating"


def test_filters_take_any_all_and_none_of_the_genres(app, alice, shelf):
    with app.app_context():

        def shown(*words):
            return ids(recommending.recommendations(alice.id, Filter(GenreFilter.of(*words))))

        assert shown(["comedy"], []) == shelf[:6]
        assert shown(["Comedy", "Drama"], [], "all") == [shelf[5]]
        assert shown(["Comedy", "Drama"], [], "any") == shelf
        assert shown([], ["Comedy"]) == shelf[6:]
        assert shown(["Drama"], ["Comedy"]) == shelf[6:]


def test_an_unknown_genre_is_named_together_with_the_known_ones(app, alice, shelf):
    with app.app_context(), pytest.raises(InvalidInput, match=r"Comdy.*Comedy, Drama"):
        GenreFilter.of(["Comdy"], [])


def test_pages_hold_every_movie_once(app, alice, shelf):
    with app.app_context():
        pages = [recommending.recommendations(alice.id, page=number, per_page=4) for number in (1, 2, 3)]
        assert [movie_id for page in pages for movie_id in ids(page)] == shelf
        assert pages[0].pages == 3
        assert ids(recommending.recommendations(alice.id, page=99, per_page=4)) == ids(pages[2])


def test_below_the_least_number_of_ratings_there_is_no_list(app, bob, add_movie):
    with app.app_context():
        rating.rate(bob.id, add_movie("One"), 4)
        page = recommending.recommendations(bob.id)
        assert (page.state, page.ratings, page.items) == ("too_few_ratings", 1, [])


def test_a_list_survives_packing(app):
    entries = [Entry(7, 0.25, 3.5, (Reason("plot", 0.125, {"movies": [[3, 0.125]]}),)), Entry(8, 0.125, 3.0, ())]
    assert unpack(pack(entries)) == entries


def test_alice_list_is_not_shown_to_bob(app, alice, bob, shelf):
    with app.app_context():
        assert recommending.recommendations(bob.id).items == []
        assert db.session.get(RecommendationList, bob.id) is None


def test_a_list_that_an_older_version_kept_is_still_read():
    old = b'{"movies":[7,8],"scores":[0.5,0.4],"predicted":[4.1,4.0],"reasons":[[["genres",0.1,{}]],[]]}'
    assert unpack(old) == [Entry(7, 0.5, 4.1, (Reason("genres", 0.1, {}),)), Entry(8, 0.4, 4.0, ())]


def test_an_older_list_gives_the_reasons_of_a_film_strongest_first():
    old = b'{"movies":[7],"scores":[0.5],"predicted":[4.1],"reasons":[[["genres",0.1,{}],["plot",0.3,{}]]]}'
    assert [reason.kind for reason in unpack(old)[0].reasons] == ["plot", "genres"]


def test_an_empty_list_is_a_list():
    assert unpack(pack(())) == []


def test_a_list_written_from_the_cores_columns_is_the_same_as_from_its_recommendations():
    model, rated = a_small_model(), {0: 5.0, 1: 4.5, 2: 0.5, 3: 4.0}
    items = model.rank(rated, n=30, n_by_genre=5, also=[0, 1]).items
    new, again = unpack_both(packed(items, known=rated))
    assert [entry.movie_id for entry in new] == [item.item_id for item in items if item.item_id not in rated]
    assert {entry.movie_id for entry in again} == {0, 1}
    told = {entry.movie_id: entry for entry in (*new, *again)}
    named = tallies = 0
    for item in items:
        entry = told[item.item_id]
        assert (entry.score, entry.predicted_rating) == pytest.approx((item.score, item.predicted_rating), abs=1e-3)
        assert [reason.kind for reason in entry.reasons] == [KINDS.get(reason.signal, "taste") for reason in item.reasons]
        for kept, reason in zip(entry.reasons, item.reasons, strict=True):
            assert kept.points == pytest.approx(reason.contribution, abs=1e-5)
            causes = kept.causes
            movies = [[cause.item_id, cause.contribution] for cause in reason.causes if cause.kind == "movie"]
            assert [[movie_id, pytest.approx(points, abs=1e-5)] for movie_id, points in causes.get("movies", [])] == movies
            people = [[cause.name, cause.kind] for cause in reason.causes if cause.kind in ("director", "actor")]
            assert [who[:2] for who in causes.get("people", [])] == people
            crowd = [list(cause.histogram) for cause in reason.causes if cause.kind == "neighbours"]
            assert ([causes["histogram"]] if "histogram" in causes else []) == crowd
            everybody = [(cause.count, pytest.approx(cause.stars, abs=0.005)) for cause in reason.causes if cause.kind == "ratings"]
            assert ([(causes["count"], causes["mean"])] if "count" in causes and not crowd else []) == everybody
            named += len(movies) + len(people) + len(crowd)
            tallies += len(everybody)
    assert named > 20
    assert tallies > 5


def a_small_model():
    made = synthetic.world(60, 80, 2_000)
    return Recommender().fit(made.ratings(), synthetic.facts(made))


names = st.sampled_from(["Ann", 'O"Ben\n', "千尋"])
causes = st.fixed_dictionaries(
    {},
    optional={
        "movies": st.lists(st.tuples(st.integers(1, 99), st.just(0.25)).map(list), min_size=1, max_size=3),
        "people": st.lists(st.tuples(names, st.just("actor"), st.just(-0.5)).map(list), min_size=1, max_size=2),
        "count": st.integers(0, 9),
        "histogram": st.lists(st.integers(0, 9), min_size=10, max_size=10),
    },
)
reasons = st.lists(st.builds(Reason, st.sampled_from(["plot", "liked"]), st.just(0.125), causes), max_size=3).map(tuple)
entries = st.lists(st.builds(Entry, st.integers(1, 2**31 - 1), st.just(-0.75), st.just(4.25), reasons), max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(entries, entries)
def test_whatever_a_list_holds_survives_packing(new, again):
    assert unpack_both(pack(new, again)) == (new, again)
