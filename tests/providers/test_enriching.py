"""`flask enrich` fills what is missing, from the real providers' kinds of answers, and goes on where it was stopped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request
from sqlalchemy import select

from movie_recommender.catalogue.providers.imdb_pages import read_page
from movie_recommender.errors import InvalidInput
from movie_recommender.services import browsing, enriching
from movie_recommender.storage import db
from movie_recommender.storage.models import Enrichment, Movie, Revision

JPEG = b"\xff\xd8\xff\xe0 a picture"
EMPTY = {"genres": (), "runtime": None, "plot": None}


def tmdb_movie(number: int, imdb: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "imdb_id": imdb, "title": "Salt Harbour", "original_title": "Saltvik", "release_date": "2001-05-01", "runtime": 104,
        "overview": "A harbour freezes over.", "original_language": "no", "poster_path": "/abc.jpg",
        "production_countries": [{"iso_3166_1": "NO", "name": "Norway"}],
        "genres": [{"id": 1, "name": "Science Fiction"}, {"id": 2, "name": "TV Movie"}],
        "keywords": {"keywords": [{"id": 1, "name": "ice"}]},
        "credits": {
            "cast": [{"name": "Second", "order": 1}, {"name": "First", "order": 0}, {"order": 2}, None],
            "crew": [{"name": "Dana Dee", "job": "Director"}, {"name": "Other", "job": "Editor"}],
        },
    } | more  # fmt: skip


def full(movie_id: int) -> Movie:
    db.session.rollback()
    db.session.expire_all()
    return browsing.movie(movie_id)


@pytest.fixture
def tmdb(service: Any, make_app: Callable[..., Any]) -> Any:
    """The application with a TMDB of our own."""
    service.answer("/3/movie/<int:number>", lambda number: tmdb_movie(number, "tt0099901"))
    service.answer("/3/find/<number>", lambda number: {"movie_results": [{"id": 8001}] if number == "tt0099901" else []})
    service.answer("/images/w342/abc.jpg", lambda: Response(JPEG, mimetype="image/jpeg"))
    return {"TMDB_KEY": "k" * 32, "TMDB_URL": service.url + "/3", "TMDB_IMAGES_URL": service.url + "/images"}


@pytest.fixture
def app(make_app: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    """With TMDB where a test asks for it."""
    return make_app(**(request.getfixturevalue("tmdb") if "tmdb" in request.fixturenames else {}))


def test_tmdb_fills_every_gap_and_says_where_it_is_from(app: Any, tmdb: Any, add_movie: Callable[..., int], tmp_path: Path) -> None:
    movie_id = add_movie("Salt Harbour", 2001, imdb_id="tt0099901", **EMPTY)
    with app.app_context():
        report = enriching.enrich()
        movie = full(movie_id)
        assert (movie.plot, movie.runtime, movie.languages, movie.keywords, movie.tmdb_id) == (
            "A harbour freezes over.", 104, ["no"], ["ice"], 8001,
        )  # fmt: skip
        assert [genre.name for genre in movie.genres] == ["Sci-Fi"]
        assert [(credit.role, credit.person.name) for credit in movie.credits] == [
            ("director", "Dana Dee"),
            ("actor", "First"),
            ("actor", "Second"),
        ]
        assert movie.sources["plot"]["from"] == "tmdb"
        assert movie.sources["plot"]["url"] == "https://www.themoviedb.org/movie/8001"
        assert movie.sources["runtime"]["on"].startswith("20")
        assert report.counts["found"] == 1
        assert (tmp_path / "posters" / movie.poster).read_bytes() == JPEG
        assert "saltvik" in movie.search_key
        assert db.session.get(Revision, "catalogue").value == 1


def test_what_is_there_stays(app: Any, tmdb: Any, add_movie: Callable[..., int]) -> None:
    movie_id = add_movie("Our Title", 1999, ("Drama",), ["Our Director"], tmdb_id=8001, plot="Our own words.")
    with app.app_context():
        enriching.enrich()
        movie = full(movie_id)
        assert (movie.title, movie.year, movie.plot, movie.runtime) == ("Our Title", 1999, "Our own words.", 104)
        assert [credit.person.name for credit in movie.credits if credit.role == "director"] == ["Our Director"]


def test_a_collection_tells_series_and_part_and_one_of_many_films_no_part(
    app: Any, tmdb: Any, service: Any, add_movie: Callable[..., int]
) -> None:
    """Titles alone would not tell that Thaw follows Salt Harbour; what the embedded catalogue said of a series stays."""
    collections = {7: {"name": "Salt Harbour Collection", "ids": (11, 12, 13)}, 8: {"name": "Agent Collection", "ids": range(50, 70)}}
    of = {11: 7, 12: 7, 60: 8}
    service.app.view_functions["/3/movie/<int:number>"] = lambda number: tmdb_movie(
        number, None, belongs_to_collection={"id": of[number], "name": collections[of[number]]["name"]}
    )
    service.answer("/3/collection/<int:number>", lambda number: {"parts": [
        {"id": part, "release_date": f"{1990 + place}-01-01" if part != 13 else ""} for place, part in enumerate(collections[number]["ids"])
    ][::-1]})  # fmt: skip
    known = {"series": "The Salt Harbour", "part": 1, "sources": {"series": "embedded", "part": "embedded"}}
    first = add_movie("Salt Harbour", 2001, tmdb_id=11, **EMPTY, **known)
    second, agent = add_movie("Thaw", 2002, tmdb_id=12, **EMPTY), add_movie("Agent at Sea", 2010, tmdb_id=60, **EMPTY)
    with app.app_context():
        enriching.enrich()
        assert [(film.series, film.part) for film in map(full, (first, second, agent))] == [
            ("The Salt Harbour", 1), ("The Salt Harbour", 2), ("Agent", None),
        ]  # fmt: skip
        assert [film.title for film in browsing.before(full(second))] == ["Salt Harbour"]
        assert full(second).sources["series"]["from"] == "tmdb"
        assert sum("/collection/" in path for path in service.asked) == 2, "asked once each"


def test_a_stopped_run_goes_on_and_nobody_is_asked_twice(app: Any, tmdb: Any, service: Any, add_movie: Callable[..., int]) -> None:
    for number in range(3):
        add_movie(f"Film {number}", 2001, tmdb_id=9000 + number, **EMPTY)
    with app.app_context():
        enriching.enrich(limit=2)
        assert sum("/movie/" in path for path in service.asked) == 2
        enriching.enrich()
        enriching.enrich()
        assert sum("/movie/" in path for path in service.asked) == 3


def test_an_answer_about_another_film_is_not_taken(app: Any, tmdb: Any, add_movie: Callable[..., int]) -> None:
    movie_id = add_movie("Another", 2001, imdb_id="tt0099999", tmdb_id=8001, **EMPTY)
    with app.app_context():
        enriching.enrich()
        assert full(movie_id).plot is None
        assert db.session.scalars(select(Enrichment.outcome)).all() == ["nothing"]


def test_a_wrong_key_stops_the_provider_and_is_said_once(app: Any, tmdb: Any, service: Any, add_movie: Callable[..., int]) -> None:
    service.app.view_functions["/3/movie/<int:number>"] = lambda number: Response(status=401)
    for number in range(5):
        add_movie(f"Film {number}", 2001, tmdb_id=9000 + number, **EMPTY)
    with app.app_context():
        report = enriching.enrich()
        assert report.problems == ["TMDB refuses (status 401). Is its key right? Nothing more is asked of it."]
        assert db.session.query(Enrichment).count() == 0


@pytest.mark.parametrize(
    "answer", ['{"id": 1', "[]", '{"id": 1, "title": null}', '{"title": "X", "credits": 7, "genres": "a", "images": []}']
)
def test_a_damaged_answer_costs_one_film_nothing(app: Any, tmdb: Any, service: Any, add_movie: Callable[..., int], answer: str) -> None:
    service.app.view_functions["/3/movie/<int:number>"] = lambda number: answer
    movie_id = add_movie("Film", 2001, tmdb_id=9000, **EMPTY)
    with app.app_context():
        enriching.enrich()
        assert (full(movie_id).title, full(movie_id).plot) == ("Film", None)


def test_a_picture_that_is_none_is_not_kept(app: Any, tmdb: Any, service: Any, add_movie: Callable[..., int], tmp_path: Path) -> None:
    service.app.view_functions["/images/w342/abc.jpg"] = lambda: "<script>"
    movie_id = add_movie("Film", 2001, imdb_id="tt0099901", tmdb_id=9000, **EMPTY)
    with app.app_context():
        enriching.enrich()
        assert full(movie_id).poster is None
    assert not (tmp_path / "posters").exists()


def test_without_a_provider_it_says_what_to_set(app: Any) -> None:
    with app.app_context(), pytest.raises(InvalidInput, match="TMDB_KEY"):
        enriching.enrich()


def statement(value: Any, rank: str = "normal") -> dict[str, Any]:
    return {"rank": rank, "mainsnak": {"datavalue": {"value": value}}}


def test_wikidata_and_wikipedia_give_facts_and_a_plot_with_its_licence(make_app: Any, service: Any, add_movie: Any, app: Any) -> None:
    labels = {"Q2": "Dana Dee", "Q3": "First Actor", "Q4": "drama film", "Q5": "lost-film genre"}
    entity = {
        "labels": {"en": {"value": "Salt Harbour"}}, "sitelinks": {"enwiki": {"title": "Salt Harbour"}},
        "claims": {
            "P57": [statement({"id": "Q2"}), statement({"id": "Q9"}, "deprecated")], "P161": [statement({"id": "Q3"})],
            "P136": [statement({"id": "Q4"}), statement({"id": "Q5"})], "P577": [statement({"time": "+2001-05-01T00:00:00Z"})],
            "P2047": [statement({"amount": "+104", "unit": "http://www.wikidata.org/entity/Q7727"})],
        },
    }  # fmt: skip

    def wikidata() -> Any:
        if request.args["action"] == "query":
            return {"query": {"search": [{"title": "Q1"}] if "tt0099901" in request.args["srsearch"] else []}}
        if request.args["ids"] == "Q1":
            return {"entities": {"Q1": entity}}
        return {"entities": {qid: {"labels": {"en": {"value": labels[qid]}}} for qid in request.args["ids"].split("|")}}

    extract = "Intro.\n\n== Plot ==\nA harbour freezes over.\n\n\nIt thaws.\n\n== Cast ==\nSomebody"
    service.answer("/wikidata", wikidata)
    service.answer("/wikipedia", lambda: {"query": {"pages": {"7": {"extract": extract}}}})
    app.config.update(METADATA_PROVIDERS=("wikidata",), WIKIDATA_URL=f"{service.url}/wikidata", WIKIPEDIA_URL=f"{service.url}/wikipedia")
    movie_id, other = add_movie("Salt Harbour", 2001, imdb_id="tt0099901", **EMPTY), add_movie("Other", 2001, imdb_id="tt0099902", **EMPTY)
    with app.app_context():
        report = enriching.enrich()
        movie = full(movie_id)
        assert (movie.plot, movie.runtime, [genre.name for genre in movie.genres]) == ("A harbour freezes over.\nIt thaws.", 104, ["Drama"])
        assert [credit.person.name for credit in movie.credits] == ["Dana Dee", "First Actor"]
        assert movie.sources["plot"]["licence"] == "CC BY-SA 4.0"
        assert movie.sources["plot"]["url"] == "https://en.wikipedia.org/wiki/Salt_Harbour"
        assert full(other).plot is None
        assert (report.counts["found"], report.counts["nothing"]) == (1, 1)


def test_imdbs_files_are_read_in_one_pass_each(app: Any, add_movie: Callable[..., int], tmp_path: Path) -> None:
    folder = tmp_path / "imdb"
    folder.mkdir()
    tables = {
        "title.basics.tsv": "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n"
        "tt0099901\tmovie\tSalt Harbour\tSaltvik\t0\t2001\t\\N\t104\tDrama,Sci-Fi\n"
        "tt0099902\ttvSeries\tSeries\tSeries\t0\t2001\t\\N\t30\tDrama\n",
        "title.principals.tsv": "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
        'tt0099901\t2\tnm2\tactress\t\\N\t["B "quoted"]\n'
        "tt0099901\t1\tnm1\tactor\t\\N\t\\N\ntt0099901\t3\tnm3\tdirector\t\\N\t\\N\n",
        "title.crew.tsv": "tconst\tdirectors\twriters\ntt0099901\tnm3\t\\N\n",
        "name.basics.tsv": "nconst\tprimaryName\nnm1\tFirst\nnm2\tSecond\nnm3\tDana Dee\nnm4\tNobody\n",
    }
    for name, text in tables.items():
        with gzip.open(folder / f"{name}.gz", "wt", encoding="utf-8") as file:
            file.write(text)
    app.config["IMDB_FILES_DIR"] = str(folder)
    movie_id, series = (
        add_movie("Salt Harbour", 2001, imdb_id="tt0099901", **EMPTY),
        add_movie("Series", 2001, imdb_id="tt0099902", **EMPTY),
    )
    with app.app_context():
        enriching.enrich()
        movie = full(movie_id)
        assert movie.runtime == 104
        assert [genre.name for genre in movie.genres] == ["Drama", "Sci-Fi"]
        assert [(credit.role, credit.person.name) for credit in movie.credits] == [
            ("director", "Dana Dee"),
            ("actor", "First"),
            ("actor", "Second"),
        ]
        assert full(series).runtime is None
        (folder / "title.basics.tsv.gz").write_bytes(b"\x1f\x8b damaged")
        add_movie("New", 2001, imdb_id="tt0099909", **EMPTY)
        assert "Download it anew" in enriching.enrich().problems[0]


PAGE = {
    "@type": "Movie", "url": "https://www.imdb.com/title/tt0099901/", "name": "Salt &amp; Harbour", "description": "It&apos;s cold.",
    "datePublished": "2019-01-01", "genre": ["Drama"], "duration": "PT1H44M", "keywords": "ice,sea",
    "director": [{"@type": "Person", "name": "Dana &quot;D&quot; Dee"}], "actor": {"@type": "Person", "name": "First"},
}  # fmt: skip


def page_of(value: dict[str, Any]) -> str:
    data = json.dumps(value)
    return f'<html><head><title>Salt (2001) - IMDb</title><script type="application/ld+json">{data}</script></head><body></body></html>'


def test_a_saved_page_is_unescaped_and_its_year_is_the_titles() -> None:
    record = read_page(page_of(PAGE))
    assert record is not None
    assert (record.title, record.plot, record.year, record.runtime) == ("Salt & Harbour", "It's cold.", 2001, 104)
    assert (record.directors, record.cast, record.keywords) == (('Dana "D" Dee',), ("First",), ("ice", "sea"))
    assert read_page(json.dumps(PAGE)).year is None, "the date of a re-release is no year"
    assert read_page(page_of({**PAGE, "@type": "TVSeries"})) is None
    assert read_page("<html>") is None


def test_live_pages_only_where_asked_for_and_only_as_long_as_allowed(
    app: Any, service: Any, add_movie: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enriching, "CRAWL_PER_SECOND", 1000)
    ids = {number: add_movie(f"Film {number}", 2001, imdb_id=f"tt009990{number}", **EMPTY) for number in range(1, 5)}
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(page_of({**PAGE, "url": "/title/tt0099902/"}), encoding="utf-8")
    service.answer("/robots.txt", lambda: "User-agent: *\nDisallow: /search\n")
    live = {"tt0099901": page_of(PAGE)}
    service.answer("/title/<number>/", lambda number: live.get(number) or Response(status=202))
    app.config.update(IMDB_PAGES_DIR=str(tmp_path / "pages"), IMDB_URL=service.url)
    with app.app_context():
        enriching.enrich(limit=2)
        assert (full(ids[2]).runtime, full(ids[1]).runtime, service.asked) == (104, None, [])
        db.session.query(Enrichment).delete()
        db.session.commit()
        app.config["IMDB_CRAWL"] = True
        report = enriching.enrich()
        assert full(ids[1]).runtime == 104
        assert "status 202" in report.problems[0]
        assert service.asked == ["/robots.txt", "/title/tt0099901/", "/title/tt0099903/"], "after the wall nobody knocks again"


SHARED = Path("/work/shared/data/fixtures")


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared fixtures")
def test_real_answers_are_understood() -> None:
    from movie_recommender.catalogue.providers.tmdb import read

    answers = [read(json.loads(path.read_text(encoding="utf-8")))[0].record for path in sorted(SHARED.glob("tmdb-*.json"))]
    assert all(answer.title and answer.imdb_id and answer.year and answer.plot for answer in answers)
    pages = {path.name: read_page(path.read_text(encoding="utf-8")) for path in sorted(SHARED.glob("imdb-*.json"))}
    assert [name for name, record in pages.items() if record is None] == ["imdb-jsonld-tvseries_archer_2021.json"]
    assert all(record.directors and record.genres for record in pages.values() if record)


def test_the_pages_show_the_poster_and_the_terms(app: Any, tmdb: Any, alice: Any, add_movie: Callable[..., int]) -> None:
    movie_id = add_movie("Salt Harbour", 2001, imdb_id="tt0099901", **EMPTY)
    assert "TMDB API" not in alice.browser.get("/about").text
    with app.app_context():
        enriching.enrich()
    page = alice.browser.get(f"/movies/{movie_id}").text
    assert f'src="/posters/{movie_id}.jpg"' in page
    assert 'Plot from <a href="https://www.themoviedb.org/movie/8001"' in page
    assert alice.browser.get(f"/posters/{movie_id}.jpg").data == JPEG
    assert alice.browser.get("/posters/../secret_key").status_code == 404
    assert "uses the" in alice.browser.get("/about").text
    assert "not endorsed or certified by TMDB" in alice.browser.get("/about").text
