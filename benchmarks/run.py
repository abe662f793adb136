"""All benchmarks one after the other, and a summary of what the project has set itself aims for.

    python benchmarks/run.py [--quick] [--server ADDRESS]

ADDRESS is a PostgreSQL server where databases may be made, as in postgresql://localhost/postgres; without it what needs one is left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import conditions
import durable
import flows
import punctual
import simulation
import startup
import waiting
import waits
import workers

MILLISECONDS = 250
BYTES = 2_000


def main(options: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: whether everything runs, not what to quote")
    parser.add_argument("--server", metavar="ADDRESS", help="a PostgreSQL server")
    given = parser.parse_args(options)
    some = ["--quick"] if given.quick else []
    server = [given.server] if given.server else []
    found: dict[str, Any] = {
        "conditions": conditions.main(some),
        "flows": flows.main(some),
        "durable": durable.main(some),
        "waits": waits.main([*server, *some]),
        "punctual": punctual.main([*server, *some]),
        "waiting": waiting.main([*server, *some]),
        "simulation": simulation.main(some),
        "startup": startup.main(some),
    }
    if given.server:
        found["workers"] = workers.main([given.server, *some])
    print("\nSummary")
    for line in summary(found):
        print(f"  {line}")


def summary(found: dict[str, Any]) -> list[str]:
    """The figures against their aims."""
    return [*_conditions(found), *_processing(found), *_waits(found), *_simulation(found), *_start(found)]


def _conditions(found: dict[str, Any]) -> list[str]:
    lines = []
    for kind, timings in found["conditions"]["one"].items():
        lines.append(_line(f"a condition, {kind}: x hand-written", timings.ratio("generated", "hand-written"), "at most 1.5"))
        lines += [
            _line(f"a condition, {kind}: x faster than {name}", timings.ratio(name, "generated"), "at least 8")
            for name in timings.seconds
            if name.startswith("zen")
        ]
    for stream, timings in found["flows"]["streams"].items():
        least, most = min(timings.seconds, key=int), max(timings.seconds, key=int)
        lines.append(_line(f"an event with {most} flows, {stream}: x {least} flows", timings.ratio(most, least), "at most 2"))
    return lines


def _processing(found: dict[str, Any]) -> list[str]:
    durably = found["durable"]
    lines = [
        _line("durable processing: share of the raw limit", durable.shown(durably["share"]), "at least 80%"),
        _line("  of the same through SQLAlchemy Core", durable.shown(durably["share_of_core"]), ""),
        _line("  of raw writing of the same rows", durable.shown(durably["share_of_same_rows"]), ""),
    ]
    if "workers" in found:
        timings = found["workers"]["timings"]
        lines.append(_line("durable processing on PostgreSQL: x the bare loop", timings.ratio("bare loop", "1 worker, with appending"), "at least 0.8"))
        lines.append(_line("  two workers: x one", timings.ratio("1 worker", "2 workers"), "at least 1.7"))
    return lines


def _waits(found: dict[str, Any]) -> list[str]:
    aims = {"APScheduler": "at least 8", "procrastinate": "at least 20"}
    lines = [
        _line(f"waits that are due, {database}: x {name}", timings.ratio(name, "triggerfish"), aims[name])
        for database, timings in found["waits"].items()
        for name in timings.seconds
        if name in aims
    ]
    lines += [
        _line(f"lateness, {what}: 99% within, ms", str(punctual.share(late, 0.99)), f"at most {MILLISECONDS}")
        for what, late in found["punctual"].items()
    ]
    for database, one in found["waiting"].items():
        here = one["sizes"]["profiles"] / one["people"]
        lines.append(_line(f"somebody who waits, {database}: bytes", f"{here:.0f}", f"under {BYTES}"))
        (_, few), (_, all_) = one["few"], one["all"]
        lines.append(_line("  a look when nobody is due: x that with a hundredth waiting", f"{all_ / few:.2f}", ""))
    return lines


def _simulation(found: dict[str, Any]) -> list[str]:
    timings = found["simulation"]["timings"]
    return [
        _line("simulation, events a second and core", f"{1 / timings.median('simulation'):,.0f}", ""),
        _line("  x the machine alone", timings.ratio("simulation", "machine"), ""),
    ]


def _start(found: dict[str, Any]) -> list[str]:
    return [_line("triggerfish --version, seconds", f"{found['startup']['triggerfish --version']:.2f}", "under 0.3")]


def _line(what: str, figure: str, aim: str) -> str:
    return f"{what:64} {figure:22} {f'aim: {aim}' if aim else ''}".rstrip()


if __name__ == "__main__":
    main()
