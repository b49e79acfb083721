"""Passwords: hashing with argon2id, and which ones are guessed first and therefore refused.

The list of common passwords is kept as its rules: words that people choose (`common_words.txt`, about a thousand), as they
are, twice, or with digits and signs around; walks over the keyboard and the alphabet; dates; few characters over and over.
There are length rules and no rules of composition: what is not on the list may consist of anything.
"""

from __future__ import annotations

import functools
import re
import secrets
import threading
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from ..errors import InvalidInput

LENGTH = (8, 256)
WALKS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()", "123qweasdzxc", "q1w2e3r4t5y6",
)  # fmt: skip
FEWEST_CHARACTERS = 5  # different ones
LOOKS_LIKE = str.maketrans("013457@$!", "oleastasi")  # as in p@ssw0rd
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_one_at_a_time = threading.Lock()  # each takes 19 MiB while it lasts
# Verified when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """The argon2id hash to keep."""
    with _one_at_a_time:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes as long for a hash that does not exist."""
    try:
        with _one_at_a_time:
            return _hasher.verify(password_hash or _NOBODY, password[: LENGTH[1] + 1]) and password_hash is not None
    except VerificationError:
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check(password: str, name: str = "") -> None:
    """Raise `InvalidInput` when a new password is too short, too long, common, or the person's name."""
    low, high = LENGTH
    if len(password) < low:
        raise InvalidInput(f"Choose a password of at least {low} characters.")
    if len(password) > high:
        raise InvalidInput(f"Choose a password of at most {high} characters.")
    if is_common(password, name):
        raise InvalidInput("This password is one of the first that are guessed. Choose another one, such as a few words.")


def is_common(password: str, name: str = "") -> bool:
    """Whether a password is on the list of common ones, or is the name with something around."""
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(set(text)) < FEWEST_CHARACTERS or _is_date(text) or _is_walk(text) or _is_walk(text, 1):
        return True
    own = re.sub(r"[\W\d_]+", "", unicodedata.normalize("NFKC", name).casefold())
    words = _words() | ({own} if len(own) > 2 else set())
    cores = {text, re.sub(r"[\W\d_]+$", "", text), re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)}
    return any(_is_word(form, words) for core in cores for form in (core, core.translate(LOOKS_LIKE)))


@functools.cache
def _words() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())


def _is_word(text: str, words: frozenset[str]) -> bool:
    """A word, once or repeated, whatever signs stand in it."""
    letters = re.sub(r"[\W\d_]+", "", text)
    half = letters[: len(letters) // 2]
    return letters in words or (half * 2 == letters and half in words)


def _is_walk(text: str, start: int = 0) -> bool:
    """Pieces of three or more neighbours, and nothing else but some digits at the end or one or two characters around."""
    at = start
    while at < len(text):
        longest = max((_reach(text, at, walk) for walk in (*WALKS, *(walk[::-1] for walk in WALKS))), default=0)
        if longest < 3:
            break
        at += longest
    rest = text[at:]
    return at > start and (len(rest) <= 2 or re.fullmatch(r"\d{0,4}", rest) is not None)


def _reach(text: str, at: int, walk: str) -> int:
    end = at + 1
    while end <= len(text) and text[at:end] in walk:
        end += 1
    return end - 1 - at


def _is_date(text: str) -> bool:
    """Eight digits that are a day, or two years."""
    year, month, day = r"(19|20)\d\d", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
    return re.fullmatch(f"{year}{month}{day}|{day}{month}{year}|{month}{day}{year}|{year}{year}", re.sub(r"\W", "", text)) is not None
