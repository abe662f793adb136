"""Steps that come after everybody's time in the flow is over."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.expressions import Duration
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.walk import blocks
from triggerfish.dsl.lint import durations
from triggerfish.dsl.lint.project import Project


class AfterExpiry(Rule):
    code = "TF615"
    severity = "warning"
    message = "nobody ever comes to this step: the flow ends for everybody before"
    help = "make `expire after` longer, or the waits before this step shorter"
    reason = "`expire after` ends a run wherever it is, and the waits before this step take at least that long."
    wrong = (
        "flow f\n    start when signed_up\n    expire after 3 days\n    wait 4 days\n    set total_spent to 5\n"
    )
    right = (
        "flow f\n    start when signed_up\n    expire after 5 days\n    wait 4 days\n    set total_spent to 5\n"
    )

    @staticmethod
    def find(project: Project) -> list[Diagnostic]:
        """At most one step a flow: the others follow."""
        found = []
        for flow in project.program.flows:
            step = first_late(flow)
            if step is not None:
                header = next((number for number in _headers(flow, project)), flow.line)
                related = (Related(project.line(flow.file, header), "the end"),)
                found.append(AfterExpiry.at(project.line(flow.file, step.at.line), related=related))
        return found


def _headers(flow: Flow, project: Project) -> list[int]:
    last = flow.steps[0].at.line if flow.steps else flow.line
    numbers = range(flow.line, last)
    return [number for number in numbers if "expire after" in project.text(flow.file, number)]


def first_late(flow: Flow) -> s.Step | None:
    """The first step that is reached too late on every way to it."""
    if flow.expire is None:
        return None
    search = _Search(durations.longest(flow.expire))
    search.block(flow.steps, 0)
    return search.late


class _Search:
    """Goes through the steps with the least time that can have passed."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.late: s.Step | None = None

    def block(self, steps: Sequence[s.Step], at: int) -> int:
        for step in steps:
            if at >= self.end:
                self.late = self.late or step
                return at
            at = self.step(step, at)
        return at

    def step(self, step: s.Step, at: int) -> int:
        match step:
            case s.WaitFor():
                return at + _least(durations.constant(step.duration))
            case s.WaitUpTo():
                ends = [self.block(branch.steps, at) for branch in step.branches]
                return min([*ends, self.block(step.otherwise, at + _least(durations.constant(step.duration)))])
            case s.Repeat() if step.until is None:
                once = self.block(step.steps, at) - at
                return at + once * step.times
            case s.Together():
                return max([at, *(self.block(branch.steps, at) for branch in step.branches)])
            case s.ForEach() | s.Repeat():
                self.block(step.steps, at)
                return at
            case _:
                inside = [self.block(block, at) for block in blocks(step)]
                return min(inside) if inside else at


def _least(duration: Duration | None) -> int:
    return 0 if duration is None else durations.shortest(duration)
