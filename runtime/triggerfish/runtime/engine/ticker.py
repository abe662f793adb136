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
from triggerfish.runtime.observation.remark import Remark, parts_of

POLL_SECONDS = 1.0
"""How long what other processes have written may wait to be seen."""

SLOW_MILLISECONDS = 60_000
"""A tick that takes longer is mentioned."""

CLOCK_MILLISECONDS = 60_000
"""A jump of the clock by this much is mentioned."""


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
    wanted: bool = False
    began: int | None = None
    mentioned: int | None = None


def in_words(milliseconds: int) -> str:
    """A length of time as it is spoken of: ``3 minutes``, ``25 hours``."""
    minutes = max(round(milliseconds / 60_000), 1)
    number, unit = (round(minutes / 60), "hour") if minutes >= 60 else (minutes, "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


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
        self._seen = clock.now()

    def run(self) -> None:
        """Tick until ``stop`` is set; then let the ticks at hand finish."""
        self._seen = self._clock.now()
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
            executors={"default": ThreadPoolExecutor(2 * len(self._tasks))},
            timezone=UTC,
        )
        for task in self._tasks:
            scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=self._poll, timezone=UTC, jitter=self._poll / 10),  # workers are not to come all at once
                args=(task,),
                id=task.name,
                coalesce=True,
                max_instances=2,  # the second only tells the first to begin once more
                misfire_grace_time=None,  # however late, it is done
                next_run_time=_moment(self._clock.now()),
            )
        self._scheduler = scheduler  # before the first tick, which may want to be called again soon
        scheduler.start()

    def _run(self, task: Task) -> None:
        # Told to while it is at work, perhaps behind the place where the new work is, a task begins once more.
        task.wanted = True
        while task.wanted and task.lock.acquire(blocking=False):
            try:
                task.wanted = False
                if not self._stop.is_set():
                    self._tick(task)
            finally:
                task.lock.release()

    def _tick(self, task: Task) -> None:
        try:
            task.began = self._clock.now()
            task.tick()
            soon = task.next_moment()
            if soon is not None and soon - self._clock.now() < self._poll * 1000:
                self._schedule(task.name, max(soon, self._clock.now()))
        except Exception as error:  # noqa: BLE001 - a bug in one tick must not end all
            said = "{task} failed and is repeated: {error}{detail}"
            self._notice(Remark("task_failed", said, level="error", task=task.name, **parts_of(error)))
        finally:
            task.began = None

    def _schedule(self, name: str, moment: int) -> None:
        scheduler = self._scheduler
        if scheduler is not None and scheduler.running and not self._stop.is_set():
            scheduler.modify_job(name, next_run_time=_moment(moment))

    def _watch_clock(self) -> None:
        """Somebody who sets the clock hears what that means; the scheduler would sleep until a moment long gone comes again."""
        before, self._seen = self._seen, self._clock.now()
        ahead = self._seen - before - round(self._poll * 1000)
        if abs(ahead) < CLOCK_MILLISECONDS:
            return
        if ahead < 0:
            said = "the clock was set back by {length}: what is due waits until it is that late again"
            self._notice(Remark("clock_changed", said, length=in_words(-ahead), milliseconds=ahead))
        else:
            said = "the clock went ahead by {length}: what became due by it happens now"
            self._notice(Remark("clock_changed", said, length=in_words(ahead), milliseconds=ahead))
        for task in self._tasks:
            self._schedule(task.name, min(before, self._seen))

    def _watch(self) -> None:
        self._watch_clock()
        thread: threading.Thread | None = getattr(self._scheduler, "_thread", None)
        if thread is None or not thread.is_alive():
            self._notice(Remark("scheduler_restarted", "the scheduler's thread has died; it is started again", level="error"))
            self._start()
        for task in self._tasks:
            began = task.began
            if began in (None, task.mentioned):
                continue
            if began is not None and self._clock.now() - began > SLOW_MILLISECONDS:
                task.mentioned = began
                said = "{task} has been running for more than {seconds} seconds"
                self._notice(Remark("task_slow", said, level="info", task=task.name, seconds=SLOW_MILLISECONDS // 1000))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
