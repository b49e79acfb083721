"""Reasons in words: one line a film, the strongest reason that can name what caused it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movie_recommender.services.lists import Reason
from movie_recommender.services.wording import SEVERAL, line, one_line

TITLES = {1: "Alien", 2: "Brazil", 3: "Charade"}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("plot", 0.5, {"movies": [[1, 0.3], [2, 0.2], [3, 0.1]]}), "A story like Alien and Brazil"),
        (Reason("liked", 0.5, {"movies": [[3, 0.5]]}), "People who love Charade love it too"),
        (Reason("liked", 0.5, {"movies": [[1, -0.5], [3, 0.5]]}), "People who love Charade love it too"),
        (Reason("people", 0.5, {"people": [["Sofia", "director", 0.5]]}), "Directed by Sofia, whose films you rate highly"),
        (Reason("people", 0.5, {"people": [["Toshiro", "actor", 0.5]]}), "With Toshiro, whose films you rate highly"),
        (Reason("genres", 0.5, {"genres": [["IMAX", 0.4], ["Western", 0.1]]}), "You like Western"),
        (Reason("neighbours", 0.5, {"count": 7, "mean": 4.25}), "7 people with your taste gave it 4.2 on average"),
        (Reason("neighbours", 0.5, {"count": 1, "mean": 4.5}), "One person with your taste gave it 4.5"),
        (Reason("neighbours", 0.5, {"count": 2}), "2 people with your taste rated it"),
        (Reason("popular", 0.5, {"count": 900, "mean": 4.0}), SEVERAL),
        (Reason("liked", -0.5, {"movies": [[1, 0.5]]}), SEVERAL),
        (Reason("liked", 0.5, {"movies": [[99, 0.5]]}), SEVERAL),
    ],
)
def test_a_reason_names_what_caused_it(reason: Reason, words: str) -> None:
    assert one_line([reason], TITLES) == words


def test_the_strongest_reason_that_can_name_its_cause_is_told() -> None:
    reasons = [
        Reason("popular", 0.9, {}), Reason("genres", 0.2, {"genres": [["Drama", 0.2]]}), Reason("plot", 0.4, {"movies": [[2, 0.4]]}),
    ]  # fmt: skip
    assert one_line(reasons, TITLES) == "A story like Brazil"


def test_somebody_elses_reasons_name_him() -> None:
    assert one_line([Reason("genres", 0.5, {"genres": [["Drama", 0.5]]})], TITLES, "Dana") == "Dana likes Drama"
    assert one_line([Reason("neighbours", 0.5, {"count": 3})], TITLES, "Dana") == "3 people with Dana's taste rated it"


def test_reasons_after_the_one_that_is_told_are_not_read() -> None:
    def reasons() -> Iterator[Reason]:
        yield Reason("popular", 0.9, {})
        yield Reason("plot", 0.4, {"movies": [[2, 0.4]]})
        pytest.fail("read on")

    assert line(reasons(), TITLES).told(TITLES) == "A story like Brazil"


def test_a_film_that_left_the_catalogue_is_not_named() -> None:
    told = line([Reason("plot", 0.4, {"movies": [[2, 0.3], [3, 0.1]]})], rated={2: 5.0, 3: 4.0})
    assert told.told({3: "Charade"}) == "A story like Charade"
    assert told.told({}) == SEVERAL


points = st.floats(-1, 1)
reasons = st.lists(
    st.builds(
        Reason,
        st.sampled_from(["neighbours", "liked", "plot", "people", "genres", "popular", "taste"]),
        points,
        st.fixed_dictionaries(
            {},
            optional={
                "movies": st.lists(st.tuples(st.integers(1, 5), points), max_size=3),
                "people": st.lists(st.tuples(st.just("Sofia"), st.sampled_from(["director", "actor"]), points), max_size=2),
                "genres": st.lists(st.tuples(st.sampled_from(["Drama", "IMAX"]), points), max_size=2),
                "count": st.integers(0, 3),
                "mean": st.floats(0.5, 5),
            },
        ),
    ),
    max_size=4,
)


@given(reasons)
def test_only_what_lifts_a_film_and_is_rated_is_ever_told(told: list[Reason]) -> None:
    words = one_line(told, TITLES)
    lifting = [reason for reason in told if reason.points > 0]
    named = {TITLES[movie] for reason in lifting for movie, share in reason.causes.get("movies", ()) if share > 0 and movie in TITLES}
    assert all(title in named for title in TITLES.values() if title in words)
    assert words != SEVERAL or not any(reason.kind == "neighbours" and reason.causes.get("count") for reason in lifting)
    assert words != SEVERAL or not named
