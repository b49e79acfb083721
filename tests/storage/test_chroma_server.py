"""The plot index on a real Chroma server, which several processes share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, cycle
from typing import cast

import numpy as np
import pytest
from chromadb.api.client import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from movie_recommender.errors import PlotIndexDamaged
from movie_recommender.storage import chroma
from movie_recommender.storage.plot_index import ServerIndex

from ..servers import chroma_server
from .test_plot_index import IDS, go_on, unit_vectors

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("chroma server")]


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Not the server that a running site shares: its background APIs would clear away what is built here."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


def collections(url: str) -> list[str]:
    return sorted(collection.name for collection in chroma.open_server(url).list_collections())


def test_what_one_process_builds_every_process_finds(chroma_url: str) -> None:
    vectors, question = unit_vectors(), unit_vectors(seed=1)[0]
    one, other = ServerIndex(chroma_url), ServerIndex(chroma_url)
    one.build("first", IDS, vectors, go_on)
    assert one.is_current("first")
    assert other.is_current("first")
    exact = {IDS[place] for place in np.argsort(-(vectors @ question))[:50]}
    assert len({movie_id for movie_id, _ in other.query("first", question, 50)} & exact) >= 49


def test_a_process_finds_again_what_another_one_built_anew(chroma_url: str) -> None:
    one, other = ServerIndex(chroma_url), ServerIndex(chroma_url)
    one.build("again", IDS[:40], unit_vectors(count=40), go_on)
    other.query("again", unit_vectors()[0], 1)
    one.build("again", IDS[:40], unit_vectors(count=40), go_on)
    assert other.query("again", unit_vectors()[7], 1)[0][0] == IDS[7]


def test_two_who_build_at_once_leave_one_whole_collection(chroma_url: str) -> None:
    with ThreadPoolExecutor() as pool:
        builders = [pool.submit(ServerIndex(chroma_url).build, "same", IDS[:600], unit_vectors(count=600), go_on) for _ in "abc"]
    assert [builder.exception() for builder in builders] == [None] * 3
    assert ServerIndex(chroma_url).query("same", unit_vectors()[3], 1)[0][0] == IDS[3]
    assert not [name for name in collections(chroma_url) if name.startswith(chroma.DRAFT)]


class InTurns:
    """A client that waits before each thing that it says to the server until it is told to go on."""

    def __init__(self, client: Client, task: Callable[[Client], object]) -> None:
        self._client = client
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done = False
        self.came_of_it: object = None
        threading.Thread(target=self._run, args=(task,), daemon=True).start()
        self._waits.acquire()

    def __getattr__(self, name: str) -> object:
        says = getattr(self._client, name)

        def when_told(*args: object, **others: object) -> object:
            self._wait()
            return says(*args, **others)

        return when_told

    def go_on(self) -> None:
        """Let it say one thing."""
        self._go.release()
        self._waits.acquire()

    def _wait(self) -> None:
        self._waits.release()
        self._go.acquire()

    def _run(self, task: Callable[[Client], object]) -> None:
        self._wait()
        try:
            self.came_of_it = task(cast(Client, self))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            self.came_of_it = error
        self.is_done = True
        self._waits.release()


@given(order=st.lists(st.integers(0, 4), min_size=30, max_size=60))
@settings(max_examples=25, deadline=None)
def test_whoever_says_what_first_readers_find_a_whole_collection_and_one_is_left(chroma_url: str, order: list[int]) -> None:
    client = chroma.open_server(chroma_url)
    ids, vectors, prefix = IDS[:3], unit_vectors(count=3), "movie-plots-disputed-"

    def build(client: Client) -> None:
        chroma.build(client, prefix, ids, vectors, go_on)

    def read(client: Client) -> int:
        try:
            return chroma.newest(client, prefix).count()
        except PlotIndexDamaged:
            return 0

    build(client)
    everybody = [InTurns(client, task) for task in (build, build, build, read, read)]
    whose = chain(order, cycle(range(5)))
    seen = set()
    while waiting := [someone for someone in everybody if not someone.is_done]:
        waiting[next(whose) % len(waiting)].go_on()
        seen.add(read(client))
    assert seen == {3}
    assert [someone.came_of_it for someone in everybody] == [None, None, None, 3, 3]
    assert len([name for name in collections(chroma_url) if name.startswith((prefix, chroma.DRAFT))]) == 1


def test_what_is_built_anew_replaces_what_was_there_whatever_the_clocks_say(chroma_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ServerIndex(chroma_url)
    index.build("clocks", IDS[:10], unit_vectors(count=10), go_on)
    monkeypatch.setattr(chroma.time, "time", lambda: 1.0)
    index.build("clocks", IDS[:10], unit_vectors(seed=1, count=10), go_on)
    assert index.query("clocks", unit_vectors(seed=1, count=10)[7], 1)[0] == (IDS[7], pytest.approx(1.0, abs=1e-5))


def test_what_an_older_release_built_is_not_read_and_goes(chroma_url: str) -> None:
    client = chroma.open_server(chroma_url)
    chroma.fill(client, "movie-plots-before", IDS[:10], unit_vectors(count=10), go_on, {"count": 10, "begun": 1})
    index = ServerIndex(chroma_url)
    assert not index.is_current("before")
    index.build("before", IDS[:10], unit_vectors(count=10), go_on)
    assert "movie-plots-before" not in collections(chroma_url)
    assert index.is_current("before")


def test_the_plots_are_found_beside_many_collections_of_others(chroma_url: str) -> None:
    client = chroma.open_server(chroma_url)
    others = [f"another-program-{number}" for number in range(120)]
    for name in others:
        client.create_collection(name, embedding_function=None)
    index = ServerIndex(chroma_url)
    index.build("crowded", IDS[:10], unit_vectors(count=10), go_on)
    assert index.is_current("crowded")
    held = {collection.name for collection in client.list_collections(limit=1000)}
    assert held >= set(others)
    for name in others:
        client.delete_collection(name)


def test_a_build_that_is_stopped_shows_nobody_half_a_collection(chroma_url: str) -> None:
    asked = iter(range(3))
    with pytest.raises(PlotIndexDamaged):
        ServerIndex(chroma_url).build("stopped", IDS, unit_vectors(), lambda: [next(asked), next(asked)])  # type: ignore[arg-type,return-value]
    assert not ServerIndex(chroma_url).is_current("stopped")


def test_what_is_out_of_date_goes_and_another_ones_draft_stays(chroma_url: str) -> None:
    index = ServerIndex(chroma_url)
    index.build("old", IDS[:10], unit_vectors(count=10), go_on)
    client = chroma.open_server(chroma_url)
    chroma.fill(client, f"{chroma.DRAFT}-busy", IDS[:10], unit_vectors(count=10), go_on, {"count": 10, "begun": 4_000_000_000})
    chroma.fill(client, f"{chroma.DRAFT}-left", IDS[:10], unit_vectors(count=10), go_on, {"count": 10, "begun": 1})
    index.build("new", IDS[:10], unit_vectors(count=10), go_on)
    names = collections(chroma_url)
    assert f"{chroma.DRAFT}-busy" in names
    assert f"{chroma.DRAFT}-left" not in names
    assert not index.is_current("old")
    assert index.is_current("new")


def test_a_server_that_is_away_is_named_as_such() -> None:
    index = ServerIndex("http://127.0.0.1:9")
    assert not index.is_current("any")
    with pytest.raises(PlotIndexDamaged, match="does not answer"):
        index.query("any", unit_vectors()[0], 1)
