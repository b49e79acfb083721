"""Stage, resolve, apply, undo: nothing is lost, nothing is overwritten unasked, everything can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from movie_recommender.errors import ImportFailed, InvalidInput, NotFound
from movie_recommender.services import accounts, history, rating, recommending, viewing
from movie_recommender.storage import db
from movie_recommender.storage.models import FilmList, FilmListEntry, Import, Mark, Movie, Rating, UserState, Viewing

Films = dict[tuple[str, int | None], int]
Bring = Callable[..., Any]
SHARED_FIXTURES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.explicit, Phase.generate]
)


def everything(user_id: int) -> dict[str, Any]:
    """All that a person has, as plain values."""
    db.session.expire_all()
    ratings = {row.movie_id: (row.half_stars, row.rated_at) for row in db.session.scalars(select(Rating).where(Rating.user_id == user_id))}
    entries = select(FilmList.name, FilmListEntry.movie_id, FilmListEntry.position).join(
        FilmListEntry, FilmListEntry.list_id == FilmList.id
    )
    return {
        "ratings": ratings,
        "viewings": {(row.movie_id, row.watched_at) for row in db.session.scalars(select(Viewing).where(Viewing.user_id == user_id))},
        "marks": {(row.movie_id, row.kind) for row in db.session.scalars(select(Mark).where(Mark.user_id == user_id))},
        "lists": sorted(db.session.execute(entries.where(FilmList.user_id == user_id))),
        "list names": sorted(db.session.scalars(select(FilmList.name).where(FilmList.user_id == user_id))),
    }


def version(user_id: int) -> int:
    return db.session.scalar(select(UserState.version).where(UserState.user_id == user_id)) or 0


def counted() -> dict[int, tuple[int, int]]:
    """Every movie's count and sum, as kept and as they should be."""
    db.session.expire_all()
    should: dict[int, list[int]] = {}
    for row in db.session.scalars(select(Rating)):
        should.setdefault(row.movie_id, []).append(row.half_stars)
    for movie in db.session.scalars(select(Movie)):
        stars = should.get(movie.id, [])
        assert (movie.rating_count, movie.rating_sum) == (len(stars), sum(stars)), movie.title
    return {movie_id: (len(stars), sum(stars)) for movie_id, stars in should.items()}


ALL_KINDS = (
    "title,year,rating,rated_at,watched_at,watchlist,liked,list\n"
    "Salt Harbour,2001,4.5,2024-01-02,2024-01-01,,yes,Best\nPaper Moons,1994,2,,,,,Best\nPaper Moons,2012,,,,yes,,\n"
)


def test_an_import_brings_everything_that_the_file_says(person: Callable[[], int], films: Films, bring: Bring):
    alice = person()
    harbour, moons, remake = films["Salt Harbour", 2001], films["Paper Moons", 1994], films["Paper Moons", 2012]
    before = version(alice)
    _, counts = bring(alice, ALL_KINDS)
    after = everything(alice)
    assert rating.stars_of(alice) == {harbour: 4.5, moons: 2.0}
    assert after["ratings"][harbour] == (9, 1704153600)
    assert after["viewings"] == {(harbour, 1704067200)}
    assert after["marks"] == {(harbour, "liked"), (remake, "watchlist")}
    assert after["lists"] == [("Best", harbour, 1), ("Best", moons, 2)]
    assert counts["new"] == 2
    assert version(alice) == before + 1
    counted()


def test_nothing_is_written_before_it_is_applied(person: Callable[[], int], films: Films):
    alice = person()
    import_id = history.stage(alice, "films.csv", ALL_KINDS.encode())
    run, staged = history.load(alice, import_id)
    assert everything(alice)["ratings"] == {}
    assert run.state == "staged"
    assert run.counts["title"] == 3
    plan = history.make_plan(alice, staged)
    assert (plan.counts["new"], plan.counts["viewings"], plan.counts["list_entries"]) == (2, 1, 2)


def test_the_same_file_twice_changes_nothing_and_leaves_no_trace(person: Callable[[], int], bring: Bring):
    alice = person()
    bring(alice, ALL_KINDS)
    before, imports, seen_version = everything(alice), db.session.query(Import).count(), version(alice)
    _, counts = bring(alice, ALL_KINDS)
    assert counts["same"] == 2
    assert everything(alice) == before
    assert db.session.query(Import).count() == imports
    assert version(alice) == seen_version


def test_stars_given_here_by_hand_stay_unless_one_says_so(person: Callable[[], int], films: Films, bring: Bring):
    alice, harbour = person(), films["Salt Harbour", 2001]
    rating.rate(alice, harbour, 1.0)
    _, counts = bring(alice, ALL_KINDS)
    assert counts["kept"] == 1
    assert rating.stars_of(alice)[harbour] == 1.0
    import_id, counts = bring(alice, ALL_KINDS, overwrite=True)
    assert counts["changed"] == 1
    assert rating.stars_of(alice)[harbour] == 4.5
    history.undo(alice, import_id)
    assert rating.stars_of(alice)[harbour] == 1.0
    counted()


