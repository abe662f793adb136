"""What happens when the database cannot be used: the batch is rolled back, said so, and tried again later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.turn import Notice
from triggerfish.runtime.store.errors import Conflict, StoreUnavailable

T = TypeVar("T")

FIRST_DELAY = 0.1
LONGEST_DELAY = 30.0


class Stopped(Exception):  # noqa: N818 - it is no error
    """The runtime was asked to stop while it waited for the database."""


class Persistence:
    """Runs work on the database again and again, with growing pauses.

    ``patience`` is how many seconds it may go on failing; None is for ever. The last error is raised when it is used up or
    when the trouble is one that does not pass. ``stop`` ends the waiting with Stopped.
    """

    def __init__(self, clock: Clock, notice: Notice, stop: threading.Event, patience: float | None) -> None:
        self._clock = clock
        self._notice = notice
        self._stop = stop
        self._patience = patience

    def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``. Raises StoreUnavailable, Conflict or Stopped."""
        delay, waited = FIRST_DELAY, 0.0
        while True:
            try:
                return work()
            except (StoreUnavailable, Conflict) as error:
                lasting = isinstance(error, StoreUnavailable) and not error.passing
                if lasting or (self._patience is not None and waited + delay > self._patience):
                    raise
                self._notice(f"{error}; trying again in {delay:g} s")
                if self._clock.wait(self._stop, delay):
                    raise Stopped(str(error)) from error
                waited += delay
                delay = min(delay * 2, LONGEST_DELAY)
