"""What titles tell of series, and what they do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.catalogue.series import Film, Place, by_title


def _places(*titles: str | tuple[str, int], **known: Place) -> dict[str, Place]:
    """Places by title; films come a year after another from 1980 on, where no year is given."""
    films = [Film(at, *title) if isinstance(title, tuple) else Film(at, title, 1980 + at) for at, title in enumerate(titles)]
    by_name = {film.title: film.id for film in films}
    found = by_title(films, {by_name[name]: place for name, place in known.items()})
    return {film.title: found[film.id] for film in films if film.id in found}


@pytest.mark.parametrize(
    ("titles", "parts"),
    [
        (("Rocky", "Rocky II", "Rocky III", "Rocky IV"), (1, 2, 3, 4)),
        (("Toy Story", "Toy Story 2"), (1, 2)),
        (("The Terminator", "Terminator 2: Judgment Day"), (1, 2)),
        (("The Godfather", "The Godfather: Part II"), (1, 2)),
        (("The Karate Kid", "The Karate Kid, Part II"), (1, 2)),
        (("Kill Bill: Vol. 1", "Kill Bill: Vol. 2"), (1, 2)),
        (("Hot Shots!", "Hot Shots! Part Deux"), (1, 2)),
        (("Dune", "Dune: Part Two"), (1, 2)),
        (("Star Wars: Episode IV - A New Hope", "Star Wars: Episode V - The Empire Strikes Back"), (4, 5)),
        (("Iron Eagle", "Iron Eagle II", "Iron Eagle IV"), (1, 2, 4)),
        (("Harry Potter and the Stone", "Harry Potter and the Chamber", "Harry Potter and the Prisoner"), (1, 2, 3)),
        (("Three Colors: Blue", "Three Colors: White", "Three Colors: Red"), (None, None, None)),
        (("Die Hard", "Die Hard 2", "Die Hard: With a Vengeance"), (1, 2, None)),
    ],
)
def test_titles_tell_the_parts_of_a_series(titles: tuple[str, ...], parts: tuple[int | None, ...]) -> None:
    found = _places(*titles)
    assert tuple(found[title].part for title in titles) == parts
    assert len({place.series for place in found.values()}) == 1


@pytest.mark.parametrize(
    "titles",
    [
        ("Super", "Super 8"),
        ("Apollo 11", "Apollo 13"),
        ("District 9", "Malcolm X", "Henry V", "Se7en", "1917", "Blade Runner", "Blade Runner 2049"),
        (("Rambo III", 1988), ("Rambo", 2008)),
        ("The Prince and the Pauper", "The Prince and the Showgirl", "The Prince and the Frog"),
        ("Aliens", "Alien"),
    ],
)
def test_a_number_or_a_likeness_alone_makes_no_series(titles: tuple[str, ...]) -> None:
    assert _places(*titles) == {}


def test_a_remake_begins_a_series_of_its_own() -> None:
    found = _places(("Halloween", 1978), ("Halloween II", 1981), ("The Fly", 1958), ("The Fly", 1986), ("The Fly II", 1989))
    assert found["Halloween"].series == found["Halloween II"].series == "Halloween (1978)"
    assert found["The Fly II"] == Place("The Fly (1986)", 2)
    later = by_title([Film(1, "The Fly", 1958), Film(2, "The Fly", 1986), Film(3, "The Fly II", 1989)], {})
    assert set(later) == {2, 3}


def test_what_a_catalogue_knows_counts_more_and_numbers_those_that_it_leaves_out() -> None:
    known = {"Star Wars: Episode VI": Place("Star Wars", 3), "Rocky": Place("Rocky, the boxer", 1)}
    found = _places("Star Wars: Episode VI", "Star Wars: Episode VII", "Rocky", "Rocky II", "Rocky: The Musical", **known)
    assert found == {
        "Star Wars: Episode VII": Place("Star Wars", 4),
        "Rocky II": Place("Rocky, the boxer", 2),
    }


def test_parts_that_stand_on_their_own_stay_so_for_their_sequels() -> None:
    found = _places("Mission: Impossible", "Mission: Impossible III", **{"Mission: Impossible": Place("Mission: Impossible", None)})
    assert found == {"Mission: Impossible III": Place("Mission: Impossible", None)}


_TITLES = st.sampled_from(["Saw", "Cube", "The Cube"]).flatmap(
    lambda base: st.sampled_from(["", " II", " 2", " 3: More", ": Part IV", ": Legacy", " and the Box"]).map(lambda rest: base + rest)
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_TITLES, st.one_of(st.none(), st.integers(1970, 2020))), max_size=12), st.randoms(use_true_random=False))
def test_places_are_positive_never_lonely_and_the_same_in_whatever_order_films_come(rows, random) -> None:
    films = [Film(at, title, year) for at, (title, year) in enumerate(rows)]
    found = by_title(films, {})
    assert all(place.part is None or place.part >= 1 for place in found.values())
    members = [place.series for place in found.values()]
    assert all(members.count(name) > 1 for name in members)
    random.shuffle(films)
    assert by_title(films, {}) == found
