"""Finding films by their titles, with typing mistakes, and people by their names."""

from __future__ import annotations

import pytest

from movie_recommender.errors import NotFound
from movie_recommender.services import browsing, searching


@pytest.fixture
def catalogue(add_movie):
    add_movie("The Godfather", 1972, directors=["Francis Ford Coppola"], cast=["Marlon Brando"], rating_count=90)
    add_movie("The Godfather: Part II", 1974, directors=["Francis Ford Coppola"], rating_count=80)
    add_movie("Spider-Man", 2002, directors=["Sam Raimi"], rating_count=50)
    add_movie("The Lord of the Rings: The Two Towers", 2002, directors=["Peter Jackson"], rating_count=70)
    add_movie("Alien", 1979, directors=["Ridley Scott"], rating_count=60)
    add_movie("Aliens", 1986, directors=["James Cameron"], rating_count=75)
    add_movie("It", 1990)


def titles(query: str) -> list[str]:
    return [movie.title for movie in browsing.search(query).movies]


def test_what_is_typed_leads_to_the_known_film_that_begins_so_and_not_to_any_with_that_word(app, catalogue, add_movie):
    add_movie("God Bless America", 2011, rating_count=3, renown=9)
    add_movie("City of God", 2002, rating_count=60, original_title="Cidade de Deus")
    with app.app_context():
        assert titles("god")[0] == titles("the god")[0] == "The Godfather"
        assert titles("cidade")[0] == "City of God"
    add_movie("God", 1999, rating_count=1, renown=9)
    with app.app_context():
        assert titles("god")[0] == "God", "what is called just so comes first, however little known"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("godfahter", "The Godfather"), ("gotfather part 2", "The Godfather: Part II"), ("spiderman", "Spider-Man"),
        ("alien 1979", "Alien"), ("lord of teh rings", "The Lord of the Rings: The Two Towers"), ("it", "It"),
        ("towrs", "The Lord of the Rings: The Two Towers"),
    ],
)  # fmt: skip
def test_a_title_is_found_as_people_type_it(app, catalogue, query, first):
    with app.app_context():
        assert titles(query)[0] == first


def test_mistakes_are_forgiven_only_when_nothing_fits_as_it_stands(app, catalogue, add_movie):
    add_movie("Allen", 2001, rating_count=900)
    with app.app_context():
        assert titles("alien") == ["Alien", "Aliens"]
        assert titles("xyzzy") == []


def test_a_film_that_came_a_moment_ago_is_found(app, catalogue, add_movie):
    with app.app_context():
        assert titles("heat") == []
    add_movie("Heat", 1995)
    with app.app_context():
        assert titles("heat") == ["Heat"]


def test_people_are_found_with_mistakes_and_with_how_many_films(app, catalogue):
    with app.app_context():
        assert [(person.name, person.films) for person in searching.people("copola")] == [("Francis Ford Coppola", 2)]
        assert [person.name for person in searching.people("scott ridley")] == ["Ridley Scott"]
        assert searching.people("zz") == []


def test_a_person_has_films_by_role(app, catalogue):
    with app.app_context():
        coppola = searching.people("coppola")[0]
        _, roles = searching.person(coppola.id)
        assert [movie.title for movie in roles["director"]] == ["The Godfather: Part II", "The Godfather"]
        assert roles["actor"] == []
        with pytest.raises(NotFound):
            searching.person(4711)


def test_without_the_background_api_stories_are_said_to_be_away(app, catalogue):
    with app.app_context():
        assert searching.stories("a shark hunts swimmers").state == "away"
        assert searching.stories("shark").state == "not_asked"
