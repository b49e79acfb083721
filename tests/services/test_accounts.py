"""Accounts: names, passwords, tokens, and an end that leaves nothing behind."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from movie_recommender.errors import InvalidInput, NameTaken, NotSignedIn, WrongPassword
from movie_recommender.services import accounts, keys, rating, visitors
from movie_recommender.storage import db
from movie_recommender.storage.models import Movie, Rating, Revision, Token, User, UserState


def test_a_name_is_taken_whatever_its_case(app, alice):
    with app.app_context():
        for name in ("alice", "ALICE", " Alice ", "Ａlice"):
            with pytest.raises(NameTaken):
                accounts.register(name, "another password")


def test_the_name_is_kept_as_it_was_written(app):
    with app.app_context():
        accounts.register("Élodie van Dyck", "correct horse")
        assert accounts.authenticate("élodie VAN dyck", "correct horse").name == "Élodie van Dyck"


@pytest.mark.parametrize("name", ["", " ", "a", "x" * 41, "line\nbreak", "bell\x07"])
def test_a_name_that_cannot_be_used_is_refused(app, name):
    with app.app_context(), pytest.raises(InvalidInput):
        accounts.register(name, "correct horse")


@pytest.mark.parametrize("password", ["", "seven77", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(app, password):
    with app.app_context(), pytest.raises(InvalidInput, match="password"):
        accounts.register("Dana", password)


def test_unknown_name_and_wrong_password_get_the_same_answer(app, alice):
    with app.app_context():
        with pytest.raises(WrongPassword) as unknown:
            accounts.authenticate("Nobody", "correct horse battery")
        with pytest.raises(WrongPassword) as wrong:
            accounts.authenticate("Alice", "not her password")
        assert unknown.value.message == wrong.value.message


def test_a_password_is_kept_as_an_argon2id_hash(app, alice):
    with app.app_context():
        assert db.session.get(User, alice.id).password_hash.startswith("$argon2id$")


def test_changing_the_password_ends_sessions_and_tokens(app, alice):
    with app.app_context():
        user = db.session.get(User, alice.id)
        session_key, (token, _) = keys.begin_session(user), keys.issue_token(user)
        assert visitors.by_session(session_key).id == alice.id
        accounts.change_password(user, "a new one entirely")
        assert visitors.by_session(session_key) is None
        with pytest.raises(NotSignedIn):
            visitors.by_token(token)
        assert accounts.authenticate("Alice", "a new one entirely").id == alice.id


def test_an_api_token_is_kept_as_a_digest_and_ends_when_revoked(app, alice):
    with app.app_context():
        token, _ = keys.issue_token(db.session.get(User, alice.id))
        assert visitors.by_token(token).id == alice.id
        assert db.session.scalar(select(Token.digest)) != token
        keys.revoke_token(token)
        with pytest.raises(NotSignedIn):
            visitors.by_token(token)


def test_an_expired_token_opens_nothing(app, alice):
    with app.app_context():
        token, _ = keys.issue_token(db.session.get(User, alice.id))
        db.session.execute(Token.__table__.update().values(expires_at=1))
        db.session.commit()
        with pytest.raises(NotSignedIn):
            visitors.by_token(token)


def test_a_deleted_account_leaves_nothing_behind(app, alice, bob, add_movie):
    movie_id = add_movie("Brazil")
    with app.app_context():
        rating.rate(alice.id, movie_id, 5)
        rating.rate(bob.id, movie_id, 2)
        keys.issue_token(db.session.get(User, alice.id))
        accounts.delete_account(db.session.get(User, alice.id))
        for model, column in ((User, User.id), (Rating, Rating.user_id), (UserState, UserState.user_id), (Token, Token.user_id)):
            assert db.session.scalar(select(func.count()).select_from(model).where(column == alice.id)) == 0
        movie = db.session.get(Movie, movie_id)
        assert (movie.rating_count, movie.rating_sum) == (1, 4)
        # The resident engine learns anew when this counter moves, and forgets her.
        assert db.session.get(Revision, "community").value == 1


def test_an_outdated_hash_is_renewed_at_the_next_sign_in(app, alice):
    weak = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash("correct horse battery")
    with app.app_context():
        db.session.execute(update(User).where(User.id == alice.id).values(password_hash=weak))
        db.session.commit()
        with pytest.raises(WrongPassword):
            accounts.authenticate("Alice", "not her password")
        assert db.session.scalar(select(User.password_hash).where(User.id == alice.id)) == weak
        accounts.authenticate("Alice", "correct horse battery")
        assert "m=19456,t=2,p=1" in db.session.scalar(select(User.password_hash).where(User.id == alice.id))
