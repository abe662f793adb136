"""All benchmarks one after the other, and a summary.

    python benchmarks/run.py [--quick]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import conditions
import durable
import startup


def main(options: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: whether everything runs, not what to quote")
    some = ["--quick"] if parser.parse_args(options).quick else []
    found = {"conditions": conditions.main(some), "durable": durable.main(some), "startup": startup.main(some)}
    print("\nSummary")
    for line in summary(found):
        print(f"  {line}")


def summary(found: dict[str, dict[str, Any]]) -> list[str]:
    """The figures the project has set itself aims for, against them."""
    lines = []
    for kind, timings in found["conditions"]["one"].items():
        lines.append(_line(f"a condition, {kind}: x hand-written", timings.ratio("generated", "hand-written"), "at most 1.5"))
        lines += [
            _line(f"a condition, {kind}: x faster than {name}", timings.ratio(name, "generated"), "at least 8")
            for name in timings.seconds
            if name.startswith("zen")
        ]
    shares = found["durable"]["share"]
    lines.append(_line("durable processing: share of the raw limit", durable.shown(shares), "at least 50%"))
    lines.append(_line("  of raw writing of the same rows", durable.shown(found["durable"]["share_of_same_rows"]), ""))
    start = found["startup"]["triggerfish --version"]
    lines.append(_line("triggerfish --version, seconds", f"{start:.2f}", "under 0.3"))
    return lines


def _line(what: str, figure: str, aim: str) -> str:
    return f"{what:64} {figure:22} {f'aim: {aim}' if aim else ''}".rstrip()


if __name__ == "__main__":
    main()
