"""The resident engine: one fitted model in memory, used by the workers and replaced as a whole.

A refit happens beside the model that serves. What people rate meanwhile is remembered and told to the new model before
it takes over, so that no change falls between the two.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app

from .. import core
from ..core import Explanation, Listing, Preferences, Ratings, Recommender
from ..core.evaluation import SelfCheck, self_check
from ..core.together import Attendee, Pick, together
from ..core.warm_up import compile_apart, warm_up
from ..errors import EngineLoading
from ..storage import db
from . import rating, snapshots, training
from .made_of import made_of, version_of, weights_file

log = logging.getLogger(__name__)
PER_FACET = 12  # the same of every decade and every language
PER_GENRE = 60  # movies of every genre that a list holds at least, so that a filter has something to show
CAUSES = 6  # of each part of a receipt
OVERLAP = 60.0  # seconds by which two looks overlap: a transaction may end later than it says


@dataclass
class Fitted:
    """A model, what it was made of, and what it has heard since.

    `heard` holds the version of every member that the model knows; `looked_at` is when members' versions were last asked
    for, `fitted_at` when the ratings were read (both in seconds since 1970); `news` says whether anybody rated since.
    """

    model: Recommender
    version: str
    made_of: tuple[int, int, str]  # revisions of catalogue and community, digest of the weights
    movies: int
    ratings: int
    heard: dict[int, int]
    looked_at: float
    fitted_at: float
    news: bool = False

    def tell(self, user_id: int, stars: Mapping[int, float], version: int | None) -> None:
        """These are the person's ratings now; a version before the one that is known changes nothing."""
        if version is not None:
            known = self.heard.get(user_id, -1)
            if known > version:
                return
            self.heard[user_id] = version
            self.news |= version > known
        self.model.update(user_id, stars)


