"""The resident engine: one fitted model in memory, used by the workers and replaced as a whole.

A refit happens beside the model that serves. What people rate meanwhile is remembered and told to the new model before
it takes over, so that no change falls between the two.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, insert, select

from .. import core
from ..core import Explanation, Preferences, Recommender
from ..errors import EngineLoading, SettingError
from ..storage import db, revisions, writing
from ..storage.models import Movie, SimilarMovies
from . import training
from .lists import Entry
from .receipts import entry

log = logging.getLogger(__name__)
PER_FACET = 12  # the same of every decade and every language
PER_GENRE = 60  # movies of every genre that a list holds at least, so that a filter has something to show
CAUSES = 6  # of each part of a receipt
SIMILAR = 24  # movies kept as the most similar ones of each movie
FORMAT = 3  # raised when lists of the same fit would differ: every list is then computed again


@dataclass(frozen=True)
class Fitted:
    """A model and what it was made of."""

    model: Recommender
    version: str
    made_of: tuple[int, int, str]  # revisions of catalogue and community, digest of the weights
    movies: int
    ratings: int


class Engine:
    """Holds the model that serves; safe to use from several threads."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._fitted: Fitted | None = None
        self._lock = threading.Lock()
        self._changed: dict[int, Mapping[int, float]] | None = None  # while a refit runs: who changed what

    @property
    def fitted(self) -> Fitted | None:
        return self._fitted

    @property
    def version(self) -> str:
        return self._fitted.version if self._fitted else ""

    def is_stale(self) -> bool:
        """Whether the catalogue, the community's ratings or the weights changed since the fit."""
        return self._fitted is None or self._fitted.made_of != _made_of()

    def refit(self) -> Fitted:
        """Learn everything anew, then let the new model serve.

        Raises:
            InvalidWeights: The weights file cannot be used; the old model goes on serving.
        """
        started = time.monotonic()
        with self._lock:
            self._changed = {}
        try:
            # The revisions are read first: what changes during the loading is noticed again afterwards.
            db.session.rollback()
            made_of = _made_of()
            items, ratings = training.load_items(), training.load_ratings()
            db.session.rollback()
            model = Recommender(_weights_file()).fit(ratings, items)
            _warm_up(model)
            fitted = Fitted(model, _version(made_of), made_of, len(items), len(ratings))
            with self._lock:
                for user_id, stars in self._changed.items():
                    model.update(user_id, stars)
                self._fitted, self._changed = fitted, None
        finally:
            with self._lock:
                self._changed = None
        self.ready.set()
        log.info("The engine knows %d movies and %d ratings; fitted in %.1f s.", fitted.movies, fitted.ratings, time.monotonic() - started)
        return fitted

    def rank(
        self,
        user_id: int,
        stars: Mapping[int, float],
        n: int,
        exclude: Iterable[int] = (),
        preferences: Preferences | None = None,
        also: Iterable[int] = (),
    ) -> tuple[list[Entry], str]:
        """A person's list, best first, and the version of the engine that made it; others see his ratings from now on."""
        with self._lock:
            fitted = self._fitted
            if fitted is None:
                raise RuntimeError("The engine has not been fitted yet.")
            fitted.model.update(user_id, stars)
            if self._changed is not None:
                self._changed[user_id] = dict(stars)
            ranked = fitted.model.rank(
                stars, n=n, n_by_genre=PER_GENRE, exclude=exclude, user_id=user_id,
                preferences=preferences or Preferences(), n_by_facet=PER_FACET, also=also,
            )  # fmt: skip
            # Reasons are traced when they are read: an update in between would mix two states of the model.
            return [entry(item) for item in ranked.items], fitted.version

    def glance(self, user_id: int, stars: Mapping[int, float], n: int, exclude: Iterable[int], preferences: Preferences) -> list[int]:
        """The ids of the first films of a list that is not kept.

        Raises:
            EngineLoading: Nothing is fitted yet.
        """
        with self._lock:
            ranked = self._serving().rank(stars, n=n, n_by_genre=0, exclude=exclude, user_id=user_id, preferences=preferences)
        return [item.item_id for item in ranked.top]

    def explain(self, user_id: int, stars: Mapping[int, float], movie_id: int, preferences: Preferences) -> Explanation:
        """The receipt of one film's score.

        Raises:
            EngineLoading: Nothing is fitted yet.
            NotFound: The engine does not know the film.
        """
        with self._lock:
            return self._serving().explain(stars, movie_id, user_id, CAUSES, preferences)

    def _serving(self) -> Recommender:
        if self._fitted is None:
            raise EngineLoading
        return self._fitted.model

    def hear(self, user_id: int, stars: Mapping[int, float]) -> str:
        """Take note of a person's ratings without a list; returns the engine's version."""
        with self._lock:
            if self._fitted is not None:
                self._fitted.model.update(user_id, stars)
            if self._changed is not None:
                self._changed[user_id] = dict(stars)
        return self.version


def _warm_up(model: Recommender) -> None:
    """Make one list for nobody: the first call loads, or on a new machine compiles, the kernels, and no person waits for it."""
    ids = model.items.item_ids[:5]
    model.rank({int(movie_id): 2.0 + place % 3 for place, movie_id in enumerate(ids)}, n=20, n_by_genre=5)


def save_similar(fitted: Fitted, progress: Callable[[int, int], None]) -> None:
    """Write the most similar movies of every movie, all in one transaction."""
    ids = [int(movie_id) for movie_id in fitted.model.items.item_ids]
    rows = []
    for place, movie_id in enumerate(ids):
        progress(place, len(ids))
        similar = [other for other, _ in fitted.model.similar_items(movie_id, SIMILAR)]
        rows.append({"movie_id": movie_id, "payload": json.dumps(similar).encode()})
    progress(len(ids), len(ids))
    with writing() as session:
        here = set(session.scalars(select(Movie.id)))
        session.execute(delete(SimilarMovies))
        if rows := [row for row in rows if row["movie_id"] in here]:
            session.execute(insert(SimilarMovies), rows)


def _weights_file() -> Path | None:
    """The weights to use; None stands for the shipped ones.

    Raises:
        SettingError: `WEIGHTS_FILE` names a file that is not there.
    """
    if chosen := current_app.config["WEIGHTS_FILE"]:
        if not Path(chosen).is_file():
            raise SettingError(f"WEIGHTS_FILE={chosen!r}: there is no such file.")
        return Path(chosen)
    own = Path(current_app.config["INSTANCE_PATH"]) / "weights.json"
    return own if own.is_file() else None


def check_weights() -> None:
    """Raise `SettingError` or `InvalidWeights` when the chosen weights cannot be used, so that the start can stop."""
    core.load_weights(_weights_file())


def _made_of() -> tuple[int, int, str]:
    path = _weights_file() or Path(core.__file__).parent / "weights.json"
    return *revisions(), hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _version(made_of: tuple[int, int, str]) -> str:
    catalogue, community, weights = made_of
    return f"{FORMAT}.{catalogue}.{community}.{weights}"
