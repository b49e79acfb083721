"""Accounts: register, sign in, change the password, delete."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import InvalidInput, NameTaken, NotFound, WrongPassword
from ..storage import db, raise_revision, writing
from ..storage.models import FilmList, Import, Mark, Movie, Rating, ReplacedRating, User, UserState, Viewing
from . import keys, passwords, throttling
from .clock import now

NAME_LENGTH = (2, 40)


def name_key(name: str) -> str:
    """The form by which names are compared: compatibility-normalised and case-folded."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def register(name: str, password: str, also: Callable[[Session], object] = lambda _session: None) -> User:
    """Make an account, and do something else in the same transaction.

    Raises:
        InvalidInput: The name or the password breaks a rule; the message says which.
        NameTaken: The name is in use, whatever its case.
    """
    name = check_name(name)
    passwords.check(password, name)
    user = User(name=name, name_key=name_key(name), kind="member", password_hash=passwords.hashed(password), created_at=now())
    try:
        with writing() as session:
            session.add(user)
            session.flush()
            session.add(UserState(user_id=user.id, version=0, computed_version=0))
            also(session)
    except IntegrityError as error:
        raise NameTaken() from error
    return user


def check_name(name: str) -> str:
    """The name as it is kept; raises `InvalidInput` when it is too short, too long or cannot be shown."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not NAME_LENGTH[0] <= len(name) <= NAME_LENGTH[1]:
        raise InvalidInput(f"Choose a name of {NAME_LENGTH[0]} to {NAME_LENGTH[1]} characters.")
    if not all(char.isprintable() for char in name):
        raise InvalidInput("The name holds a character that cannot be shown. Use letters, digits, spaces and signs.")
    return name


def sign_in(name: str, password: str, address: str) -> User:
    """The member of this name and password, for somebody at this address.

    Raises:
        WrongPassword: The same answer, after the same time, for an unknown name and a wrong password.
        TooManyTries: There were too many wrong passwords lately; the right one does not help now.
    """
    tries = throttling.of_sign_in(name_key(name), address)
    tries.take()
    user = authenticate(name, password)
    tries.give_back()
    return user


def authenticate(name: str, password: str) -> User:
    """The member of this name and password.

    Raises:
        WrongPassword: The same answer, after the same time, for an unknown name and a wrong password.
    """
    user = db.session.scalar(select(User).where(User.name_key == name_key(name), User.kind == "member"))
    if not passwords.matches(user.password_hash if user else None, password) or user is None:
        raise WrongPassword()
    if user.password_hash and passwords.is_outdated(user.password_hash):
        with writing() as session:
            session.execute(update(User).where(User.id == user.id).values(password_hash=passwords.hashed(password)))
    return user


def confirm(user: User, password: str, address: str) -> None:
    """Check the password of somebody who is signed in, with the limits of a sign-in.

    Raises:
        WrongPassword: It is wrong.
        TooManyTries: There were too many wrong ones lately.
    """
    tries = throttling.of_sign_in(user.name_key or "", address)
    tries.take()
    if not passwords.matches(user.password_hash, password):
        raise WrongPassword("The password is wrong. Nothing was changed.")
    tries.give_back()


def change_password(user: User, new: str) -> None:
    """Set a new password; every session and API token of the person ends, and the door signs this one browser in again.

    Raises:
        InvalidInput: `new` breaks a rule.
    """
    passwords.check(new, user.name)
    with writing() as session:
        session.execute(update(User).where(User.id == user.id).values(password_hash=passwords.hashed(new)))
        keys.end_all_sessions(user.id)
        keys.revoke_tokens(user.id)
    db.session.refresh(user)


def delete_account(user: User) -> None:
    """Delete the person and everything that is his."""
    with writing() as session:
        rated = session.execute(select(Rating.movie_id, Rating.half_stars).where(Rating.user_id == user.id)).all()
        for movie_id, half_stars in rated:
            session.execute(
                update(Movie).where(Movie.id == movie_id)
                .values(rating_count=Movie.rating_count - 1, rating_sum=Movie.rating_sum - half_stars)
            )  # fmt: skip
        # What an import brought goes before the import: PostgreSQL checks such references in the midst of a cascade.
        mine = select(Import.id).where(Import.user_id == user.id)
        session.execute(delete(ReplacedRating).where(ReplacedRating.import_id.in_(mine)))
        for model in (Rating, Viewing, Mark, FilmList):
            session.execute(delete(model).where(model.user_id == user.id))
        session.execute(delete(User).where(User.id == user.id))
        raise_revision("community")  # the resident engine forgets him too
    db.session.expunge_all()


def member(user_id: int) -> User:
    """The member of this id.

    Raises:
        NotFound: There is none any more.
    """
    user = db.session.get(User, user_id)
    if user is None or user.kind != "member":
        raise NotFound("There is no such account. It may have been removed already.")
    return user


def by_name(name: str) -> User:
    """The member of this name, whatever its case.

    Raises:
        NotFound: There is none.
    """
    user = db.session.scalar(select(User).where(User.name_key == name_key(name), User.kind == "member"))
    if user is None:
        raise NotFound(f"Nobody here has the name {name!r}.")
    return user


def set_operator(name: str, is_operator: bool) -> User:
    """Make a member an operator, or a plain member again.

    Raises:
        NotFound: Nobody has this name.
    """
    user = by_name(name)
    with writing() as session:
        session.execute(update(User).where(User.id == user.id).values(is_operator=is_operator))
    db.session.refresh(user)
    return user
