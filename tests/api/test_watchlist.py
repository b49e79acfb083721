"""/watchlist: movies to see."""


def titles(answer):
    return [movie["title"] for movie in answer.json["movies"]]


def test_movies_go_on_it_and_off_it(alice, movies):
    assert alice.put(f"/watchlist/{movies['Heat']}").json == {"movie_id": movies["Heat"], "added": True}
    assert alice.put(f"/watchlist/{movies['Heat']}").json["added"] is False
    alice.put(f"/watchlist/{movies['Amélie']}")
    assert titles(alice.get("/watchlist", sort="title")) == ["Amélie", "Heat"]
    assert alice.delete(f"/watchlist/{movies['Heat']}").json["removed"] is True
    assert alice.delete(f"/watchlist/{movies['Heat']}").json["removed"] is False
    assert titles(alice.get("/watchlist")) == ["Amélie"]


def test_a_movie_leaves_it_when_it_is_rated_and_comes_back_with_the_rating_gone(alice, movies):
    alice.put(f"/watchlist/{movies['Heat']}")
    alice.rate(movies["Heat"], 4)
    assert titles(alice.get("/watchlist")) == []
    alice.delete(f"/ratings/{movies['Heat']}")
    assert titles(alice.get("/watchlist")) == ["Heat"]


def test_unknown_movies_and_other_people(alice, bob, movies):
    assert alice.put("/watchlist/99999").status_code == 404
    assert alice.delete("/watchlist/99999").status_code == 404
    alice.put(f"/watchlist/{movies['Heat']}")
    assert titles(bob.get("/watchlist")) == []
