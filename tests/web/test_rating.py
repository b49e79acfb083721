"""Rating on the website: by form and by script, examples to rate, and all one's ratings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from movie_recommender.services import rating
from movie_recommender.storage import db
from movie_recommender.storage.models import Rating

JSON = {"Accept": "application/json"}


def _stars(app: Any, member: Any) -> dict[int, float]:
    with app.app_context():
        return dict(rating.stars_of(member.id))


def _films(html: str) -> list[int]:
    return [int(film) for film in re.findall(r'data-film="(\d+)"', html)]


def test_a_rating_by_script_answers_with_what_is_on_disk_and_the_count(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    answer = alice.browser.post(f"/movies/{film}/rating", data={"stars": "4"}, headers=JSON)
    assert answer.json == {"stars": 4.0, "ratings": 1, "needed": 5, "state": "too_few_ratings", "version": 1, "computed_version": 0}
    assert _stars(app, alice) == {film: 4.0}


def test_a_rating_by_form_goes_back_to_the_page_and_says_what_was_saved(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    answer = alice.browser.post(f"/movies/{film}/rating", data={"stars": "1", "next": "/search?q=ali"})
    assert (answer.status_code, answer.location) == (303, "/search?q=ali")
    assert "Alien: 1 star." in alice.browser.get(answer.location).text
    assert _stars(app, alice) == {film: 1.0}


def test_a_rating_can_be_changed_and_removed(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    for stars in ("2", "5"):
        alice.browser.post(f"/movies/{film}/rating", data={"stars": stars})
    assert _stars(app, alice) == {film: 5.0}
    answer = alice.browser.post(f"/movies/{film}/rating/remove", headers=JSON)
    assert (answer.json["stars"], answer.json["ratings"]) == (None, 0)
    assert _stars(app, alice) == {}


@pytest.mark.parametrize("stars", ["", "0", "6", "4.3", "nan", "many", "-1"])
def test_what_is_no_rating_is_refused_and_the_old_one_stays(app: Any, alice: Any, add_movie: Callable[..., int], stars: str) -> None:
    film = add_movie("Alien")
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "3"})
    answer = alice.browser.post(f"/movies/{film}/rating", data={"stars": stars}, headers=JSON)
    assert answer.status_code == 422
    assert "stars" in answer.json["message"]
    assert _stars(app, alice) == {film: 3.0}


def test_a_film_that_is_not_here_cannot_be_rated(alice: Any) -> None:
    assert alice.browser.post("/movies/4711/rating", data={"stars": "3"}, headers=JSON).status_code == 404
    assert alice.browser.post("/movies/4711/unseen", headers=JSON).status_code == 404


def test_one_person_never_touches_another_ones_rating(app: Any, alice: Any, bob: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "5"})
    bob.browser.post(f"/movies/{film}/rating", data={"stars": "1"})
    bob.browser.post(f"/movies/{film}/rating/remove")
    assert _stars(app, alice) == {film: 5.0}
    assert "Nothing rated yet" in bob.browser.get("/ratings").text


def test_a_half_star_from_an_import_is_shown_and_chosen_until_it_is_changed(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    film = add_movie("Alien")
    with app.app_context():
        db.session.add(Rating(user_id=alice.id, movie_id=film, half_stars=7, rated_at=1))
        db.session.commit()
    page = alice.browser.get(f"/movies/{film}").text
    assert re.search(r'<input type="radio" class="half" name="stars" value="3.5" id="\S+" checked>', page)
    assert "3.5 of 5" in page
    alice.browser.post(f"/movies/{film}/rating", data={"stars": "3.5"})
    assert _stars(app, alice) == {film: 3.5}


def test_the_home_page_offers_films_that_are_neither_rated_nor_unknown(alice: Any, add_movie: Callable[..., int]) -> None:
    rated, unknown, left = (add_movie(title) for title in ("Alien", "Heat", "Clue"))
    alice.browser.post(f"/movies/{rated}/rating", data={"stars": "5"})
    alice.browser.post(f"/movies/{unknown}/unseen")
    assert _films(alice.browser.get("/").text) == [left]


def test_the_home_page_counts_towards_the_first_list(alice: Any, add_movie: Callable[..., int]) -> None:
    films = [add_movie(f"Film {number}") for number in range(5)]
    for film in films[:3]:
        alice.browser.post(f"/movies/{film}/rating", data={"stars": "4"})
    page = alice.browser.get("/").text
    assert "<strong>3 of 5</strong> for your first list" in page
    assert re.search(r"data-progress-link hidden>", page)
    for film in films[3:]:
        alice.browser.post(f"/movies/{film}/rating", data={"stars": "4"})
    page = alice.browser.get("/").text
    assert "<strong>5 films rated.</strong>" in page
    assert not re.search(r"data-progress-link hidden>", page)


def test_not_seen_brings_a_film_that_the_page_does_not_show_yet(alice: Any, add_movie: Callable[..., int]) -> None:
    first, second, third = (add_movie(f"Film {number}") for number in range(3))
    answer = alice.browser.post(f"/movies/{first}/unseen", data={"shown": f"{first},{second}"}, headers=JSON)
    assert _films(answer.json["cards"]) == [third]


def test_show_more_brings_films_that_the_page_does_not_show_yet(alice: Any, add_movie: Callable[..., int]) -> None:
    films = [add_movie(f"Film {number}", year=1960 + number) for number in range(20)]
    first = _films(alice.browser.get("/").text)
    more = _films(alice.browser.get(f"/rate/more?shown={','.join(map(str, first))},rubbish", headers=JSON).json["cards"])
    assert (len(first), len(more)) == (12, 8)
    assert sorted(first + more) == films
    assert sorted(_films(alice.browser.get("/?show=2").text)) == films


def test_when_no_example_is_left_the_home_page_says_what_else_to_do(alice: Any) -> None:
    page = alice.browser.get("/").text
    assert "You have been through all the examples" in page
    assert 'href="/search"' in page


def test_my_ratings_are_listed_in_the_order_one_asks_for(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    films = [add_movie(title, year) for title, year in (("Brazil", 1985), ("Alien", 1979), ("Clue", 1990))]
    with app.app_context():
        for moment, (film, halves) in enumerate(zip(films, (10, 4, 7), strict=True)):
            db.session.add(Rating(user_id=alice.id, movie_id=film, half_stars=halves, rated_at=moment))
        db.session.commit()
    orders = {"newest": (2, 1, 0), "oldest": (0, 1, 2), "highest": (0, 2, 1), "lowest": (1, 2, 0), "title": (1, 0, 2), "year": (2, 0, 1)}
    for sort, order in orders.items():
        assert _films(alice.browser.get(f"/ratings?sort={sort}").text) == [films[place] for place in order], sort
    assert _films(alice.browser.get("/ratings?sort=nonsense").text) == films[::-1]


def test_my_ratings_come_in_pages(app: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    films = [add_movie(f"Film {number:02}") for number in range(30)]
    with app.app_context():
        db.session.add_all(Rating(user_id=alice.id, movie_id=film, half_stars=8, rated_at=film) for film in films)
        db.session.commit()
    first, second = (alice.browser.get(f"/ratings?sort=title&page={page}").text for page in (1, 2))
    assert _films(first) + _films(second) == films
    assert 'href="/ratings?sort=title&amp;page=2"' in first
    assert _films(alice.browser.get("/ratings?sort=title&page=99").text) == _films(second)
