"""Durable processing: inputs per second through the whole path, against the raw read-modify-write limit of the same disk.

The whole path: inputs are appended to the event log in batches (the storage call of the intake), then the engine
replays them through the machine with the flows of ``examples/cdnow``: state, journal, outbox rows, timers that fall due on the way and at the end.
Delivery is not part of it: outbox rows are written and nothing is sent.

    python benchmarks/durable.py [--quick] [--customers N] [--rounds N] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import cdnow
import raw_limit
import timing

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

RECEIVED = 1_800_000_000_000


def whole_path(path: Path, machine: Machine, inputs: cdnow.Inputs) -> dict[str, float]:
    """Inputs into a new file and through the engine; seconds for each half, and what came of it."""
    began = perf_counter()
    with Store(f"sqlite:///{path}") as store:
        ready = perf_counter()
        for batch in raw_limit.batches(inputs):
            store.events.append(batch, RECEIVED)
        appended = perf_counter()
        ran = Run(Engine(store, machine, WallClock())).until_idle("events")
        done = perf_counter()
        counts = store.journal.counts()
    if ran.events != len(inputs):
        raise SystemExit(f"{ran.events} of {len(inputs)} inputs were consumed")
    return {
        "setup": ready - began, "append": appended - ready, "consume": done - appended, "due": ran.due,
        "facts": sum(counts.values()), "sent": sum(number for (kind, _), number in counts.items() if kind == "sent"),
    }  # fmt: skip


def measure(inputs: cdnow.Inputs, rounds: int) -> dict[str, Any]:
    machine = Machine(cdnow.program())
    parts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        number = 0

        def fresh() -> Path:
            nonlocal number
            number += 1
            for old in Path(folder).glob("*.db*"):
                old.unlink()
            return Path(folder) / f"{number}.db"

        def ours() -> int:
            parts.append(whole_path(fresh(), machine, inputs))
            return len(inputs)

        def raw(how: Callable[[Path, raw_limit.Batch], int]) -> Callable[[], int]:
            return lambda: how(fresh(), inputs)

        timings = timing.interleaved(
            {"triggerfish": ours, "sqlite3": raw(raw_limit.with_sqlite3), "core": raw(raw_limit.with_core)}, rounds
        )
    limit = min(("sqlite3", "core"), key=timings.median)
    shares = [1 / each for each in timings.ratios("triggerfish", limit)]
    return {
        "inputs": len(inputs), "per_second": {name: 1 / timings.median(name) for name in timings.seconds},
        "limit": limit, "shares": sorted(shares), "last": parts[-1],
    }  # fmt: skip


def report(found: dict[str, Any]) -> None:
    print(f"Durable processing, {found['inputs']} inputs (delivery excluded); {timing.machine()}")
    for name, rate in found["per_second"].items():
        print(f"  {name:12} {rate:9,.0f} inputs/s")
    last = found["last"]
    print(f"  a run: append {last['append']:.1f} s, consume {last['consume']:.1f} s, {last['facts']:,.0f} facts, {last['sent']:,.0f} sends")
    shares = found["shares"]
    print(f"  share of the raw limit ({found['limit']}): {shares[len(shares) // 2]:.0%} ({shares[0]:.0%}-{shares[-1]:.0%}); aim 50%")


def profiled(inputs: cdnow.Inputs) -> None:
    machine = Machine(cdnow.program())
    with tempfile.TemporaryDirectory() as folder:
        profile = cProfile.Profile()
        profile.enable()
        whole_path(Path(folder) / "p.db", machine, inputs)
        profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 customers, 3 rounds")
    parser.add_argument("--customers", type=int, help="only the first so many of the 23,570")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead of a comparison")
    options = parser.parse_args(arguments)
    customers = options.customers or (2_000 if options.quick else None)
    inputs = cdnow.inputs(customers)
    if options.profile:
        profiled(inputs)
        return {}
    found = measure(inputs, options.rounds or (3 if options.quick else 5))
    report(found)
    return found


if __name__ == "__main__":
    main()
