"""What a state written under an older program must be told about the newer one."""

from __future__ import annotations

from dataclasses import dataclass

from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir.compare import altered, shape
from triggerfish.dsl.ir.program import Program

TIMED = (f.StartSchedule, f.StartDate, f.StartOn)


@dataclass(frozen=True, slots=True)
class Changes:
    """``segments`` and crossings (``crossed``, by the names they have in a state) may come out otherwise now.

    ``scores`` are those that may come out otherwise, ``timed`` are starts by the calendar and ``doors`` starts with a segment, ``(flow, line)``, that are new.
    """

    segments: frozenset[str]
    crossed: frozenset[str]
    scores: frozenset[str]
    timed: frozenset[str]
    doors: frozenset[tuple[str, int]]


def changes(before: Program, after: Program) -> Changes:
    """From one program to another."""
    found = altered(before, after)
    timed = frozenset(_starts(after, TIMED)) - frozenset(_starts(before, TIMED))
    crossed = frozenset(_starts(after, (f.StartCrossing,)))
    if not found:  # what is compared is what it was; only lines that are new have to be looked at
        crossed -= frozenset(_starts(before, (f.StartCrossing,)))
    known = {(flow.name, shape(start)) for flow in before.flows for start in flow.starts if isinstance(start, f.StartSegment)}
    doors = frozenset(
        (flow.name, start.line)
        for flow in after.flows
        for start in flow.starts
        if isinstance(start, f.StartSegment) and start.enters and (flow.name, shape(start)) not in known
    )
    named = {wanted: frozenset(name for kind, name in found if kind == wanted) for wanted in ("segment", "score")}
    return Changes(named["segment"], crossed, named["score"], timed, doors)


def _starts(program: Program, kinds: tuple[type, ...]) -> list[str]:
    return [f"{flow.name}|{getattr(start, 'text', '')}" for flow in program.flows for start in flow.starts if isinstance(start, kinds)]
