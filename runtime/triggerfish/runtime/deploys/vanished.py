"""What an earlier version still asks for and the program to come no longer has."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.steps import Do, ForEach, Repeat, Send, Step
from triggerfish.dsl.ir.walk import steps_inside


class Vanished:
    """Messages are always those of the newest program, and actions those of the plugins that are there."""

    def __init__(self, program: Program, actions: Collection[str] | None) -> None:
        self._parts = {(message.name, part.channel) for message in program.messages for part in message.parts}
        self._actions = actions

    def before(self, flow: Flow, step: str) -> list[str]:
        """What is gone of all that may lie before somebody who rests at a step; in a flow with loops that is everything."""
        steps = list(steps_inside(flow.steps))
        here = next((number for number, each in enumerate(steps) if each.at.id == step), 0)
        loops = any(isinstance(each, Repeat | ForEach) for each in steps)
        found = (what for each in steps[0 if loops else here :] for what in self._gone(each))
        return list(dict.fromkeys(found))

    def _gone(self, step: Step) -> Iterator[str]:
        if isinstance(step, Send):
            yield from (f"{channel} {step.message}" for channel in step.channels if (step.message, channel) not in self._parts)
        elif isinstance(step, Do) and self._actions is not None and step.action not in self._actions:
            yield f"do {step.action}"