def test_an_older_export_does_not_turn_back_a_newer_one(person: Callable[[], int], films: Films, bring: Bring):
    alice, harbour = person(), films["Salt Harbour", 2001]
    bring(alice, "title,year,rating,rated_at\nSalt Harbour,2001,4,2024-01-01\n")
    _, counts = bring(alice, "title,year,rating,rated_at\nSalt Harbour,2001,1,2020-01-01\n")
    assert counts["newer"] == 1
    _, counts = bring(alice, "title,year,rating,rated_at\nSalt Harbour,2001,3,2025-01-01\n")
    assert counts["changed"] == 1
    assert rating.stars_of(alice)[harbour] == 3.0


def test_standing_stars_win_over_those_of_an_evening(person: Callable[[], int], films: Films, context: None):
    alice = person()
    diary = (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2024-05-05,Salt Harbour,2001,u,1,,,2024-05-04\n"
        "2024-06-05,Salt Harbour,2001,u,2,Yes,,2024-06-04\n"
    )
    import_id = history.stage(alice, "diary.csv", diary.encode())
    history.apply(alice, import_id)
    assert list(rating.stars_of(alice).values()) == [1.0 * 2]
    assert len(everything(alice)["viewings"]) == 2


def test_a_film_seen_but_not_rated_is_never_recommended(person: Callable[[], int], films: Films, bring: Bring):
    alice, harbour = person(), films["Salt Harbour", 2001]
    bring(alice, "title,year,watched_at\nSalt Harbour,2001,2024-01-01\n")
    assert viewing.seen(alice) == {harbour}


def test_a_doubtful_film_waits_for_an_answer(person: Callable[[], int], films: Films, context: None):
    alice, remake = person(), films["Paper Moons", 2012]
    import_id = history.stage(alice, "films.csv", b"title,rating\nPaper Moons,4\nTwins (1988),3\n")
    _, staged = history.load(alice, import_id)
    assert [place for place, _ in history.unresolved(staged)] == [0, 1]
    history.choose(alice, import_id, 0, remake)
    history.choose(alice, import_id, 1, None)
    _, staged = history.load(alice, import_id)
    assert not history.unresolved(staged)
    history.apply(alice, import_id)
    assert rating.stars_of(alice) == {remake: 4.0}


