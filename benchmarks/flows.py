"""How the cost of an event grows with the number of flows, where each event concerns five of them, through the whole machine.

Two streams. *The same*: always the same two kinds of event; the further flows are for others, which do not come. *All kinds*: as many kinds as
the flows are for, evenly; what is kept of a person's history then grows with the number of kinds.

    python benchmarks/flows.py [--quick] [--rounds N]
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import memory
import timing

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine

AN_EVENT = 5
"""Flows that an event concerns."""
MINUTE = 60_000
START = 1_800_000_000_000
STREAMS = ("the same", "all kinds")

Inputs = list[tuple[str, Input]]


def source(flows: int, seed: int = 3) -> str:
    """So many flows, each for one kind of event: a condition of three predicates, a wait, a window, an end."""
    chance = random.Random(seed)
    lines = ["profile", '    country  text = "FR"', "    spent    number = 100"]
    for kind in range(flows // AN_EVENT):
        lines += ["", f"event event_{kind}", "    total  number"]
    for index in range(flows):
        kind = f"event_{index // AN_EVENT}"
        lines += [
            "", f"flow flow_{index}",
            f'    start when {kind} where total >= {chance.randrange(40, 100)} and spent >= {chance.randrange(300)} and country is "FR"',
            "    again after 1 day",
            "",
            "    wait 2 hours",
            f"    if did {kind} at least 3 times in last 7 days",
            '        exit "often"',
            "    else",
            '        exit "seldom"',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def program(flows: int) -> Program:
    loaded = compile_sources({"flows.flow": source(flows)}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics[:5]))
    return loaded.program


def stream(kinds: int, events: int, people: int, seed: int = 5) -> Inputs:
    """So many events of that many kinds, evenly, five minutes between two of them."""
    chance = random.Random(seed)
    return [
        (
            f"p{chance.randrange(people)}",
            Input("event", f"event_{chance.randrange(kinds)}", START + number * 5 * MINUTE, f"e{number}", {"total": chance.randrange(100)}),
        )
        for number in range(events)
    ]


def through(machine: Machine, inputs: Inputs) -> int:
    """Each event by itself, each person's timers on the way; what a live system does without its database."""
    states: dict[str, bytes | None] = {}
    for person, one in inputs:
        states[person] = machine.advance(person, states.get(person), (one,), one.at, live=False).state
    return len(inputs)


def cost(flows: int, answer: Connection) -> None:
    """Seconds to compile and to make ready, and the bytes that the process grew by; in a process of its own."""
    program(AN_EVENT)  # the parser, the plugins and their caches are there in any case
    before = memory.resident()
    began = perf_counter()
    made = program(flows)
    compiled = perf_counter()
    machine = Machine(made)
    through(machine, stream(flows // AN_EVENT, flows // AN_EVENT, 1))
    ready = perf_counter()
    grown = memory.resident() - before
    answer.send({"compile": compiled - began, "ready": ready - compiled, "bytes": grown})


def costs(flows: int) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=cost, args=(flows, theirs))
    process.start()
    theirs.close()
    found: dict[str, float] = ours.recv()
    process.join()
    return found


def measure(sizes: tuple[int, ...], events: int, rounds: int) -> dict[str, Any]:
    machines = {flows: Machine(program(flows)) for flows in sizes}
    found: dict[str, Any] = {}
    for name in STREAMS:
        inputs = {flows: stream(2 if name == "the same" else flows // AN_EVENT, events, events // 20) for flows in sizes}
        found[name] = timing.interleaved(
            {str(flows): lambda flows=flows, some=inputs[flows]: through(machines[flows], some) for flows in sizes}, rounds
        )
    return {"streams": found, "costs": {flows: costs(flows) for flows in sizes}}


def report(found: dict[str, Any]) -> None:
    print(f"Cost of an event by the number of flows, each event concerns {AN_EVENT}; {timing.machine()}")
    for name, timings in found["streams"].items():
        least = min(timings.seconds, key=int)
        print(f"  {name}")
        for flows in timings.seconds:
            print(f"    {flows:>5} flows  {timings.median(flows) * 1e6:8.1f} µs an event   {timings.ratio(flows, least)} x {least} flows")
    for flows, cost in found["costs"].items():
        print(f"  {flows:>5} flows: compiled in {cost['compile']:.2f} s, made ready in {cost['ready']:.2f} s, {cost['bytes'] / 1e6:.0f} MB")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 and 100 flows, 1,000 events, 2 rounds")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args(arguments)
    sizes, events = ((10, 100), 1_000) if options.quick else ((10, 100, 1_000), 10_000)
    found = measure(sizes, events, options.rounds or (2 if options.quick else 7))
    report(found)
    return found


if __name__ == "__main__":
    main()
