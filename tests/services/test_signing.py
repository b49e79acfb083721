"""Signed requests between the two processes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movie_recommender.errors import BadSignature
from movie_recommender.services.signing import MAX_AGE, Verifier, sign

KEY = "k" * 64


def test_a_signed_request_is_taken_once():
    verifier = Verifier(KEY)
    header = sign(KEY, "POST", "/jobs", b"{}")
    verifier.check(header, "POST", "/jobs", b"{}")
    with pytest.raises(BadSignature):
        verifier.check(header, "POST", "/jobs", b"{}")


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [("GET", "/jobs", b"{}"), ("POST", "/jobs?x=1", b"{}"), ("POST", "/jobs", b"{} "), ("POST", "/other", b"{}")],
)
def test_a_signature_holds_for_exactly_one_request(method, target, body):
    with pytest.raises(BadSignature):
        Verifier(KEY).check(sign(KEY, "POST", "/jobs", b"{}"), method, target, body)


def test_another_key_opens_nothing():
    with pytest.raises(BadSignature):
        Verifier(KEY).check(sign("x" * 64, "GET", "/jobs", b""), "GET", "/jobs", b"")


def test_an_old_signature_is_refused(monkeypatch):
    header = sign(KEY, "GET", "/jobs", b"")
    later = float(header.split(".")[0]) + MAX_AGE + 2
    monkeypatch.setattr("movie_recommender.services.signing.time.time", lambda: later)
    with pytest.raises(BadSignature):
        Verifier(KEY).check(header, "GET", "/jobs", b"")


@given(st.text())
def test_no_header_makes_the_check_fail_in_another_way(header):
    with pytest.raises(BadSignature):
        Verifier(KEY).check(header, "GET", "/jobs", b"")
