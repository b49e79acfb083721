"""Metadata files: one JSON object a line, with forgiving names and strict types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movie_recommender.catalogue import jsonl
from movie_recommender.catalogue.plot_text import plot_text
from movie_recommender.catalogue.records import GENRES, MovieRecord, from_mapping, genre_name, imdb_id
from movie_recommender.errors import ImportFailed, InvalidInput


def test_other_names_of_fields_are_taken() -> None:
    record = from_mapping(
        {"movieId": 1, "imdbId": "114709", "tmdbId": "862", "title": " Toy Story ", "director": "John Lasseter", "language": "en"}
    )
    assert record == MovieRecord(
        title="Toy Story", imdb_id="tt0114709", tmdb_id=862, movielens_id=1, directors=("John Lasseter",), languages=("en",)
    )


def test_what_no_database_keeps_is_replaced() -> None:
    record = from_mapping(json.loads(r'{"title": "A\ud800", "plot": "B\u0000", "cast": ["C\udfff", "D"], "year": 1999}'))
    assert (record.title, record.plot, record.cast) == ("A\ufffd", "B\ufffd", ("C\ufffd", "D"))


def test_a_number_of_thousands_of_digits_is_a_problem_of_its_line() -> None:
    problems: list[str] = []
    lines = iter(['{"title": "Alien", "year": ' + "9" * 5000 + "}", '{"title": "Aliens"}'])
    assert [record.title for record in jsonl.read_lines(lines, "movies.jsonl", problems)] == ["Aliens"]
    assert problems[0].startswith("movies.jsonl, line 1: not JSON (")


def test_a_place_in_a_series_is_read_and_may_have_no_number() -> None:
    assert from_mapping({"title": "Aliens", "series": " Alien ", "part": 2}) == MovieRecord(title="Aliens", series="Alien", part=2)
    assert from_mapping({"title": "Goldfinger", "collection": "James Bond"}).part is None


def test_tmdbs_code_for_cantonese_is_chinese_and_no_language_is_none() -> None:
    assert from_mapping({"title": "Hard Boiled", "language": "cn"}).languages == ("zh",)
    assert from_mapping({"title": "Begone Dull Care", "language": "xx"}).languages == ()


def test_null_fields_are_as_if_they_were_not_there() -> None:
    empty = dict.fromkeys(("year", "plot", "cast", "genres", "runtime", "imdbId", "tmdbId", "language", "keywords"))
    assert from_mapping({"title": "Nothing", **empty}) == MovieRecord(title="Nothing")


def test_genres_get_movielens_names() -> None:
    assert [genre_name(name) for name in ("Science Fiction", "family", "Music")] == ["Sci-Fi", "Children", "Musical"]
    assert genre_name("(no genres listed)") is None
    assert set(map(genre_name, GENRES)) == set(GENRES)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "`title` is missing"),
        ({"title": 7}, "`title` is missing"),
        ({"title": "x", "plot": 7}, "`plot` is not text"),
        ({"title": "x", "cast": 7}, "`cast` is not a list of texts"),
        ({"title": "x", "cast": ["Ann", None]}, "`cast` is not a list of texts"),
        ({"title": "x", "genres": {"a": 1}}, "`genres` is not a list of texts"),
        ({"title": "x", "series": 7}, "`series` is not text"),
        ({"title": "x", "part": 2}, "`part` is a number from 1 to 999, and needs the `series`"),
        ({"title": "x", "series": "X", "part": "two"}, "`part` is a number"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        from_mapping(values)


@pytest.mark.parametrize("value", ["tt0111161", "0111161", "111161", 111161, 111161.0])
def test_an_imdb_id_is_known_in_all_its_forms(value: object) -> None:
    assert imdb_id(value) == "tt0111161"


@pytest.mark.parametrize("value", [None, "", 0, "nm0000209", "tt", "-5", "none"])
def test_what_is_no_imdb_id_is_none(value: object) -> None:
    assert imdb_id(value) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["title", "year", "cast", "plot", "imdb_id", "tmdbId", "genres", "language", "runtime"]), json_values)
)
def test_any_json_object_is_a_movie_or_a_clear_message(values: dict[str, Any]) -> None:
    title = values.get("title")
    try:
        record = from_mapping(values)
    except InvalidInput as error:
        record, said = None, error.message
    assert record.title == title.strip()[:300] if record else said.startswith("`")


def test_a_line_that_cannot_be_read_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "movies.jsonl"
    path.write_text('# a comment\n{"title": "One"}\n{"title": \n[1]\n\n{"plot": "?"}\n{"title": "Two"}\n', encoding="utf-8")
    problems: list[str] = []
    assert [record.title for record in jsonl.read_file(path, problems)] == ["One", "Two"]
    assert [problem.split(":")[0] for problem in problems] == ["movies.jsonl, line 3", "movies.jsonl, line 4", "movies.jsonl, line 6"]


def test_deep_or_endless_json_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "movies.jsonl"
    path.write_text("[" * 100_000 + "\n" + json.dumps({"title": "x" * 1_100_000}) + '\n{"title": "Here"}\n')
    problems: list[str] = []
    assert [record.title for record in jsonl.read_file(path, problems)] == ["Here"]
    assert len(problems) == 2


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "movies.jsonl"
    path.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(ImportFailed, match="cannot be read"):
        list(jsonl.read_file(path, []))


def test_the_encoder_reads_keywords_around_the_plot() -> None:
    assert plot_text("Two friends fall out.", ["friendship", "island"]) == "friendship, island. Two friends fall out. friendship, island."
    assert plot_text("Two friends fall out.", []) == "Two friends fall out."
    assert plot_text("  ", ["island"]) == plot_text(None, None) == ""
