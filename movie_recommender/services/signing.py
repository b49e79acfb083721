"""Signed requests between the website and the background API.

`X-Signature: <unix seconds>.<nonce>.<hex HMAC-SHA256 of "seconds.nonce.METHOD.path?query.body" under BACKGROUND_KEY>`.
A signature holds for `MAX_AGE` seconds and is taken once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict

from ..errors import BadSignature

HEADER = "X-Signature"
MAX_AGE = 60


def sign(key: str, method: str, target: str, body: bytes) -> str:
    """The header's value for one request; `target` is the path with its query string."""
    stamp = f"{int(time.time())}.{secrets.token_hex(8)}"
    return f"{stamp}.{_mac(key, stamp, method, target, body)}"


def _mac(key: str, stamp: str, method: str, target: str, body: bytes) -> str:
    message = f"{stamp}.{method.upper()}.{target}.".encode() + body
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


class Verifier:
    """Checks signatures and remembers the ones it took, so that none is taken twice."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._taken: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, header: str, method: str, target: str, body: bytes) -> None:
        """Raise `BadSignature` unless this instance signed exactly this request, lately, and it was not taken before."""
        seconds, _, rest = header.partition(".")
        nonce, _, given = rest.partition(".")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12 and nonce and given.isascii()):
            raise BadSignature()
        expected = _mac(self._key, f"{seconds}.{nonce}", method, target, body)
        if not hmac.compare_digest(expected, given) or abs(time.time() - int(seconds)) > MAX_AGE:
            raise BadSignature()
        with self._lock:
            self._forget_old()
            if nonce in self._taken:
                raise BadSignature("This request was already taken once.")
            self._taken[nonce] = time.monotonic()

    def _forget_old(self) -> None:
        # A stamp may lie MAX_AGE ahead or behind, so a nonce matters for twice that.
        limit = time.monotonic() - 2 * MAX_AGE
        while self._taken and next(iter(self._taken.values())) < limit:
            self._taken.popitem(last=False)
