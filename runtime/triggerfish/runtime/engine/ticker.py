"""The clock that drives the live runtime: a job that wakes when somebody is due or something has arrived.

APScheduler keeps its few jobs in memory; what has to happen when is in the database alone. A scheduler whose thread has
died still says that it runs, so the thread itself is watched and the scheduler built anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.turn import Notice

POLL_SECONDS = 1.0
"""How long what other processes have written may wait to be seen."""

SLOW_MILLISECONDS = 60_000
"""A tick that takes longer is mentioned."""


@dataclass(slots=True)
class Task:
    """Work that comes back.

    ``tick`` does all there is to do and is never called twice at the same time; what it raises is reported, and the next
    tick comes all the same. ``next_moment`` gives the next moment in milliseconds at which there will be something to do.
    """

    name: str
    tick: Callable[[], None]
    next_moment: Callable[[], int | None]
    lock: threading.Lock = field(default_factory=threading.Lock)
    began: int | None = None
    mentioned: int | None = None


class Ticker:
    """Runs each task every second, and at once when told to or when its next moment comes sooner."""

    def __init__(
        self,
        tasks: Sequence[Task],
        clock: Clock,
        notice: Notice,
        stop: threading.Event,
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._tasks = tuple(tasks)
        self._clock = clock
        self._notice = notice
        self._stop = stop
        self._poll = poll_seconds
        self._scheduler: BackgroundScheduler | None = None

    def run(self) -> None:
        """Tick until ``stop`` is set; then let the ticks at hand finish."""
        self._start()
        try:
            while not self._clock.wait(self._stop, self._poll):
                self._watch()
        finally:
            if self._scheduler is not None:
                self._scheduler.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """Run a task now; for whoever has just made work for it."""
        self._schedule(name, self._clock.now())

    def _start(self) -> None:
        # A task that is still at work when its next second comes is nothing to warn of.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(len(self._tasks))},
            timezone=UTC,
        )
        for task in self._tasks:
            scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=self._poll, timezone=UTC),
                args=(task,),
                id=task.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,  # however late, it is done
                next_run_time=_moment(self._clock.now()),
            )
        self._scheduler = scheduler  # before the first tick, which may want to be called again soon
        scheduler.start()

    def _run(self, task: Task) -> None:
        if not task.lock.acquire(blocking=False):
            return  # still running on a scheduler that has died
        try:
            if self._stop.is_set():
                return
            task.began = self._clock.now()
            task.tick()
            soon = task.next_moment()
            if soon is not None and soon - self._clock.now() < self._poll * 1000:
                self._schedule(task.name, max(soon, self._clock.now()))
        except Exception as error:  # noqa: BLE001 - a bug in one tick must not end all
            self._notice(f"{task.name} failed and is repeated: {type(error).__name__}: {error}")
        finally:
            task.began = None
            task.lock.release()

    def _schedule(self, name: str, moment: int) -> None:
        scheduler = self._scheduler
        if scheduler is not None and scheduler.running and not self._stop.is_set():
            scheduler.modify_job(name, next_run_time=_moment(moment))

    def _watch(self) -> None:
        thread: threading.Thread | None = getattr(self._scheduler, "_thread", None)
        if thread is None or not thread.is_alive():
            self._notice("the scheduler's thread has died; it is started again")
            self._start()
        for task in self._tasks:
            began = task.began
            if began in (None, task.mentioned):
                continue
            if began is not None and self._clock.now() - began > SLOW_MILLISECONDS:
                task.mentioned = began
                self._notice(f"{task.name} has been running for more than {SLOW_MILLISECONDS // 1000} seconds")


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
