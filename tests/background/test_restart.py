"""After a restart the engine serves from its snapshot, knowing what people rated since; a snapshot that does not fit is not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from movie_recommender.core import source
from movie_recommender.services import accounts, rating
from movie_recommender.services.engine import Engine
from movie_recommender.storage import db, raise_revision, snapshots, writing
from movie_recommender.storage.models import User

from .conftest import wait_for

Member = Callable[..., int]


@pytest.fixture
def fitted(api: Flask, member: Member) -> Engine:
    """An engine that learned from the database, with Alice in it."""
    member("Alice", ratings=12)
    engine = Engine()
    engine.refit()
    return engine


def ranked(engine: Engine, user_id: int) -> list[tuple[int, float]]:
    entries, _ = engine.rank(user_id, rating.stars_of(user_id), 30)
    return [(entry.item_id, pytest.approx(entry.score)) for entry in entries]


def test_the_restored_engine_makes_the_same_lists_under_the_same_version(fitted: Engine, member: Member) -> None:
    restored = Engine()
    assert restored.restore()
    assert restored.ready.is_set()
    assert restored.version == fitted.version
    assert not restored.is_stale()
    bob = member("Bob", ratings=7)
    assert ranked(restored, bob) == ranked(fitted, bob)


def test_what_members_rated_and_took_back_since_is_known(fitted: Engine, member: Member) -> None:
    charlie = member("Charlie", ratings=20)
    fitted.refit()
    dana = member("Dana", ratings=9)
    rating.remove(charlie, 1)
    restored, again = Engine(), Engine()
    assert restored.restore()
    again.refit()
    assert restored.fitted
    assert again.fitted
    assert restored.fitted.model.matrix.n_ratings == again.fitted.model.matrix.n_ratings
    for matrix in (restored.fitted.model.matrix, again.fitted.model.matrix):
        assert len(matrix.row(matrix.row_of(dana))[0]) == 9
        assert len(matrix.row(matrix.row_of(charlie))[0]) == 19


def test_who_left_is_in_no_engine(fitted: Engine, member: Member) -> None:
    accounts.delete_account(db.session.get_one(User, member("Charlie", ratings=20)))
    assert not Engine().restore()
    assert fitted.is_stale()


def test_another_catalogue_needs_another_fit(fitted: Engine) -> None:
    with writing():
        raise_revision("catalogue")
    assert not Engine().restore()


def test_a_damaged_snapshot_is_not_used(api: Flask, fitted: Engine) -> None:
    path = Path(api.config["INSTANCE_PATH"]) / "engine.snapshot"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert not Engine().restore()


def test_a_snapshot_of_another_version_of_the_code_is_refused_and_all_is_learned_anew(
    api: Flask, fitted: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "DIGEST", "another version")
    assert not Engine().restore()
    runtime = api.extensions["runtime"]
    runtime.start()
    try:
        wait_for(runtime.engine.ready.is_set)
    finally:
        runtime.stop()
    kept = snapshots.load(Path(api.config["INSTANCE_PATH"]) / snapshots.NAME)
    assert kept is not None
    assert kept[1]["made_of"][-1] == "another version"


def test_without_a_snapshot_there_is_nothing_to_restore(api: Flask) -> None:
    assert not Engine().restore()


def test_a_snapshot_that_cannot_be_written_does_not_stop_the_engine(api: Flask) -> None:
    Path(api.config["INSTANCE_PATH"], "engine.snapshot").mkdir()
    engine = Engine()
    engine.refit()
    assert engine.ready.is_set()
    assert not Engine().restore()


def known_ratings(engine: Engine, user_id: int) -> int:
    assert engine.fitted
    matrix = engine.fitted.model.matrix
    return len(matrix.row(matrix.row_of(user_id))[0])


def test_an_engine_hears_of_ratings_for_which_another_one_made_the_list(fitted: Engine, member: Member) -> None:
    other = Engine()
    other.refit()
    bob = member("Bob", ratings=7)
    fitted.rank(bob, rating.stars_of(bob), 10, version=7)
    assert known_ratings(other, bob) == 0
    assert other.catch_up() == 1
    assert known_ratings(other, bob) == 7
    assert other.catch_up() == 0
    assert fitted.catch_up() == 0


def test_older_news_do_not_undo_newer(fitted: Engine, member: Member) -> None:
    bob = member("Bob", ratings=7)
    stars = rating.stars_of(bob)
    fitted.hear(bob, stars, version=7)
    fitted.hear(bob, {1: stars[1]}, version=6)
    assert known_ratings(fitted, bob) == 7


def test_what_is_heard_during_a_refit_is_known_to_the_new_model(fitted: Engine, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = member("Bob", ratings=7)

    def keep(*_: object) -> None:
        rating.rate(bob, 30, 4.0)
        fitted.hear(bob, rating.stars_of(bob), version=8)

    monkeypatch.setattr("movie_recommender.services.snapshots.keep", keep)
    fitted.refit()
    assert known_ratings(fitted, bob) == 8


def test_what_members_rated_reaches_co_liking_after_some_hours(api: Flask, fitted: Engine, member: Member) -> None:
    assert fitted.fitted
    fitted.fitted.fitted_at -= 25 * 3600
    assert not fitted.is_stale(), "nobody has rated since"
    bob = member("Bob", ratings=7)
    fitted.hear(bob, rating.stars_of(bob), version=7)
    assert fitted.is_stale()
    fitted.refit()
    assert not fitted.is_stale()
    fitted.hear(bob, {}, version=8)
    fitted.fitted.fitted_at -= 25 * 3600
    api.config["REFIT_HOURS"] = 0
    assert not fitted.is_stale()
