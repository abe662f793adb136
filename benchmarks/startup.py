"""How long commands take to start, each in a new process.

    python benchmarks/startup.py [--quick]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import cdnow
import timing

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "triggerfish --version": ["-m", "triggerfish.runtime.cli", "--version"],
    "triggerfish check (4 flows)": ["-m", "triggerfish.runtime.cli", "check", str(cdnow.PROJECT)],
    "triggerfish test (8 tests)": ["-m", "triggerfish.runtime.cli", "test", str(cdnow.PROJECT)],
}


def main(options: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 starts each instead of 15")
    rounds = 2 if parser.parse_args(options).quick else 15
    print(f"Start of a command; {timing.machine()}")
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            began = perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            taken[name].append(perf_counter() - began)
    for name, seconds in taken.items():
        counted = sorted(seconds[1:])  # the first start fills the caches of the disk
        print(f"  {name:30} {statistics.median(counted):.2f} s ({counted[0]:.2f}-{counted[-1]:.2f})")
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


if __name__ == "__main__":
    main()
