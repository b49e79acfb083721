"""What the workers do with a job: claim it, do it, say how it ended."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from apiflask import APIFlask
from sqlalchemy.exc import DBAPIError

from movie_recommender import storage
from movie_recommender.errors import MovieRecommenderError
from movie_recommender.services import atlas, jobs, reconcile
from movie_recommender.services.engine import Engine
from movie_recommender.services.plots import Plots
from movie_recommender.services.recompute import recompute
from movie_recommender.services.similar import save_similar
from movie_recommender.storage import writing
from movie_recommender.storage.models import Job

from .memory import frugal, give_back

log = logging.getLogger(__name__)
PROGRESS_SECONDS = 0.5  # between two notes of progress
RETRIED = ("fillchroma", "reindex")  # by themselves; a recompute by the reconciler, a refit by its own look
REBUILD = 1  # the subject of a fillchroma that builds the index anew in any case
LONGEST_PAUSE = 300.0  # seconds between two failing refits


class Stopped(Exception):
    """The process is asked to stop; the job goes on at the next start."""


def give_way() -> None:
    """From now on this thread gives way to every other one."""
    with contextlib.suppress(OSError, AttributeError):
        # On Linux a thread has a niceness of its own; elsewhere the system's scheduler has to do.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class Tasks:
    """The work behind the kinds of jobs. Every method makes its own application context."""

    def __init__(self, api: APIFlask, engine: Engine, plots: Plots, stopping: threading.Event) -> None:
        self.running: set[str] = set()  # ids of this process' jobs, whose heartbeat the reconciler keeps
        self._api = api
        self._engine = engine
        self._plots = plots
        self._stopping = stopping
        self._handlers: dict[str, Callable[[Job], None]] = {
            "recompute": self._recompute, "fillchroma": self._fillchroma, "reindex": self._reindex, "atlas": self._atlas,
        }  # fmt: skip
        self._unsaid: dict[str, Callable[[], object]] = {}  # ends of jobs that could not be noted
        self._refits_failed = 0
        self._refit_after = 0.0  # monotonic seconds

    def perform_gently(self, job_id: str) -> None:
        """Do a long job in a thread that gives way to every other one."""
        give_way()
        self.perform(job_id)

    def perform(self, job_id: str) -> None:
        """Do a waiting job; nothing happens when it was taken or has ended already."""
        while not self._engine.ready.wait(0.2):
            if self._stopping.is_set():
                return
        with self._api.app_context():
            if job := self._claim(job_id):
                self._do(job, self._handlers[job.kind])

    def _claim(self, job_id: str) -> Job | None:
        with writing():
            job = jobs.claim(job_id)
            if job and job.kind == "recompute":
                # Counted beforehand: a list that kills the process must not be tried for ever.
                reconcile.note_attempt(job.subject)
        return job

    def _do(self, job: Job, handler: Callable[[Job], None]) -> bool:
        job_id, kind, subject, attempts = job.id, job.kind, job.subject, job.attempts
        self.running.add(job_id)
        try:
            handler(job)
        except Stopped:
            self._say(job_id, partial(jobs.put_back, job_id, attempts + 1))
        except Exception as error:  # a job may fail in any way, and its owner is told
            log.exception("Job %s (%s %s) failed.", job_id, kind, subject)
            self._say(job_id, partial(self._failed, job_id, kind, subject, error))
        else:
            self._say(job_id, partial(jobs.end, job_id, "done"))
            return True
        return False

    def _failed(self, job_id: str, kind: str, subject: int, error: Exception) -> None:
        """Note why a job failed. What the database or the disk suffers from is not the job's failure, and sets nothing aside."""
        if isinstance(error, DBAPIError):
            error = storage.trouble_behind(error) or error
        is_its_own = not isinstance(error, storage.WITHOUT_DATABASE)
        message = error.message if isinstance(error, MovieRecommenderError) else f"{type(error).__name__}: {error}"
        if kind in RETRIED:
            jobs.fail(job_id, message, self._api.config["MAX_ATTEMPTS"] if is_its_own else sys.maxsize)
        else:
            is_dead = kind == "recompute" and reconcile.note_failure(subject, message, is_its_own)
            jobs.end(job_id, "dead" if is_dead else "failed", message)

    def _say(self, job_id: str, how_it_ended: Callable[[], object]) -> None:
        """Note how a job ended; it counts as running until that is on disk."""
        try:
            how_it_ended()
        except DBAPIError as error:
            storage.db.session.rollback()
            log.warning("How job %s ended cannot be noted yet: %s", job_id, error.orig)
            self._unsaid[job_id] = how_it_ended
            return
        except Exception:  # the job is taken up again when it gave no sign of life for long enough
            log.exception("How job %s ended cannot be noted.", job_id)
        self._unsaid.pop(job_id, None)
        self.running.discard(job_id)

    def say_again(self) -> None:
        """Note how jobs ended while the database took nothing."""
        for job_id, how_it_ended in list(self._unsaid.items()):
            self._say(job_id, how_it_ended)

    def _recompute(self, job: Job) -> None:
        recompute(self._engine, job.subject, job.id)

    def refit(self) -> None:
        """Fit the engine anew as a job that everybody can see; after a failure the next ones wait longer and longer."""
        if time.monotonic() < self._refit_after and not jobs.is_waiting("refit"):
            return
        if self._do(jobs.begin("refit"), self._refit):
            self._refits_failed, self._refit_after = 0, 0.0
        else:
            self._refits_failed += 1
            self._refit_after = time.monotonic() + min(LONGEST_PAUSE, 2.0**self._refits_failed)

    def _refit(self, job: Job) -> None:
        if self._engine.ready.is_set():
            give_way()  # the old model serves meanwhile
        with frugal():
            fitted = self._engine.refit()
        give_way()
        save_similar(fitted, self._progress(job))
        give_back()

    def _fillchroma(self, job: Job) -> None:
        self._plots.fill(self._progress(job), rebuild=job.subject == REBUILD)

    def _reindex(self, job: Job) -> None:
        note = self._progress(job)
        self._plots.build_index(lambda: note(0, 1))

    def _atlas(self, job: Job) -> None:
        if fitted := self._engine.fitted:
            atlas.compute(fitted, self._progress(job))
            give_back()

    def _progress(self, job: Job) -> Callable[[int, int], None]:
        """Notes how far a job is, now and then, and ends it when the process is to stop."""
        job_id, noted = job.id, 0.0

        def note(done: int, total: int) -> None:
            nonlocal noted
            if self._stopping.is_set():
                raise Stopped
            if time.monotonic() - noted >= PROGRESS_SECONDS or done == total:
                noted = time.monotonic()
                jobs.progress(job_id, done, total)

        return note
