"""Search, and the page of one movie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from movie_recommender.storage import raise_revision, writing
from movie_recommender.storage.models import SimilarMovies


def _films(html: str) -> list[int]:
    return [int(film) for film in re.findall(r'data-film="(\d+)"', html)]


def test_search_finds_titles_whatever_their_case_and_accents(alice: Any, add_movie: Callable[..., int]) -> None:
    amelie = add_movie("Amélie", 2001, original_title="Le Fabuleux Destin d'Amélie Poulain")
    add_movie("Alien")
    assert _films(alice.browser.get("/search?q=AMELIE").text) == [amelie]
    assert _films(alice.browser.get("/search?q=destin+fabuleux").text) == [amelie]


def test_search_results_show_what_one_gave_them(alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "4"})
    assert f'value="4" id="s{film}-4" checked' in alice.browser.get("/search?q=alien").text


def test_search_can_be_narrowed_to_a_genre(alice: Any, add_movie: Callable[..., int]) -> None:
    add_movie("Alien", genres=("Horror", "Sci-Fi"))
    comedy = add_movie("Alien Comedy", genres=("Comedy",))
    page = alice.browser.get("/search?q=alien&genre=Comedy").text
    assert _films(page) == [comedy]
    assert "<option selected>Comedy</option>" in page


def test_search_comes_in_pages_that_keep_the_words(alice: Any, add_movie: Callable[..., int]) -> None:
    films = {add_movie(f"Star Number {number}") for number in range(30)}
    first, second = (alice.browser.get(f"/search?q=star&page={page}").text for page in (1, 2))
    assert set(_films(first)) | set(_films(second)) == films
    assert 'href="/search?q=star&amp;page=2"' in first


def test_a_search_without_a_result_says_what_to_do(alice: Any) -> None:
    page = alice.browser.get("/search?q=%3Cscript%3Ezzz").text
    assert "Nothing by title or name" in page
    assert "<script>zzz" not in page
    assert "&lt;script&gt;zzz" in page


def test_the_page_of_a_film_shows_its_facts(alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie(
        "Spirited Away", 2001, ("Animation", "Fantasy"), ["Hayao Miyazaki"], ["Rumi Hiiragi", "Miyu Irino"],
        original_title="千と千尋の神隠し", languages=["ja"], runtime=125,
        plot="A girl works in a bathhouse for spirits.", imdb_id="tt0245429",
    )  # fmt: skip
    page = alice.browser.get(f"/movies/{film}").text
    for fact in (
        "Spirited Away",
        "2001",
        "2 h 5 min",
        "Animation",
        "Hayao Miyazaki",
        "Rumi Hiiragi</a>",
        "Miyu Irino</a>",
        "bathhouse",
        "tt0245429",
    ):
        assert fact in page
    assert '<span lang="ja"><i>千と千尋の神隠し</i></span>' in page


def test_a_film_of_which_little_is_known_still_has_a_page(alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Lost", None, genres=())
    page = alice.browser.get(f"/movies/{film}")
    assert page.status_code == 200
    assert "<h1>Lost</h1>" in page.text
    assert "None" not in page.text


def test_the_page_of_a_film_counts_what_people_gave(alice: Any, bob: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    assert "Nobody here has rated it yet" in alice.browser.get(f"/movies/{film}").text
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "5"})
    bob.browser.post(f"/movies/{film}/rating", data={"stars": "2"})
    page = alice.browser.get(f"/movies/{film}").text
    assert "<strong>3.5</strong> from 2 ratings" in page
    assert "2 stars: 1," in page
    assert "5 stars: 1" in page


def test_predicted_stars_are_hidden_where_one_rates(alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    for path in (f"/movies/{film}", "/", "/search?q=alien"):
        assert "predicted" not in alice.browser.get(path).text.lower()


def test_more_like_this_is_told_by_fans_plot_and_people_each_with_its_reason_when_there_is_none(
    app: Any, alice: Any, add_movie: Callable[..., int]
) -> None:
    film, other = add_movie("Alien", plot="A crew meets a stranger."), add_movie("The Thing")
    assert "The films here are being compared" in alice.browser.get(f"/movies/{film}").text
    kinds = {"all": [other], "fans": [other], "plot": [], "people": []}
    with app.app_context(), writing() as session:
        session.add(SimilarMovies(movie_id=film, payload=json.dumps(kinds).encode()))
        raise_revision("similar")
    page = alice.browser.get(f"/movies/{film}").text
    by_fans, rest = page.split("By shared fans")[1].split("By plot")
    assert f'href="/movies/{other}"' in by_fans
    assert "No other plot comes near this one." in rest
    assert "Nobody who made it is known here." in rest
    assert f'href="/movies/{other}"' not in rest


def test_the_page_of_a_film_shows_each_person_his_own_and_what_everybody_just_gave(
    alice: Any, bob: Any, add_movie: Callable[..., int]
) -> None:
    film = add_movie("Alien")
    assert "Nobody here has rated it yet." in alice.browser.get(f"/movies/{film}").text
    bob.browser.post(f"/movies/{film}/rating", data={"stars": "5"})
    seen_by_bob, seen_by_alice = (one.browser.get(f"/movies/{film}").text for one in (bob, alice))
    assert "5 stars: 1" in seen_by_bob
    assert "5 stars: 1" in seen_by_alice
    assert f'id="s{film}-5" checked' in seen_by_bob
    assert " checked" not in seen_by_alice
    alice.browser.post(f"/movies/{film}/watchlist")
    assert "is-watchlist" in alice.browser.get(f"/movies/{film}").text
    assert "is-watchlist" not in bob.browser.get(f"/movies/{film}").text


def test_a_film_that_is_not_here_is_a_friendly_404(alice: Any) -> None:
    answer = alice.browser.get("/movies/4711")
    assert answer.status_code == 404
    assert "There is no such movie." in answer.text