class Engine:
    """Holds the model that serves; safe to use from several threads."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._fitted: Fitted | None = None
        self._lock = threading.Lock()
        self._changed: dict[int, tuple[Mapping[int, float], int | None]] | None = None  # while a refit runs: who changed what

    @property
    def fitted(self) -> Fitted | None:
        return self._fitted

    @property
    def version(self) -> str:
        return self._fitted.version if self._fitted else ""

    def is_stale(self) -> bool:
        """Whether the catalogue, the community's ratings or the weights changed since the fit, or members rated and it is long ago."""
        fitted = self._fitted
        if fitted is None or fitted.made_of != made_of():
            return True
        hours = current_app.config["REFIT_HOURS"]
        return bool(hours and fitted.news and not 0 <= time.time() - fitted.fitted_at < hours * 3600)

    def refit(self) -> Fitted:
        """Learn everything anew, then let the new model serve; keeps a snapshot of it.

        Raises:
            InvalidWeights: The weights file cannot be used; the old model goes on serving.
        """
        started = time.monotonic()
        compile_apart()
        with self._lock:
            self._changed = {}
        try:
            # Revisions and versions are read first: what changes during the loading is noticed again afterwards.
            db.session.rollback()
            made, now, heard = made_of(), time.time(), rating.versions()
            # Nothing but the fit holds items and ratings: it lets go of them when it has put them in order and made the matrix.
            model = Recommender(weights_file()).fit(
                items=training.load_items(), ratings=training.load_ratings(), timed=_the_last(training.load_timed())
            )
            _warm_up(model)
            n_ratings = model.matrix.n_ratings + model.matrix.n_ignored
            fitted = Fitted(model, version_of(made), made, len(model.items), n_ratings, heard, now, now)
            snapshots.keep(fitted)
            with self._lock:
                for user_id, (stars, version) in self._changed.items():
                    fitted.tell(user_id, stars, version)
                self._fitted, self._changed = fitted, None
        finally:
            with self._lock:
                self._changed = None
        self._begin(fitted, "fitted", started)
        return fitted

    def restore(self) -> bool:
        """Serve from the snapshot of the last fit, with what members rated since; False if there is none that fits.

        A snapshot of another catalogue, other community ratings, other weights or other code is not used.
        """
        started = time.monotonic()
        compile_apart()
        made = made_of()
        found = snapshots.kept(made)
        if found is None:
            return False
        model, about = found
        heard = {int(user_id): version for user_id, version in about["heard"].items()}
        at = about["fitted_at"]
        fitted = Fitted(model, version_of(made), made, about["movies"], about["ratings"], heard, at, at)
        for user_id, version in rating.versions().items():
            if fitted.heard.get(user_id) != version:
                fitted.tell(user_id, rating.stars_of(user_id), version)
        db.session.rollback()
        _warm_up(fitted.model)
        with self._lock:
            self._fitted = fitted
        self._begin(fitted, "opened", started)
        return True

    def catch_up(self) -> int:
        """Hear of members whose ratings changed without this engine being told, as when another one made their lists; how many."""
        fitted = self._fitted
        if fitted is None:
            return 0
        now = time.time()
        changed = rating.changed_since(fitted.looked_at - OVERLAP)
        missed = [user_id for user_id, version in changed.items() if fitted.heard.get(user_id, -1) < version]
        for user_id in missed:
            stars = rating.stars_of(user_id)
            with self._lock:
                fitted.tell(user_id, stars, changed[user_id])
        db.session.rollback()
        fitted.looked_at = now
        return len(missed)

    def rank(
        self,
        user_id: int,
        stars: Mapping[int, float],
        n: int,
        exclude: Iterable[int] = (),
        preferences: Preferences | None = None,
        also: Iterable[int] = (),
        version: int | None = None,
        taste: Mapping[int, float] | None = None,
        seen: Iterable[int] = (),
    ) -> tuple[Listing, str]:
        """A person's list, best first, and the version of the engine that made it; others see his ratings from now on.

        `version` is the person's, read before his `stars`; `taste` are those of his ratings that the list shall follow, None all;
        `seen` is what he has seen, whether he rated it or not.
        """
        with self._lock:
            fitted = self._fitted
            if fitted is None:
                raise RuntimeError("The engine has not been fitted yet.")
            self._tell(user_id, stars, version)
            ranked = fitted.model.rank(
                stars if taste is None else taste, n=n, n_by_genre=PER_GENRE, exclude=exclude, user_id=user_id,
                preferences=preferences or Preferences(), n_by_facet=PER_FACET, also=also, seen=seen,
            )  # fmt: skip
            _ = ranked.items.why.table  # traced here: an update in between would mix two states of the model
            return ranked.items, fitted.version

    def glance(
        self, user_id: int, stars: Mapping[int, float], n: int, exclude: Iterable[int], preferences: Preferences, seen: Iterable[int] = ()
    ) -> list[int]:
        """The ids of the first films of a list that is not kept.

        Raises:
            EngineLoading: Nothing is fitted yet.
        """
        with self._lock:
            ranked = self._serving().rank(stars, n=n, n_by_genre=0, exclude=exclude, user_id=user_id, preferences=preferences, seen=seen)
        ids: list[int] = ranked.items.ids[: ranked.n_top].tolist()
        return ids

    def explain(self, user_id: int, stars: Mapping[int, float], movie_id: int, preferences: Preferences) -> Explanation:
        """The receipt of one film's score.

        Raises:
            EngineLoading: Nothing is fitted yet.
            NotFound: The engine does not know the film.
        """
        with self._lock:
            return self._serving().explain(stars, movie_id, user_id, CAUSES, preferences)

    def together(self, people: Sequence[Attendee], n: int, rule: str, **how: Any) -> tuple[list[Pick], int]:
        """Films for several people at once (see `core.together`), their reasons traced, and how many films there are.

        Raises:
            EngineLoading: Nothing is fitted yet.
        """
        with self._lock:
            model = self._serving()
            return together(model, people, n, rule, **how), len(model.items)

    def self_check(self, user_id: int, stars: Mapping[int, float]) -> SelfCheck | None:
        """How far off our stars are for a person, his own ratings held out in turn, beside his own mean and the crowd's.

        Meanwhile the model is as if he had rated nothing, so that the films' means do not know what is asked. Returns None
        with too few ratings to say.

        Raises:
            EngineLoading: Nothing is fitted yet.
        """
        with self.at_rest() as model:
            row = model.matrix.row_of(user_id)
            cols, codes = model.matrix.row(row)
            held = dict(zip(model.matrix.items.ids[cols].tolist(), (codes / 2.0).tolist(), strict=True))
            if row >= 0:
                model.update(user_id, {})
            try:
                return self_check(model, stars)
            finally:
                if row >= 0:
                    model.update(user_id, held)

    @contextmanager
    def at_rest(self) -> Iterator[Recommender]:
        """The model that serves, unchanged while one looks at it.

        Raises:
            EngineLoading: Nothing is fitted yet.
        """
        with self._lock:
            yield self._serving()

    def _serving(self) -> Recommender:
        if self._fitted is None:
            raise EngineLoading
        return self._fitted.model

    def hear(self, user_id: int, stars: Mapping[int, float], version: int | None = None) -> str:
        """Take note of a person's ratings without a list; returns the engine's version."""
        with self._lock:
            self._tell(user_id, stars, version)
        return self.version

    def _tell(self, user_id: int, stars: Mapping[int, float], version: int | None) -> None:
        if self._fitted is not None:
            self._fitted.tell(user_id, stars, version)
        if self._changed is not None:
            self._changed[user_id] = dict(stars), version

    def _begin(self, fitted: Fitted, how: str, started: float) -> None:
        # The model's thousands of objects stay: going through them again and again for garbage stops everybody for 0.1 s.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self.ready.set()
        seconds = time.monotonic() - started
        log.info("The engine knows %d movies and %d ratings; %s in %.1f s.", fitted.movies, fitted.ratings, how, seconds)


def _warm_up(model: Recommender) -> None:
    """Every kernel once, and one list for nobody, which reads the model's pages: no person waits for either."""
    warm_up(model)
    core.source.forget_other_kernels()
    ids = model.items.item_ids[:5]
    model.rank({int(movie_id): 2.0 + place % 3 for place, movie_id in enumerate(ids)}, n=20, n_by_genre=5)


def _the_last(found: Ratings) -> Ratings:
    """What is read last, with nothing left open in the database: the fit takes a while."""
    db.session.rollback()
    return found
