"""Durable processing: inputs per second through the whole path, against the raw read-modify-write limit of the same disk.

The whole path: inputs are appended to the event log in batches (the storage call of the intake), then the engine
replays them through the machine: state, journal, outbox rows, timers that fall due on the way and at the end.
Delivery is not part of it: outbox rows are written and nothing is sent. The flows are the twenty of ``shop``, or the four of ``examples/cdnow``.
``workers.py`` does the same on PostgreSQL.

    python benchmarks/durable.py [--flows shop|cdnow] [--quick] [--people N] [--rounds N] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import pstats
import shutil
import sqlite3
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import raw_limit
import sample
import timing

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

RECEIVED = 1_800_000_000_000


def whole_path(path: Path, machine: Machine, inputs: sample.Inputs) -> dict[str, float]:
    """Inputs into a new file and through the engine; seconds for each half."""
    with Store(f"sqlite:///{path}") as store:
        ready = perf_counter()
        for batch in raw_limit.batches(inputs):
            store.events.append(batch, RECEIVED)
        appended = perf_counter()
        ran = Run(Engine(store, machine, WallClock())).until_idle("events")
        done = perf_counter()
    if ran.events != len(inputs):
        raise SystemExit(f"{ran.events} of {len(inputs)} inputs were consumed")
    return {"append": appended - ready, "consume": done - appended}


def rows_of(path: Path) -> tuple[list[raw_limit.Row], list[raw_limit.Row], float]:
    """The journal and the outbox in order of time, and the mean size of a state."""
    connection = sqlite3.connect(path)
    facts = connection.execute("SELECT * FROM journal ORDER BY at, person, number").fetchall()
    deliveries = connection.execute("SELECT * FROM outbox ORDER BY seq").fetchall()
    (size,) = connection.execute("SELECT avg(length(state)) FROM profiles").fetchone()
    connection.close()
    return facts, deliveries, size


def measure(program: Program, inputs: sample.Inputs, rounds: int) -> dict[str, Any]:
    """Rounds of everybody in turn, each on a new file."""
    machine = Machine(program)
    parts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()

        def fresh() -> Path:
            for old in Path(folder).glob("*.db*"):
                old.unlink()
            return Path(folder) / f"{next(numbers)}.db"

        empty = Path(folder) / "empty"
        Store(f"sqlite:///{empty}").close()

        def ours() -> int:
            # A running system has its tables: making them is not measured.
            parts.append(whole_path(shutil.copy(empty, fresh()), machine, inputs))
            return len(inputs)

        whole_path(path := fresh(), machine, inputs)
        facts, deliveries, size = rows_of(path)
        raw_limit.with_sqlite3(path := fresh(), inputs)
        (bare,) = sqlite3.connect(path).execute("SELECT avg(length(state)) FROM profiles").fetchone()
        ballast = max(0, round(size - bare))
        timings = timing.interleaved(
            {
                "triggerfish": ours,
                "sqlite3": lambda: raw_limit.with_sqlite3(fresh(), inputs, ballast),
                "core": lambda: raw_limit.with_core(fresh(), inputs, ballast),
                "same rows": lambda: raw_limit.with_same_rows(fresh(), inputs, ballast, facts, deliveries),
            },
            rounds,
        )
    limit = min(("sqlite3", "core"), key=timings.median)
    return {
        "inputs": len(inputs), "facts": len(facts), "sends": len(deliveries), "state": size, "parts": parts[-1],
        "per_second": {name: 1 / timings.median(name) for name in timings.seconds}, "limit": limit,
        "share": sorted(1 / each for each in timings.ratios("triggerfish", limit)),
        "share_of_core": sorted(1 / each for each in timings.ratios("triggerfish", "core")),
        "share_of_same_rows": sorted(1 / each for each in timings.ratios("triggerfish", "same rows")),
    }  # fmt: skip


def report(found: dict[str, Any]) -> None:
    inputs, parts = found["inputs"], found["parts"]
    print(f"Durable processing, {inputs} inputs (delivery excluded); {timing.machine()}")
    print(f"  per input {found['facts'] / inputs:.1f} facts and {found['sends'] / inputs:.2f} outbox rows; a state has {found['state']:.0f} bytes")
    for name, rate in found["per_second"].items():
        print(f"  {name:12} {rate:9,.0f} inputs/s")
    print(f"  a run: append {parts['append']:.1f} s, consume {parts['consume']:.1f} s")
    print(f"  share of the raw limit ({found['limit']}): {shown(found['share'])}; aim 80%")
    print(f"  share of the same through SQLAlchemy Core: {shown(found['share_of_core'])}")
    print(f"  share of raw writing of the same rows: {shown(found['share_of_same_rows'])}")


def shown(shares: list[float]) -> str:
    return f"{statistics.median(shares):.0%} ({shares[0]:.0%}-{shares[-1]:.0%})"


def profiled(program: Program, inputs: sample.Inputs) -> None:
    machine = Machine(program)
    with tempfile.TemporaryDirectory() as folder:
        profile = cProfile.Profile()
        profile.enable()
        whole_path(Path(folder) / "p.db", machine, inputs)
        profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="500 people, 2 rounds")
    parser.add_argument("--flows", choices=list(sample.PROGRAMS), default="shop", help="which program (default: shop)")
    parser.add_argument("--people", type=int, help="how many (default: 5,000)")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of a comparison")
    options = parser.parse_args(arguments)
    program = sample.PROGRAMS[options.flows]()
    inputs = sample.inputs(options.flows, options.people or (500 if options.quick else 5_000))
    if options.profile:
        profiled(program, inputs)
        return {}
    found = measure(program, inputs, options.rounds or (2 if options.quick else 5))
    report(found)
    return found


if __name__ == "__main__":
    main()
