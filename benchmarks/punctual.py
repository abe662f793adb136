"""How late what is due is acted on, while 1,000 people a second become due, as the live runtime does it.

Everybody waits an hour, and entered so that one of them is due each millisecond. A person counts as acted on when the transaction that holds the new
state, the journal and the outbox row is committed. Two figures: when everybody is due at a moment of their own, and while as many
events of other people come in by the side (``--events`` a second, appended once every 100 ms).

    python benchmarks/punctual.py [ADDRESS] [--quick] [--rate N] [--seconds N] [--events N]

ADDRESS is a PostgreSQL server where databases may be made: postgresql://localhost/postgres. Without it only SQLite is measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import timing
import waits
import workers

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.store import Store

HOUR = 3_600_000
AHEAD = 3_000
"""Milliseconds between the start of the runtime and the first moment."""
PAUSE = 0.1


def machine() -> Machine:
    source = waits.SOURCE.replace("wait 1 day", "wait 1 hour") + "\nevent page_viewed\n    path  text\n"
    loaded = compile_sources({"punctual.flow": source}, load_plugins().catalog())
    assert loaded.program is not None
    return Machine(loaded.program)


class Lateness:
    """Takes each batch that was committed, and notes how late the people in it are."""

    def __init__(self, due: dict[str, int]) -> None:
        self.due = due
        self.milliseconds: list[int] = []
        self.complete = threading.Event()

    def __call__(self, batch: Batch, _: int) -> None:
        now = WallClock().now()
        for change in batch.changes:
            if change.person in self.due:
                self.milliseconds.append(now - self.due[change.person])
        if len(self.milliseconds) >= len(self.due):
            self.complete.set()


def measure(address: str, rate: int, seconds: int, events: int) -> list[int]:
    """Milliseconds of lateness, in order of size."""
    clock, moved, stop = WallClock(), machine(), threading.Event()
    with Store(address, upgrade=True) as store:
        people = rate * seconds
        # Entered in the past by the machine's own clock: what comes in is stored and handled at those moments.
        entered = clock.now() + AHEAD + people // 2 - HOUR
        due = {f"p{each}": entered + each * 1000 // rate + HOUR for each in range(people)}
        store.events.append([row for person, at in due.items() for row in waits.entering(person, at - HOUR)], entered)
        past = Engine(store, moved, clock)
        while past.process_events(max(due.values()) - HOUR):
            pass
        first = store.profiles.earliest_due()
        assert first == due["p0"], f"the first is due at {first}, not {due['p0']}"
        if clock.now() > first:
            raise SystemExit("making the people took longer than thought: they are due already")
        late = Lateness(due)
        live = threading.Thread(target=LiveRuntime(Engine(store, moved, clock, observe=late), stop).run)
        live.start()
        number = 0
        while not late.complete.wait(PAUSE):
            some = [(f"q{(number + each) % 5_000}", Input("event", "page_viewed", clock.now(), f"v{number + each}", {"path": "/"})) for each in range(round(events * PAUSE))]
            number += len(some)
            if some:
                store.events.append(some, clock.now())
            if clock.now() > max(due.values()) + 60_000:
                break
        stop.set()
        live.join()
        sent = sum(store.outbox.counts().values())
    if len(late.milliseconds) != people or sent != people:
        raise SystemExit(f"{len(late.milliseconds)} of {people} people were acted on")
    return sorted(late.milliseconds)


def share(sorted_: list[int], part: float) -> int:
    return sorted_[min(int(len(sorted_) * part), len(sorted_) - 1)]


def report(name: str, late: list[int]) -> None:
    print(f"  {name:36} half within {share(late, 0.5):4} ms, 99 % within {share(late, 0.99):4} ms, all within {late[-1]:4} ms")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="ADDRESS", nargs="?")
    parser.add_argument("--quick", action="store_true", help="500 people in 1 second")
    parser.add_argument("--rate", type=int, help="people a second (default: 1,000)")
    parser.add_argument("--seconds", type=int, help="for how long (default: 10)")
    parser.add_argument("--events", type=int, help="events a second by the side (default: 1,000)")
    options = parser.parse_args(arguments)
    rate, seconds = options.rate or (500 if options.quick else 1_000), options.seconds or (1 if options.quick else 10)
    events = options.events if options.events is not None else rate
    print(f"Lateness of what is due, {rate} people a second for {seconds} s; {timing.machine()}")
    found: dict[str, list[int]] = {}
    for some in (0, events) if events else (0,):
        what = f", {some} events a second" if some else ""
        with tempfile.TemporaryDirectory() as folder:
            found[f"SQLite{what}"] = measure(f"sqlite:///{folder}/due.db", rate, seconds, some)
        if options.server:
            with workers.database(options.server) as address:
                found[f"PostgreSQL{what}"] = measure(address, rate, seconds, some)
    for name, late in found.items():
        report(name, late)
    return found


if __name__ == "__main__":
    main()
