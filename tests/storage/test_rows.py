"""Questions straight to the driver stand in the session's transaction, whichever that is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError

from movie_recommender.storage import db, rows, writing
from movie_recommender.storage.models import Genre

NAMES = select(Genre.name).order_by(Genre.name)


def names() -> list[str]:
    return [name for (name,) in rows(NAMES)]


def add(name: str) -> None:
    db.session.execute(insert(Genre).values(name=name))


def in_another_thread(app: Any, name: str) -> None:
    def write() -> None:
        with app.app_context(), writing():
            add(name)

    other = threading.Thread(target=write)
    other.start()
    other.join()


def write_and_fail() -> None:
    with writing():
        add("Comedy")
        assert names() == ["Comedy", "Drama"]
        raise ZeroDivisionError


@pytest.fixture(params=["app", "app_on_postgresql"])
def on_each(request: pytest.FixtureRequest) -> Any:
    """The application on SQLite, then on PostgreSQL."""
    return request.getfixturevalue(request.param)


def test_what_a_transaction_wrote_is_there_before_it_commits_and_gone_when_it_fails(on_each: Any) -> None:
    with on_each.app_context():
        assert names() == []
        with writing():
            add("Drama")
            assert names() == ["Drama"]
        assert names() == ["Drama"]
        with pytest.raises(ZeroDivisionError):
            write_and_fail()
        assert names() == ["Drama"]


def test_what_others_wrote_is_there_in_the_next_transaction(app: Any) -> None:
    with app.app_context():
        assert names() == []
        in_another_thread(app, "Drama")
        assert names() == [], "a transaction sees one state"
        db.session.commit()
        assert names() == ["Drama"]
        in_another_thread(app, "Comedy")
        db.session.rollback()
        assert names() == ["Comedy", "Drama"]
    with app.app_context():
        in_another_thread(app, "Western")
        assert names() == ["Comedy", "Drama", "Western"]


def test_after_an_error_of_the_driver_the_next_question_is_answered(on_each: Any) -> None:
    with on_each.app_context():
        in_another_thread(on_each, "Drama")
        assert names() == ["Drama"]
        with pytest.raises(DBAPIError):
            rows(text("SELECT * FROM nowhere"))
        db.session.rollback()
        assert names() == ["Drama"]


def test_in_a_transaction_that_failed_nothing_is_answered_until_it_is_rolled_back(on_each: Any) -> None:
    with on_each.app_context():
        add("Drama")
        assert names() == ["Drama"]
        db.session.add_all([Genre(name="Comedy"), Genre(name="Comedy")])
        with pytest.raises(IntegrityError):
            db.session.flush()
        with pytest.raises(PendingRollbackError):
            names()
        db.session.rollback()
        assert names() == []
