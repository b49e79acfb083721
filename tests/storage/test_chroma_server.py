"""The plot index on a real Chroma server, which several processes share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from chromadb.errors import ChromaError

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


def test_who_comes_second_by_a_moment_lets_the_others_collection_stand(chroma_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one finishes between this one's look at the names and its renaming."""
    client = chroma.open_server(chroma_url)
    for name in ("movie-plots-won", f"{chroma.DRAFT}-late"):
        chroma.fill(client, name, IDS[:10], unit_vectors(count=10), go_on, {"count": 10, "begun": 4_000_000_000})
    monkeypatch.setattr(client, "list_collections", list)
    chroma.publish(client, f"{chroma.DRAFT}-late", "movie-plots-won")
    assert chroma.opened(client, "movie-plots-won", 10).count() == 10
    assert f"{chroma.DRAFT}-late" not in collections(chroma_url)
    with pytest.raises(ChromaError):
        chroma.publish(client, f"{chroma.DRAFT}-gone", "movie-plots-nobodys")


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
