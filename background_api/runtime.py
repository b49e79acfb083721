"""What runs besides HTTP: workers, the engine's thread and the reconciler; orderly start and stop."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable

from apiflask import APIFlask

from movie_recommender.errors import NotFound
from movie_recommender.services import atlas, dismissing, jobs, reconcile
from movie_recommender.services.engine import Engine
from movie_recommender.services.plots import Plots
from movie_recommender.storage import writing
from movie_recommender.storage.models import Job

from .memory import frugal
from .queue import JUST_RATED, LAST, LATER, Lane
from .tasks import Tasks

log = logging.getLogger(__name__)
BATCH = 200  # people queued by one look
ROOM = 1000  # messages that may wait before the reconciler holds back
SILENT_SECONDS = 60.0  # a running job without a heartbeat for so long has lost its process
STOP_SECONDS = 10.0
PRUNE_SECONDS = 600.0


class Runtime:
    """The background API's threads and what they share."""

    def __init__(self, api: APIFlask) -> None:
        self.api = api
        self.engine = Engine()
        self.plots = Plots(api.config)
        self.stopping = threading.Event()
        self.lanes: tuple[Lane, ...] = ()
        self._lane_of: dict[str, Lane] = {}
        self._wake_engine = threading.Event()
        self._wake_reconciler = threading.Event()
        self._threads: list[threading.Thread] = []
        self._tasks = Tasks(api, self.engine, self.plots, self.stopping)
        self._prune_at = 0.0  # monotonic seconds
        # A SQLite database has exactly one background API: what looks taken at the start was taken by a dead one.
        self._alone = api.config["DATABASE_URL"].startswith("sqlite")

    def start(self) -> None:
        """Take up the work, beginning with what an earlier process left behind."""
        config = self.api.config
        url, key = config["QUEUE_URL"], config["BACKGROUND_KEY"]
        lists = Lane("lists", url, key, self._tasks.perform, config["BACKGROUND_WORKERS"])
        plots = Lane("plots", url, key, self._tasks.perform_gently, workers=1)
        self._lane_of = {"recompute": lists, "fillchroma": plots, "reindex": plots, "atlas": plots}
        self.lanes = (lists, plots)
        with self.api.app_context():
            self._take_over()
        for lane in self.lanes:
            lane.start()
        for name, look, pause in (("engine", self._keep_engine, self._wake_engine), ("reconciler", self._reconcile, self._wake_reconciler)):
            thread = threading.Thread(target=self._repeat, args=(look, pause), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End orderly: running jobs come to an end or are put back, nothing new is begun."""
        self.stopping.set()
        self._wake_engine.set()
        self._wake_reconciler.set()
        ended = [lane.stop(STOP_SECONDS) for lane in self.lanes]
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        if not all(ended) or any(thread.is_alive() for thread in self._threads):
            log.warning("Some work did not end in time; it is taken up again at the next start.")
        self.plots.close()

    def submit(self, kind: str, subject: int = 0, priority: int = JUST_RATED) -> Job:
        """Make a job, or join the one that waits, and give the hint."""
        with writing():
            if kind == "recompute" and priority == JUST_RATED:
                reconcile.forgive(subject)
            job, is_new = jobs.submit(kind, subject)
        if kind == "refit":
            self._wake_engine.set()
        elif is_new or (kind == "recompute" and priority == JUST_RATED):
            # Again where the reconciler saw him before his hint came: its message stands behind all who rate meanwhile. One too many is
            # nothing, for a job is taken once.
            self._send(job, priority)
        return job

    def _send(self, job: Job, priority: int) -> None:
        try:
            self._lane_of[job.kind].send(job.id, priority)
        except Exception:  # each queue has errors of its own; the row waits, and the reconciler sends again
            log.warning("The queue takes no messages; job %s waits.", job.id, exc_info=True)

    def waiting(self) -> int:
        """How many messages wait in all lanes."""
        return sum(lane.waiting() for lane in self.lanes)

    def look_at_plots(self) -> None:
        """Have the plot index built when it does not hold what it should."""
        if not self.plots.is_indexed():
            self.submit("reindex")

    def _take_over(self) -> None:
        max_attempts = self.api.config["MAX_ATTEMPTS"]
        for job_id in jobs.cut_off(0.0 if self._alone else SILENT_SECONDS):
            jobs.put_back(job_id, max_attempts)
        if not self._alone:
            return
        reconcile.end_leases()
        for lane in self.lanes:
            lane.clear()
        for job in jobs.unheard(0.0, limit=1_000_000):
            self._send(job, LATER)

    def _repeat(self, look: Callable[[], None], wake: threading.Event) -> None:
        while not self.stopping.is_set():
            with self.api.app_context():
                try:
                    look()
                except Exception:  # whatever it was, the next look must come
                    log.exception("A look at what is to be done failed; the next one follows.")
            wake.wait(self.api.config["RECONCILE_SECONDS"])
            wake.clear()

    def _reconcile(self) -> None:
        max_attempts = self.api.config["MAX_ATTEMPTS"]
        self._tasks.say_again()
        jobs.beat(self._tasks.running)
        for job_id in jobs.cut_off(SILENT_SECONDS):
            jobs.put_back(job_id, max_attempts)
        for user_id in reconcile.lease_behind(BATCH) if self.waiting() < ROOM else ():
            self._queue_again(user_id, LATER)
        if self.waiting() == 0:
            # The queue is empty: what still waits was never heard of there.
            for job in jobs.unheard(self.api.config["LEASE_SECONDS"], BATCH):
                self._send(job, LATER)
            if self.engine.ready.is_set():
                for user_id in reconcile.of_another_engine(self.engine.version, BATCH):
                    self._queue_again(user_id, LAST)
        if time.monotonic() >= self._prune_at:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
            jobs.prune()
            dismissing.lapse()

    def _queue_again(self, user_id: int, priority: int) -> None:
        with contextlib.suppress(NotFound):  # the account was deleted a moment ago
            self.submit("recompute", user_id, priority)

    def _restored(self) -> bool:
        with frugal():
            return self.engine.restore()

    def _keep_engine(self) -> None:
        if not self.engine.ready.is_set() and self._restored():
            self._wake_reconciler.set()
            self.look_at_plots()
        self.engine.catch_up()
        if self.engine.is_stale() or jobs.is_waiting("refit"):
            self._tasks.refit()
            self._wake_reconciler.set()
            self.look_at_plots()
            if (fitted := self.engine.fitted) and atlas.is_stale(fitted):
                self.submit("atlas")
