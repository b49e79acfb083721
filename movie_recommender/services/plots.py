"""Plots as vectors: encode what is new or changed, keep the vectors in SQL, index them, search by meaning."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import delete, select

from ..catalogue.encoder import Encoder, Vectors, encoder_name, load_encoder
from ..catalogue.plot_text import plot_text
from ..errors import EncoderLoading, InvalidInput, PlotIndexBusy, PlotIndexDamaged, SettingError
from ..storage import db, raise_revision, revisions, upsert, writing
from ..storage.models import Movie, PlotVector
from ..storage.plot_index import open_index

log = logging.getLogger(__name__)
BATCH = 128  # plots a transaction: a kill costs a second of work
LONGEST_WAIT = 10.0  # seconds that a search waits for the encoder
LONGEST_QUESTION = 1000  # characters
Report = Callable[[int, int], None]  # done, total; what it raises ends the work


@dataclass(frozen=True)
class Filled:
    """What a run of `fill` did: plots encoded, plots in the index, whether the index was built."""

    encoded: int
    indexed: int
    built: bool

    def sentence(self) -> str:
        if not self.encoded and not self.built:
            return f"Nothing to do: {self.indexed:,} plots are in the index."
        return f"{self.encoded:,} plots encoded, {self.indexed:,} in the index."


@dataclass(frozen=True)
class _Work:
    movie_id: int
    text: str
    digest: str


class Plots:
    """The encoder and the plot index of one process; both are opened when they are first needed.

    Attributes:
        state: What is known of the index: `unknown`, `empty`, `outdated`, `damaged` or `ready`.
        count: Vectors that the index holds or should hold.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._setting, self._threads = str(config["ENCODER"]), int(config["ENCODER_THREADS"])
        self._name: str | None = None
        self._known: tuple[int, str, list[int]] | None = None  # revision of the catalogue; digest and ids of its vectors
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._index = open_index(Path(config["INSTANCE_PATH"]), config["CHROMA_URL"])
        self.state, self.count = "unknown", 0

    @property
    def encoder_name(self) -> str:
        self._name = self._name or encoder_name(self._setting)
        return self._name

    def fill(self, report: Report, rebuild: bool = False) -> Filled:
        """Encode plots that are new or changed, and bring the index up to date; repeated, it does nothing.

        Args:
            report: Told how many plots are encoded of how many.
            rebuild: Build the index from the kept vectors even if it seems to be up to date.

        Raises:
            SettingError: The encoder cannot be used.
            PlotIndexBusy: Another process uses the index. The vectors are kept nevertheless.
            PlotIndexDamaged: The index could not be built. The vectors are kept nevertheless.
        """
        todo = self._pending()
        report(0, len(todo))
        for start in range(0, len(todo), BATCH):
            self._encode(todo[start : start + BATCH], is_last=start + BATCH >= len(todo))
            report(min(start + BATCH, len(todo)), len(todo))
        built = self.build_index(lambda: report(len(todo), len(todo)), rebuild)
        return Filled(len(todo), self.count, built)

    def build_index(self, alive: Callable[[], None], rebuild: bool = False) -> bool:
        """Index the kept vectors if the index does not hold exactly these; returns whether that was needed.

        Args:
            alive: Called several times a second; what it raises ends the work.
            rebuild: Build it in any case.

        Raises:
            PlotIndexBusy: Another process uses the index.
            PlotIndexDamaged: What was built does not answer as it should.
        """
        if self.is_indexed() and not (rebuild and self.count):
            return False
        digest, ids = self._kept()
        self._index.build(digest, ids, self._vectors(ids), alive)
        self.state = "ready"
        return True

    def probe(self) -> None:
        """Ask the index one question.

        Raises:
            PlotIndexBusy: Another process uses the index.
            PlotIndexDamaged: It does not answer.
        """
        digest, ids = self._kept()
        self._index.query(digest, self._vectors(ids[:1])[0], 1)

    def is_indexed(self) -> bool:
        """Whether the index says that it holds exactly the kept vectors (or there are none)."""
        self._known = None
        digest, ids = self._kept()
        self.count = len(ids)
        if not ids:
            self.state = "empty"
        elif self.state != "damaged":
            self.state = "ready" if self._index.is_current(digest) else "outdated"
        return self.state in ("empty", "ready")

    def search(self, text: str, n: int) -> tuple[list[tuple[int, float]], bool]:
        """The `n` movies whose plots are nearest to the text, as ``(movie id, similarity -1..1)``, nearest first.

        Returns:
            The movies, and whether the index answered. If not, all vectors were compared one by one: right, but slower.

        Raises:
            InvalidInput: The text is empty or too long.
            EncoderLoading: The encoder is not there yet; it will be soon.
        """
        text = " ".join(text.split())
        if not text or len(text) > LONGEST_QUESTION:
            raise InvalidInput(f"Describe a plot in 1 to {LONGEST_QUESTION} characters.")
        digest, ids = self._kept()
        if not ids:
            return [], True
        vector = self._loaded_soon().encode([text])[0]
        try:
            found = self._index.query(digest, vector, n)
            self.state = "ready"
            return found, True
        except PlotIndexBusy as error:
            log.warning("All plots are compared one by one: %s", error.message)
        except PlotIndexDamaged as error:
            log.warning("All plots are compared one by one: %s", error.message)
            self.state = "damaged"
        similarities = self._vectors(ids) @ vector
        best = np.argsort(-similarities, kind="stable")[:n]
        return [(ids[place], float(similarities[place])) for place in best], False

    def close(self) -> None:
        self._index.close()

    def _loaded_soon(self) -> Encoder:
        """The encoder for somebody who waits: loaded beside him, and named as busy when that takes long."""
        failures: list[SettingError] = []

        def load() -> None:
            try:
                self._loaded()
            except SettingError as error:
                failures.append(error)

        if self._encoder is None:
            loading = threading.Thread(target=load, name="encoder", daemon=True)
            loading.start()
            loading.join(LONGEST_WAIT)
        if failures:
            raise failures[0]
        if self._encoder is None:
            raise EncoderLoading()
        return self._encoder

    def _loaded(self) -> Encoder:
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(self._setting, self._threads)
            return self._encoder

    def _pending(self) -> list[_Work]:
        """What is to be encoded; vectors of plots that are no longer there are dropped."""
        db.session.rollback()
        kept = dict(
            db.session.execute(select(PlotVector.movie_id, PlotVector.plot_hash).where(PlotVector.encoder == self.encoder_name)).all()
        )
        todo, there = [], set()
        for movie_id, plot, keywords in db.session.execute(select(Movie.id, Movie.plot, Movie.keywords).order_by(Movie.id)):
            if text := plot_text(plot, keywords):
                there.add(movie_id)
                digest = hashlib.sha256(text.encode()).hexdigest()
                if kept.get(movie_id) != digest:
                    todo.append(_Work(movie_id, text, digest))
        if gone := sorted(kept.keys() - there):
            self._drop(gone)
        return todo

    def _drop(self, movie_ids: Sequence[int]) -> None:
        with writing() as session:
            for start in range(0, len(movie_ids), 500):
                session.execute(delete(PlotVector).where(PlotVector.movie_id.in_(movie_ids[start : start + 500])))
            raise_revision("catalogue")

    def _encode(self, works: Sequence[_Work], is_last: bool) -> None:
        vectors = self._loaded().encode([work.text for work in works])
        with writing() as session:
            here = set(session.scalars(select(Movie.id).where(Movie.id.in_([work.movie_id for work in works]))))
            rows = [
                {"movie_id": work.movie_id, "encoder": self.encoder_name, "plot_hash": work.digest, "vector": vector.tobytes()}
                for work, vector in zip(works, vectors, strict=True)
                if work.movie_id in here
            ]
            statement = upsert(PlotVector)
            changes = {name: statement.excluded[name] for name in ("encoder", "plot_hash", "vector")}
            session.execute(statement.on_conflict_do_update(index_elements=["movie_id"], set_=changes), rows)
            if is_last:
                # The engine is told once, not at every batch: each time it learns everything anew.
                raise_revision("catalogue")

    def _kept(self) -> tuple[str, list[int]]:
        """A digest of all kept vectors of this encoder, and the movies' ids; read again when the catalogue has changed."""
        db.session.rollback()
        revision = revisions()[0]
        if self._known and self._known[0] == revision:
            return self._known[1:]
        rows = db.session.execute(
            select(PlotVector.movie_id, PlotVector.plot_hash).where(PlotVector.encoder == self.encoder_name).order_by(PlotVector.movie_id)
        ).all()
        digest = hashlib.sha256(self.encoder_name.encode())
        for movie_id, plot_hash in rows:
            digest.update(f"\n{movie_id} {plot_hash}".encode())
        self._known = revision, digest.hexdigest(), [movie_id for movie_id, _ in rows]
        return self._known[1:]

    def _vectors(self, ids: Sequence[int]) -> Vectors:
        """``float32[len(ids), d]`` of the kept vectors; `ids` ascending."""
        query = select(PlotVector.movie_id, PlotVector.vector).where(PlotVector.encoder == self.encoder_name).order_by(PlotVector.movie_id)
        kept = dict(db.session.execute(query).all())
        return np.frombuffer(b"".join(kept[movie_id] for movie_id in ids), dtype="<f4").reshape(len(ids), -1)
