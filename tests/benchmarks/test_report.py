"""`flask bench` measures and says what it measured."""

import importlib.metadata
import json
import os
import platform
import re
import sqlite3
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from movie_recommender.benchmarks import (
    child,
    encoding,
    imports,
    lists,
    machine,
    peers,
    plots,
    recompute,
    report,
    running_report,
    synthetic,
)
from movie_recommender.cli.measuring import bench
from movie_recommender.core import Recommender
from movie_recommender.errors import InvalidInput


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "engine.snapshot"


@pytest.fixture(scope="module")
def measured(snapshot):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(synthetic.SIZES, "tiny", (300, 500, 20_000))
        yield recompute.measure("tiny", 3, snapshot)


def test_every_figure_is_there_and_positive(measured):
    assert [one.ratings for one in measured.by_profile][:2] == [5, 20]
    for name in ("median_ms", "p95_ms", "median_with_reasons_ms", "rate_us", "update_us", "state_bytes", "snapshot_bytes", "start_seconds"):
        assert getattr(measured, name) > 0
    assert all(one.milliseconds > one.limit_milliseconds > 0 for one in measured.by_profile)


def test_the_state_holds_each_rating_twice_and_little_else_a_person(measured):
    assert measured.state_bytes > 6 * measured.ratings


def test_the_page_has_a_row_for_every_size_profile_and_peer(measured):
    from dataclasses import asdict

    ours = [[1.0, 2.0, 9.0], [3.0, 4.0, 9.0]]  # before and after, of three people; the peer was asked for two
    peers = [
        {
            "name": "somebody's kNN",
            "milliseconds": 250.0,
            "fit_seconds": 1.0,
            "people": 2,
            "note": "",
            "ours": ours,
            "versions": "its own 1",
        }
    ]
    page = report.page([report.SizeReport(asdict(measured), peers)])
    assert page.count("| tiny |") == 1 + len(measured.by_profile) + 1 + 1
    assert "| somebody's kNN | 250.00 | 1.50, 3.50 | 100.00 | 1.0 | 2 |  | its own 1 |" in page


def test_lists_are_measured_beside_a_peer_for_the_people_that_it_is_asked_for(measured, snapshot, tmp_path, monkeypatch):
    made = synthetic.world(300, 500, 20_000)
    np.savez(tmp_path / "world.npz", indptr=made.indptr, cols=made.cols, codes=made.codes, people=[7, 3])
    asked, rank = [], Recommender.rank

    def watched(self, ratings, n, n_by_genre, user_id):
        asked.append((user_id, ratings, n, n_by_genre))
        return rank(self, ratings, n, n_by_genre, user_id=user_id)

    monkeypatch.setattr(Recommender, "rank", watched)
    each = lists.main(snapshot, tmp_path / "world.npz")
    assert len(each) == 2
    assert min(each) > 0
    best_of = machine.REPEATS
    assert asked == [(user, made.of(user), recompute.LENGTH, 0) for user in (7, 3) for _ in range(best_of)]


def test_the_page_tells_how_long_people_wait_for_a_list():
    row = dict.fromkeys(("p50", "p95", "saved_p50"), 12.3) | {"cpu": [12.3, 12.3], "memory": [150_000_000, 520_000_000]}
    row |= {"people": 8, "ratings": 240, "worst": 99.0}
    assert "| 8 | 240 | 12 | 12 | 99 | 12 | 12.3 | 12.3 | 150 | 520 |" in running_report.latency("32m ratings", [row])


def test_the_page_tells_what_the_running_product_costs():
    costs = [{"name": "a bare Flask hello", "cpu_ms": 0.25, "times_hello": 1.0, "elapsed_ms": 0.5, "per_second": 1999.6, "size": 5}]
    assert "| a bare Flask hello | 0.25 | 1.0 | 4,000 | 0.50 | 2,000 | 5 |" in running_report.website(
        "here", {"costs": costs, "memory": 150e6}
    )
    visit = {"screen": "phone", "cache": "cold", "cards": 50, "largest_paint": 348.0, "layout_shift": 0.0, "bytes": 52702, "requests": 15}
    seen = running_report.in_the_browser(
        "here", {"visits": [visit], "walk": {"interactions": 12, "seconds": 61.0, "seconds_from_last_star": 0.8}}
    )
    assert "| phone | cold | 50 | 348 | 0 | 52,702 | 15 |" in seen
    assert "12 interactions and 61 s" in seen


def test_the_page_begins_with_the_day_the_machine_and_the_versions_of_what_is_measured():
    about = next(report.run(report.Plan(parts=[]), print))
    assert f"Measured on {machine.today()}" in about
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", machine.today())
    for name in ("numpy", "scikit-learn", "Flask", "gunicorn", "SQLAlchemy", "chromadb", "torch", "sentence-transformers"):
        assert f"{name} {importlib.metadata.version(name)}" in about
    assert f"SQLite {sqlite3.sqlite_version}" in about
    assert f"Python {platform.python_version()}" in about
    assert "PostgreSQL" not in about


