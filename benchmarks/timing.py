"""Rounds of several contenders, one after the other and again, so that a noisy minute hits all of them."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

Round = Callable[[], int]
"""Does some work and says how many units of it."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds per unit of work, a list per contender; the n-th entries of all lists were taken right after each other."""

    seconds: dict[str, list[float]]

    def median(self, name: str) -> float:
        """The middle of a contender's rounds, in seconds per unit."""
        return statistics.median(self.seconds[name])

    def ratios(self, name: str, to: str) -> list[float]:
        """How many times as long as ``to`` a contender took, round by round, in order of size."""
        return sorted(a / b for a, b in zip(self.seconds[name], self.seconds[to], strict=True))

    def ratio(self, name: str, to: str) -> str:
        """``1.23 (1.10-1.31)``: the median of the ratios and their range."""
        ratios = self.ratios(name, to)
        return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"


def interleaved(contenders: Mapping[str, Round], rounds: int, clock: Callable[[], float] = perf_counter) -> Timings:
    """Run each contender once to warm up, then ``rounds`` times in turn; ``process_time`` as a clock leaves out what others do."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for work in contenders.values():
        work()
    for number in range(rounds):
        names = list(contenders)
        # Whoever comes after the one with the most garbage must not always be the same.
        names = names[number % len(names) :] + names[: number % len(names)]
        for name in names:
            gc.collect()
            gc.disable()
            began = clock()
            units = contenders[name]()
            took = clock() - began
            gc.enable()
            seconds[name].append(took / units)
    return Timings(seconds)


def machine() -> str:
    """What the figures were taken on, in general words."""
    return f"{os.cpu_count()} cores, {platform.system()}, {platform.python_implementation()} {sys.version.split()[0]}"
