"""Durable processing: inputs per second through the whole path, against the raw read-modify-write limit of the same disk.

The whole path: inputs are appended to the event log in batches (the storage call of the intake), then the engine
replays them through the machine: state, journal, outbox rows, timers that fall due on the way and at the end.
Delivery is not part of it: outbox rows are written and nothing is sent. The flows are the twenty of ``shop``, or the four of ``examples/cdnow``.
``workers.py`` does the same on PostgreSQL.

Every contender has a file of its own, filled beforehand with the same people and what they did before, and keeps it open. A round is the next
stretch of time: the same inputs for all of them.

    python benchmarks/durable.py [--flows shop|cdnow] [--quick] [--profiles N] [--events N] [--rounds N] [--clock wall|processor] [--parts | --profile]
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import parts
import raw_limit
import sample
import timing

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

RECEIVED = 1_800_000_000_000
CLOCKS: dict[str, Callable[[], float]] = {"wall": perf_counter, "processor": process_time}


class WholePath:
    """A file of ours, open; what it wrote is read over a second connection."""

    def __init__(self, path: Path, machine: Machine) -> None:
        self.store = Store(f"sqlite:///{path}")
        self.engine = Engine(self.store, machine, WallClock())
        self.appending = 0.0
        self.woken = 0
        self._reader = sqlite3.connect(path)
        self._facts = self._deliveries = 0

    def take(self, inputs: raw_limit.Batch, clock: Callable[[], float] = perf_counter) -> int:
        began = clock()
        for batch in raw_limit.batches(inputs):
            self.store.events.append(batch, RECEIVED)
        self.appending = clock() - began
        ran = Run(self.engine).until_idle("events")
        if ran.events != len(inputs):
            raise SystemExit(f"{ran.events} of {len(inputs)} inputs were consumed")
        self.woken = ran.due
        return ran.events

    def written(self) -> tuple[list[raw_limit.Row], list[raw_limit.Row]]:
        """The rows of the journal and of the outbox that came since the last call."""
        facts = self._reader.execute("SELECT rowid, * FROM journal WHERE rowid > ? ORDER BY rowid", (self._facts,)).fetchall()
        deliveries = self._reader.execute("SELECT * FROM outbox WHERE seq > ? ORDER BY seq", (self._deliveries,)).fetchall()
        self._facts = facts[-1][0] if facts else self._facts
        self._deliveries = deliveries[-1][0] if deliveries else self._deliveries
        return [row[1:] for row in facts], deliveries

    def state(self) -> float:
        """The mean size of a state."""
        return float(self._reader.execute("SELECT avg(length(state)) FROM profiles").fetchone()[0])

    def close(self) -> None:
        self._reader.close()
        self.store.close()


class Contest:
    """The contenders, each with a file that holds what was before."""

    def __init__(self, folder: Path, machine: Machine, before: sample.Inputs) -> None:
        self.ours = WholePath(folder / "ours.db", machine)
        self.ours.take(before)
        # How large the machine's states are, and the bare ones without ballast.
        bare = raw_limit.Sqlite3(folder / "bare.db")
        bare.take(before)
        ballast = max(0, round(self.ours.state() - bare.state()))
        bare.close()
        Store(f"sqlite:///{folder / 'same.db'}").close()
        self.same = raw_limit.SameRows(folder / "same.db", ballast)
        self.raw: dict[str, raw_limit.Loop] = {
            "sqlite3": raw_limit.Sqlite3(folder / "sqlite3.db", ballast), "core": raw_limit.Core(folder / "core.db", ballast), "same rows": self.same,
        }  # fmt: skip
        self.same.facts, self.same.deliveries = self.ours.written()
        for loop in self.raw.values():
            loop.take(before)

    def round(self, number: int, inputs: sample.Inputs, clock: Callable[[], float]) -> dict[str, float]:
        """Seconds of each for these inputs."""
        # Ours comes first, for what it writes is what the last one writes; the others change places.
        seconds = {"triggerfish": timed(lambda: self.ours.take(inputs, clock), clock)}
        self.same.facts, self.same.deliveries = self.ours.written()
        names = list(self.raw)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            loop = self.raw[name]
            seconds[name] = timed(lambda loop=loop: loop.take(inputs), clock)  # type: ignore[misc]
        return seconds

    def close(self) -> None:
        self.ours.close()
        for loop in self.raw.values():
            loop.close()


def timed(work: Callable[[], int], clock: Callable[[], float]) -> float:
    """Seconds per unit of work."""
    gc.collect()
    gc.disable()
    began = clock()
    units = work()
    took = clock() - began
    gc.enable()
    return took / units


def measure(flows: str, profiles: int, events: int, rounds: int, clock: Callable[[], float]) -> dict[str, Any]:
    machine = Machine(sample.PROGRAMS[flows]())
    # The first one is for everybody to warm up.
    before, stretches = sample.stretches(flows, profiles, rounds + 1, events)
    seconds: dict[str, list[float]] = {}
    inputs = facts = sends = woken = 0
    appending = 0.0
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(Path(folder), machine, before)
        contest.round(0, stretches[0], clock)
        for number, stretch in enumerate(stretches[1:]):
            for name, took in contest.round(number, stretch, clock).items():
                seconds.setdefault(name, []).append(took)
            inputs, facts, sends = inputs + len(stretch), facts + len(contest.same.facts), sends + len(contest.same.deliveries)
            woken, appending = woken + contest.ours.woken, appending + contest.ours.appending
        state = contest.ours.state()
        contest.close()
    timings = timing.Timings(seconds)
    limit = min(("sqlite3", "core"), key=timings.median)
    return {
        "profiles": profiles, "inputs": inputs, "facts": facts / inputs, "sends": sends / inputs, "woken": woken / inputs, "state": state,
        "appending": appending / inputs, "timings": timings, "limit": limit,
        "share": sorted(1 / each for each in timings.ratios("triggerfish", limit)),
        "share_of_core": sorted(1 / each for each in timings.ratios("triggerfish", "core")),
        "share_of_same_rows": sorted(1 / each for each in timings.ratios("triggerfish", "same rows")),
    }  # fmt: skip


def report(found: dict[str, Any], clock: str) -> None:
    timings: timing.Timings = found["timings"]
    print(f"Durable processing, {found['inputs']} inputs among {found['profiles']:,} people (delivery excluded), {clock} time; {timing.machine()}")
    print(f"  per input {found['facts']:.2f} facts, {found['sends']:.2f} outbox rows, {found['woken']:.2f} people woken; a state has {found['state']:.0f} bytes")
    for name in timings.seconds:
        print(f"  {name:12} {1 / timings.median(name):9,.0f} inputs/s   {timings.median(name) * 1e6:6.1f} µs")
    print(f"  of ours, appending to the event log: {found['appending'] * 1e6:.1f} µs")
    print(f"  share of the raw limit ({found['limit']}): {shown(found['share'])}; aim 80%")
    print(f"  share of the same through SQLAlchemy Core: {shown(found['share_of_core'])}")
    print(f"  share of raw writing of the same rows: {shown(found['share_of_same_rows'])}")


def shown(shares: list[float]) -> str:
    return f"{statistics.median(shares):.0%} ({shares[0]:.0%}-{shares[-1]:.0%})"


def looked_into(flows: str, profiles: int, events: int, *, by_part: bool) -> None:
    """What each part of the whole path takes, or each function."""
    before, stretches = sample.stretches(flows, profiles, 3, events)
    with tempfile.TemporaryDirectory() as folder:
        path = WholePath(Path(folder) / "p.db", Machine(sample.PROGRAMS[flows]()))
        path.take(before)
        path.take(stretches[0])
        if by_part:
            with parts.parts() as found:
                for stretch in stretches[1:]:
                    path.take(stretch)
                print(found.table(sum(map(len, stretches[1:]))))
        else:
            profile = cProfile.Profile()
            profile.runcall(path.take, stretches[1])
            pstats.Stats(profile).sort_stats("tottime").print_stats(60)
        path.close()


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 people, 2 rounds of 2,000 events")
    parser.add_argument("--flows", choices=list(sample.PROGRAMS), default="shop", help="which program (default: shop)")
    parser.add_argument("--profiles", type=int, help="people who are there beforehand (default: 100,000)")
    parser.add_argument("--events", type=int, help="events in a round of the shop (default: 20,000)")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall", help="what is measured (default: wall)")
    parser.add_argument("--parts", action="store_true", help="processor time of each part of the whole path, instead of a comparison")
    parser.add_argument("--profile", action="store_true", help="the same by function")
    options = parser.parse_args(arguments)
    profiles, events = options.profiles or (2_000 if options.quick else 100_000), options.events or (2_000 if options.quick else 20_000)
    if options.parts or options.profile:
        looked_into(options.flows, profiles, events, by_part=options.parts)
        return {}
    found = measure(options.flows, profiles, events, options.rounds or (2 if options.quick else 5), CLOCKS[options.clock])
    report(found, options.clock)
    return found


if __name__ == "__main__":
    main()
