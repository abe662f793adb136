"""What the tests of the runtime share: databases, a clock that stands still, a small machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parent))  # for fake_machine, which a subprocess imports too

@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An open store with its tables."""
    with Store(address, upgrade=True) as opened:
        yield opened


@dataclass
class StillClock:
    """Goes only when told to; waiting takes no time but is noted."""

    moment: int = 1_800_000_000_000

    def __post_init__(self) -> None:
        self.waits: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> int:
        return self.moment

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.on_wait()
        return stop.is_set()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()
