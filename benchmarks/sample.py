"""The programs that whole paths are measured with, each with what comes in: the made-up shop with twenty flows, the real purchases with four."""

from __future__ import annotations

from collections.abc import Callable

import cdnow
import shopping

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.inputs import Input

Inputs = list[tuple[str, Input]]

EVENTS_A_PERSON = 10
PROGRAMS: dict[str, Callable[[], Program]] = {"shop": shopping.program, "cdnow": cdnow.program}


def inputs(name: str, people: int) -> Inputs:
    """What is known of so many people and what they do, in order of time."""
    return shopping.inputs(people, people * EVENTS_A_PERSON) if name == "shop" else cdnow.inputs(people)
