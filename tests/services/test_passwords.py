"""Which passwords are refused because everybody's list begins with them, and which are not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movie_recommender.errors import InvalidInput
from movie_recommender.services import passwords

# The kind of entries that every published list of leaked passwords begins with.
LISTED = """
12345678 123456789 1234567890 87654321 11111111 00000000 88888888 12341234 11223344 12121212 password Password passw0rd P@ssw0rd password1
password123 Password123! qwertyuiop qwerty123 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qazwsxedc zaq12wsx asdfghjkl asdf1234 zxcvbnm123
q1w2e3r4 abcd1234 abc12345 123456789a a123456789 iloveyou iloveyou1 letmein1 letmein! welcome1 Welcome123 admin123 administrator sunshine
princess princess1 football football1 baseball superman batman123 spiderman starwars michael1 jennifer jordan23 charlie1 computer internet
whatever trustno1 monkey123 dragon12 master123 shadow12 mustang1 corvette mercedes liverpool chelsea1 barcelona arsenal1 chocolate
butterfly 19841984 20012001 31121999 19991231 summer2024 Winter2025! december christmas passwordpassword monkeymonkey movierecommender
Movies2026 aaaaaaaa abababab !@#$%^&* 123qweasd
"""
GOOD = (
    "correct horse battery", "a good password", "another long password", "kettle-otter-9", "vqZ7!mPx2", "wood stove on tuesday",
    "dragonfruit salad",
)  # fmt: skip


@pytest.mark.parametrize("password", LISTED.split())
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="first that are guessed"):
        passwords.check(password)


@pytest.mark.parametrize("password", GOOD)
def test_a_password_of_ones_own_is_taken_whatever_it_consists_of(password: str) -> None:
    passwords.check(password)


@pytest.mark.parametrize("password", ["charlotte99", "CharLotte!", "charlottecharlotte"])
def test_ones_own_name_is_no_password(password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.check(password, name="Charlotte")


def test_the_list_holds_more_than_three_thousand_passwords_of_a_length_that_is_taken() -> None:
    words = {word for word in passwords._words() if len(word) >= 4}
    entries = {word + end for word in words for end in ("", "1", "12", "123", "1234", "2024", "2025", "!") if len(word + end) >= 8}
    assert len(entries) > 3000
    assert all(passwords.is_common(entry) for entry in entries)


@given(st.lists(st.sampled_from(["kettle", "otter", "violin", "gravel", "tundra", "marble"]), min_size=3, max_size=5, unique=True))
def test_several_words_of_ones_own_are_never_refused(words: list[str]) -> None:
    passwords.check(" ".join(words))


@given(st.text(max_size=300))
def test_whatever_is_typed_is_taken_or_refused_in_words(password: str) -> None:
    with contextlib.suppress(InvalidInput):
        passwords.check(password, name="Dana")
        assert 8 <= len(password) <= 256
