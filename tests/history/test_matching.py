"""A film is found by its ids, else by title and year; what is not sure is asked."""

from __future__ import annotations

import pytest

from movie_recommender.catalogue.exports import Film
from movie_recommender.services.history.matching import AMBIGUOUS, ID, NEAR_YEAR, PART, TITLE, UNKNOWN, Matcher, title_key

Films = dict[tuple[str, int | None], int]


@pytest.mark.parametrize(
    ("film", "how", "expected"),
    [
        (Film("Anything", imdb_id="tt0099902"), ID, ("Paper Moons", 1994)),
        (Film("", tmdb_id=8001), ID, ("Salt Harbour", 2001)),
        (Film("Saltvik", 2001), TITLE, ("Salt Harbour", 2001)),
        (Film("Somewhere", 2001, original_title="SALTVIK"), TITLE, ("Salt Harbour", 2001)),
        (Film("Paper Moons", 2012), TITLE, ("Paper Moons", 2012)),
        (Film("paper-moons!", 1994), TITLE, ("Paper Moons", 1994)),
        (Film("Paper Moons", 1995), NEAR_YEAR, ("Paper Moons", 1994)),
        (Film("The Salt Harbour", 2001), TITLE, ("Salt Harbour", 2001)),
        (Film("Lantern", 1980), TITLE, ("Lantern", 1980)),
        (Film("Lantern, The", 1980), TITLE, ("The Lantern", 1980)),
        (Film("Tom and Jerry's Night 2", 1999), TITLE, ("Tom & Jerry's Night II", 1999)),
        (Film("The Glass Kingdom Falls", 1983), PART, ("Sky Saga: Episode V - The Glass Kingdom Falls", 1983)),
    ],
)
def test_a_film_is_found(context: None, films: Films, film: Film, how: str, expected: tuple[str, int | None]):
    match = Matcher().match(film)
    assert (match.how, match.movie_id) == (how, films[expected])


@pytest.mark.parametrize(
    ("film", "candidates"),
    [
        (Film("Paper Moons"), 2),  # no year, and remakes exist
        (Film("Twins", 1988), 2),  # two films of one title and year
        (Film("A Lantern", 1980), 2),
        (Film("Salt Harbour"), 1),  # one film, but nothing says that it is this one
        (Film("Undated", 2005), 1),
        (Film("Sky Saga", 1983), 1),  # too short a part to be sure
        (Film("x", imdb_id="tt0099901", tmdb_id=8002), 2),  # its ids name two films
    ],
)
def test_what_is_not_sure_is_asked(context: None, film: Film, candidates: int):
    match = Matcher().match(film)
    assert (match.how, match.movie_id, len(match.candidates)) == (AMBIGUOUS, None, candidates)


@pytest.mark.parametrize(
    "film",
    [
        Film("Nowhere", 2001),
        Film("Paper Moons", 2003),  # neither 1994 nor 2012
        Film("Paper Moons", 1994, imdb_id="tt7777777"),  # another film, says its id
        Film("Salt Harbour", 2001, imdb_id="tt7777777", tmdb_id=8001),  # the stronger id contradicts
        Film("", None),
        Film("!!!", 1994),
    ],
)
def test_another_film_is_not_taken_for_one_of_ours(context: None, film: Film):
    assert Matcher().match(film).how == UNKNOWN


def test_titles_are_compared_as_people_write_them():
    assert title_key("The Café & the Sea, Part II") == title_key("Café and the Sea part 2")
    assert title_key("Spider-Man") == title_key("Spiderman")
    assert title_key("Lantern, The") == title_key("The Lantern")
    assert title_key("The") == "the", "a title that is only an article keeps it"
