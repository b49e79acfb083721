"""From a rating to a list: what the workers and the reconciler promise."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from movie_recommender.core import Listing
from movie_recommender.services import dismissing, jobs, lists, rating, reconcile
from movie_recommender.services.recompute import recompute
from movie_recommender.storage import db, raise_revision, writing
from movie_recommender.storage.models import Genre, Job, MovieGenre, RecommendationList, SimilarMovies, UserState

from .conftest import GENRES, is_current, wait_for

Member = Callable[..., int]


def entries_of(user_id: int) -> list[lists.Entry]:
    db.session.rollback()
    payload = db.session.scalar(select(RecommendationList.payload).where(RecommendationList.user_id == user_id))
    return lists.unpack(payload) if payload is not None else []


def test_a_list_that_is_behind_arrives_without_any_hint(running: Flask, member: Member) -> None:
    alice = member()
    wait_for(lambda: is_current(alice))
    assert len(entries_of(alice)) >= 20


def test_a_rated_movie_is_never_in_the_list(running: Flask, member: Member) -> None:
    alice = member(ratings=10)
    wait_for(lambda: is_current(alice))
    assert {entry.movie_id for entry in entries_of(alice)}.isdisjoint(rating.stars_of(alice))


def test_films_worth_seeing_again_stand_beside_the_list(running: Flask, member: Member) -> None:
    alice = member(ratings=10)
    wait_for(lambda: is_current(alice))
    payload = db.session.scalar(select(RecommendationList.payload).where(RecommendationList.user_id == alice))
    _, again = lists.unpack_both(payload)
    assert {entry.movie_id for entry in again} == {film for film, stars in rating.stars_of(alice).items() if stars >= 4}


def test_the_list_has_movies_of_every_genre(running: Flask, member: Member) -> None:
    alice = member()
    wait_for(lambda: is_current(alice))
    ids = [entry.movie_id for entry in entries_of(alice)]
    having = select(Genre.name).join(MovieGenre).where(MovieGenre.movie_id.in_(ids)).distinct()
    assert set(db.session.scalars(having)) == set(GENRES)


def test_the_next_list_never_holds_what_was_dismissed(running: Flask, member: Member) -> None:
    alice = member()
    wait_for(lambda: is_current(alice))
    film = entries_of(alice)[0].movie_id
    horror = db.session.scalar(select(Genre.id).where(Genre.name == "Horror"))
    dismissing.dismiss(alice, film, "not_now")
    dismissing.dismiss_genre(alice, horror)
    wait_for(lambda: is_current(alice))
    ids = {entry.movie_id for entry in entries_of(alice)}
    assert ids
    assert film not in ids
    assert ids.isdisjoint(db.session.scalars(select(MovieGenre.movie_id).where(MovieGenre.genre_id == horror)))
    dismissing.lift(alice, film)
    wait_for(lambda: is_current(alice))
    assert film in {entry.movie_id for entry in entries_of(alice)}


def test_a_list_says_why(running: Flask, member: Member) -> None:
    alice = member(ratings=12)
    wait_for(lambda: is_current(alice))
    kinds = {reason.kind for entry in entries_of(alice) for reason in entry.reasons}
    assert kinds
    assert kinds <= {"neighbours", "liked", "genres", "people", "plot", "taste", "popular"}


def test_with_too_few_ratings_the_list_is_current_and_empty(running: Flask, member: Member) -> None:
    bob = member("Bob", ratings=2)
    wait_for(lambda: is_current(bob))
    assert entries_of(bob) == []


def test_a_rating_during_the_computation_leaves_the_list_behind(running: Flask, member: Member) -> None:
    engine = running.extensions["runtime"].engine
    running.extensions["runtime"].stop()
    alice = member()
    rank = engine.rank

    def rank_while_alice_rates(user_id: int, *args: object) -> object:
        with writing() as session:
            rating.raise_version(session, user_id)
        return rank(user_id, *args)

    engine.rank = rank_while_alice_rates
    recompute(engine, alice)
    state = db.session.get_one(UserState, alice, populate_existing=True)
    assert (state.version, state.computed_version) == (6, 5)


def test_an_older_list_never_replaces_a_newer_one(running: Flask, member: Member) -> None:
    engine = running.extensions["runtime"].engine
    running.extensions["runtime"].stop()
    alice = member()
    rank = engine.rank

    def rank_slowly(user_id: int, *args: object) -> object:
        engine.rank = rank
        older = rank(user_id, *args)
        with writing() as session:
            rating.raise_version(session, user_id)
        recompute(engine, user_id)
        nothing = older[0].ids[:0]
        return Listing(nothing, nothing, nothing, older[0].why), older[1]

    engine.rank = rank_slowly
    recompute(engine, alice)
    assert len(entries_of(alice)) > 1


def test_a_second_request_joins_the_job_that_waits(api: Flask, member: Member) -> None:
    alice = member()
    first, is_new = jobs.submit("recompute", alice)
    second, is_new_too = jobs.submit("recompute", alice)
    assert (is_new, is_new_too) == (True, False)
    assert first.id == second.id


def test_a_job_is_claimed_once(api: Flask, member: Member) -> None:
    job, _ = jobs.submit("recompute", member())
    assert jobs.claim(job.id) is not None
    assert jobs.claim(job.id) is None


def test_the_reconciler_leases_nobody_twice(api: Flask, member: Member) -> None:
    alice, bob = member("Alice"), member("Bob")
    assert sorted(reconcile.lease_behind(10)) == [alice, bob]
    assert reconcile.lease_behind(10) == []


@pytest.mark.parametrize("queued_at", [0.0, time.time() - 3600, time.time() + 86_400], ids=["never", "an hour ago", "tomorrow"])
def test_an_old_lease_and_one_from_the_future_count_as_expired(api: Flask, member: Member, queued_at: float) -> None:
    alice = member()
    with writing() as session:
        session.execute(update(UserState).values(queued_at=queued_at))
    assert reconcile.lease_behind(10) == [alice]


def test_a_list_that_cannot_be_computed_is_set_aside_and_the_others_go_on(running: Flask, member: Member) -> None:
    running.config["MAX_ATTEMPTS"] = 2
    engine = running.extensions["runtime"].engine
    wait_for(engine.ready.is_set)
    rank, poison = engine.rank, []

    def rank_but_not_for_alice(user_id: int, *args: object) -> object:
        if user_id in poison:
            raise ArithmeticError("poison")
        return rank(user_id, *args)

    engine.rank = rank_but_not_for_alice
    poison.append(member("Alice", ratings=0))
    alice = poison[0]
    with writing() as session:
        session.execute(update(UserState).where(UserState.user_id == alice).values(version=1))
    running.config["MIN_RATINGS"] = 0
    bob = member("Bob")
    dead = wait_for(lambda: db.session.rollback() or db.session.scalar(select(Job).where(Job.state == "dead")))
    assert (dead.subject, dead.error) == (alice, "ArithmeticError: poison")
    wait_for(lambda: is_current(bob))
    assert not is_current(alice)
    assert reconcile.lease_behind(10) == []
    # The next rating gives another round.
    poison.clear()
    with writing() as session:
        rating.raise_version(session, alice)
    wait_for(lambda: is_current(alice))


def test_attempts_are_counted_before_the_work_so_that_a_crash_counts_too(api: Flask, member: Member) -> None:
    alice = member()
    reconcile.note_attempt(alice)
    state = db.session.get_one(UserState, alice, populate_existing=True)
    assert state.attempts == 1
    assert state.retry_at > time.time()


def test_a_changed_catalogue_renews_every_list_without_calling_it_behind(running: Flask, member: Member) -> None:
    alice = member()
    wait_for(lambda: is_current(alice))
    made_by = db.session.scalar(select(RecommendationList.engine))
    raise_revision("catalogue")
    wait_for(lambda: db.session.rollback() or db.session.scalar(select(RecommendationList.engine)) != made_by)
    assert is_current(alice)
    state = db.session.get_one(UserState, alice, populate_existing=True)
    assert state.version == 5


def test_similar_movies_are_kept_for_every_movie(running: Flask) -> None:
    wait_for(lambda: db.session.rollback() or db.session.scalar(select(func.count()).select_from(SimilarMovies)) == 40)


def test_old_ended_jobs_are_forgotten(api: Flask, member: Member) -> None:
    old, _ = jobs.submit("refit")
    jobs.claim(old.id)
    jobs.end(old.id, "done")
    with writing() as session:
        session.execute(update(Job).values(created_at=time.time() - 8 * 86_400))
    waiting, _ = jobs.submit("recompute", member())
    assert jobs.prune() == 1
    assert [job.id for job in jobs.latest()] == [waiting.id]


def test_a_database_that_takes_nothing_sets_nobody_aside(api: Flask, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is taken while the list is computed: neither the list can be written nor how the job ended."""
    db.engine.dispose()
    monkeypatch.setattr("movie_recommender.storage.database.BUSY_MILLISECONDS", 20)
    runtime, alice = api.extensions["runtime"], member()
    runtime.engine.refit()
    outside = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    rank = runtime.engine.rank

    def rank_while_somebody_takes_the_lock(*args: object) -> object:
        outside.execute("BEGIN IMMEDIATE")
        return rank(*args)

    runtime.engine.rank = rank_while_somebody_takes_the_lock
    tasks = runtime._tasks
    for _time in range(api.config["MAX_ATTEMPTS"] + 2):
        job, _ = jobs.submit("recompute", alice)
        tasks.perform(job.id)
        assert (jobs.get(job.id).state, tasks.running) == ("running", {job.id})
        tasks.say_again()
        assert tasks.running == {job.id}
        outside.execute("ROLLBACK")
        tasks.say_again()
        assert (jobs.get(job.id).state, tasks.running) == ("failed", set())
        assert "locked by another program" in (jobs.get(job.id).error or "")
    runtime.engine.rank = rank
    db.session.rollback()
    assert db.session.get_one(UserState, alice).attempts < api.config["MAX_ATTEMPTS"]
    tasks.perform(jobs.submit("recompute", alice)[0].id)
    assert is_current(alice)
    outside.close()
