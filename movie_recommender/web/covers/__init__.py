"""Covers for films without a picture: typographic posters drawn from a film's facts.

Genre and keywords choose colours and motif, the decade the typeface, and the film's id elsewhere everything that
varies within them, so that a film has the same cover on every instance and on every day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from flask import Flask
from markupsafe import Markup

from ...storage.models import Movie
from .moods import HANGING, PALETTES_EACH, mood_of, picture

# Typefaces (`covers.css`) by what was usual on posters, with the width of an average letter in ems, of the widest that may stand in.
VOICES = {"grotesk": 0.6, "narrow": 0.62, "caps": 0.76, "serif": 0.6, "italic": 0.58, "mono": 0.62, "light": 0.54}
BY_ERA: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1949, ("serif", "caps", "italic")),
    (1969, ("grotesk", "serif", "narrow", "italic")),
    (1989, ("grotesk", "narrow", "serif", "mono")),
    (2009, ("grotesk", "caps", "light", "narrow")),
    (9999, ("grotesk", "light", "caps", "serif")),
)
SIZES = (46, 38, 32, 27, 23, 20, 17.5, 15, 13, 11)  # of the title, in 200ths of the cover's width: `.t0` ...
TEXT_WIDTH, TITLE_HEIGHT, LEADING = 172, 80, 1.04


@dataclass(frozen=True)
class Design:
    """How a cover is drawn: CSS classes of the whole, the motif as SVG, and the name under the title."""

    classes: str
    art: Markup
    credit: str


def init_app(app: Flask) -> None:
    """Give templates `cover_of(film)`."""
    app.jinja_env.globals["cover_of"] = cover_of


def cover_of(film: Movie) -> Design:
    """The cover of a film that was loaded with its genres and directors."""
    names = [person.name for person in film.directors]
    credit = names[0] if len(names) == 1 else f"{names[0]} & {names[1]}" if len(names) == 2 else f"{names[0]} …" if names else ""
    genres, keywords = tuple(genre.name for genre in film.genres), tuple(film.keywords or ())
    return design(film.imdb_id or f"{film.title} {film.year}", film.title, film.year, genres, keywords, credit)


@lru_cache(maxsize=512)  # 2 KB each; lists and films keep theirs with the card
def design(key: str, title: str, year: int | None, genres: Sequence[str], keywords: Sequence[str], credit: str) -> Design:
    """The same facts give the same cover, everywhere and always."""
    random = Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]))  # noqa: S311 - a picture, not a secret
    mood, pictures = mood_of(genres)
    palette = random.randrange(PALETTES_EACH)
    era = next(voices for last, voices in BY_ERA if (year or 2000) <= last)
    voice = "mono" if mood == "paper" and random.random() < 0.5 else random.choice(era)
    motif = picture(keywords) or random.choice(pictures)
    side = "low" if motif in HANGING and random.random() < 0.45 else "top"
    art = Markup(f'<g transform="translate(0 {100 if side == "top" else -6})">{motif(random)}</g>')  # noqa: S704 - our own shapes
    return Design(f"p-{mood}{palette} v-{voice} at-{side} t{title_size(title, VOICES[voice])}", art, credit)


def title_size(title: str, letter: float) -> int:
    """The place in `SIZES` of the largest size at which the title fits its part of the cover."""
    for place, size in enumerate(SIZES):
        room = TEXT_WIDTH / (size * letter)  # letters a line
        words = title.split()
        lines, used = 1, 0.0
        for word in words:
            if used and used + 1 + len(word) > room:
                lines, used = lines + 1, 0.0
            used += len(word) + (1 if used else 0)
        if max(map(len, words), default=0) <= room and lines * size * LEADING <= TITLE_HEIGHT:
            return place
    return len(SIZES) - 1
