"""Simulation: events per second and core through the twenty flows of ``shop``, against a loop that only reads and groups the same events.

The events are made ready in the spool (files with the events of some people each), which is where ``simulate`` puts what it has read. Three
rounds in turn, all in one process: the simulation; the machine alone, on inputs that lie ready in memory; the bare loop, which reads the
spool, groups it by person, decodes the fields and puts each person's events in order: processor time. Then, once each: the simulation over all cores, and reading
the same events from a file of JSON lines, as ``simulate FILE`` does first.

``--once`` measures nothing but the simulation of a million events of 100,000 people, in one process and without warming up.

    python benchmarks/simulation.py [--quick] [--once] [--events N] [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import msgspec
import shopping
import timing

from triggerfish.dsl.ir.codec import dumps
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.intake.files import ingest
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.simulation import Wanted, simulate
from triggerfish.runtime.simulation.sources import Temporary
from triggerfish.runtime.simulation.spool import Spool, given, people
from triggerfish.runtime.simulation.worker import Task, Worker

EVENTS = 1_000_000
A_PERSON = 10


def spooled(folder: Path, inputs: shopping.Inputs) -> Spool:
    spool = Spool(folder)
    for person, one in inputs:
        spool.add(person, one.kind, one.name, one.at, one.id, msgspec.json.encode(one.fields).decode())
    return spool


def bare(spool: Spool) -> int:
    """Reading, grouping, putting in order."""
    end = spool.last or 0
    return sum(len(given(frames, end)) for _, frames in people(spool.parts()))


def alone(machine: Machine, groups: dict[str, list[Any]], end: int) -> int:
    """The machine, with nothing around it."""
    for person, inputs in groups.items():
        machine.advance(person, None, inputs, end, live=False)
    return sum(map(len, groups.values()))


def grouped(inputs: shopping.Inputs) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for person, one in inputs:
        found.setdefault(person, []).append(one)
    return found


def write_file(path: Path, inputs: shopping.Inputs) -> None:
    with path.open("wb") as file:
        for person, one in inputs:
            what = {"type": "identify", "traits": one.fields} if one.kind == "identify" else {"type": "track", "event": one.name, "properties": one.fields}
            file.write(msgspec.json.encode({**what, "userId": person, "messageId": one.id, "timestamp": one.at}) + b"\n")


def over_all_cores(spool: Spool, program: Program) -> tuple[float, float]:
    """Events per second, and seconds of processor time an event."""
    began, before = perf_counter(), os.times()
    result = simulate(spool, Wanted(program), processes=os.cpu_count())
    took, after = perf_counter() - began, os.times()
    processor = sum(after[:4]) - sum(before[:4])
    if result.tally.events != spool.number or result.tally.failed:
        raise SystemExit(f"{result.tally.events} of {spool.number} events; {result.tally.failed}")
    return spool.number / took, processor / spool.number


def reading(folder: Path, inputs: shopping.Inputs, program: Program) -> float:
    path, place = folder / "events.jsonl", folder / "read"
    write_file(path, inputs)
    place.mkdir()
    began = process_time()
    report = ingest(path, Temporary(Spool(place)), Schema(program), WallClock())
    took = process_time() - began
    if report.stored != len(inputs):
        raise SystemExit("; ".join(report.sentences()))
    return len(inputs) / took


def measure(events: int, rounds: int) -> dict[str, Any]:
    program = shopping.program()
    inputs = shopping.inputs(events // A_PERSON, events)
    machine, groups = Machine(program), grouped(inputs)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "spool").mkdir()
        spool = spooled(folder / "spool", inputs)
        end = spool.last or 0
        worker = Worker(Task(dumps(program), None, 0, end, "ok", functions=False, everybody=False))
        timings = timing.interleaved(
            {
                "simulation": lambda: sum(worker.part(part).events for part in spool.parts()),
                "machine": lambda: alone(machine, groups, end),
                "bare loop": lambda: bare(spool),
            },
            rounds,
            process_time,  # nothing in it waits
        )
        cores, read = over_all_cores(spool, program), reading(folder, inputs, program)
    return {"events": len(inputs), "people": len(groups), "timings": timings, "all cores": cores, "reading": read}


def once(events: int) -> None:
    """The simulation alone, a single time."""
    program = shopping.program()
    with tempfile.TemporaryDirectory() as place:
        spool = spooled(Path(place), shopping.inputs(events // A_PERSON, events))
        began, processor = perf_counter(), process_time()
        result = simulate(spool, Wanted(program), processes=1)
        took, processor = perf_counter() - began, process_time() - processor
    if result.tally.events != spool.number or result.tally.failed:
        raise SystemExit(f"{result.tally.events} of {spool.number} events; {result.tally.failed}")
    print(f"Simulation, {result.tally.events:,} events of {result.tally.people:,} people, 20 flows, once; {timing.machine()}")
    print(f"  {spool.number / processor:,.0f} events/s and core ({processor / spool.number * 1e6:.1f} µs of processor time an event), {took:.0f} s in all")


def report(found: dict[str, Any]) -> None:
    timings: timing.Timings = found["timings"]
    print(f"Simulation, {found['events']:,} events of {found['people']:,} people, 20 flows; {timing.machine()}")
    for name in timings.seconds:
        print(f"  {name:12} {1 / timings.median(name):9,.0f} events/s and core ({timings.median(name) * 1e6:.1f} µs an event)")
    print(f"  x the machine alone: {timings.ratio('simulation', 'machine')}; x the bare loop: {timings.ratio('simulation', 'bare loop')}")
    rate, processor = found["all cores"]
    print(f"  over all cores, starting the processes included: {rate:,.0f} events/s, {processor * 1e6:.1f} µs of processor time an event")
    print(f"  reading a file of JSON lines before: {found['reading']:,.0f} events/s, one process")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="50,000 events, 2 rounds")
    parser.add_argument("--events", type=int, help=f"how many (default: {EVENTS:,}), of a tenth as many people")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--once", action="store_true", help="the simulation alone, a single time")
    options = parser.parse_args(arguments)
    if options.once:
        once(options.events or EVENTS)
        return {}
    found = measure(options.events or (50_000 if options.quick else EVENTS), options.rounds or (2 if options.quick else 3))
    report(found)
    return found


if __name__ == "__main__":
    main()