def test_nobody_touches_an_import_of_somebody_else(person: Callable[[], int], films: Films, bring: Bring):
    alice, bob = person(), person()
    import_id, _ = bring(alice, ALL_KINDS)
    staged_id = history.stage(alice, "films.csv", b"title,year,rating\nThe Lantern,1980,4\n")
    for act in (
        lambda: history.load(bob, import_id), lambda: history.undo(bob, import_id), lambda: history.apply(bob, staged_id),
        lambda: history.choose(bob, staged_id, 0, None), lambda: history.drop(bob, staged_id),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()
    assert history.load(alice, staged_id)[0].state == "staged"


def test_an_import_is_applied_and_undone_once(person: Callable[[], int], bring: Bring):
    alice = person()
    import_id, _ = bring(alice, ALL_KINDS)
    with pytest.raises(NotFound):
        history.apply(alice, import_id)
    history.undo(alice, import_id)
    with pytest.raises(InvalidInput):
        history.undo(alice, import_id)
    assert everything(alice) == {"ratings": {}, "viewings": set(), "marks": set(), "lists": [], "list names": []}


def test_orders_are_not_a_persons_history(person: Callable[[], int]):
    with pytest.raises(ImportFailed, match="The operator"):
        history.stage(person(), "orders.csv", f"md5email,sku\n{'a' * 32},tt0099901\n".encode())


def test_unknown_films_with_ids_join_the_catalogue_and_leave_it_with_the_import(person: Callable[[], int], bring: Bring):
    alice = person()
    text = "title,year,imdb_id,rating\nBrand New,2026,tt0888001,4\nOther New,2026,tt0888002,3\nNo Id,2026,,3\n"
    import_id, counts = bring(alice, text, add_unknown=True)
    assert counts["new"] == 2
    ids = {movie.imdb_id: movie.id for movie in db.session.scalars(select(Movie).where(Movie.year == 2026))}
    assert set(ids) == {"tt0888001", "tt0888002"}
    rating.rate(alice, ids["tt0888001"], 5)  # used since: it stays
    history.undo(alice, import_id)
    assert set(db.session.scalars(select(Movie.imdb_id).where(Movie.year == 2026))) == {"tt0888001"}


def test_deleting_an_account_takes_its_imports_along(app: Any, films: Films, bring: Bring):
    user = accounts.register("Dana", "correct horse battery")
    bring(user.id, ALL_KINDS)
    bring(user.id, ALL_KINDS.replace("4.5,2024", "3,2025"))
    accounts.delete_account(user)
    for model in (Rating, Viewing, Mark, FilmList, FilmListEntry, Import):
        assert db.session.query(model).count() == 0, model
    counted()


FILM = st.sampled_from(["Salt Harbour,2001", "Paper Moons,1994", "Paper Moons,2012", "The Lantern,1980", "Undated Nowhere,1955"])
DATE = st.sampled_from(["", "2020-01-01", "2022-06-01", "2024-01-01"])
FLAG = st.sampled_from(["", "yes"])
ROW = st.tuples(
    FILM, st.sampled_from(["", *(str(halves / 2) for halves in range(1, 11))]), DATE, DATE, FLAG, FLAG, st.sampled_from(["", "A", "B"])
)
ROWS = st.lists(ROW, min_size=1, max_size=8).filter(lambda rows: any(any(row[1:]) for row in rows))


def csv_of(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(["title,year,rating,rated_at,watched_at,watchlist,liked,list", *(",".join(row) for row in rows), ""])


@SHARED_FIXTURES
@given(rows=ROWS, overwrite=st.booleans())
def test_importing_twice_is_importing_once(person: Callable[[], int], bring: Bring, rows: list[tuple[str, ...]], overwrite: bool):
    alice = person()
    bring(alice, csv_of(rows), overwrite=overwrite)
    once = everything(alice)
    bring(alice, csv_of(rows), overwrite=overwrite)
    assert everything(alice) == once


@SHARED_FIXTURES
@given(first=ROWS, second=ROWS, hand=st.dictionaries(st.integers(0, 3), st.integers(1, 10)), overwrite=st.booleans(), order=st.booleans())
def test_undoing_all_imports_in_any_order_leaves_what_was_given_by_hand(
    person: Callable[[], int], films: Films, bring: Bring, first: Any, second: Any, hand: dict[int, int], overwrite: bool, order: bool
):
    alice, ids = person(), list(films.values())
    for place, halves in hand.items():
        rating.rate(alice, ids[place], halves / 2)
    before = everything(alice)
    imports = [bring(alice, csv_of(rows), overwrite=overwrite)[0] for rows in (first, second)]
    # One that changes nothing leaves no trace, and its id may be given to the next one.
    made = sorted({import_id for import_id in imports if db.session.get(Import, import_id)})
    for import_id in made if order else reversed(made):
        history.undo(alice, import_id)
    assert everything(alice) == before
    counted()


@SHARED_FIXTURES
@given(rows=ROWS, hand=st.dictionaries(st.integers(0, 3), st.integers(1, 10), min_size=1))
def test_what_was_given_by_hand_is_never_overwritten(
    person: Callable[[], int], films: Films, bring: Bring, rows: Any, hand: dict[int, int]
):
    alice, ids = person(), list(films.values())
    for place, halves in hand.items():
        rating.rate(alice, ids[place], halves / 2)
    bring(alice, csv_of(rows))
    stars = rating.stars_of(alice)
    assert all(stars[ids[place]] == halves / 2 for place, halves in hand.items())


def test_what_was_changed_after_an_import_outlives_its_undoing(person: Callable[[], int], films: Films, bring: Bring):
    alice, harbour, moons = person(), films["Salt Harbour", 2001], films["Paper Moons", 1994]
    import_id, _ = bring(alice, ALL_KINDS)
    rating.rate(alice, harbour, 2.5)
    rating.remove(alice, moons)
    history.undo(alice, import_id)
    assert rating.stars_of(alice) == {harbour: 2.5}
    counted()


def test_a_seen_film_leaves_the_list_at_once(app: Any, person: Callable[[], int], films: Films, bring: Bring):
    from movie_recommender.services.lists import Entry, pack
    from movie_recommender.storage.models import RecommendationList

    alice, harbour, moons = person(), films["Salt Harbour", 2001], films["Paper Moons", 1994]
    for title in ("The Lantern", "Lantern"):
        rating.rate(alice, films[title, 1980], 4)
    entries = [Entry(movie_id, 1.0, 4.0, ()) for movie_id in (harbour, moons)]
    db.session.add(RecommendationList(user_id=alice, version=2, engine="test", computed_at=0, payload=pack(entries)))
    db.session.commit()
    app.config["MIN_RATINGS"] = 2
    bring(alice, "title,year,watched_at\nSalt Harbour,2001,2024-01-01\n")
    assert [item.entry.movie_id for item in recommending.recommendations(alice).items] == [moons]
