"""Everything a program asks of the past."""

from __future__ import annotations

from collections.abc import Iterable

from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import EventPoints, Program, WhilePoints
from triggerfish.dsl.ir.walk import content_expressions, flow_expressions
from triggerfish.runtime.machine import channels
from triggerfish.runtime.machine.history import Series


def series(program: Program, flows: Iterable[Flow] | None = None) -> Series:
    """What is to be kept of history for a program; ``flows`` are its own and those that people are still in."""
    made = Series()
    everywhere = tuple(program.flows if flows is None else flows)
    made.add(value.value for value in program.values)
    made.add(each.condition for each in program.segments if each.condition is not None)
    for score in program.scores:
        made.add(rule.condition for rule in score.rules if isinstance(rule, WhilePoints))
        made.add(rule.where for rule in score.rules if isinstance(rule, EventPoints) and rule.where)
    for flow in everywhere:
        made.add(flow_expressions(flow))
    made.add(node for content in program.contents for node in content_expressions(content))
    made.add(channels.asked(everywhere).values())
    return made
