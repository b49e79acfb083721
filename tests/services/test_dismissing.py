"""What is put aside is not offered, in the list of today and in every later one, until it is lifted or lapses."""

from __future__ import annotations

import pytest

from movie_recommender.errors import InvalidInput, NotFound
from movie_recommender.services import dismissing, rating, watchlist
from movie_recommender.storage import db
from movie_recommender.storage.models import Dismissal, Genre, Mark, UserState, Viewing


@pytest.fixture
def films(add_movie):
    return [add_movie("Heat", 1995, ["Crime"], runtime=170), add_movie("Amélie", 2001, ["Comedy"], runtime=122), add_movie("Alien", 1979)]


def version_of(member):
    state = db.session.get(UserState, member.id, populate_existing=True)
    return state.version if state else 0


def test_every_change_raises_the_version_once(app, alice, films):
    with app.app_context():
        dismissing.dismiss(alice.id, films[0], "not_now")
        dismissing.dismiss_genre(alice.id, db.session.query(Genre).filter_by(name="Comedy").one().id)
        assert version_of(alice) == 2
        assert dismissing.lift(alice.id, films[0])
        assert not dismissing.lift(alice.id, films[0])
        assert version_of(alice) == 3


def test_the_later_word_counts(app, alice, films):
    with app.app_context():
        dismissing.dismiss(alice.id, films[0], "not_now")
        dismissing.dismiss(alice.id, films[0], "not_for_me")
        assert dismissing.said(alice.id, films) == {films[0]: {"not_for_me"}}
        assert dismissing.overview(alice.id).films[0].until is None


def test_not_now_lapses_after_thirty_days_and_the_list_is_computed_again(app, alice, bob, films, monkeypatch):
    with app.app_context():
        dismissing.dismiss(alice.id, films[0], "not_now")
        dismissing.dismiss(alice.id, films[1], "not_for_me")
        dismissing.dismiss(bob.id, films[0], "not_for_me")
        assert dismissing.lapse() == []
        later = db.session.query(Dismissal).filter_by(kind="not_now").one().dismissed_at + 30 * 86_400
        monkeypatch.setattr(dismissing, "now", lambda: later)
        assert dismissing.film_ids(alice.id) == {films[1]}
        assert dismissing.said(alice.id, films) == {films[1]: {"not_for_me"}}
        assert dismissing.lapse() == [alice.id]
        assert (version_of(alice), version_of(bob)) == (3, 1)
        assert db.session.query(Dismissal).count() == 2


def test_what_is_not_there_cannot_be_dismissed(app, alice, films):
    with app.app_context():
        with pytest.raises(NotFound):
            dismissing.dismiss(alice.id, 999, "not_now")
        with pytest.raises(NotFound):
            dismissing.dismiss_genre(alice.id, 999)
        with pytest.raises(InvalidInput):
            dismissing.dismiss(alice.id, films[0], "never")
        assert version_of(alice) == 0


def test_imported_and_own_watchlist_are_one(app, alice, films):
    with app.app_context():
        db.session.add(Mark(user_id=alice.id, movie_id=films[0], kind="watchlist", marked_at=100))
        db.session.add(Mark(user_id=alice.id, movie_id=films[2], kind="liked", marked_at=100))
        db.session.commit()
        watchlist.add(alice.id, films[1])
        assert [item.movie.title for item in watchlist.page(alice.id).items] == ["Amélie", "Heat"]
        assert [item.movie.title for item in watchlist.page(alice.id, "shortest").items] == ["Amélie", "Heat"]
        found = watchlist.page(alice.id, "oldest", "Crime")
        assert ([item.movie.title for item in found.items], found.genres) == (["Heat"], ["Comedy", "Crime"])
        assert watchlist.remove(alice.id, films[0])
        assert watchlist.movie_ids(alice.id) == {films[1]}


def test_a_film_seen_since_is_done_with_and_can_be_wanted_again(app, alice, films, monkeypatch):
    with app.app_context():
        db.session.add(Mark(user_id=alice.id, movie_id=films[0], kind="watchlist", marked_at=100))
        db.session.add(Viewing(user_id=alice.id, movie_id=films[0], watched_at=200))
        db.session.commit()
        assert watchlist.movie_ids(alice.id) == set()
        assert watchlist.add(alice.id, films[0])
        assert watchlist.movie_ids(alice.id) == {films[0]}
        assert not watchlist.add(alice.id, films[0])
        monkeypatch.setattr(rating, "now", lambda: 2**40)
        rating.rate(alice.id, films[0], 4)
        assert watchlist.movie_ids(alice.id) == set()
