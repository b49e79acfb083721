"""The people whose taste is nearest, as the website shows them, and what they love that one has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from ..errors import BackgroundUnavailable
from ..storage import db
from ..storage.models import Movie, Rating, User
from . import browsing, dismissing, openness
from .dispatch import call

TIMEOUT = (0.5, 6.0)  # seconds to connect, to answer
FAVOURITE = 8  # half stars from which on a film is a favourite
NEEDED = 3  # favourites before there can be neighbours
FILMS = 24  # shown at a time
MATCHES = ((0.45, "Nearly your taste"), (0.65, "Very close"), (0.95, "Close"), (9.0, "Same loves, other stars"))  # by stars apart
# Pseudonyms of community raters: the same one for the same rater.
MOODS = (
    "Amber", "Autumn", "Bright", "Calm", "Copper", "Coral", "Distant", "Early", "Faded", "Gentle", "Golden", "Hidden", "Indigo", "Ivory",
    "Late", "Lunar", "Misty", "Northern", "Paper", "Quiet", "Restless", "Rosy", "Rusty", "Scarlet", "Silver", "Sleepless", "Smoky", "Solar",
    "Velvet", "Wandering", "Winter",
)  # fmt: skip
CREATURES = (
    "Badger", "Bear", "Bison", "Crane", "Crow", "Curlew", "Deer", "Dolphin", "Falcon", "Finch", "Fox", "Hare", "Heron", "Ibis", "Jackdaw",
    "Kestrel", "Lark", "Lynx", "Magpie", "Marten", "Moth", "Newt", "Otter", "Owl", "Panther", "Raven", "Robin", "Salmon", "Seal", "Stork",
    "Swift", "Tiger", "Toad", "Turtle", "Whale", "Wolf", "Wren",
)  # fmt: skip


Titles = tuple[tuple[int, str], ...]
"""Films by id and title."""


@dataclass(frozen=True)
class Fellow:
    """Somebody with a taste like one's own.

    Attributes:
        key: stands for him in the address of the page.
        name: a member's own name, or a community rater's pseudonym.
        score: shared favourites against all that he rated, 0..1.
        rated: how many films he rated in all.
        overlap: how many films both rated.
        apart: by how many stars they differ on those, on average.
        shared_count: how many favourites both have; `shared` are some of them, the less usual first.
        loved: films that he loves and one has not seen, best first.
    """

    key: int
    name: str
    is_member: bool
    score: float
    rated: int
    overlap: int
    apart: float
    shared_count: int
    shared: Titles
    loved: Titles

    @property
    def match(self) -> str:
        """How near, in words."""
        return next(words for least, words in MATCHES if self.apart <= least)


@dataclass(frozen=True)
class Loved:
    """A film that some of them love, nearest first."""

    movie: Movie
    by: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """`state`: `found`, `too_few_favourites`, `nobody` or `away`; `favourites`: how many films one gave four stars or more."""

    state: str
    favourites: int = 0
    people: tuple[Fellow, ...] = ()

    def fellow(self, key: int | None) -> Fellow | None:
        """The one whom the address names, if he is among them."""
        return next((each for each in self.people if each.key == key), None)


def company(user_id: int) -> Company:
    """The people nearest in taste, nearest first."""
    is_mine = (Rating.user_id == user_id, Rating.half_stars >= FAVOURITE)
    favourites = db.session.scalar(select(func.count()).select_from(Rating).where(*is_mine)) or 0
    if favourites < NEEDED:
        return Company("too_few_favourites", favourites)
    try:
        rows = call("GET", f"/people/{user_id}/neighbours", timeout=TIMEOUT)["people"]
    except BackgroundUnavailable:
        return Company("away", favourites)
    people = _people(rows)
    return Company("found" if people else "nobody", favourites, people)


def loved(user_id: int, people: Sequence[Fellow]) -> list[Loved]:
    """What these people love and one has not seen, best first: each counts as much as he is near."""
    worth: dict[int, float] = {}
    by: dict[int, list[str]] = {}
    for each in people:
        for place, (movie_id, _) in enumerate(each.loved):
            worth[movie_id] = worth.get(movie_id, 0.0) + each.score * (1 - place / 200)
            by.setdefault(movie_id, []).append(each.name)
    best = sorted(worth, key=lambda movie_id: -worth[movie_id])[: 2 * FILMS]
    never, films = dismissing.genre_names(user_id), browsing.by_ids(best)
    wanted = [films[each] for each in best if each in films and never.isdisjoint(genre.name for genre in films[each].genres)]
    return [Loved(film, tuple(by[film.id])) for film in wanted[:FILMS]]


def _people(rows: Sequence[dict[str, Any]]) -> tuple[Fellow, ...]:
    names = _names([row["user_id"] for row in rows])
    titles = browsing.titles({movie_id for row in rows for movie_id in (*row["shared"], *row["loved"])})

    def films(ids: Sequence[int]) -> Titles:
        return tuple((movie_id, titles[movie_id]) for movie_id in ids if movie_id in titles)

    return tuple(
        Fellow(
            row["user_id"], *names[row["user_id"]], row["score"], row["rated"], row["overlap"], row["apart"], row["shared_count"],
            films(row["shared"]), films(row["loved"]),
        )
        for row in rows if row["user_id"] in names
    )  # fmt: skip


def _names(user_ids: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Name and whether it is a member's; without members who do not, or no longer, want to be seen."""
    shown = openness.names("as_neighbour")
    query = select(User.id).where(User.id.in_(user_ids), or_(User.kind == "community", User.id.in_(list(shown))))
    return {each: (shown.get(each) or pseudonym(each), each in shown) for each in db.session.scalars(query)}


def pseudonym(user_id: int) -> str:
    """What a community rater is called."""
    return f"{MOODS[user_id % len(MOODS)]} {CREATURES[user_id // len(MOODS) % len(CREATURES)]}"
