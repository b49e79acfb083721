"""Every format is recognised by its content and read as its site means it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from movie_recommender.catalogue.exports import Reading, read_upload
from movie_recommender.errors import ImportFailed


def zipped(**files: str | bytes) -> bytes:
    return zipped_paths({name.replace("__", "/"): content for name, content in files.items()})


def zipped_paths(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def facts(reading: Reading) -> list[tuple[str, str, int | None]]:
    return [(entry.kind, entry.film.title, entry.half_stars) for entry in reading.entries]


def day(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


LETTERBOXD = {
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\r\n2024-01-02,Paper Moons,1994,https://boxd.it/a,3.5\r\n",
    "watched.csv": "Date,Name,Year,Letterboxd URI\r\n2024-01-02,Paper Moons,1994,https://boxd.it/a\r\n",
    "watchlist.csv": "Date,Name,Year,Letterboxd URI\r\n2024-01-03,Salt Harbour,2001,https://boxd.it/b\r\n",
    "likes/films.csv": "Date,Name,Year,Letterboxd URI\r\n2024-01-04,Paper Moons,1994,https://boxd.it/a\r\n",
    "diary.csv": (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n2024-02-02,Paper Moons,1994,https://boxd.it/c,4,Yes,,2024-02-01\r\n"
    ),
    "reviews.csv": (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n"
        '2024-02-02,Paper Moons,1994,https://boxd.it/c,4,Yes,"Two lines,\r\nand a ""word"".",,2024-02-01\r\n'
    ),
    "lists/rain.csv": (
        "Letterboxd list export v7\r\nDate,Name,Tags,URL,Description\r\n"
        '2024-03-01,"Rain, always",,https://boxd.it/d,"All\r\nwet"\r\n\r\n'
        "Position,Name,Year,URL,Description\r\n1,Salt Harbour,2001,https://boxd.it/b,\r\n2,Paper Moons,1994,https://boxd.it/a,\r\n"
    ),
}


def test_a_letterboxd_zip_is_read_as_a_whole():
    reading = read_upload(
        "letterboxd-alice.zip", zipped_paths({**LETTERBOXD, "profile.csv": "Username,Email\r\nalice,alice@example.org\r\n"})
    )
    assert reading.format == "Letterboxd"
    assert not reading.problems
    assert sorted(facts(reading), key=str) == sorted(
        [
            ("rating", "Paper Moons", 7), ("viewing", "Paper Moons", None), ("watchlist", "Salt Harbour", None),
            ("liked", "Paper Moons", None),
            ("viewing", "Paper Moons", None), ("rating", "Paper Moons", 8), ("viewing", "Paper Moons", None), ("rating", "Paper Moons", 8),
            ("list", "Salt Harbour", None), ("list", "Paper Moons", None),
        ], key=str
    )  # fmt: skip
    lists = [entry for entry in reading.entries if entry.kind == "list"]
    assert {entry.list_name for entry in lists} == {"Rain, always"}
    assert [entry.film.title for entry in lists] == ["Salt Harbour", "Paper Moons"]


def test_letterboxds_profile_is_never_read():
    broken = 'Username\r\n\x00\xff broken, with a "quote that never ends'
    reading = read_upload(
        "letterboxd.zip", zipped_paths({"ratings.csv": LETTERBOXD["ratings.csv"], "profile.csv": broken, "deleted/diary.csv": broken})
    )
    assert facts(reading) == [("rating", "Paper Moons", 7)]
    assert not reading.problems


def test_stars_of_an_evening_are_not_the_standing_ones():
    reading = read_upload("diary.csv", LETTERBOXD["diary.csv"].encode())
    viewing, rating = reading.entries
    assert (viewing.kind, viewing.at) == ("viewing", day("2024-02-01"))
    assert (rating.kind, rating.standing, rating.at) == ("rating", False, day("2024-02-02"))


@pytest.mark.parametrize(
    ("name", "kind"), [("watched.csv", "viewing"), ("my-watchlist.csv", "watchlist"), ("likes.csv", "liked"), ("x.csv", "list")]
)
def test_letterboxd_files_of_one_header_are_told_apart_by_their_name(name: str, kind: str):
    reading = read_upload(name, LETTERBOXD["watched.csv"].encode())
    assert [entry.kind for entry in reading.entries] == [kind]
    assert bool(reading.notes) == (kind == "list"), "what was guessed is said"


IMDB_NOW = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,"
    "Release Date,Directors\n"
    'tt0099901,9,2025-12-19,"Salt Harbour","Saltvik",https://www.imdb.com/title/tt0099901,Movie,7.4,144,2001,"Drama",152,'
    '"2001-12-12","A B"\n'
    'tt0099902,8,2025-12-03,"A Long Series",,https://www.imdb.com/title/tt0099902,TV Series,8.9,24,2006,"Drama",46,"2007-10-21",\n'
)
IMDB_2012 = (
    '"position","const","created","modified","description","Title","Title type","Directors","You rated","IMDb Rating",'
    '"Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"\n'
    '"1","tt0099901","Thu Jun 14 00:00:00 2012","","","Salt Harbour","Feature Film","A B","3","7.7",'
    '"124","2001","drama","59","2001-05-30","x"\n'
)


def test_imdb_ratings_of_today():
    reading = read_upload("ratings.csv", IMDB_NOW.encode())
    (entry,) = reading.entries
    assert (entry.film.imdb_id, entry.film.original_title, entry.film.year, entry.half_stars) == ("tt0099901", "Saltvik", 2001, 9)
    assert entry.at == day("2025-12-19")
    assert [(problem.what, problem.why, problem.row) for problem in reading.problems] == [("A Long Series", "not a film (TV Series)", 3)]


def test_imdb_ratings_of_2012_are_no_list():
    reading = read_upload("ratings.csv", IMDB_2012.encode())
    assert facts(reading) == [("rating", "Salt Harbour", 3)]
    assert reading.entries[0].at == day("2012-06-14")


def test_an_imdb_file_in_windows_1252_keeps_its_accents():
    text = "Const,Your Rating,Date Rated,Title,Title Type,Year\ntt0099903,7,1/31/2019,Les Étés perdus,tvMovie,1988\n"
    (entry,) = read_upload("ratings.csv", text.encode("cp1252")).entries
    assert (entry.film.title, entry.at) == ("Les Étés perdus", day("2019-01-31"))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["1/2/2019", "1/31/2019"], "2019-01-02"),  # US, shown by the 31
        (["1/2/2019", "31/1/2019"], "2019-02-01"),  # the day first, shown by the 31
        (["01-02-19", "02-02-19"], "2019-02-01"),  # dd-mm-yy
        (["2019-02-01", "2019-02-01"], "2019-02-01"),
    ],
)
def test_a_column_of_dates_is_read_in_one_order(dates: list[str], expected: str):
    rows = "".join(f"tt009990{number},7,{date},Film {number},Movie,1988\n" for number, date in enumerate(dates))
    reading = read_upload("ratings.csv", f"Const,Your Rating,Date Rated,Title,Title Type,Year\n{rows}".encode())
    assert reading.entries[0].at == day(expected)


def test_an_imdb_list_keeps_its_name_and_its_ratings():
    text = (
        "Position,Const,Created,Modified,Description,Title,URL,Title Type,Year,Your Rating,Date Rated\n"
        "1,tt0099901,2020-01-01,2020-01-01,,Salt Harbour,x,movie,2001,,\n"
        "2,tt0099903,2020-01-02,2020-01-02,,Paper Moons,x,movie,1994,6,2021-01-01\n"
    )
    reading = read_upload("Rainy days.csv", text.encode())
    assert facts(reading) == [("list", "Salt Harbour", None), ("rating", "Paper Moons", 6), ("list", "Paper Moons", None)]
    assert {entry.list_name for entry in reading.entries if entry.kind == "list"} == {"Rainy days"}
    assert [entry.kind for entry in read_upload("WATCHLIST.csv", text.encode()).entries] == ["watchlist", "rating", "watchlist"]


def trakt_movie(title: str, number: int) -> dict[str, object]:
    return {"title": title, "year": 2001, "ids": {"trakt": 1, "slug": "x", "imdb": f"tt{number:07d}", "tmdb": number}}


@pytest.mark.parametrize("folder", ["", "alice/ratings/", "trakt-backup/"])
def test_a_trakt_zip_is_read_flat_or_nested(folder: str):
    files = {
        f"{folder}ratings-movies.json": [
            {"rated_at": "2024-01-28T02:26:37.000Z", "rating": 8, "type": "movie", "movie": trakt_movie("Salt Harbour", 9)}
        ],
        f"{folder}ratings-shows.json": [
            {"rated_at": "2024-01-28T02:26:37.000Z", "rating": 8, "type": "show", "show": {"title": "A Long Series"}}
        ],
        f"{folder}watched-history-10.json": [
            {"id": 2, "watched_at": "2024-01-03T20:00:00.000Z", "action": "watch", "movie": trakt_movie("Later", 8)}
        ],
        f"{folder}watched-history-2.json": [
            {"id": 1, "watched_at": "2024-01-02T20:00:00.000Z", "action": "watch", "movie": trakt_movie("Earlier", 7)}
        ],
        f"{folder}lists-watchlist.json": [{"listed_at": "2024-01-03T20:00:00.000Z", "type": "movie", "movie": trakt_movie("Wanted", 6)}],
        f"{folder}lists-lists.json": [{"name": "Late night!", "ids": {"trakt": 5, "slug": "late-night"}}],
        f"{folder}lists-list-5-late-night.json": [
            {"listed_at": "2024-01-03T20:00:00.000Z", "type": "movie", "movie": trakt_movie("Listed", 5)}
        ],
        f"{folder}user-profile.json": {"username": "alice", "email": "alice@example.org"},
    }
    reading = read_upload("trakt.zip", zipped_paths({name: json.dumps(value) for name, value in files.items()}))
    assert reading.format == "Trakt"
    assert facts(reading) == [
        ("list", "Listed", None), ("watchlist", "Wanted", None), ("rating", "Salt Harbour", 8), ("viewing", "Earlier", None),
        ("viewing", "Later", None),
    ]  # fmt: skip
    assert reading.entries[0].list_name == "Late night!"
    assert reading.entries[2].film.imdb_id == "tt0000009"
    assert [problem.why for problem in reading.problems] == ["not a film (show)"]


def test_a_movielens_account_gives_the_persons_own_stars():
    text = 'movie_id,imdb_id,tmdb_id,rating,average_rating,title\r\n901,99901,8001,4.0,2.5,"Harbour, The (Saltvik) (2001)"\r\n'
    (entry,) = read_upload("movielens-ratings.csv", text.encode()).entries
    assert (entry.half_stars, entry.film.imdb_id, entry.film.movielens_id) == (8, "tt0099901", 901)
    assert (entry.film.title, entry.film.original_title, entry.film.year) == ("The Harbour", "Saltvik", 2001)


def test_criticker_csv_and_xml_say_the_same():
    text = (
        "Score, Film Name, Year, Date Rated, Mini Review, URL, IMDB ID\n"
        '74,"Salt Harbour",2001,"Jan 16 2013, 21:54","",https://www.criticker.com/film/Salt-Harbour/,tt0099901\n'
        '99,"A Long Series",2002,"Jan 16 2013, 21:54","",https://www.criticker.com/tv/A-Long-Series/,tt0099902\n'
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><recentratings><film><filmid>7</filmid><filmname>Salt Harbour</filmname>'
        "<filmlink>https://www.criticker.com/film/Salt-Harbour/</filmlink><filmyear>2001</filmyear><imdbid>tt0099901</imdbid>"
        "<rating>74</rating><reviewdate>Jan 16 2013, 21:54</reviewdate></film>"
        "<film><filmid>8</filmid><filmname>A Long Series</filmname><filmlink>https://www.criticker.com/tv/A-Long-Series/</filmlink>"
        "<rating>99</rating></film></recentratings>"
    )
    for name, content in (("criticker.csv", text), ("criticker.xml", xml)):
        reading = read_upload(name, content.encode())
        (entry,) = reading.entries
        assert (entry.film.title, entry.film.imdb_id, entry.half_stars, entry.at) == (
            "Salt Harbour",
            "tt0099901",
            7,
            day("2013-01-16T21:54"),
        )
        assert [problem.why for problem in reading.problems] == ["not a film (series)"]


def test_movarys_three_files():
    start = "title,year,tmdbId,imdbId"
    files = {
        "history.csv": f'{start},watchedAt,comment,location\n"Salt Harbour",2001,8001,tt0099901,2024-05-01,"good",""\n',
        "ratings.csv": f'{start},userRating\n"Salt Harbour",2001,8001,tt0099901,9\n',
        "watchlist.csv": f'{start},addedAt\n"Paper Moons",1994,8002,,2024-05-02 10:00:00\n',
    }
    reading = read_upload("movary.zip", zipped_paths(dict(files)))
    assert reading.format == "Movary"
    assert facts(reading) == [("viewing", "Salt Harbour", None), ("rating", "Salt Harbour", 9), ("watchlist", "Paper Moons", None)]


def test_a_csv_of_ones_own_is_read_by_its_columns():
    text = "Rating10;Title;Year;Watched at;List\n7,5;Salt Harbour;2001;2024-05-01;Best\n;Paper Moons;1994;;Best\n"
    reading = read_upload("films.csv", text.encode())
    assert facts(reading) == [
        ("rating", "Salt Harbour", 8), ("viewing", "Salt Harbour", None), ("list", "Salt Harbour", None), ("list", "Paper Moons", None),
    ]  # fmt: skip


def test_an_order_is_a_customers_like_and_keeps_no_address():
    rows = f"{'a' * 32},tt0099901,1,12345,DE,2024-05-01 10:00:00\nnobody,tt0099901,2,1,DE,\n{'b' * 32},what,3,1,DE,\n"
    text = f"md5email,sku,order_id,zip,country,created_at\n{rows}"
    reading = read_upload("orders.csv", text.encode())
    (entry,) = reading.entries
    assert (entry.owner, entry.film.imdb_id, entry.half_stars) == ("a" * 32, "tt0099901", 8)
    assert [problem.row for problem in reading.problems] == [3, 4]


def test_a_file_of_no_known_kind_is_refused_with_what_is_known():
    with pytest.raises(ImportFailed, match=r"no known export \(colour, size\).*Letterboxd"):
        read_upload("shoes.csv", b"colour,size\nred,42\n")
    with pytest.raises(ImportFailed, match="web page"):
        read_upload("page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>")
    with pytest.raises(ImportFailed, match="JSON of an unknown kind"):
        read_upload("x.json", b'{"a": 1}')
