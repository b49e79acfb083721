"""An evening for several people: who is here, what they want, and films that suit each of them, with a reason for each.

Members take part if they allow it (`openness`). Guests have no account: what they say is handed in with the question and
kept nowhere here; the website keeps it in a signed session that it forgets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from ..errors import InvalidInput
from ..storage import db
from ..storage.models import Movie, Rating
from . import browsing, onboarding, openness, rating
from .dispatch import call
from .lists import Reason
from .wording import SEVERAL, one_line

RULES = ("misery", "average")
MOST_PEOPLE = 8
GUEST_RATINGS = 5  # after which a guest takes part
MOST_GUEST_RATINGS = 20
PICKED = 12  # films of an evening
TIMEOUT = (0.5, 8.0)  # seconds to connect, to answer


@dataclass(frozen=True)
class Guest:
    """Somebody without an account: a name for the page, stars by movie id, films that he has not seen."""

    name: str
    stars: Mapping[int, float] = field(default_factory=dict)
    unseen: Collection[int] = ()

    @property
    def missing(self) -> int:
        """How many ratings he is short of."""
        return max(0, GUEST_RATINGS - len(self.stars))


@dataclass(frozen=True)
class Companion:
    """A member who may be chosen, and whether he has rated enough to take part."""

    id: int
    name: str
    is_ready: bool


@dataclass(frozen=True)
class Wanted:
    """Conditions that the host set; see `together.Wish`."""

    rule: str = "misery"
    rewatches: bool = False
    genres: Collection[str] = ()
    exclude_genres: Collection[str] = ()
    runtime: int | None = None
    list_id: int | None = None
    watchlist: bool = False


@dataclass(frozen=True)
class Share:
    """What a film is to one of them: its place in his own list over all films, 1 is the best, and why in a line."""

    name: str
    place: int
    predicted_rating: float
    has_seen: bool
    why: str


@dataclass(frozen=True)
class Pick:
    """A film for everybody, with each one's share; `films` is how many a place is one of."""

    movie: Movie
    films: int
    shares: list[Share]


def others(user_id: int) -> list[Companion]:
    """The members who let others choose with them, by name."""
    names = {other: name for other, name in openness.names("tonight").items() if other != user_id}
    counted = select(Rating.user_id, func.count()).where(Rating.user_id.in_(list(names))).group_by(Rating.user_id)
    counts = dict(db.session.execute(counted).all())
    needed = current_app.config["MIN_RATINGS"]
    return [Companion(other, name, counts.get(other, 0) >= needed) for other, name in names.items()]


def films_to_rate(guest: Guest, n: int) -> list[Movie]:
    """Films to ask a guest about, those that tell most of him first."""
    known = {*guest.stars, *guest.unseen}
    return onboarding.telling_films(guest.stars, guest.unseen, n) or browsing.examples(0, n, known)


def check_guest(name: str, taken: Collection[str]) -> str:
    """A guest's name as it is shown.

    Raises:
        InvalidInput: It is empty or long, or somebody here has it.
    """
    name = " ".join(name.split())
    if not name or len(name) > 30 or not name.isprintable():
        raise InvalidInput("A guest needs a name of 1 to 30 characters.")
    if name.casefold() in {other.casefold() for other in taken}:
        raise InvalidInput(f"There is a {name} here already. Use another name.")
    return name


def choose(user_id: int, name: str, chosen: Collection[int], guests: Sequence[Guest], wanted: Wanted, n: int = PICKED) -> list[Pick]:
    """Films for the person and these others, best first.

    Args:
        user_id: Who asks; he takes part.
        name: What he is called in reasons; "" addresses him as "you".
        chosen: Ids of other members.
        guests: Each with enough ratings.
        wanted: The conditions.
        n: How many films.

    Raises:
        InvalidInput: Somebody does not take part or has rated too little, they are too many or too few, or a condition is none.
        BackgroundUnavailable: The engine is away.
    """
    needed = current_app.config["MIN_RATINGS"]
    if rating.count(user_id) < needed:
        raise InvalidInput(f"Rate {needed} films of your own first.")
    members = _members(user_id, chosen)
    _check(guests, wanted, 1 + len(members) + len(guests))
    names = [name, *members.values(), *(guest.name for guest in guests)]
    body = {
        "members": [user_id, *members], "guests": [dict(guest.stars) for guest in guests], "rule": wanted.rule,
        "rewatches": wanted.rewatches, "genres": sorted(wanted.genres), "exclude_genres": sorted(wanted.exclude_genres),
        "runtime": wanted.runtime, "list_id": wanted.list_id, "watchlist_of": user_id if wanted.watchlist else None, "n": n,
    }  # fmt: skip
    answer = call("POST", "/lists/together", body, TIMEOUT)
    return _picks(answer, names)


def _members(user_id: int, chosen: Collection[int]) -> dict[int, str]:
    there = {other.id: other for other in others(user_id)}
    if any(other not in there for other in chosen):
        raise InvalidInput("Somebody whom you chose does not take part any more. Choose again.")
    for other in chosen:
        if not there[other].is_ready:
            raise InvalidInput(f"{there[other].name} has rated too few films yet.")
    return {other: there[other].name for other in dict.fromkeys(chosen)}


def _check(guests: Sequence[Guest], wanted: Wanted, people: int) -> None:
    if wanted.rule not in RULES:
        raise InvalidInput(f"`rule` is one of: {', '.join(RULES)}.")
    for guest in guests:
        if guest.missing:
            raise InvalidInput(f"{guest.name} has rated {len(guest.stars)} films; {GUEST_RATINGS} are needed.")
        if len(guest.stars) > MOST_GUEST_RATINGS:
            raise InvalidInput(f"{guest.name} has rated {len(guest.stars)} films; a guest may rate {MOST_GUEST_RATINGS}.")
    if not 2 <= people <= MOST_PEOPLE:
        raise InvalidInput(f"An evening is for 2 to {MOST_PEOPLE} people.")


def _picks(answer: Mapping[str, Any], names: Sequence[str]) -> list[Pick]:
    rows = answer["picks"]
    told = [[[Reason(*reason) for reason in share["reasons"]] for share in row["shares"]] for row in rows]
    causes = {movie_id for row in told for why in row for reason in why for movie_id, _ in reason.causes.get("movies", ())}
    titles, movies = browsing.titles(causes), browsing.by_ids([row["movie_id"] for row in rows])
    return [
        Pick(
            movies[row["movie_id"]],
            answer["films"],
            [
                Share(
                    name, share["place"], share["predicted_rating"], share["has_seen"],
                    _why(reasons, titles, name),
                )
                for name, share, reasons in zip(names, row["shares"], why, strict=True)
            ],
        )
        for row, why in zip(rows, told, strict=True)
        if row["movie_id"] in movies
    ]  # fmt: skip


def _why(reasons: Sequence[Reason], titles: Mapping[int, str], name: str) -> str:
    """The strongest reason that is the person's own: a film, somebody or a genre that he likes; else what others with his taste say."""
    own = [reason for reason in reasons if reason.kind != "neighbours"]
    found = one_line(own, titles, name)
    return found if found != SEVERAL else one_line(reasons, titles, name)
