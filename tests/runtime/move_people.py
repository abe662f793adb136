"""A worker in a process of its own, to be killed: moves people on at a moment that stands still until nothing is left."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from fake_machine import FakeMachine

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.store.store import Store

POISON = "poison"


@dataclass
class Standing:
    """Time stands still, waiting does not."""

    moment: int

    def now(self) -> int:
        return self.moment

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(seconds)


def move_people(address: str, now: int, begun: Path | None = None) -> None:
    with Store(address) as store:
        engine = Engine(
            store, FakeMachine(frozenset({POISON})), Standing(now), notice=lambda text: print(text, file=sys.stderr),  # noqa: T201
            events_a_batch=500, people_a_batch=100,
        )  # fmt: skip
        if begun is not None:
            begun.touch()
        quiet = 0
        while quiet < 3:  # another worker may be at the last shards, and be killed
            ran = Run(engine).until_idle()
            quiet = 0 if ran.events + ran.due else quiet + 1
            time.sleep(0.05)
