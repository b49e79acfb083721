"""/taste and /neighbours: for programs what the pages show."""

from movie_recommender.services import fellows


def test_taste_is_empty_without_ratings_and_tells_means_with_them(alice, bob, movies):
    empty = alice.get("/taste").json
    assert (empty["count"], empty["mean"], empty["genres"]) == (0, None, [])
    alice.rate(movies["Ben-Hur"], 5)
    alice.rate(movies["Ben-Hur, again"], 2)
    bob.rate(movies["Ben-Hur, again"], 4)
    found = alice.get("/taste").json
    assert found["genres"] == [{"name": "Drama", "count": 2, "mean": 3.5, "crowd": 4.0}]
    assert found["histogram"][3] == found["histogram"][9] == 1
    below = {"id": movies["Ben-Hur, again"], "title": "Ben-Hur", "year": 2016, "stars": 2.0, "other": 4.0}
    assert found["below"] == [below]
    assert found["check"] == {"state": "away", "count": 0, "ours": None, "own_mean": None, "crowd": None, "missed": []}


def test_neighbours_need_three_favourites_and_an_engine(alice, movies):
    assert alice.get("/neighbours").json == {"state": "too_few_favourites", "favourites": 0, "people": [], "shown": False}
    for title in ("Heat", "Ben-Hur", "Amélie"):
        alice.rate(movies[title], 4)
    assert alice.get("/neighbours").json["state"] == "away"


def test_one_is_shown_to_others_only_by_ones_own_word(alice, bob):
    assert alice.put("/neighbours/openness", json={"shown": True}).json == {"shown": True}
    assert alice.get("/neighbours").json["shown"] is True
    assert bob.get("/neighbours").json["shown"] is False
    alice.put("/neighbours/openness", json={"shown": False})
    assert alice.get("/neighbours").json["shown"] is False
    assert alice.put("/neighbours/openness", json={"shown": "perhaps"}).status_code == 422


def test_neighbours_without_members_who_did_not_say_so(app, alice, bob, movies, monkeypatch):
    """Whatever the engine answers, as when somebody has just withdrawn."""
    for title in ("Heat", "Ben-Hur", "Amélie"):
        alice.rate(movies[title], 4)
    row = {
        "score": 0.5,
        "rated": 9,
        "overlap": 3,
        "apart": 0.5,
        "shared_count": 3,
        "shared": [movies["Heat"]],
        "loved": [movies["Сталкер"]],
    }
    monkeypatch.setattr(fellows, "call", lambda *_, **__: {"people": [{"user_id": bob.id, **row}]})
    assert alice.get("/neighbours").json["people"] == []
    bob.put("/neighbours/openness", json={"shown": True})
    told = alice.get("/neighbours").json["people"]
    assert [(each["name"], each["is_member"], each["match"]) for each in told] == [("Bob", True, "Very close")]
    assert told[0]["loved"] == [{"id": movies["Сталкер"], "title": "Сталкер"}]


def test_both_need_a_token(charlie):
    assert charlie.get("/taste").status_code == 401
    assert charlie.get("/neighbours").status_code == 401
