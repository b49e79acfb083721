"""Reasons in words: one short line why a movie is on the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..catalogue.records import FORMATS
from .lists import Reason

SEVERAL = "Several small reasons"


def one_line(reasons: Sequence[Reason], titles: Mapping[int, str], rated: Mapping[int, float], whose: str = "") -> str:
    """The strongest reason that can name its cause, as a sentence without a full stop; `SEVERAL` when there is none.

    `whose` list it is; "" addresses him as "you".
    """
    for reason in sorted(reasons, key=lambda reason: -reason.points):
        if reason.points > 0 and (line := _line(reason, titles, rated, whose)):
            return line
    return SEVERAL


def _line(reason: Reason, titles: Mapping[int, str], rated: Mapping[int, float], whose: str) -> str:
    causes = reason.causes
    movies = [titles[movie_id] for movie_id, points in causes.get("movies", ()) if points > 0 and movie_id in titles and movie_id in rated]
    people = [(name, role) for name, role, points in causes.get("people", ()) if points > 0]
    genres = [name for name, points in causes.get("genres", ()) if points > 0 and name not in FORMATS]
    if reason.kind == "neighbours" and causes.get("count"):
        count = causes["count"]
        taste = f"with {whose}'s taste" if whose else "with your taste"
        if not causes.get("mean"):
            return f"{count} {'person' if count == 1 else 'people'} {taste} rated it"
        stars = f"{causes['mean']:.1f}"
        return f"{count} people {taste} gave it {stars} on average" if count > 1 else f"One person {taste} gave it {stars}"
    if reason.kind == "people" and people:
        name, role = people[0]
        rates = f"{whose} rates" if whose else "you rate"
        return f"{'Directed by' if role == 'director' else 'With'} {name}, whose films {rates} highly"
    if reason.kind == "plot" and movies:
        return f"A story like {_names(movies)}"
    if movies:
        return f"People who love {_names(movies)} love it too"
    if genres:
        return f"{whose} likes {_names(genres)}" if whose else f"You like {_names(genres)}"
    return ""


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {names[1]}"
