"""Branches that an earlier branch leaves nobody for."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.lint.truth import Claim, always, impossible


class NobodyLeft(Rule):
    code = "TF613"
    severity = "warning"
    message = "nobody comes to this branch: those before it take everybody"
    help = "put the narrower condition first, or remove this branch"
    reason = "The first branch that fits is taken, so one that asks for less must come later."
    wrong = (
        "flow f\n    start when signed_up\n    if total_spent > 10\n        wait 1 day\n"
        "    else if total_spent > 100\n        wait 2 days\n"
    )
    right = (
        "flow f\n    start when signed_up\n    if total_spent > 100\n        wait 2 days\n"
        "    else if total_spent > 10\n        wait 1 day\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """In ``if`` and ``choose by``."""
        for flow in project.program.flows:
            for step in steps_inside(flow.steps):
                if isinstance(step, s.If):
                    yield from _if(step, flow, project)
                elif isinstance(step, s.Choose):
                    yield from _choose(step, flow, project)


def _if(step: s.If, flow: Flow, project: Project) -> Iterator[Diagnostic]:
    before: list[Claim] = []
    for arm in step.arms:
        alone = impossible([(arm.condition, True)], project)
        if before and not alone and impossible([*before, (arm.condition, True)], project):
            related = (Related(project.line(flow.file, step.at.line), "the first branch"),)
            yield NobodyLeft.at(project.line(flow.file, arm.line), related=related)
            return
        before.append((arm.condition, False))
        if always(arm.condition, project):
            return  # that one is told of by itself
    if step.otherwise and impossible(before, project):
        yield NobodyLeft.at(
            project.line(flow.file, step.otherwise[0].at.line), hint="remove the `else`, or correct the conditions"
        )


def _choose(step: s.Choose, flow: Flow, project: Project) -> Iterator[Diagnostic]:
    values = tuple(value for case in step.cases for value in case.values)
    if step.otherwise and impossible([(x.OneOf(step.subject, x.ListOf(values), negated=False), False)], project):
        yield NobodyLeft.at(
            project.line(flow.file, step.otherwise[0].at.line), hint="remove `otherwise`: every value has its block"
        )
