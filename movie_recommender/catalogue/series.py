"""Which films are parts of a series, and in which order, as far as their titles say it.

A title says it by a number (`Rocky II`, `Toy Story 2`, `The Godfather: Part III`, `Star Wars: Episode VI`), by a common
beginning before "and the" (`Harry Potter and the ...`, in order of years), or, without an order, by one before a colon
(`Die Hard: ...`). What a catalogue says itself counts more, and the parts that it leaves out are numbered after those that it
knows. Titles that tell nothing (`Aliens`) stay films of their own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .titles import fold

GAP = 2  # a number follows the one before it, or leaves one out: `Super 8` is no part of `Super`
FIRST_HERE = 3  # the greatest number with which a series may begin here: `Apollo 11` begins none
SAME_BEGINNING = 3  # films that begin alike, before they count as a series
_ROMAN = dict(zip("I II III IV V VI VII VIII IX X XI XII XIII XIV XV".split(), range(1, 16), strict=True))  # noqa: SIM905 - legible
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "deux": 2, "trois": 3,
}  # fmt: skip
_PART = re.compile(r"^(?P<base>.+?)\s*[:,-]?\s+(?:Part|Episode|Chapter|Volume|Vol\.?)\s+(?P<number>\w+)\b", re.IGNORECASE)
_NUMBER = re.compile(r"^(?P<base>.+?)\s+(?P<number>[IVX]+|\d{1,2})(?=$|:| - )")
_AND_THE = re.compile(r"^(?P<base>.+?) and the \w")
_COLON = re.compile(r"^(?P<base>[^:]+):\s")
_YEAR = re.compile(r" \(\d{4}\)$")
_ARTICLE = re.compile(r"^(?:the|an?) (?=\S)")


class Place(NamedTuple):
    """A film's series, and its number among the parts that build upon each other; None where it stands on its own."""

    series: str
    part: int | None


class Film(NamedTuple):
    """What is read of a film."""

    id: int
    title: str
    year: int | None


class _Numbered(NamedTuple):
    year: int
    number: int
    film: Film
    is_called_part: bool = False  # "Part 5", not just "5"


def by_title(films: Sequence[Film], given: Mapping[int, Place]) -> dict[int, Place]:
    """The places of the films that are not in `given` and whose titles tell them, by id.

    Args:
        films: All films of a catalogue.
        given: Places that somebody knows, by film id.
    """
    films = sorted(films)
    found: dict[int, Place] = {}
    for members in _numbered(films).values():
        for chain in _chains(members):
            found.update(_numbers(chain, given))
    for alike in _beginning_alike(films, _AND_THE, words=2).values():
        found.update(_in_order_of_years(alike, given))
    found.update(_without_order(films, {**found, **given}))
    return {film_id: place for film_id, place in found.items() if film_id not in given}


def _numbered(films: Iterable[Film]) -> dict[str, list[_Numbered]]:
    """By the folded title without its number: the films that have one, and the one that is called just so."""
    groups: dict[str, list[_Numbered]] = defaultdict(list)
    rest = []
    for film in films:
        called = _PART.match(film.title)
        match = called or _NUMBER.match(film.title)
        number = _number(match["number"]) if match else 0
        if match and number:
            groups[_key(match["base"])].append(_Numbered(film.year or 0, number, film, called is not None))
        else:
            rest.append(film)
    for film in rest:
        if (key := _key(film.title)) in groups:
            groups[key].append(_Numbered(film.year or 0, 1, film))
    return groups


def _chains(members: list[_Numbered]) -> list[list[_Numbered]]:
    """Numbers that follow each other through the years; a first part begins anew, as a remake does."""
    chains: list[list[_Numbered]] = []
    for one in sorted(members):
        last = chains[-1][-1].number if chains else 0
        if chains and last < one.number <= last + GAP:
            chains[-1].append(one)
        elif one.number <= FIRST_HERE or one.is_called_part:
            chains.append([one])
    return [chain for chain in chains if len(chain) > 1]


def _numbers(chain: list[_Numbered], given: Mapping[int, Place]) -> dict[int, Place]:
    """The chain's own numbers, or those that the next of its films with a given place leads to."""
    known = [(one, given[one.film.id]) for one in chain if one.film.id in given]
    found = {}
    for one in chain:
        if known:
            near, place = min(known, key=lambda pair: abs(pair[0].number - one.number))
            part = None if place.part is None else max(1, place.part + one.number - near.number)
            found[one.film.id] = Place(place.series, part)
        else:
            found[one.film.id] = Place(_name(chain[0].film), one.number)
    return found


def _beginning_alike(films: Iterable[Film], pattern: re.Pattern[str], words: int = 1) -> dict[str, list[Film]]:
    groups: dict[str, list[Film]] = defaultdict(list)
    for film in films:
        if (match := pattern.match(film.title)) and len((key := _key(match["base"])).split()) >= words:
            groups[key].append(film)
    return groups


def _in_order_of_years(films: list[Film], given: Mapping[int, Place]) -> dict[int, Place]:
    """Each film after the greatest part before it; films of one year by title, which puts `Part 1` before `Part 2`."""
    names = Counter(place.series for film in films if (place := given.get(film.id)) and place.part)
    if not names and len(films) < SAME_BEGINNING:
        return {}
    name = names.most_common(1)[0][0] if names else _base(films[0], _AND_THE)
    found, last = {}, 0
    for film in sorted(films, key=lambda film: (film.year or 0, film.title)):
        if place := given.get(film.id):
            last = max(last, (place.part or 0) if place.series == name else 0)
        else:
            last += 1
            found[film.id] = Place(name, last)
    return found


def _without_order(films: Sequence[Film], known: Mapping[int, Place]) -> dict[int, Place]:
    """Films that begin with the name of a series, or alike in number, belong together and stand each on its own."""
    series = {_key(_YEAR.sub("", place.series)): place.series for place in known.values()}
    found = {}
    groups = _beginning_alike(films, _COLON)
    plain: dict[str, list[Film]] = defaultdict(list)
    for film in films:
        if (key := _key(film.title)) in groups:
            plain[key].append(film)
    for base, members in groups.items():
        own = [film.id for film in (*members, *plain[base]) if film.id not in known]
        if base in series or (len(members) >= SAME_BEGINNING and len(own) > 1):
            name = series.get(base) or _base(members[0], _COLON)
            found.update(dict.fromkeys(own, Place(name, None)))
    return found


def _number(text: str) -> int:
    """1..20, or 0 for none: a year, or a number of something else, is no part."""
    number = int(text) if text.isascii() and text.isdigit() else _ROMAN.get(text.upper(), _WORDS.get(text.casefold(), 0))
    return number if number <= 20 else 0


def _key(title: str) -> str:
    return _ARTICLE.sub("", fold(title))


def _name(film: Film) -> str:
    """A series' name: its first film's, with the year of that, for there are remakes."""
    return f"{_base(film, _PART, _NUMBER)}{f' ({film.year})' if film.year else ''}"


def _base(film: Film, *patterns: re.Pattern[str]) -> str:
    """What stands before the number, the colon or the "and the"; the whole title where there is none."""
    return next((match["base"] for pattern in patterns if (match := pattern.match(film.title))), film.title)
