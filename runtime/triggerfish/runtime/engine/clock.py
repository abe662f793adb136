"""The wall clock: the only file that asks what time it is."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """``now`` in milliseconds since 1970 UTC."""

    def now(self) -> int:
        """The present moment."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait, but not longer than until ``stop`` is set; whether it is."""
        ...


class WallClock:
    """The computer's clock."""

    def now(self) -> int:
        """The present moment."""
        return time.time_ns() // 1_000_000

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait, but not longer than until ``stop`` is set; whether it is."""
        return stop.wait(seconds)
