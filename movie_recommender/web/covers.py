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

from ..storage.models import Movie
from . import motifs, objects
from .motifs import Motif

# What a film is most, from the most telling genre to the least: number of palettes (`palettes.css`), and motifs.
MOODS: dict[str, tuple[str, tuple[Motif, ...]]] = {
    "Film-Noir": ("noir", (motifs.blinds, objects.door, motifs.skyline, motifs.spiral)),
    "Western": ("west", (motifs.dunes, motifs.sun, objects.road, motifs.peaks)),
    "Horror": ("dread", (motifs.forest, motifs.slash, motifs.eye, objects.house, objects.door)),
    "Documentary": ("paper", (objects.halftone, objects.target, motifs.overlap)),
    "Musical": ("stage", (objects.bars, motifs.rays, motifs.petals, motifs.arches)),
    "Animation": ("toy", (motifs.balloons, motifs.arches, motifs.confetti, motifs.sun, motifs.dunes)),
    "Children": ("toy", (motifs.balloons, motifs.arches, motifs.confetti)),
    "War": ("field", (objects.chevrons, motifs.sun, objects.target, motifs.dunes)),
    "Sci-Fi": ("space", (motifs.orbit, motifs.grid, motifs.rings, objects.halftone)),
    "Fantasy": ("spell", (motifs.arches, motifs.forest, motifs.peaks, objects.bolt)),
    "Mystery": ("fog", (motifs.eye, motifs.spiral, objects.door, objects.stairs)),
    "Crime": ("case", (motifs.skyline, objects.windows, objects.target, objects.stairs, motifs.blinds)),
    "Romance": ("rose", (motifs.heart, motifs.overlap, motifs.petals, motifs.sun)),
    "Thriller": ("case", (motifs.rings, motifs.slash, objects.target, motifs.eye, objects.road)),
    "Action": ("heat", (motifs.rays, objects.chevrons, objects.bolt, motifs.slash)),
    "Adventure": ("trail", (motifs.peaks, motifs.dunes, motifs.waves, motifs.sun)),
    "Comedy": ("wit", (motifs.confetti, motifs.rays, objects.halftone, motifs.petals, objects.chevrons)),
    "Drama": ("earth", (motifs.overlap, objects.windows, objects.stairs, motifs.sun, motifs.waves)),
}
PALETTES_EACH = 4
# What a story is about, where a word of its keywords says so, tells more than its genre.
SUBJECTS: dict[Motif, str] = {
    motifs.orbit: "space astronaut planet alien aliens spaceship starship galaxy moon mars",
    motifs.waves: "sea ocean ship island submarine sailing sailor pirate pirates beach surfing shipwreck",
    objects.fin: "shark",
    objects.clock: "time clock deadline countdown",
    objects.cell: "prison escape prisoner jail inmates convict",
    objects.crown: "king queen royalty monarchy prince princess throne emperor",
    objects.road: "road highway trucker hitchhiker biker",
    motifs.peaks: "mountain mountains climbing snow antarctica arctic",
    objects.house: "haunted house mansion hotel manor",
    motifs.forest: "forest woods witch werewolf vampire",
    motifs.spiral: "dream dreams hypnosis memory amnesia obsession madness hallucination",
    objects.bars: "music musician band jazz singer rock piano pianist concert",
    motifs.dunes: "desert",
    motifs.skyline: "gangster mafia mob heist",
    motifs.grid: "hacker robot robots computer cyberspace android simulation",
    motifs.petals: "dance dancer ballet dancing",
    motifs.heart: "wedding marriage",
    objects.target: "assassin hitman sniper spy",
}
BY_KEYWORD = {word: motif for motif, words in SUBJECTS.items() for word in words.split()}
# Whole within their box: these may also hang above the title; the others stand on the lower edge, below it.
HANGING = {
    motifs.heart, motifs.petals, motifs.eye, motifs.orbit, motifs.overlap, motifs.spiral, objects.target, objects.clock,
    objects.crown, motifs.slash,
}  # fmt: skip
# Typefaces (`covers.css`) by what was usual on posters, with the width of an average letter in ems.
VOICES = {"grotesk": 0.6, "narrow": 0.6, "caps": 0.76, "serif": 0.55, "italic": 0.5, "mono": 0.62, "light": 0.54}
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


@lru_cache(maxsize=4096)
def design(key: str, title: str, year: int | None, genres: Sequence[str], keywords: Sequence[str], credit: str) -> Design:
    """The same facts give the same cover, everywhere and always."""
    random = Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]))  # noqa: S311 - a picture, not a secret
    mood, pictures = next((MOODS[name] for name in MOODS if name in genres), MOODS["Drama"])
    palette = random.randrange(PALETTES_EACH)
    era = next(voices for last, voices in BY_ERA if (year or 2000) <= last)
    voice = "mono" if mood == "paper" and random.random() < 0.5 else random.choice(era)
    motif = picture(keywords) or random.choice(pictures)
    side = "low" if motif in HANGING and random.random() < 0.45 else "top"
    art = Markup(f'<g transform="translate(0 {100 if side == "top" else -12})">{motif(random)}</g>')  # noqa: S704 - our own shapes
    return Design(f"p-{mood}{palette} v-{voice} at-{side} t{title_size(title, VOICES[voice])}", art, credit)


def picture(keywords: Sequence[str]) -> Motif | None:
    """The motif of the first keyword that has one."""
    return next((BY_KEYWORD[word] for keyword in keywords for word in keyword.split() if word in BY_KEYWORD), None)


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
