"""The embedded catalogue keeps its promises: choice, facts, and plots of our own."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from movie_recommender.catalogue import jsonl
from movie_recommender.catalogue.household import HOUSEHOLD_NAMES
from movie_recommender.catalogue.records import GENRES
from movie_recommender.catalogue.series import Film, Place, by_title
from movie_recommender.catalogue.titles import fold, person_key

HERE = Path(__file__).parent
KEYS = [
    "imdb_id", "tmdb_id", "movielens_id", "title", "original_title", "year", "runtime", "languages", "countries", "genres",
    "directors", "cast", "keywords", "renown", "plot",
]  # fmt: skip
LANGUAGES = (  # ISO 639-1
    "af am ar az be bg bm bn bs ca co cs da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka km ko ku la lv mi "
    "mk ml mr ms nl no pa pl ps pt ro ru sd si sk so sq sr sv sw ta te th tl tn tr uk ur vi wo xh yi zh zu "
)
COUNTRIES = (  # ISO 3166-1 alpha-2
    "AR AT AU BA BE BF BG BR BY CA CH CL CN CO CU CZ DE DK DZ EG ES FI FR GB GR GT HK HU ID IE IL IN IR IT JP KR LB LI LU LV "
    "MA MK ML MR MX NL NO NZ PE PL PS PT QA RO RS RU SA SE SI SK SN SY TH TN TR TW UA US UY ZA ZM "
)
NOBODY_SPEAKS = {"tt4772188"}  # Flow: animals without voices


@pytest.fixture(scope="module")
def movies() -> list[dict[str, Any]]:
    lines = jsonl.EMBEDDED.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def reference() -> dict[str, dict[str, Any]]:
    folder = os.environ.get("MOVIELENS_DIR")
    path = Path(folder or ".") / "metadata.jsonl"
    if not folder or not path.exists():
        pytest.skip("needs the reference metadata.jsonl in MOVIELENS_DIR")
    with path.open(encoding="utf-8") as file:
        return {movie["imdbId"]: movie for movie in map(json.loads, file)}


def test_the_file_says_how_it_was_made_and_under_which_licence() -> None:
    header = "".join(line for line in jsonl.EMBEDDED.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    assert "CC0 1.0" in header
    assert "How it was made" in header


def test_the_choice_is_wide(movies: list[dict[str, Any]]) -> None:
    assert len(movies) >= 1000
    assert sum(movie["languages"][0] != "en" for movie in movies) >= 250
    decades = Counter(movie["year"] // 10 * 10 for movie in movies)
    assert {decade: decades[decade] for decade in range(1950, 2030, 10) if decades[decade] < 40} == {}
    genres = Counter(name for movie in movies for name in movie["genres"])
    assert {name: genres[name] for name in GENRES if genres[name] < 25} == {}


def test_every_movie_has_every_field_in_its_form(movies: list[dict[str, Any]]) -> None:
    wrong = []
    for movie in movies:
        good = {
            "keys": list(movie) in (KEYS, [*KEYS, "series"], [*KEYS, "series", "part"]),
            "imdb_id": bool(re.fullmatch(r"tt\d{7,8}", movie["imdb_id"])),
            "titles": all(movie[key] and movie[key] == movie[key].strip() for key in ("title", "original_title")),
            "year": 1900 <= movie["year"] <= 2026,
            "runtime": 40 < movie["runtime"] < 300,
            "languages": bool(movie["languages"]) and set(movie["languages"]) <= set(LANGUAGES.split()),
            "countries": bool(movie["countries"]) and set(movie["countries"]) <= set(COUNTRIES.split()),
            "genres": 1 <= len(movie["genres"]) <= 6 and set(movie["genres"]) <= set(GENRES),
            "directors": bool(movie["directors"]),
            "cast": 5 <= len(movie["cast"]) <= 10
            or (len(movie["cast"]) < 5 and ("Documentary" in movie["genres"] or movie["imdb_id"] in NOBODY_SPEAKS)),
            "keywords": 5 <= len(movie["keywords"]) <= 12 and all(word == word.lower() for word in movie["keywords"]),
            "renown": movie["renown"] in (1, 2, 3),
            "nothing twice": all(
                len(movie[key]) == len(set(movie[key])) for key in ("languages", "countries", "genres", "directors", "cast", "keywords")
            ),
        }
        wrong += [(movie["title"], name) for name, is_good in good.items() if not is_good]
    assert wrong == []


def test_parts_of_a_series_are_numbered_in_the_order_in_which_they_came_out(movies: list[dict[str, Any]]) -> None:
    series: dict[str, list[dict[str, Any]]] = {}
    for movie in movies:
        if "part" in movie:
            series.setdefault(movie["series"], []).append(movie)
    assert len(series) >= 50
    for parts in series.values():
        numbers = [movie["part"] for movie in sorted(parts, key=lambda movie: movie["year"])]
        assert numbers == sorted(set(numbers)), parts[0]["series"]
        assert numbers[0] >= 1
    names = {movie["series"] for movie in movies if "series" in movie}
    assert len(names) == len({fold(name) for name in names})


def test_titles_of_the_catalogue_tell_nothing_that_contradicts_its_facts(movies: list[dict[str, Any]]) -> None:
    films = [Film(at, movie["title"], movie["year"]) for at, movie in enumerate(movies)]
    told = by_title(films, {at: Place(movie["series"], movie.get("part")) for at, movie in enumerate(movies) if "series" in movie})
    assert {movies[at]["title"]: place.series for at, place in told.items()} == {}


def test_the_films_that_everybody_has_seen_are_here_and_of_the_highest_renown(movies: list[dict[str, Any]]) -> None:
    renown = {movie["imdb_id"]: movie["renown"] for movie in movies}
    assert {imdb_id: renown.get(imdb_id) for imdb_id in HOUSEHOLD_NAMES if renown.get(imdb_id) != 1} == {}
    assert len(HOUSEHOLD_NAMES) >= 150


def test_no_movie_is_there_twice(movies: list[dict[str, Any]]) -> None:
    for key in ("imdb_id", "tmdb_id", "movielens_id"):
        assert [value for value, n in Counter(movie[key] for movie in movies if movie[key]).items() if n > 1] == []
    assert [key for key, n in Counter((fold(movie["title"]), movie["year"]) for movie in movies).items() if n > 1] == []


def test_every_person_has_one_spelling(movies: list[dict[str, Any]]) -> None:
    spellings: dict[str, set[str]] = {}
    for movie in movies:
        for name in movie["directors"] + movie["cast"]:
            spellings.setdefault(person_key(name), set()).add(name)
    assert [names for names in spellings.values() if len(names) > 1] == []


def test_plots_are_short_and_begin_each_in_its_own_way(movies: list[dict[str, Any]]) -> None:
    assert [movie["title"] for movie in movies if not 50 <= len(movie["plot"].split()) <= 90] == []
    openings = Counter(" ".join(_words(movie["plot"])[:3]) for movie in movies)
    assert [opening for opening, n in openings.items() if n > 1] == []
    first_words = Counter(_words(movie["plot"])[0] for movie in movies)
    assert first_words.most_common(1)[0][1] < len(movies) / 20


def test_plots_share_no_phrase_with_each_other(movies: list[dict[str, Any]]) -> None:
    runs = Counter(run for movie in movies for run in _runs(movie["plot"]))
    assert [run for run, n in runs.items() if n > 1] == []


def test_plots_are_our_own_words(movies: list[dict[str, Any]], reference: dict[str, dict[str, Any]]) -> None:
    theirs = {run for movie in reference.values() for run in _runs(movie.get("plot") or "")}
    assert len(theirs) > 100_000
    assert [(movie["title"], run) for movie in movies for run in _runs(movie["plot"]) if run in theirs] == []


def test_facts_agree_with_the_reference_and_every_difference_was_looked_at(
    movies: list[dict[str, Any]], reference: dict[str, dict[str, Any]]
) -> None:
    shared = [(movie, reference[movie["imdb_id"]]) for movie in movies if movie["imdb_id"] in reference]
    assert len(shared) >= 900
    found = {(movie["imdb_id"], name) for movie, theirs in shared for name in _differences(movie, theirs)}
    with (HERE / "differences.tsv").open(encoding="utf-8") as file:
        looked_at = {(row[0], row[1]) for row in csv.reader(file, delimiter="\t") if not row[0].startswith("#")}
    assert found - looked_at == set()
    assert looked_at - found == set(), "these no longer differ"
    same_year = sum(movie["year"] == theirs["year"] for movie, theirs in shared)
    same_directors = sum(_people(movie["directors"]) == _people(theirs["directors"]) for movie, theirs in shared)
    assert same_year >= 0.99 * len(shared)
    assert same_directors >= 0.99 * len(shared)


def test_ids_agree_with_the_reference(movies: list[dict[str, Any]], reference: dict[str, dict[str, Any]]) -> None:
    for movie in movies:
        if theirs := reference.get(movie["imdb_id"]):
            assert (movie["movielens_id"], movie["tmdb_id"]) == (theirs["movieId"], theirs["tmdbId"]), movie["title"]
        else:
            assert movie["movielens_id"] is None, movie["title"]


def _differences(movie: dict[str, Any], theirs: dict[str, Any]) -> set[str]:
    differs = set()
    if person_key(movie["title"]) != person_key(theirs["title"]):
        differs.add("title")
    if theirs["year"] and movie["year"] != theirs["year"]:
        differs.add("year")
    if _people(movie["directors"]) != _people(theirs["directors"]):
        differs.add("directors")
    if theirs["cast"] and not _people(movie["cast"][:1]) & _people(theirs["cast"]):
        differs.add("lead")
    return differs


def _people(names: list[str]) -> set[str]:
    return set(map(person_key, names))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def _runs(text: str) -> list[str]:
    words = _words(text)
    return [" ".join(words[at : at + 8]) for at in range(len(words) - 7)]