@pytest.mark.servers
@pytest.mark.xdist_group("postgresql")
def test_the_page_says_whether_postgresql_waits_for_its_disk_where_it_is_used(postgresql):
    about = next(report.run(report.Plan(parts=["imports"], postgresql=postgresql), print))
    assert re.search(r"PostgreSQL \d[\d.]*.*, fsync off, synchronous_commit on", about)
    assert "PostgreSQL" not in next(report.run(report.Plan(parts=["plots"], postgresql=postgresql), print))


def test_a_postgresql_that_does_not_answer_is_said_at_once():
    with pytest.raises(InvalidInput, match="PostgreSQL does not answer"):
        next(report.run(report.Plan(parts=["imports"], postgresql="postgresql://nobody@127.0.0.1:9/nothing"), print))


def test_scaling_says_what_it_needs():
    *_, said = report.run(report.Plan(parts=["scaling"], worlds=["100k"]), print)
    assert "Not measured" in said
    assert "--postgresql URL" in said


@pytest.mark.parametrize(("name", "libraries"), [("scipy", ("numpy", "scipy")), ("scikit-learn", ("numpy", "scipy", "scikit-learn"))])
def test_a_peer_is_asked_and_says_with_which_versions(name, libraries, tmp_path):
    made = synthetic.world(300, 700, 20_000)
    shape = (made.n_users, made.n_items)
    np.savez(tmp_path / "world.npz", indptr=made.indptr, cols=made.cols, codes=made.codes, shape=shape, people=[7, 3])
    (found,) = json.loads(child.run([sys.executable, peers.__file__, str(tmp_path / "world.npz"), name], 120.0))
    assert found["people"] == 2
    assert found["milliseconds"] > 0
    versions = [f"Python {platform.python_version()}", *(f"{one} {importlib.metadata.version(one)}" for one in libraries)]
    assert sorted(found["versions"].split(", ")) == sorted(versions)


@pytest.mark.encoder
@pytest.mark.xdist_group("encoder")
def test_the_encoders_start_is_measured_and_what_it_encodes_then():
    found = encoding.measure(8)
    assert found["plots"] == 8
    assert min(found[name] for name in ("start_seconds", "start_cpu_seconds", "bare_per_second", "fill_per_second")) > 0
    assert found["most_bytes"] > found["start_bytes"]
    assert "| 8 | " in running_report.encoding(found)


def test_how_many_plots_are_asked_can_be_said():
    said = CliRunner().invoke(bench, ["--parts", "plots", "--plots", "600,1k"]).output
    assert "| 600 | " in said
    assert "| 1,000 | " in said
    assert "'many' is no number" in CliRunner().invoke(bench, ["--parts", "plots", "--plots", "many"]).output


def test_an_import_is_measured_until_the_engine_serves_from_sql():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(synthetic.SIZES, "tiny", (300, 500, 20_000))
        found = imports.of_size("tiny", "")
    assert found["ratings"] > 10_000
    assert f"| sqlite | {found['ratings']:,} |" in running_report.imports([found])


def test_an_unknown_size_is_answered_with_those_there_are():
    with pytest.raises(InvalidInput, match="100k, 1m, 10m, 25m, 32m"):
        next(report.run(report.Plan(sizes=["7m"]), print))


def test_what_fails_or_takes_too_long_is_said_in_its_place_and_the_rest_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "PART_SECONDS", 0.01)
    text = "".join(report.run(report.Plan(parts=["plots", "website"], instance=tmp_path), lambda _what: None))
    assert text.count("did not come to its end within 0 s") == 2


def test_who_ends_a_measurement_ends_all_that_it_started(tmp_path):
    program = """
import subprocess, sys, time
from movie_recommender.benchmarks.child import ended_in_order
with ended_in_order():
    started = subprocess.Popen(["sleep", "60"])
    try:
        open(sys.argv[1], "w").write(str(started.pid))
        time.sleep(60)
    finally:
        started.kill()
        started.wait()
"""
    noted = tmp_path / "pid"
    with pytest.raises(InvalidInput, match="did not come to its end"):
        child.run([sys.executable, "-c", program, str(noted)], seconds=3.0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def test_the_nearest_plots_are_found_exactly_by_blocks_and_nearly_all_by_chroma():
    made = plots.vectors(plots.BLOCK + 100)
    alike = made @ made.T
    np.fill_diagonal(alike, -2.0)
    expected = np.argsort(-alike, axis=1)[:, :5]
    assert [set(row) for row in plots.exact(made, 5).tolist()] == [set(row) for row in expected.tolist()]
    assert plots.measure(600)["recall"] > 0.98
