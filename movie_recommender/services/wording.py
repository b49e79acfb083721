"""Reasons in words: one short line why a movie is on the list."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..catalogue.records import FORMATS
from .lists import Reason

SEVERAL = "Several small reasons"


class Line(NamedTuple):
    """A reason as a sentence without a full stop, its films still to be named: they stand between `before` and `after`."""

    before: str
    films: tuple[int, ...] = ()
    after: str = ""

    def told(self, titles: Mapping[int, str]) -> str:
        """The sentence; `SEVERAL` if none of its films has a title any more."""
        names = [titles[movie_id] for movie_id in self.films if movie_id in titles]
        return f"{self.before}{_names(names)}{self.after}" if names or not self.films else SEVERAL


def line(reasons: Iterable[Reason], rated: Container[int], whose: str = "") -> Line:
    """The first reason that lifts the film and can name its cause: a film that is `rated`, people, genres or others' stars.

    Args:
        reasons: the strongest first; those after the one that is told are not asked for.
        whose: list it is; "" addresses him as "you".
    """
    for reason in reasons:
        if reason.points > 0 and (found := _line(reason, rated, whose)):
            return found
    return Line(SEVERAL)


def one_line(reasons: Sequence[Reason], titles: Mapping[int, str], whose: str = "") -> str:
    """The strongest reason that can name its cause, as a sentence without a full stop; `SEVERAL` when there is none."""
    return line(sorted(reasons, key=lambda reason: -reason.points), titles, whose).told(titles)


def _line(reason: Reason, rated: Container[int], whose: str) -> Line | None:
    causes = reason.causes
    if reason.kind == "neighbours" and causes.get("count"):
        count = causes["count"]
        taste = f"with {whose}'s taste" if whose else "with your taste"
        if not causes.get("mean"):
            return Line(f"{count} {'person' if count == 1 else 'people'} {taste} rated it")
        stars = f"{causes['mean']:.1f}"
        return Line(f"{count} people {taste} gave it {stars} on average" if count > 1 else f"One person {taste} gave it {stars}")
    people = [(name, role) for name, role, points in causes.get("people", ()) if points > 0]
    if reason.kind == "people" and people:
        name, role = people[0]
        rates = f"{whose} rates" if whose else "you rate"
        return Line(f"{'Directed by' if role == 'director' else 'With'} {name}, whose films {rates} highly")
    if movies := tuple([movie_id for movie_id, points in causes.get("movies", ()) if points > 0 and movie_id in rated]):
        return Line("A story like ", movies) if reason.kind == "plot" else Line("People who love ", movies, " love it too")
    if genres := [name for name, points in causes.get("genres", ()) if points > 0 and name not in FORMATS]:
        return Line(f"{whose} likes {_names(genres)}" if whose else f"You like {_names(genres)}")
    return None


def _names(names: Sequence[str]) -> str:
    return " and ".join(names[:2])
