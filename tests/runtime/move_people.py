# ruff: noqa: T201 - it tells its parent how far it is
"""A worker in a process of its own, to be killed: ADDRESS NOW. Moves people on at the moment NOW until nothing is left."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fake_machine import FakeMachine

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.store.store import Store


@dataclass
class Standing:
    """Time stands still, waiting does not."""

    moment: int

    def now(self) -> int:
        return self.moment

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(seconds)


def move_people(address: str, now: int) -> None:
    with Store(address) as store:
        engine = Engine(
            store, FakeMachine(), Standing(now), notice=lambda text: print(text, file=sys.stderr),
            events_a_batch=500, people_a_batch=100,
        )  # fmt: skip
        print("begun", flush=True)
        quiet = 0
        while quiet < 3:  # another worker may be at the last shards, and be killed
            ran = Run(engine).until_idle()
            quiet = 0 if ran.events + ran.due else quiet + 1
            time.sleep(0.05)
    print("done", flush=True)


if __name__ == "__main__":
    move_people(sys.argv[1], int(sys.argv[2]))
