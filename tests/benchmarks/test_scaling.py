"""Stage 2 is measured as it runs: real PostgreSQL and Redis, two website workers, one background API and then two."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import update

from movie_recommender.benchmarks import crowd, instances, processes, running_report, scaling, synthetic
from movie_recommender.storage import writing
from movie_recommender.storage.models import Movie

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("postgresql")]


def without_plots(size, folder, **changed):
    """The instance that is measured; its plots would be encoded for a minute."""
    instances_make(size, folder, **changed)
    with processes.opened(folder, **changed), writing() as session:
        session.execute(update(Movie).values(plot=None, keywords=[]))


instances_make = instances.make


@pytest.fixture(scope="module")
def server(new_database):
    return new_database()


@pytest.fixture(scope="module")
def found(server, redis_url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(synthetic.SIZES, "tiny", (300, 500, 20_000))
        patch.setattr(instances, "make", without_plots)
        patch.setattr(processes, "IDLE_LOOKS", 2)
        patch.setattr(crowd, "LOOK", (0.0, 0.1))
        yield scaling.measure("tiny", server, redis_url, people=(1, 3), rounds=1)


def test_one_background_api_is_measured_and_then_two_with_people_who_look_and_with_people_who_do_not(found):
    measured = [(row["backgrounds"], row["met"]["people"], row["looking"]) for row in found["rows"]]
    assert measured == [(n, people, looking) for n in (1, 2) for people, looking in ((1, True), (3, True), (3, False))]


def test_every_list_came_and_every_process_has_its_figures(found):
    for row in found["rows"]:
        met = row["met"]
        assert met["late"] == 0
        assert 0 < met["saved_p50"] <= met["p50"] <= met["p95"] <= met["worst"]
        assert met["per_second"] > 0
        assert len(met["cpu"]) == len(met["memory"]) == scaling.WEBSITES + row["backgrounds"]
        assert min(met["memory"]) > 20e6
        assert row["machine_cpu"] > sum(met["cpu"]) > 0


def test_two_background_apis_share_the_lists(found):
    sharing = [row["met"]["cpu"][scaling.WEBSITES :] for row in found["rows"] if row["backgrounds"] == 2]
    assert all(sum(each) > 0 for each in zip(*sharing, strict=True))


def test_the_page_names_the_servers_and_has_a_row_for_each(found):
    page = running_report.scaling("tiny ratings", found)
    assert "PostgreSQL 1" in page
    assert "fsync off" in page
    assert "the queue on Redis" in page
    assert page.count("\n| 1 | ") == page.count("\n| 2 | ") == 3
    assert page.count("3, without looking") == 2


def test_the_database_that_was_made_for_it_is_gone(found, server):
    url = sqlalchemy.make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
    assert url.database in names
    assert not [name for name in names if name.startswith("bench_")]
