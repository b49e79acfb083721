"""Cards are rendered once a film and kept: nothing of one person is in what is kept, and a page asks the database little."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import update

from movie_recommender.services import watchlist
from movie_recommender.storage import raise_revision, writing
from movie_recommender.storage.models import Movie
from movie_recommender.web.cards import mark

from .conftest import films_in, rate_all, store_list

MOST_QUERIES = 11  # of a page that is made
MOST_OF_LIST = 8  # of the list alone, which comes after each rating
MOST_KEPT = 1  # of one that is kept: who asks


def tokens(page: str) -> set[str]:
    return set(re.findall(r'name="csrf_token" value="([^"]+)"', page))


def card(page: str, film: int) -> str:
    return page.split(f'data-film="{film}"')[0].rsplit("<li", 1)[1]


def test_a_page_asks_little_and_no_more_for_more_films(alice: Any, app: Any, films: list[int], statements: list[str]) -> None:
    rate_all(alice, films[:5])
    asked = []
    for shown, address in ((3, ""), (24, ""), (24, "?page=1"), (24, ""), (24, "/list")):
        store_list(app, alice, films[5 : 5 + shown])
        statements.clear()
        assert len(films_in(alice.browser.get(f"/recommendations{address}").text)) == shown
        asked.append(len(statements))
    assert asked[1] <= asked[0], "cards of any number of films are made with as many queries"
    assert asked[2] <= MOST_QUERIES, asked
    assert asked[3] <= MOST_KEPT, asked
    assert asked[4] <= MOST_OF_LIST, statements


def test_one_persons_state_is_not_on_another_ones_cards(app: Any, alice: Any, bob: Any, films: list[int]) -> None:
    for person in (alice, bob):
        rate_all(person, films[:5])
        store_list(app, person, films[5:] if person is alice else films[:4:-1])
    with app.app_context():
        watchlist.add(alice.id, films[20])
    hers = alice.browser.get("/recommendations").text
    his = bob.browser.get("/recommendations").text
    assert "is-watchlist" in card(hers, films[20])
    assert "is-watchlist" not in his
    assert len(tokens(hers)) == len(tokens(his)) == 1, "every form of a page has the one token of its reader"
    assert tokens(hers) != tokens(his)
    assert "\ue000" not in hers + his


def test_a_form_leads_back_to_the_page_it_was_on(alice: Any, listed: list[int]) -> None:
    for address in ("/recommendations", "/recommendations?page=2", "/recommendations?exclude_genre=Horror"):
        page = alice.browser.get(address).text
        assert set(re.findall(r'name="next" value="(/recommendations[^"]*)"', page)) == {address}


def test_what_is_known_of_a_film_shows_after_the_catalogue_changed(app: Any, alice: Any, listed: list[int]) -> None:
    assert "Fresh" not in alice.browser.get("/recommendations").text
    with app.app_context(), writing() as session:
        session.execute(update(Movie).where(Movie.id == listed[0]).values(title="Fresh & <b>new</b>"))
        raise_revision("catalogue")
    page = alice.browser.get("/recommendations").text
    assert "Fresh &amp; &lt;b&gt;new&lt;/b&gt;" in page


def test_what_a_reason_names_is_written_out_and_never_as_html(app: Any, alice: Any, listed: list[int], films: list[int]) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(Movie).where(Movie.id.in_(films[:5])).values(title="<b>千と千尋</b> & co"))
        raise_revision("catalogue")
    page = alice.browser.get("/recommendations").text
    assert "People who love &lt;b&gt;千と千尋&lt;/b&gt; &amp; co love it too" in page
    assert "<b>" not in page


def test_nobody_moves_the_cards_by_an_address_that_the_page_repeats(alice: Any, listed: list[int]) -> None:
    address = "x=" + mark("cards").encode().decode("latin-1")  # as a server hands on bytes that nobody encoded
    page = alice.browser.get("/recommendations", environ_overrides={"QUERY_STRING": address}).text
    assert mark("cards") in page
    assert films_in(page.split('<ul class="cards">')[1]) == films_in(page) == listed[:24]


def test_a_film_that_left_the_catalogue_leaves_the_page(alice: Any, app: Any, films: list[int]) -> None:
    rate_all(alice, films[:5])
    store_list(app, alice, [*films[5:9], 4_000])
    assert films_in(alice.browser.get("/recommendations").text) == films[5:9]
