"""The main job, end to end, on the small parts and on the big ones: register, rate, get a list that is one's own."""

from __future__ import annotations

import re

import pytest
import requests

from movie_recommender.services.signing import HEADER, sign

from ..conftest import PASSWORD
from .conftest import answers

ANIMATED = [("Spirited Away", 2001), ("My Neighbor Totoro", 1988), ("Princess Mononoke", 1997), ("Toy Story", 1995), ("Up", 2009)]
HORROR = [("The Exorcist", 1973), ("The Shining", 1980), ("Halloween", 1978), ("A Nightmare on Elm Street", 1984), ("Alien", 1979)]


@pytest.mark.browser
def test_a_newcomer_registers_rates_ten_filters_and_signs_out(site, browser_page):
    page = browser_page
    page.goto(site.url)
    page.get_by_role("link", name=re.compile("register|account", re.IGNORECASE)).first.click()
    page.get_by_label("Name").fill("Dana")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Register").click()

    page.goto(f"{site.url}/")
    for place in range(10):
        card = page.locator("li.card").nth(place)
        card.locator(f"label[for$='-{5 - place % 3}']").click()
        page.wait_for_function(
            "place => /of 5/.test(document.querySelectorAll('li.card')[place].querySelector('output').textContent)", arg=place
        )

    page.goto(f"{site.url}/recommendations")
    page.wait_for_function("() => document.querySelectorAll('[data-live] li.card').length >= 20", timeout=30_000)
    assert page.locator("[data-live] li.card .predicted").count() >= 20

    page.goto(f"{site.url}/recommendations?genre=Comedy")
    shown = page.locator("[data-live] li.card .card-title a").evaluate_all("links => links.map(link => link.href)")
    assert len(shown) >= 10
    page.goto(shown[0])
    assert "Comedy" in page.inner_text("main")

    page.get_by_role("button", name="Sign out").first.click() if page.get_by_role("button", name="Sign out").count() else _sign_out(
        page, site
    )
    page.goto(f"{site.url}/recommendations")
    assert "/sign-in" in page.url


def _sign_out(page, site):
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="Sign out").first.click()


def test_ten_ratings_by_the_api_bring_twenty_movies_none_of_them_rated(person):
    alice = person("Alice")
    rated = [alice.find(*title) for title in ANIMATED + HORROR]
    for place, movie_id in enumerate(rated):
        alice.rate(movie_id, 5 if place < 5 else 1)
    answer = alice.list_when_current(n=40)
    assert len(answer["items"]) >= 20
    assert not set(rated) & {item["id"] for item in answer["items"]}
    assert all(0.5 <= item["predicted_rating"] <= 5 for item in answer["items"])
    # Variety may move a movie down, but the best one leads and none comes twice.
    assert answer["items"][0]["score"] == max(item["score"] for item in answer["items"])
    assert len({item["id"] for item in answer["items"]}) == len(answer["items"])


def test_a_genre_filter_gives_that_genre_only(person):
    bob = person("Bob")
    for title in ANIMATED:
        bob.rate(bob.find(*title), 4)
    bob.list_when_current()
    comedies = bob.get("/recommendations", genre="Comedy", n=50)["items"]
    assert len(comedies) >= 20
    assert all("Comedy" in item["genres"] for item in comedies)
    assert all("Comedy" not in item["genres"] for item in bob.get("/recommendations", exclude_genre="Comedy", n=50)["items"])


def test_people_who_rate_the_same_movies_in_opposite_ways_get_different_lists(person):
    alice, bob = person("Alice"), person("Bob")
    for title in ANIMATED + HORROR:
        movie_id = alice.find(*title)
        alice.rate(movie_id, 5 if title in ANIMATED else 1)
        bob.rate(movie_id, 1 if title in ANIMATED else 5)
    hers = {item["id"] for item in alice.list_when_current(n=20)["items"]}
    his = {item["id"] for item in bob.list_when_current(n=20)["items"]}
    assert len(hers & his) < 5


def test_a_changed_rating_changes_the_list(person):
    dana = person("Dana")
    for title in ANIMATED + HORROR:
        dana.rate(dana.find(*title), 3 if title in ANIMATED else 5)
    before = [item["id"] for item in dana.list_when_current(n=20)["items"]]
    for title in HORROR:
        dana.rate(dana.find(*title), 0.5)
    after = [item["id"] for item in dana.list_when_current(n=20)["items"]]
    assert before != after
    assert len(set(before) & set(after)) < 20


def test_plots_are_filled_and_found_by_meaning_on_every_background_api(site):
    target = "/plots/search?q=a+shark+hunts+swimmers+at+a+beach&n=5"
    for url in site.background_urls:
        found = _ask(site, url, target)["movies"]
        titles = [_title(site, near["movie_id"]) for near in found]
        assert "Jaws" in titles
        assert found[0]["similarity"] > found[-1]["similarity"]
        # The index itself answered: an exact search in its place would have said that the index is damaged.
        plots = requests.get(f"{url}/health", timeout=30).json()["plots"]
        assert plots["state"] == "ready"
        assert plots["count"] >= 150


def _ask(site, url, target):
    for _ in range(60):
        answer = requests.get(url + target, headers={HEADER: sign(site.key, "GET", target, b"")}, timeout=60)
        if answer.status_code != 503:  # the encoder is still loading
            break
    assert answer.status_code == 200, answer.text
    return answer.json()


def _title(site, movie_id):
    return requests.get(f"{site.url}/api/v1/movies/{movie_id}", timeout=30).json().get("title", "")


def test_a_list_arrives_after_the_background_api_was_killed_between_rating_and_list(site, person):
    charlie = person("Charlie")
    for title in ANIMATED[:4]:
        charlie.rate(charlie.find(*title), 5)
    last = charlie.find(*ANIMATED[4])
    site.kill_background()
    charlie.rate(last, 5)
    answer = charlie.list_when_current(seconds=90, n=20)
    assert len(answer["items"]) == 20
    if len(site.background_urls) > 1:  # where there is one, it is back by itself
        site.start_background(0)
        health = f"{site.background_urls[0]}/health"
        site.wait_until(lambda: answers(health) and requests.get(health, timeout=30).json()["engine"]["ready"])


def test_a_deleted_account_is_gone_on_every_website(site, person):
    bob = person("Bob")
    for title in ANIMATED:
        bob.rate(bob.find(*title), 4)
    bob.list_when_current()
    with requests.Session() as browser:
        _post(browser, site.urls[0], "/sign-in", name=bob.name, password=PASSWORD)
        assert bob.name in browser.get(f"{site.urls[-1]}/account", timeout=30).text
        _post(browser, site.urls[-1], "/account/delete", on="/account", password=PASSWORD)
    for _ in site.urls:
        assert bob.ask("/recommendations").status_code == 401


def _post(browser, url, path, on=None, **fields):
    page = browser.get(url + (on or path), timeout=30).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = browser.post(url + path, data={"csrf_token": token, **fields}, headers={"Referer": url + path}, timeout=30)
    assert answer.status_code == 200, answer.text
