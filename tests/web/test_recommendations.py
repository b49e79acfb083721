"""The recommendations page: the cached list, its filters, its pages, and what it says when there is no list."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from movie_recommender.services import recommending

from .conftest import films_in, rate_all, store_list


def _without_tokens(html: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


def test_without_ratings_the_page_says_how_to_begin(alice: Any) -> None:
    page = alice.browser.get("/recommendations").text
    assert "Your list starts with a few ratings" in page
    assert "Rate 5 films that you know" in page


def test_with_too_few_ratings_the_page_counts_the_missing_ones(alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:3])
    page = alice.browser.get("/recommendations").text
    assert "Rate 2 films more that you know" in page
    assert "<strong>3 of 5</strong>" in page


def test_before_the_first_list_the_page_says_that_it_comes_and_what_if_not(alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    page = alice.browser.get("/recommendations").text
    assert "Your first list is on its way" in page
    assert "python -m background_api" in page


def test_the_list_is_shown_best_first_with_stars_and_a_reason(alice: Any, listed: list[int]) -> None:
    page = alice.browser.get("/recommendations").text
    assert films_in(page) == listed[:24]
    assert "<strong>4.5</strong>" in page
    assert "People who love Film" in page
    assert "data-updating hidden" in page


def test_the_list_comes_in_pages(alice: Any, listed: list[int]) -> None:
    assert films_in(alice.browser.get("/recommendations?page=2").text) == listed[24:]
    assert films_in(alice.browser.get("/recommendations?page=77").text) == listed[24:]
    assert films_in(alice.browser.get("/recommendations?page=x").text) == listed[:24]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("genre=Comedy", {0, 2}),
        ("genre=comedy&genre=Drama", {0, 1, 2}),
        ("genre=Comedy&genre=Drama&match=all", {2}),
        ("genre=Comedy&exclude_genre=Drama", {0}),
        ("exclude_genre=Horror", {0, 1, 2}),
    ],
)
def test_the_genre_filter_is_in_the_url(alice: Any, films: list[int], listed: list[int], query: str, places: set[int]) -> None:
    expected = [film for film in listed if films.index(film) % 4 in places]
    page = alice.browser.get(f"/recommendations?{query}").text
    assert films_in(page) == expected[:24]
    assert f"{len(expected)} films" in page


def test_the_pages_of_a_filtered_list_keep_the_filter(alice: Any, listed: list[int]) -> None:
    page = alice.browser.get("/recommendations?exclude_genre=Horror&genre=Drama&genre=Comedy&match=all").text
    assert 'rel="next"' not in page
    page = alice.browser.get("/recommendations?exclude_genre=Horror&genre=Drama&genre=Comedy").text
    assert 'href="/recommendations?genre=Comedy&amp;genre=Drama&amp;exclude_genre=Horror&amp;page=2"' in page
    assert 'value="Horror" checked' in page


def test_a_filter_that_nothing_passes_says_so(alice: Any, listed: list[int]) -> None:
    page = alice.browser.get("/recommendations?genre=Comedy&genre=Horror&match=all").text
    assert "Nothing for this filter" in page
    assert "Clear the filter" in page


@pytest.mark.parametrize("query", ["genre=Jazz", "exclude_genre=Jazz", "genre=Comedy&match=some"])
def test_an_unknown_filter_is_refused_with_what_is_known(alice: Any, listed: list[int], query: str) -> None:
    answer = alice.browser.get(f"/recommendations?{query}")
    assert answer.status_code == 422
    assert "Known genres: Comedy, Drama, Horror" in answer.text or "`any` or `all`" in answer.text


def test_while_a_newer_list_is_on_its_way_the_last_one_is_shown_and_marked(app: Any, alice: Any, films: list[int]) -> None:
    rate_all(alice, films[:6])
    store_list(app, alice, films[6:], behind=1)
    page = alice.browser.get("/recommendations").text
    assert films_in(page) == films[6:30]
    assert "data-updating>" in page
    assert alice.browser.get("/recommendations/status").json == {"state": "updating", "version": 6, "computed_version": 5, "ratings": 6}


def test_who_asks_for_a_newer_list_is_answered_as_soon_as_it_is_there(
    app: Any, alice: Any, films: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recommending, "WAIT_SECONDS", 60)
    rate_all(alice, films[:6])
    store_list(app, alice, films[6:], behind=1)
    maker = threading.Timer(0.05, lambda: store_list(app, alice, films[6:]))
    maker.start()
    assert alice.browser.get("/recommendations/status?after=5").json["computed_version"] == 6
    maker.join()
    assert alice.browser.get("/recommendations/status?after=6").json["state"] == "current", "nothing is to come"


@pytest.mark.parametrize("full", [False, True])
def test_who_asks_for_a_newer_list_in_vain_is_told_so_at_once_or_before_long(
    app: Any, alice: Any, films: list[int], monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    monkeypatch.setattr(recommending, "WAIT_SECONDS", 3600 if full else 0.01)
    monkeypatch.setattr(recommending, "_waiting", threading.Semaphore(0 if full else 1))
    rate_all(alice, films[:6])
    store_list(app, alice, films[6:], behind=1)
    for _ in range(2):
        assert alice.browser.get("/recommendations/status?after=5").json["state"] == "updating"


def test_a_film_rated_since_the_list_was_computed_is_gone_at_once(alice: Any, listed: list[int]) -> None:
    rate_all(alice, listed[:1])
    assert films_in(alice.browser.get("/recommendations").text) == listed[1:25]


def test_the_fragment_is_the_list_of_the_same_address(alice: Any, listed: list[int]) -> None:
    fragment, page = (_without_tokens(alice.browser.get(f"/recommendations{part}?genre=Horror").text) for part in ("/list", ""))
    assert "<html" not in fragment
    assert fragment.strip() in page


def test_rating_from_the_fragment_leads_back_to_the_page(alice: Any, listed: list[int]) -> None:
    fragment = alice.browser.get("/recommendations/list?genre=Horror&page=1").text
    assert 'name="next" value="/recommendations?genre=Horror&amp;page=1"' in fragment


def test_nobody_sees_another_ones_list(bob: Any, alice: Any, listed: list[int]) -> None:
    assert films_in(bob.browser.get("/recommendations").text) == []
