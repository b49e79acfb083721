"""The made-up community has tastes, is the same every time, and looks like people's ratings."""

from __future__ import annotations

from collections import Counter
from statistics import mean

import pytest

from movie_recommender.catalogue import jsonl
from movie_recommender.catalogue.demo import Film, Rating, community

UNTIL = 1_700_000_000


@pytest.fixture(scope="module")
def films() -> list[Film]:
    return [
        Film(record.imdb_id or "", record.year or 0, record.renown or 3, frozenset(record.genres), frozenset(record.directors))
        for record in jsonl.embedded()
    ]


@pytest.fixture(scope="module")
def people(films: list[Film]) -> dict[int, list[Rating]]:
    return dict(community(films, 60, "a seed", UNTIL))


def test_the_same_seed_makes_the_same_community_whatever_its_size(films: list[Film], people: dict[int, list[Rating]]) -> None:
    assert dict(community(list(reversed(films)), 5, "a seed", UNTIL)) == {number: people[number] for number in range(1, 6)}
    assert dict(community(films, 1, "another seed", UNTIL))[1] != people[1]


def test_everybody_rates_some_films_once_each_in_half_stars_in_the_past(films: list[Film], people: dict[int, list[Rating]]) -> None:
    keys = {film.key for film in films}
    for ratings in people.values():
        assert 15 <= len(ratings) == len({rating.film for rating in ratings}) <= len(films) / 3
        assert {rating.film for rating in ratings} <= keys
        assert all(1 <= rating.half_stars <= 10 and rating.rated_at < UNTIL for rating in ratings)


def test_well_known_films_are_rated_more_often(films: list[Film], people: dict[int, list[Rating]]) -> None:
    seen = Counter(rating.film for ratings in people.values() for rating in ratings)
    by_renown = [mean(seen[film.key] for film in films if film.renown == renown) for renown in (1, 2, 3)]
    assert by_renown[0] > 1.5 * by_renown[1] > 1.5 * 1.5 * by_renown[2]


def test_ratings_look_like_peoples(people: dict[int, list[Rating]]) -> None:
    stars = [rating.half_stars / 2 for ratings in people.values() for rating in ratings]
    assert 3.2 < mean(stars) < 4.0
    assert Counter(stars).most_common(1)[0][0] in (3.5, 4.0)
    usual = sorted(mean(rating.half_stars / 2 for rating in ratings) for ratings in people.values())
    assert usual[-1] - usual[0] > 0.8, "some are generous, some are strict"


def test_people_have_tastes_that_show_in_their_ratings(films: list[Film], people: dict[int, list[Rating]]) -> None:
    genres = {film.key: film.genres for film in films}
    spreads = []
    for ratings in people.values():
        by_genre = [
            [rating.half_stars / 2 for rating in ratings if name in genres[rating.film]] for name in ("Horror", "Romance", "Action")
        ]
        means = [mean(stars) for stars in by_genre if len(stars) >= 5]
        spreads += [max(means) - min(means)] if len(means) > 1 else []
    assert mean(spreads) > 0.4
