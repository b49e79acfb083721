"""GET /people, GET /plots."""


def test_people_are_found_by_name_with_their_movies(charlie, movies):
    (person,) = charlie.get("/people", query="jenet").json["people"]  # a letter short
    assert person["name"] == "Jean-Pierre Jeunet"
    assert [film["id"] for film in person["directed"]] == [movies["Amélie"]]
    assert person["acted"] == []
    assert charlie.get("/people", query="nobody of this name").json["people"] == []


def test_a_name_is_needed(charlie):
    assert charlie.get("/people").status_code == 422


def test_plots_ask_for_a_token_and_for_words_enough(alice, charlie, movies):
    assert charlie.get("/plots", query="a shy waitress").status_code == 401
    answer = alice.get("/plots", query="waitress")
    assert answer.status_code == 422
    assert "at least 2 words" in answer.json["message"]


def test_while_the_background_service_is_away_plots_say_so(alice, movies):
    answer = alice.get("/plots", query="a shy waitress")
    assert answer.status_code == 503
    assert "Try again" in answer.json["message"]


def test_plots_are_found_by_what_happens(alice, movies, monkeypatch):
    near = [{"movie_id": movies["Amélie"], "similarity": 0.6}, {"movie_id": movies["Heat"], "similarity": 0.1}]
    monkeypatch.setattr("movie_recommender.services.dispatch.call", lambda *_, **__: {"movies": near})
    assert [movie["title"] for movie in alice.get("/plots", query="a shy waitress").json["movies"]] == ["Amélie"]
