"""The verbs of a card and the pages behind them, as a browser without scripts uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from movie_recommender.services import dismissing, watchlist
from movie_recommender.storage import db
from movie_recommender.storage.models import Genre

from .conftest import films_in


def _forms(html: str) -> dict[str, str]:
    """Where the buttons of a page lead, by their text."""
    buttons = re.findall(r'<button[^>]*formaction="([^"]+)"[^>]*>(.*?)</button>', html, re.S)
    return {" ".join(re.sub(r"<[^>]+>", " ", text).split()): action for action, text in buttons}


def test_a_dismissed_film_leaves_the_list_and_undo_brings_it_back(alice: Any, listed: list[int]) -> None:
    gone = listed[0]
    back = {"next": "/recommendations"}
    page = alice.browser.post(f"/movies/{gone}/dismiss", data={"kind": "not_now", **back}, follow_redirects=True).text
    assert "is put aside for 30 days." in page
    assert films_in(page)[0] == listed[1]
    undo = _forms(page)["Undo"]
    page = alice.browser.post(undo, data=back, follow_redirects=True).text
    assert "may be offered again" in page
    assert films_in(page)[0] == gone


def test_a_genre_is_never_offered_again_until_it_is_lifted(app: Any, alice: Any, films: list[int], listed: list[int]) -> None:
    page = alice.browser.get("/recommendations").text
    alice.browser.post(_forms(page)["Never any Comedy"])
    shown = films_in(alice.browser.get("/recommendations").text)
    assert shown == [film for film in listed if films.index(film) % 4 in (1, 3)]
    hidden = alice.browser.get("/dismissed").text
    assert "Never, since" in hidden
    alice.browser.post(_forms(hidden)["Lift Comedy"])
    assert films_in(alice.browser.get("/recommendations").text) == listed[:24]
    assert "Nothing is hidden" in alice.browser.get("/dismissed").text


def test_a_script_is_told_how_to_undo_and_that_a_new_list_comes(alice: Any, listed: list[int]) -> None:
    answer = alice.browser.post(f"/movies/{listed[0]}/dismiss", data={"kind": "not_for_me"}, headers={"Accept": "application/json"}).json
    assert answer["undo"] == f"/movies/{listed[0]}/lift"
    assert (answer["state"], answer["version"] - answer["computed_version"]) == ("updating", 1)


@pytest.mark.parametrize("kind", ["", "never"])
def test_an_unknown_verb_is_refused(alice: Any, listed: list[int], kind: str) -> None:
    assert alice.browser.post(f"/movies/{listed[0]}/dismiss", data={"kind": kind}).status_code == 422


def test_cards_hold_nothing_of_a_person_but_a_class(app: Any, alice: Any, listed: list[int]) -> None:
    alice.browser.get("/search?q=Film+5")  # the messages of the ratings
    before = alice.browser.get("/search?q=Film+5").text
    with app.app_context():
        watchlist.add(alice.id, listed[0])
        dismissing.dismiss(alice.id, listed[0], "not_now")
    after = alice.browser.get("/search?q=Film+5").text
    assert 'class="card is-not_now is-watchlist"' in after
    assert after.replace(" is-not_now is-watchlist", "") == before


def test_the_watchlist_is_sorted_and_filtered(alice: Any, add_movie: Callable[..., int]) -> None:
    assert "Nothing here yet" in alice.browser.get("/watchlist").text
    heat, amelie = add_movie("Heat", 1995, ["Crime"], runtime=170), add_movie("Amélie", 2001, ["Comedy"], runtime=122)
    for film in (heat, amelie):
        page = alice.browser.post(f"/movies/{film}/watchlist", follow_redirects=True).text
        assert "is on your watchlist." in page
    assert films_in(alice.browser.get("/watchlist?sort=shortest").text) == [amelie, heat]
    assert films_in(alice.browser.get("/watchlist?genre=Crime").text) == [heat]
    assert "No Horror on your watchlist" in alice.browser.get("/watchlist?genre=Horror").text
    alice.browser.post(f"/movies/{heat}/watchlist/remove")
    assert films_in(alice.browser.get("/watchlist").text) == [amelie]


def test_nothing_of_alice_is_bobs(app: Any, alice: Any, bob: Any, listed: list[int]) -> None:
    with app.app_context():
        watchlist.add(alice.id, listed[0])
        dismissing.dismiss(alice.id, listed[1], "not_for_me")
        dismissing.dismiss_genre(alice.id, db.session.query(Genre).first().id)
    assert "Nothing is hidden" in bob.browser.get("/dismissed").text
    assert "Nothing here yet" in bob.browser.get("/watchlist").text
