"""What a page asks the database is a small number of questions, however many films are on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from movie_recommender.storage import raise_revision, writing
from movie_recommender.storage.models import SimilarMovies

from ..conftest import PASSWORD
from .conftest import films_in, rate_all, store_list

MOST = {"film": 16, "film, kept": 5, "home": 5, "search": 12, "api": 12}


@pytest.fixture
def asked(statements: list[str]) -> Any:
    """Opens an address with a browser; returns what came and how many questions it took."""

    def ask(browser: Any, address: str, **options: Any) -> tuple[Any, int]:
        statements.clear()
        answer = browser.get(address, **options)
        assert answer.status_code == 200, answer.text
        return answer, len(statements)

    return ask


def test_a_films_page_asks_as_little_with_many_films_beside_it_as_with_few(app: Any, alice: Any, films: list[int], asked: Any) -> None:
    with app.app_context(), writing() as session:
        for film, alike in ((films[0], films[3:6]), (films[1], films[6:36])):
            third = len(alike) // 3
            rows = {"all": alike, "fans": alike[:third], "plot": alike[third : 2 * third], "people": alike[2 * third :]}
            session.add(SimilarMovies(movie_id=film, payload=json.dumps(rows).encode()))
        raise_revision("similar")
    asked(alice.browser, f"/movies/{films[2]}")
    few, asked_for_few = asked(alice.browser, f"/movies/{films[0]}")
    many, asked_for_many = asked(alice.browser, f"/movies/{films[1]}")
    _, asked_again = asked(alice.browser, f"/movies/{films[1]}")
    assert asked_again <= MOST["film, kept"]
    assert len(set(films_in(many.text))) >= len(set(films_in(few.text))) + 20
    assert asked_for_many <= asked_for_few <= MOST["film"]


def test_the_home_page_asks_no_more_for_thirty_six_films_than_for_twelve(alice: Any, films: list[int], asked: Any) -> None:
    few, asked_for_few = asked(alice.browser, "/?show=1")
    many, asked_for_many = asked(alice.browser, "/?show=3")
    assert (len(films_in(few.text)), len(films_in(many.text))) == (12, 36)
    assert asked_for_many <= asked_for_few <= MOST["home"]


def test_a_search_asks_no_more_for_a_page_of_films_than_for_one(alice: Any, films: list[int], asked: Any) -> None:
    asked(alice.browser, "/search?q=nothing")
    few, asked_for_few = asked(alice.browser, "/search?q=film+17")
    many, asked_for_many = asked(alice.browser, "/search?q=film")
    assert len(films_in(few.text)) < 5 < 20 <= len(films_in(many.text))
    assert asked_for_many <= asked_for_few <= MOST["search"]


def test_the_list_of_the_api_asks_no_more_for_thirty_films_than_for_three(app: Any, alice: Any, films: list[int], asked: Any) -> None:
    rate_all(alice, films[:5])
    program = app.test_client()
    token = program.post("/api/v1/tokens", json={"username": alice.name, "password": PASSWORD}).json["token"]
    asked_for = []
    for shown in (3, 30):
        store_list(app, alice, films[5 : 5 + shown])
        answer, questions = asked(program, "/api/v1/recommendations?n=40", headers={"Authorization": f"Bearer {token}"})
        assert len(answer.json["items"]) == shown
        asked_for.append(questions)
    assert asked_for[1] <= asked_for[0] <= MOST["api"]
