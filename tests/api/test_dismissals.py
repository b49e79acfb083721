"""/dismissals: films and genres that are not to be recommended."""

import pytest


def titles(answer):
    return [item["title"] for item in answer.json["items"]]


def test_a_dismissed_movie_is_off_the_list_at_once_and_back_when_it_is_lifted(alice, movies, listed):
    answer = alice.put(f"/dismissals/{movies['Some Like It Hot']}", json={"kind": "not_for_me"})
    assert (answer.status_code, answer.json["kind"], answer.json["until"], answer.json["version"]) == (200, "not_for_me", None, 6)
    assert titles(alice.get("/recommendations")) == ["千と千尋の神隠し"]
    lifted = alice.delete(f"/dismissals/{movies['Some Like It Hot']}").json
    assert (lifted["removed"], lifted["version"]) == (True, 7)
    assert len(titles(alice.get("/recommendations"))) == 2


def test_not_now_says_until_when(alice, movies):
    answer = alice.put(f"/dismissals/{movies['Heat']}", json={"kind": "not_now"}).json
    assert answer["until"] > answer["dismissed_at"]
    assert [film["title"] for film in alice.get("/dismissals").json["movies"]] == ["Heat"]


def test_lifting_what_is_not_dismissed_changes_nothing(alice, movies):
    assert alice.delete(f"/dismissals/{movies['Heat']}").json == {"movie_id": movies["Heat"], "removed": False, "version": 0}


def test_genres_are_said_as_a_whole(alice, movies, listed):
    assert alice.put("/dismissals/genres", json={"genres": ["comedy"]}).json["genres"] == ["Comedy"]
    assert titles(alice.get("/recommendations")) == ["千と千尋の神隠し"]
    version = alice.put("/dismissals/genres", json={"genres": ["Comedy"]}).json["version"]
    assert alice.put("/dismissals/genres", json={"genres": ["Fantasy", "Crime"]}).json == {
        "genres": ["Crime", "Fantasy"],
        "version": version + 1,
    }
    assert alice.put("/dismissals/genres", json={"genres": []}).json["genres"] == []
    assert len(titles(alice.get("/recommendations"))) == 2


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/dismissals/{Heat}", {"kind": "never"}, "`not_for_me` or `not_now`"),
        ("/dismissals/genres", {"genres": ["Jazz"]}, "There is no genre 'Jazz' here. Known genres: Animation"),
    ],
)
def test_what_cannot_be_used_is_said(alice, movies, path, body, says):
    answer = alice.put(path.format(**movies), json=body)
    assert answer.status_code == 422
    assert says in answer.json["message"]


def test_bob_has_dismissals_of_his_own(alice, bob, movies):
    alice.put(f"/dismissals/{movies['Heat']}", json={"kind": "not_for_me"})
    alice.put("/dismissals/genres", json={"genres": ["Comedy"]})
    assert bob.get("/dismissals").json == {"movies": [], "genres": [], "version": 0}
