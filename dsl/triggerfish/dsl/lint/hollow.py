"""Branches with nothing to do, whose steps most probably stand too far to the left."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.check.declare import inside
from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.flows import Flow


class NothingToDo(Rule):
    code = "TF628"
    severity = "warning"
    message = "nothing stands below this `{word}`: what comes after it is for everybody"
    help = "indent the lines that belong to it by four more spaces, or leave the `{word}` out"
    reason = "Only lines that are indented deeper belong to a branch. One without any decides nothing."
    wrong = (
        'flow f\n    start when signed_up\n    about offers\n    if plan is "pro"\n        wait 1 day\n'
        "    else\n    send email cart_reminder\n"
    )
    right = (
        'flow f\n    start when signed_up\n    about offers\n    if plan is "pro"\n        wait 1 day\n'
        "    else\n        send email cart_reminder\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Every ``else`` with nothing below it, and every ``if`` all of whose branches are empty.

        A first branch may be empty for the sake of the next.
        """
        for file in project.files:
            for flow in file.declarations:
                if isinstance(flow, Flow):
                    for step in inside(flow.steps):
                        if isinstance(step, ts.If):
                            yield from _found(step, project)


def _found(step: ts.If, project: Project) -> Iterator[Diagnostic]:
    span = step.span
    if not step.otherwise and not any(arm.steps for arm in step.arms):
        yield NothingToDo.at(project.line(span.file, span.line), word="if")
    elif step.otherwise == ():
        yield NothingToDo.at(project.line(span.file, span.end_line), word="else")
