"""Which film of the catalogue a row of an export means: by ids first, by title and year when there is no id. Never a guess.

All of the catalogue's ids and titles are held while one upload is matched: about 500 bytes a movie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from ...catalogue.exports import Film
from ...catalogue.titles import fold, natural_order
from ...storage import db
from ...storage.models import Movie

ID, TITLE, NEAR_YEAR, PART, AMBIGUOUS, UNKNOWN = "id", "title", "near year", "part", "ambiguous", "unknown"
_IDS = ("imdb_id", "tmdb_id", "movielens_id")  # the strongest first
_ARTICLE_WORDS = "the a an le la les l un une il lo gli i der die das el los las den det"
_ARTICLES = set(_ARTICLE_WORDS.split())
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPELLINGS = {"volume": "vol"} | (
    _ROMAN
    | {word: str(at) for at, word in enumerate(_WORDS.split(" "))}
    | {word: str(10 * at) for at, word in enumerate(_TENS.split(" "), 2)}
)
_SEGMENTS = re.compile(r"\s*[:–—]\s+|\s+-\s+")
MAX_CANDIDATES = 8
_DISTINCT = 12  # letters from which on a part of a title names a film of its year: `Return of the Jedi`, not `Alien`


@dataclass(frozen=True, slots=True)
class Match:
    """How a film was found (`ID`, `TITLE`, `NEAR_YEAR`, `PART`), or which ones it may be."""

    how: str
    movie_id: int | None = None
    candidates: tuple[int, ...] = ()


def title_key(title: str) -> str:
    """The form by which titles are compared: folded, `&` as `and`, `II` and `two` as `2`, no leading article, no spaces."""
    words = [_SPELLINGS.get(word, word) for word in fold(natural_order(title).replace("&", " and ")).split()]
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return "".join(words)


class Matcher:
    """The catalogue as it is now."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[object, int]] = {name: {} for name in _IDS}
        self._facts: dict[int, tuple[str | None, int | None, int | None]] = {}  # the ids of `_IDS`
        self._years: dict[int, int | None] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._titles: dict[str, list[int]] = {}
        self._parts: dict[str, list[int]] = {}
        columns = (Movie.id, Movie.imdb_id, Movie.tmdb_id, Movie.movielens_id, Movie.title, Movie.original_title, Movie.year)
        for movie_id, imdb, tmdb, movielens, title, original, year in db.session.execute(select(*columns)):
            self._facts[movie_id] = (imdb, tmdb, movielens)
            for name, value in zip(_IDS, self._facts[movie_id], strict=True):
                if value is not None:
                    self._ids[name][value] = movie_id
            self._years[movie_id] = year
            self._names[movie_id] = (title, original) if original and original != title else (title,)
            for key in {title_key(name) for name in self._names[movie_id]}:
                self._titles.setdefault(key, []).append(movie_id)
            for key in {title_key(part) for name in self._names[movie_id] for part in _parts(name)}:
                self._parts.setdefault(key, []).append(movie_id)

    def match_all(self, films: Iterable[Film]) -> dict[Film, Match]:
        """A match for every film."""
        return {film: self.match(film) for film in films}

    def match(self, film: Film) -> Match:
        """The film of the catalogue that is meant; when that is not sure, the ones it may be."""
        named = {self._ids[name][value]: None for name in _IDS if (value := getattr(film, name)) is not None and value in self._ids[name]}
        if named:
            best = next(iter(named))
            others = [movie_id for movie_id in named if movie_id != best]
            if not others:
                return Match(ID, best) if not self._contradicts(film, best) else self._by_title(film)
            return Match(AMBIGUOUS, candidates=tuple(named))
        return self._by_title(film)

    def _contradicts(self, film: Film, movie_id: int) -> bool:
        """Whether a stronger id than the one that matched says that these are two films."""
        for name, ours in zip(_IDS, self._facts[movie_id], strict=True):
            theirs = getattr(film, name)
            if ours is not None and theirs is not None:
                return bool(ours != theirs)
        return False

    def _by_title(self, film: Film) -> Match:
        keys = [key for title in (film.title, film.original_title) if title and (key := title_key(title))]
        same = self._unlike_ids(film, (movie_id for key in keys for movie_id in self._titles.get(key, ())))
        if film.year is None:
            return Match(AMBIGUOUS, candidates=tuple(same[:MAX_CANDIDATES])) if same else Match(UNKNOWN)
        for distance, how in ((0, TITLE), (1, NEAR_YEAR)):
            near = self._of_year(same, film.year, distance)
            near = self._spelled_alike(film, near) if len(near) > 1 else near
            if len(near) == 1:
                return Match(how, near[0])
            if near:
                return Match(AMBIGUOUS, candidates=tuple(near[:MAX_CANDIDATES]))
        return self._by_part(film, keys, [movie_id for movie_id in same if self._years[movie_id] is None])

    def _by_part(self, film: Film, keys: list[str], undated: list[int]) -> Match:
        """Films of about that year of which the title is a part (`The Empire Strikes Back` of `Star Wars: Episode V - ...`)."""
        whole = self._unlike_ids(film, (movie_id for key in keys if len(key) >= _DISTINCT for movie_id in self._parts.get(key, ())))
        named = self._of_year(whole, film.year, 0)
        if len(named) == 1 and not undated:
            return Match(PART, named[0])
        parts = [title_key(part) for part in _parts(film.title)]
        shared = self._unlike_ids(film, (movie_id for key in (*keys, *parts) if len(key) > 2 for movie_id in self._parts.get(key, ())))
        possible = list(dict.fromkeys((*undated, *named, *self._of_year(shared, film.year, 1))))
        return Match(AMBIGUOUS, candidates=tuple(possible[:MAX_CANDIDATES])) if possible else Match(UNKNOWN)

    def _unlike_ids(self, film: Film, movie_ids: Iterable[int]) -> list[int]:
        """Each movie once, without those that have another id of a kind that the film has: they are others, whatever their title."""
        return [
            movie_id for movie_id in dict.fromkeys(movie_ids)
            if all(ours is None or getattr(film, name) in (None, ours) for name, ours in zip(_IDS, self._facts[movie_id], strict=True))
        ]  # fmt: skip

    def _of_year(self, movie_ids: list[int], year: int | None, distance: int) -> list[int]:
        return [
            movie_id for movie_id in movie_ids if year and (ours := self._years[movie_id]) is not None and abs(ours - year) <= distance
        ]  # fmt: skip

    def _spelled_alike(self, film: Film, movie_ids: list[int]) -> list[int]:
        """Of films whose keys agree, those whose whole title does, if there are any."""
        alike = [movie_id for movie_id in movie_ids if fold(natural_order(film.title)) in {fold(name) for name in self._names[movie_id]}]
        return alike or movie_ids


def _parts(title: str) -> list[str]:
    """The pieces of a title between its colons and dashes, and its beginnings and ends made of several of them."""
    pieces = _SEGMENTS.split(title)[:5]
    joined = [" ".join(pieces[start:end]) for start in range(len(pieces)) for end in range(start + 1, len(pieces) + 1)]
    return [text for text in joined if text != title]
