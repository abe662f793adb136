"""How many lines of flow text are read in a second.

Run: python benchmarks/parse_speed.py [LINES]
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from triggerfish.dsl.parser import parse

CORPUS = Path(__file__).parents[1] / "tests" / "dsl" / "corpus"


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    pages = [*sorted((CORPUS / "language").glob("*.flow")), *sorted((CORPUS / "trees").glob("*.flow"))]
    page = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    text = page * (lines // page.count("\n") + 1)
    count = text.count("\n")

    started = time.perf_counter()
    parse("", "empty.flow")
    print(f"building or loading the grammar: {(time.perf_counter() - started) * 1000:.0f} ms")

    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        file, diagnostics = parse(text, "long.flow")
        rounds.append(time.perf_counter() - started)
        assert not diagnostics
    median = statistics.median(rounds)
    print(f"{count:,} lines, {len(file.declarations):,} declarations: {median:.2f} s, {count / median:,.0f} lines/s")

    wrong = text.replace(" is ", " si ")
    started = time.perf_counter()
    _, diagnostics = parse(wrong, "wrong.flow")
    took = time.perf_counter() - started
    print(f"the same with {len(diagnostics):,} mistakes: {took:.2f} s, {count / took:,.0f} lines/s")


if __name__ == "__main__":
    main()
