"""Cards of recommended films: the template is rendered once a film and kept; what is one person's is filled in each time.

A card is made in `_recommended_card.html` with marks in place of everything that is not the film's alone, and cut at these
marks. So the kept parts are the same for everybody, and the template stays an ordinary one. What is the film's is cut out of its
forms too, so that what remains is the same in all cards and kept once: 2 KB a card, 6 without.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from flask import current_app
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from ..services import browsing
from ..services.kept import KeptByRevision
from ..services.recommending import Recommendations


# What differs between people and requests, with the mark that stands for it in a kept card. No text of a film holds such a sign.
def mark(name: str) -> str:
    return f"\ue000{name}\ue001"


MARKS = {name: mark(name) for name in ("said", "predicted", "why", "csrf", "back")}
Card = tuple[str, list[str]]  # the title as HTML; text at even places, at odd ones the names of what comes between
_CUT = re.compile(r" is-\ue000said\ue001|\ue000(predicted|why|csrf|back|id|title)\ue001")
_kept: KeptByRevision[int, Card] = KeptByRevision("cards")


def recommended(found: Recommendations, back: str) -> Markup:
    """The cards of a page of a list.

    Args:
        found: The page.
        back: Where a form of a card leads back to.
    """
    cards = _kept.get((found.catalogue, current_app.config["ASSET_VERSION"]), [item.entry.movie_id for item in found.items], _render)
    everywhere = {"csrf": str(escape(generate_csrf())), "back": str(escape(back))}
    html: list[str] = []
    for item in found.items:
        card = cards.get(item.entry.movie_id)
        if item.stars:  # a film to see again, with the stars that it has: rare, and not for keeping
            card = _render([item.entry.movie_id], item.stars).get(item.entry.movie_id)
        if card:
            title, parts = card
            own = {
                "said": "".join(f" is-{word}" for word in sorted(item.said)),
                "predicted": f"{item.entry.predicted_rating:.1f}",
                "why": str(escape(item.why)),
                "id": str(item.entry.movie_id),
                "title": title,
            } | everywhere  # fmt: skip
            html += [own[part] if place % 2 else part for place, part in enumerate(parts)]
    return Markup("".join(html))  # noqa: S704 - a rendered template, and words that were escaped


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
    return title, [sys.intern(part or "said" if place % 2 else part) for place, part in enumerate(_CUT.split(html))]
