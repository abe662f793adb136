"""What happens when the database cannot be used: the batch is rolled back, said so, and tried again later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.turn import Notice
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.errors import Conflict, StoreUnavailable

T = TypeVar("T")

FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
SAY_AGAIN = 60.0
"""Seconds after which trouble that lasts is mentioned once more."""


class Stopped(Exception):  # noqa: N818 - it is no error
    """The runtime was asked to stop while it waited for the database."""


class Persistence:
    """Runs work on the database again and again, with growing pauses.

    ``patience`` is how many seconds it may go on failing; the last error is raised when it is used up, or at once when the
    trouble is one that does not pass by itself. None is for ever, whatever the trouble: somebody will see
    to it. ``stop`` ends the waiting with Stopped.
    """

    def __init__(self, clock: Clock, notice: Notice, stop: threading.Event, patience: float | None) -> None:
        self._clock = clock
        self._notice = notice
        self._stop = stop
        self._patience = patience

    def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``. Raises StoreUnavailable, Conflict or Stopped."""
        delay, waited, told = FIRST_DELAY, 0.0, -SAY_AGAIN
        while True:
            try:
                done = work()
            except (StoreUnavailable, Conflict) as error:
                lasting = isinstance(error, StoreUnavailable) and not error.passing
                if self._patience is not None and (lasting or waited + delay > self._patience):
                    raise
                trouble = error.trouble if isinstance(error, StoreUnavailable) else "conflict"
                said = "{problem}; trying again in {seconds:g} s"
                if waited - told >= SAY_AGAIN:
                    told = waited
                    self._notice(Remark("database_trouble", said, trouble=trouble, problem=str(error), seconds=delay))
                if self._clock.wait(self._stop, delay):
                    raise Stopped(str(error)) from error
                waited += delay
                delay = min(delay * 2, LONGEST_DELAY)
            else:
                if waited >= LONGEST_DELAY:
                    said = "the database can be used again, after {seconds:.0f} s"
                    self._notice(Remark("database_back", said, level="info", seconds=round(waited)))
                return done
