"""Looking at the catalogue."""

from __future__ import annotations

import pytest

from movie_recommender.errors import NotFound
from movie_recommender.services import browsing, rating


def titles(movies):
    return [movie.title for movie in movies]


def test_search_finds_words_in_any_order_whatever_case_and_accents(app, add_movie):
    add_movie("Amélie", original_title="Le fabuleux destin d'Amélie Poulain")
    add_movie("Alien")
    with app.app_context():
        for query in ("amelie", "AMÉLIE", "poulain destin", "d'amélie"):
            assert titles(browsing.search(query).movies) == ["Amélie"]


def test_a_whole_title_comes_before_a_longer_one(app, add_movie):
    add_movie("Alien Nation", rating_count=900)
    add_movie("Alien")
    with app.app_context():
        assert titles(browsing.search("alien").movies) == ["Alien", "Alien Nation"]


def test_signs_with_a_meaning_in_sql_are_only_signs(app, add_movie):
    add_movie("100% Wolf")
    with app.app_context():
        assert titles(browsing.search("100%").movies) == ["100% Wolf"]
        assert titles(browsing.search("'; DROP TABLE movies; --").movies) == []


def test_remakes_are_told_apart(app, add_movie):
    ids = {add_movie("Solaris", 1972), add_movie("Solaris", 2002)}
    with app.app_context():
        assert {movie.id for movie in browsing.search("solaris").movies} == ids


def test_pages_beyond_the_end_show_the_last_one(app, add_movie):
    for number in range(5):
        add_movie(f"Movie {number}")
    with app.app_context():
        found = browsing.search("movie", page=10**6, per_page=2)
        assert (found.page, found.pages, len(found.movies)) == (3, 3, 1)


def test_examples_are_neither_rated_nor_marked_unseen_nor_shown_already(app, alice, add_movie):
    ids = [add_movie(f"Movie {number}") for number in range(6)]
    with app.app_context():
        rating.rate(alice.id, ids[0], 4)
        browsing.mark_unseen(alice.id, ids[1])
        assert {movie.id for movie in browsing.examples(alice.id, 10, shown=[ids[2]])} == set(ids[3:])


def test_examples_are_spread_over_genres(app, alice, add_movie):
    for number in range(30):
        add_movie(f"Action {number}", 1995, genres=["Action"], rating_count=1000 - number)
    for genre, year in (("Musical", 1952), ("Horror", 1978), ("Western", 1966), ("Animation", 2004)):
        add_movie(genre, year, genres=[genre], rating_count=500)
    with app.app_context():
        shown = {genre.name for movie in browsing.examples(alice.id, 8) for genre in movie.genres}
        assert shown == {"Action", "Musical", "Horror", "Western", "Animation"}


def test_among_equally_known_movies_the_oldest_do_not_come_first(app, alice, add_movie):
    for number in range(300):
        add_movie(f"Movie {number}", 1930 + number // 4)
    with app.app_context():
        assert max(movie.year for movie in browsing.examples(alice.id, 12)) >= 1990


def test_an_unknown_movie_cannot_be_marked_or_opened(app, alice):
    with app.app_context():
        with pytest.raises(NotFound):
            browsing.mark_unseen(alice.id, 4711)
        with pytest.raises(NotFound):
            browsing.movie(4711)
