"""Cards of recommended films: the template is rendered once a film and kept; what is one person's is filled in each time.

A card is made in `_recommended_card.html` with marks in place of everything that is not the film's alone, and cut at these
marks. So the kept parts are the same for everybody, and the template stays an ordinary one. What is the film's is cut out of its
forms too, so that what remains is the same in all cards and kept once: 2 KB a card, 6 without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from flask import current_app
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from ..services import browsing
from ..services.kept import KeptByRevision
from ..services.recommending import Recommendations


# What differs between people and requests, with the mark that stands for it in a kept card. No text of a film holds such a sign.
def mark(name: str) -> str:
    return f"\ue000{name}\ue001"


MARKS = {name: mark(name) for name in ("said", "predicted", "why", "csrf", "back")}


class Card(NamedTuple):
    """A film's card as it is sent, cut; `between` takes of one person's values, by name, those that come between the parts."""

    title: bytes
    parts: list[bytes]  # the film's own at even places
    between: Callable[[Mapping[str, bytes]], tuple[bytes, ...]]


_CUT = re.compile(r" is-\ue000said\ue001|\ue000(predicted|why|csrf|back|id|title)\ue001")
_kept: KeptByRevision[int, Card] = KeptByRevision("cards")


def recommended(found: Recommendations, back: str) -> bytes:
    """The cards of a page of a list, as HTML that is ready to be sent: as text it would be copied, and encoded each time.

    Args:
        found: The page.
        back: Where a form of a card leads back to.
    """
    cards = _kept.get((found.catalogue, current_app.config["ASSET_VERSION"]), [item.entry.movie_id for item in found.items], _render)
    own = {"csrf": _html(generate_csrf()), "back": _html(back)}
    html: list[bytes] = []
    for item in found.items:
        movie_id = item.entry.movie_id
        card = cards.get(movie_id)
        if item.stars:  # a film to see again, with the stars that it has: rare, and not for keeping
            card = _render([movie_id], item.stars).get(movie_id)
        if card:
            own["said"] = b"".join([f" is-{word}".encode() for word in sorted(item.said)])
            own["predicted"], own["why"] = b"%.1f" % item.entry.predicted_rating, _html(item.why)
            own["id"], own["title"] = b"%d" % movie_id, card.title
            parts = card.parts.copy()
            parts[1::2] = card.between(own)
            html += parts
    return b"".join(html)


def _html(text: str) -> bytes:
    return escape(text).encode()


def _render(movie_ids: list[int], stars: float | None = None) -> Mapping[int, Card]:
    films = browsing.by_ids(movie_ids)
    template = current_app.jinja_env.get_template("_recommended_card.html")
    return {
        movie_id: _cut(template.render(film=film, marks=MARKS, given=stars), movie_id, str(escape(film.title)))
        for movie_id, film in films.items()
    }


def _cut(html: str, movie_id: int, title: str) -> Card:
    # The form's own token is the one of the request in which the card was made.
    html = html.replace(str(escape(generate_csrf())), MARKS["csrf"])
    html = html.replace(f"{title}</span>", f"{mark('title')}</span>")
    html = re.sub(rf'(?<=/movies/){movie_id}(?=[/"])|(?<="s){movie_id}(?=-\d")', mark("id"), html)
    parts = _CUT.split(html)
    return Card(title.encode(), [_once((part or "").encode()) for part in parts], _between(tuple([name or "said" for name in parts[1::2]])))


@lru_cache(1_000)
def _once(part: bytes) -> bytes:
    """The same bytes for the same text: most parts of a card are those of all cards, and never leave the latest ones used."""
    return part


@cache
def _between(names: tuple[str, ...]) -> Callable[[Mapping[str, bytes]], tuple[bytes, ...]]:
    """The same for nearly all films."""
    return itemgetter(*names)
