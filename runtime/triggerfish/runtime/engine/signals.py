"""Stopping gracefully when the operating system asks."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from triggerfish.runtime.engine.turn import Notice
from triggerfish.runtime.observation.remark import Remark


@contextmanager
def stopped_by_signals(stop: threading.Event, notice: Notice = lambda _: None) -> Iterator[None]:
    """Within this, SIGTERM and SIGINT set ``stop``; a second one ends the process as it would have without.

    Only for the main thread.
    """
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end() -> None:
        stop.set()
        notice(Remark("stopping", "stopping after the batch at hand", level="info"))

    def handle(_number: int, _frame: FrameType | None) -> None:
        # The signal may come while this very thread holds the lock of the event or of the log: both are left to another.
        _thread.start_new_thread(end, ())
        restore()

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
