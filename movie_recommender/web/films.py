"""The page of a film: what everybody gets of it is rendered once and kept, without what is one person's or changes with every rating.

As in `web/cards.py` the template writes marks in their place. The cards of films like it are kept by film, since they
stand on many pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

from flask import current_app, url_for
from markupsafe import Markup

from ..services import browsing, dismissing, rating
from ..services.kept import KeptByRevision
from ..services.visitors import Visitor
from ..storage.models import Movie
from .cards import mark

ALIKE = 10  # films of each kind of likeness
_CUT = re.compile("\ue000([^\ue001]*)\ue001")


class _Named(NamedTuple):
    """What a form of stars says of its film."""

    id: int
    title: str


class _Kept(NamedTuple):
    film: _Named
    year: int | None
    parts: list[str]  # the film's own at even places, the names of what comes between at odd ones


@dataclass(frozen=True)
class FilmPage:
    """What stands between head and foot of the page, and how the page is called."""

    title: str
    year: int | None
    html: Markup


_pages: KeptByRevision[int, _Kept] = KeptByRevision("film pages", 400)
_cards: KeptByRevision[int, str] = KeptByRevision("shelf cards", 2_000)


def page_of(movie_id: int, person: Visitor) -> FilmPage:
    """The page of a film for one person.

    Raises:
        NotFound: There is no such film.
    """
    revision = (person.standing.catalogue, browsing.compared(), current_app.config["ASSET_VERSION"])
    film, year, parts = _pages.get(revision, [movie_id], _render)[movie_id]
    cards = _cards.get(revision, [int(name) for name in parts[1::2] if name.isdigit()], _render_cards)
    said = sorted(dismissing.said(person.id, [movie_id]).get(movie_id, ()))
    form = current_app.jinja_env.get_template("_parts.html").module.star_form  # type: ignore[attr-defined]
    stars = rating.stars_of(person.id, [movie_id]).get(movie_id)
    own = {
        "said": "".join(f" is-{word}" for word in said),
        "stars": str(form(film, stars, url_for("movies.movie", movie_id=movie_id))),
        "histogram": current_app.jinja_env.get_template("_histogram.html").render(histogram=browsing.histogram(movie_id)),
    }
    html = [(own[part] if part in own else cards.get(int(part), "")) if place % 2 else part for place, part in enumerate(parts)]
    return FilmPage(film.title, year, Markup("".join(html)))  # noqa: S704 - rendered templates


def _render(movie_ids: list[int]) -> Mapping[int, _Kept]:
    marks = SimpleNamespace(stars=mark("stars"), said=mark("said"), histogram=mark("histogram"), card=lambda other: mark(str(other.id)))
    template = current_app.jinja_env.get_template("_film.html")
    kept = {}
    for movie_id in movie_ids:
        film = browsing.movie(movie_id)
        html = template.render(film=film, before=browsing.before(film), alike=browsing.more_like(movie_id, ALIKE), marks=marks)
        kept[movie_id] = _Kept(_Named(film.id, film.title), film.year, _CUT.split(html))
    return kept


def _render_cards(movie_ids: list[int]) -> Mapping[int, str]:
    template = current_app.jinja_env.get_template("_shelf_card.html")
    films: Mapping[int, Movie] = browsing.by_ids(movie_ids)
    return {movie_id: template.render(film=film) for movie_id, film in films.items()}
