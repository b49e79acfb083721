"""GET /recommendations."""

import pytest

from movie_recommender.web.api import schemas


def shown(answer):
    assert answer.status_code == 200, answer.json
    return [item["title"] for item in answer.json["items"]]


def test_too_few_ratings_are_told_how_many_are_needed(alice, movies):
    alice.rate(movies["Heat"], 4)
    answer = alice.get("/recommendations").json
    assert (answer["state"], answer["rating_count"], answer["min_ratings"], answer["items"]) == ("too_few_ratings", 1, 5, [])


def test_the_list_comes_best_first_with_its_versions(alice, listed):
    answer = alice.get("/recommendations")
    assert shown(answer) == ["Some Like It Hot", "千と千尋の神隠し"]
    assert (answer.json["state"], answer.json["version"], answer.json["computed_version"], answer.json["total"]) == ("current", 5, 5, 2)


def test_an_item_gives_its_stars_and_its_reasons(alice, listed, movies):
    item = alice.get("/recommendations").json["items"][0]
    assert (item["id"], item["year"], item["genres"]) == (movies["Some Like It Hot"], 1959, ["Comedy"])
    assert (item["score"], item["predicted_rating"]) == (1.0, 4.6)
    assert item["why"] == "12 people with your taste gave it 4.2 on average"
    assert item["reasons"] == [
        {"kind": "neighbours", "points": 0.5, "causes": {"count": 12, "mean": 4.25, "histogram": [0, 0, 0, 0, 0, 0, 0, 9, 0, 3]}},
        {"kind": "plot", "points": 0.25, "causes": {"movies": [{"id": movies["Heat"], "title": "Heat", "points": 0.25}]}},
        {"kind": "people", "points": 0.125, "causes": {"people": [{"name": "Billy Wilder", "role": "director", "points": 0.125}]}},
        {
            "kind": "genres",
            "points": 0.125,
            "causes": {"genres": [{"name": "Comedy", "points": 0.0625}], "years": [{"name": "1950s", "points": 0.0625}]},
        },
    ]
    assert sum(reason["points"] for reason in item["reasons"]) == item["score"]


def test_the_answer_is_what_its_description_makes_of_it(alice, listed):
    answer = alice.get("/recommendations").json
    assert schemas.Recommendations().dump(answer) == answer
    assert schemas.Recommendations().validate(answer) == {}


def test_a_change_marks_the_list_as_updating_and_keeps_the_old_one(alice, listed, movies):
    version = alice.rate(movies["Heat"], 1).json["version"]
    answer = alice.get("/recommendations")
    assert (answer.json["state"], answer.json["version"], answer.json["computed_version"]) == ("updating", version, 5)
    assert len(shown(answer)) == 2


def test_a_movie_rated_since_is_off_the_list_at_once(alice, listed, movies):
    alice.rate(movies["Some Like It Hot"], 5)
    assert shown(alice.get("/recommendations")) == ["千と千尋の神隠し"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("genre=Comedy", ["Some Like It Hot"]),
        ("genre=comedy&genre=Animation", ["Some Like It Hot", "千と千尋の神隠し"]),
        ("genre=Comedy,%20Animation", ["Some Like It Hot", "千と千尋の神隠し"]),
        ("genre=Animation,Fantasy&match=all", ["千と千尋の神隠し"]),
        ("genre=Comedy,Animation&match=all", []),
        ("exclude_genre=Comedy", ["千と千尋の神隠し"]),
        ("genre=&exclude_genre=&n=20", ["Some Like It Hot", "千と千尋の神隠し"]),
        ("n=1", ["Some Like It Hot"]),
        ("n=1&page=2", ["千と千尋の神隠し"]),
        ("n=1&page=3", []),
    ],
)
def test_the_list_is_filtered_and_paged(alice, listed, query, expected):
    assert shown(alice.call("GET", f"/recommendations?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("n=0", "n: This must be a whole number from 1 to 100"), ("n=101", "n: "), ("n=abc", "n: "),
        ("page=0", "page: "), ("page=-1", "page: "), ("page=" + "9" * 30, "page: "),
        ("genre=Komedie", "'Komedie'"), ("exclude_genre=Comedy,Nope", "'Nope'"), ("match=some", "`any` or `all`"),
        ("genres=Comedy", "genres: There is no such field"), ("genre=%00", "genre: "), ("genre=" + "x" * 500, "genre: "),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_says_why(alice, movies, query, named):
    answer = alice.call("GET", f"/recommendations?{query}")
    assert answer.status_code == 422
    assert named in answer.json["message"]


def test_bob_gets_his_own_list_and_not_alices(bob, listed):
    answer = bob.get("/recommendations").json
    assert (answer["state"], answer["items"], answer["version"]) == ("too_few_ratings", [], 0)
