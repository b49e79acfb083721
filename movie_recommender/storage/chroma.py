"""All that is said to Chroma, and the only module that imports it.

As a program (`python -m movie_recommender.storage.chroma build|check GENERATION`) it is the child process that writes
or tests a generation, so that a broken store ends the child and not the background API.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from ..errors import PlotIndexDamaged

# recall@50 0.999 of 10,000 plots and 0.996 of 60,000, in 1.4 and 2.4 ms; Chroma's own 16/100/100 gave 0.961.
HNSW: CreateHNSWConfiguration = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
NAME = "movie-plots"
DRAFT = "draft-of-movie-plots"
DRAFT_SECONDS = 3600  # after which a draft on a server is what somebody left who was killed
LOOKS = 10  # at a server whose newest collection goes again and again for one that is newer
PROBES = 50
LONGEST_BATCH = 500  # small enough that a look at `alive` comes often
Vectors = npt.NDArray[np.float32]


def open_folder(folder: Path) -> Client:
    """A client of a store in a folder, which it makes."""
    return cast(Client, chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False)))


def open_server(url: str) -> Client:
    """A client of a Chroma server; nothing but ValueError is raised when it does not answer."""
    parts = urlsplit(url)
    is_https = parts.scheme == "https"
    port = parts.port or (443 if is_https else 8000)
    return cast(
        Client, chromadb.HttpClient(parts.hostname or "localhost", port, ssl=is_https, settings=Settings(anonymized_telemetry=False))
    )


def fill(
    client: Client, name: str, ids: Sequence[int], vectors: Vectors, alive: Callable[[], None], metadata: dict[str, Any] | None = None
) -> Collection:
    """Make a collection of ``float32[len(ids), d]`` vectors; `alive` is called before each batch."""
    # embedding_function=None: else Chroma would fetch a model of its own from the network.
    collection = client.create_collection(name, metadata=metadata, embedding_function=None, configuration={"hnsw": HNSW})
    largest = client.get_max_batch_size()
    size = min(largest, LONGEST_BATCH) if largest > 0 else LONGEST_BATCH  # a server may not say
    for start in range(0, len(ids), size):
        alive()
        collection.add(ids=[str(movie_id) for movie_id in ids[start : start + size]], embeddings=vectors[start : start + size])
    return collection


def build(client: Client, prefix: str, ids: Sequence[int], vectors: Vectors, alive: Callable[[], None]) -> None:
    """Put a collection of ``float32[len(ids), d]`` unit vectors on a server, named by a prefix and a name that nobody else has.

    It is filled and probed as a draft, and numbered above all that it sees when it begins, so that it replaces them whatever the
    clocks say. Then all but the last in order go, and drafts that were left. Whoever builds at the same time does the same and
    agrees on the order, so nobody takes the last one away.

    Raises:
        PlotIndexDamaged: A vector does not find itself.
    """
    builder = secrets.token_hex(6)
    turn = max((_turn(collection) for collection in _published(client)), default=0) + 1
    facts = {"count": len(ids), "begun": int(time.time()), "turn": turn}
    draft = fill(client, f"{DRAFT}-{builder}", ids, vectors, alive, metadata=facts)
    probe(draft, ids, vectors)
    draft.modify(name=f"{prefix}{builder}")
    for older in _published(client)[:-1]:
        _drop(client, older.name)
    for other in _listed(client, DRAFT):
        if (other.metadata or {}).get("begun", 0) < time.time() - DRAFT_SECONDS:
            _drop(client, other.name)


def newest(client: Client, prefix: str) -> Collection:
    """The collection that was published last of those whose names begin so.

    Raises:
        PlotIndexDamaged: There is none, or it does not hold what it should.
    """
    for _ in range(LOOKS):
        found = [collection for collection in _published(client) if collection.name.startswith(prefix)]
        if not found:
            break
        with contextlib.suppress(NotFoundError):  # it went since, for a newer one: look again
            return opened(client, found[-1].name, (found[-1].metadata or {}).get("count", -1))
    raise PlotIndexDamaged("The Chroma server holds no index of these plots.")


def _published(client: Client) -> list[Collection]:
    """In the order in which they replace each other: by number and, of those who built at once, by name."""
    return sorted(_listed(client, NAME), key=lambda collection: (_turn(collection), collection.name))


def _turn(collection: Collection) -> int:
    return int((collection.metadata or {}).get("turn", 0))


def _listed(client: Client, prefix: str) -> list[Collection]:
    return [collection for collection in client.list_collections() if collection.name.startswith(f"{prefix}-")]


def _drop(client: Client, name: str) -> None:
    """Delete a collection, unless somebody else has done so."""
    with contextlib.suppress(NotFoundError):
        client.delete_collection(name)


def opened(client: Client, name: str, count: int) -> Collection:
    """A collection that holds `count` vectors under cosine similarity.

    Raises:
        PlotIndexDamaged: It does not.
    """
    collection = client.get_collection(name, embedding_function=None)
    space = (collection.configuration.get("hnsw") or {}).get("space")
    if space != "cosine":
        # An old collection silently keeps the space that it was made with.
        raise PlotIndexDamaged(f"The plot index compares by {space}, not by cosine.")
    if collection.count() != count:
        raise PlotIndexDamaged(f"The plot index holds {collection.count()} of {count} plots.")
    return collection


def nearest(collection: Collection, vector: Vectors, n: int) -> list[tuple[int, float]]:
    """``(movie id, cosine similarity)``, nearest first."""
    if n <= 0 or not collection.count():
        return []
    found = collection.query(query_embeddings=vector[None, :], n_results=min(n, collection.count()), include=["distances"])
    distances = found["distances"] or [[]]
    return [(int(movie_id), 1.0 - float(distance)) for movie_id, distance in zip(found["ids"][0], distances[0], strict=True)]


def probe(collection: Collection, ids: Sequence[int], vectors: Vectors) -> None:
    """Ask for some of the vectors themselves.

    Raises:
        PlotIndexDamaged: One does not find itself.
    """
    for place in np.unique(np.linspace(0, len(ids) - 1, min(PROBES, len(ids))).astype(int)):
        found = nearest(collection, vectors[place], 10)
        # Films may share a plot: then another may come first, but at the same distance.
        if not found or abs(found[0][1] - 1.0) > 1e-3 or (found[-1][1] < 0.999 and int(ids[place]) not in dict(found)):
            raise PlotIndexDamaged(f"The plot of movie {ids[place]} is not found in the plot index.")


def _build(generation: Path) -> None:
    client = open_folder(generation / "store")
    fill(client, NAME, np.load(generation / "ids.npy").tolist(), np.load(generation / "vectors.npy"), lambda: None)
    client.close()


def _check(generation: Path) -> None:
    manifest = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
    client = open_folder(generation / "store")
    collection = opened(client, NAME, manifest["count"])
    probe(collection, np.load(generation / "ids.npy").tolist(), np.load(generation / "vectors.npy"))
    client.close()


if __name__ == "__main__":
    {"build": _build, "check": _check}[sys.argv[1]](Path(sys.argv[2]))
