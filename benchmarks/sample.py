"""The programs that whole paths are measured with, each with what comes in: the made-up shop with twenty flows, the real purchases with four."""

from __future__ import annotations

from collections.abc import Callable

import cdnow
import shopping

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.inputs import Input

Inputs = list[tuple[str, Input]]

A_DAY = 1 / 9
"""Events of a person."""
BEFORE = 2
"""Events of each person that are there before anything is measured."""
PROGRAMS: dict[str, Callable[[], Program]] = {"shop": shopping.program, "cdnow": cdnow.program}


def stretches(name: str, people: int, number: int, events: int) -> tuple[Inputs, list[Inputs]]:
    """What so many people did before, and ``number`` stretches of time after it, one behind the other.

    In the shop a stretch has ``events`` events; the purchases are cut into equal parts behind their first half.
    """
    if name == "shop":
        length, day = events / people / A_DAY, BEFORE / A_DAY
        after = [shopping.later(people, events, day + each * length, length, each + 1) for each in range(number)]
        return shopping.inputs(people, people * BEFORE, days=day), after
    every = cdnow.inputs(people)
    half = len(every) // 2
    size = -(-(len(every) - half) // number)
    return every[:half], [every[start : start + size] for start in range(half, len(every), size)]
