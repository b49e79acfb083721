"""What both processes hold in RAM: the website after everything that it was asked, the background API while it draws the map and fits anew.

    python -m movie_recommender.benchmarks.memory INSTANCE

The instance may be thrown away: members are added to it and rate, its map is drawn and its model fitted again. The encoder is
not loaded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from movie_recommender.services import dispatch

from .child import ended_in_order
from .crowd import Person, at_once, members
from .processes import memory, most_memory, opened, running, wait_until_idle

PEOPLE, RATINGS, PAGES, FILMS, WORDS = 8, 10, 6, 60, 25  # people; and of each: ratings, pages of his list, films' pages, words searched
SEARCHED = "the love man night star war black girl house last king dark city blood life time fire world road sea moon death dream boy day"
OTHERS = "/taste /taste/films /neighbours /steering /ratings /watchlist /map /map/points /tonight /export"


@dataclass(frozen=True)
class Stage:
    """Bytes in RAM after something, and the most meanwhile; what was asked in words."""

    what: str
    now: int
    most: int


@dataclass(frozen=True)
class Memory:
    """The website's stages, each on top of those before, with the most ever; the background API's, with the most since the one before."""

    website: list[Stage]
    background: list[Stage]


def measure(instance: Path) -> Memory:
    """Start the product on the instance, have it draw the map, let people use it, and stop it.

    Raises:
        MovieRecommenderError: It does not come up, or does not answer as it should.
    """
    with ended_in_order(), opened(instance):
        films, made = members(PEOPLE)
        with running(instance) as (port, (web, background)):
            website = [Stage("its start", memory(web), most_memory(web))]
            crowd = [Person(port, user_id, name, films) for user_id, name in made]
            wait_until_idle()
            held = [_stage("its start, and the jobs that come with it", background)]
            for what, ask in _asked(crowd):
                at_once(crowd, ask)
                website.append(Stage(what, memory(web), most_memory(web)))
            held.append(_stage("all that was asked of the website", background))
            dispatch.call("POST", "/jobs", {"kind": "atlas"})
            wait_until_idle()
            held.append(_stage("the map drawn", background))
            dispatch.call("POST", "/jobs", {"kind": "refit"})
            wait_until_idle()
            held.append(_stage("a new fit beside the model that serves, and similar films", background))
        return Memory(website, held)


def _stage(what: str, pid: int) -> Stage:
    """Now, and the most since the last stage."""
    stage = Stage(what, memory(pid), most_memory(pid))
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")  # the most begins anew
    return stage


def _asked(crowd: Sequence[Person]) -> list[tuple[str, Callable[[Person], None]]]:
    """What each person asks in turn, all of them at once."""
    place = {id(person): at for at, person in enumerate(crowd)}

    def rate(person: Person) -> None:
        for _ in range(RATINGS):
            person.rate()

    def read_list(person: Person) -> None:
        for page in range(1, PAGES + 1):
            person.ask("GET", f"/recommendations?page={page}")
            person.ask("GET", f"/recommendations?genre=Drama&page={page}")

    def read_films(person: Person) -> None:
        first = place[id(person)] * FILMS
        for film in person.films[first : first + FILMS]:
            person.ask("GET", f"/movies/{film}")
        for film in person.films[first : first + FILMS : 10]:
            person.ask("GET", f"/movies/{film}/why")

    def search(person: Person) -> None:
        for word in SEARCHED.split()[:WORDS]:
            person.ask("GET", f"/search?q={word}")
            person.ask("GET", f"/search/suggest?q={word[:3]}")

    def see_all(person: Person) -> None:
        for page in OTHERS.split():
            person.ask("GET", page)

    return [
        (f"{len(crowd)} people signed in", Person.sign_in),
        (f"{RATINGS} ratings each, and their new lists", rate),
        (f"{PAGES} pages of each list, all genres and one", read_list),
        (f"{FILMS} films' pages each, others for everybody, and {FILMS // 10} receipts", read_films),
        (f"{WORDS} searches of films and people each, as typed and sent", search),
        ("taste, fellows, steering, ratings, watchlist, the map and its points, tonight, the export", see_all),
        (f"{PAGES} pages of each list again", read_list),
    ]


if __name__ == "__main__":
    json.dump(asdict(measure(Path(sys.argv[1]))), sys.stdout, indent=1)
