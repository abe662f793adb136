"""Stopping gracefully when the operating system asks."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from triggerfish.runtime.engine.turn import Notice


@contextmanager
def stopped_by_signals(stop: threading.Event, notice: Notice = lambda _: None) -> Iterator[None]:
    """Within this, SIGTERM and SIGINT set ``stop``; a second one ends the process as it would have without.

    Only for the main thread.
    """
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        notice("stopping after the batch at hand")
        restore()

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
