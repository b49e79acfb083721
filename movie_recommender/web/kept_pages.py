"""Whole pages of one person, kept as they were sent until anything that shows on them changes.

A page is found by the browser's session (or the program's token), its address and what else shapes it, and holds as long as the
person's standing, which the database tells with every request: so all processes of the website agree, and what was rated or
hidden is gone at once.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Response, current_app, request, session
from flask_login import current_user

from ..services import dismissing, keys
from ..services.visitors import Visitor
from .headers import packed, takes_gzip

MOST_BYTES = 8 * 2**20  # of kept pages in one process: some 270 as they are sent
LONGEST_ADDRESS = 500


class _Page(NamedTuple):
    stamp: Hashable
    until: float  # seconds since 1970
    body: bytes
    is_packed: bool


class KeptPages:
    """The pages used last, of all people; safe to use from several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._size = most_bytes, 0
        self._pages: OrderedDict[Hashable, _Page] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, stamp: Hashable) -> _Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.stamp != stamp or page.until <= time.time():
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Hashable, page: _Page) -> None:
        with self._lock:
            if before := self._pages.pop(key, None):
                self._size -= len(before.body)
            if len(page.body) > self._most:
                return
            self._pages[key] = page
            self._size += len(page.body)
            while self._size > self._most:
                self._size -= len(self._pages.popitem(last=False)[1].body)


def answer(render: Callable[[], bytes]) -> Response:
    """The page of this request: the kept one if nothing changed since, else a fresh one, which is kept.

    A page that says something once (a flashed message) is neither kept nor taken from here.
    """
    person: Visitor = current_user._get_current_object()
    if not isinstance(person, Visitor) or "_flashes" in session:
        return Response(render(), mimetype="text/html")
    # The token's secret shapes the page too: its forms hold a token of this one.
    return _answer(person, render, "text/html", takes_gzip(), lambda: (session.get("csrf_token"), request.cookies.get("theme")))


def answer_program(person: Visitor, render: Callable[[], bytes]) -> Response:
    """The same for a program that asks with a token: JSON, as it is."""
    return _answer(person, render, "application/json", False, lambda: None)


def _answer(person: Visitor, render: Callable[[], bytes], mimetype: str, is_packed: bool, shape: Callable[[], Hashable]) -> Response:
    if current_app.debug or len(request.full_path) > LONGEST_ADDRESS:
        return Response(render(), mimetype=mimetype)
    pages: KeptPages = current_app.extensions.setdefault("kept pages", KeptPages())
    key = (keys.digest(person.session_key), mimetype, request.full_path, is_packed)
    stamp = (person.standing, person.is_operator, current_app.config["ASSET_VERSION"])
    page = pages.get(key, (stamp, shape()))
    if page is None:
        body = packed(render()) if is_packed else render()
        page = _Page((stamp, shape()), dismissing.next_lapse(person.id), body, is_packed)
        pages.put(key, page)
    response = Response(page.body, mimetype=mimetype)
    if mimetype == "text/html":
        response.vary.add("Accept-Encoding")
    if page.is_packed:
        response.content_encoding = "gzip"
    return response
