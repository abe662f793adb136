"""``{{ }}`` where nothing is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from triggerfish.dsl.check.declare import inside
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix, Rule
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.flows import Flow

_ALONE = re.compile(r"\{\{\s*([a-z_]\w*(?:\.\w+)*)\s*\}\}")


class TakenLiterally(Rule):
    code = "TF627"
    severity = "warning"
    message = "`{{{{ }}}}` is not filled in here: the text is taken as it stands"
    help = "give the value itself, without quotes; `{{{{ }}}}` is for messages and for what `do` gives to an action"
    reason = "A step that sets a field, records an event or enters a flow gives values on, and a value needs no braces."
    wrong = (
        "flow f\n    start when order_completed\n"
        '    record cart_cleared with reason: "{{ plan }}"\n\nevent cart_cleared\n    reason  text\n'
    )
    right = (
        "flow f\n    start when order_completed\n"
        "    record cart_cleared with reason: plan\n\nevent cart_cleared\n    reason  text\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Every such text in a step that changes something, is sent along or leaves a reason."""
        for file in project.files:
            for flow in file.declarations:
                if isinstance(flow, Flow):
                    for step in inside(flow.steps):
                        yield from (_found(text, step) for text in _texts(_given(step)) if "{{" in text.value)


def _given(step: ts.Step) -> tuple[Any, ...]:
    """What a step takes as it is written."""
    match step:
        case ts.RecordEvent() | ts.EnterFlow() | ts.Send():
            return tuple(argument.value for argument in step.values)
        case ts.SetField():
            return (step.value,)
        case ts.Exit():
            return (step.reason,)
        case _:
            return ()


def _texts(values: tuple[Any, ...]) -> Iterator[tx.Text]:
    for value in values:
        match value:
            case tx.Text():
                yield value
            case tx.Group(inner=inner):
                yield from _texts((inner,))
            case tx.ListOf(items=items):
                yield from _texts(items)
            case tx.Record(fields=fields):
                yield from _texts(tuple(field.value for field in fields))


def _found(text: tx.Text, step: ts.Step) -> Diagnostic:
    if isinstance(step, ts.Exit):
        return TakenLiterally.at(text.span, hint="a reason is the same for everybody: say it in plain words")
    alone = _ALONE.fullmatch(text.value.strip())
    if alone is None:
        return TakenLiterally.at(text.span)
    hint = f"write `{alone[1]}`: a value needs no quotes and no braces"
    fix = Fix(f"Write `{alone[1]}`", (Edit(text.span, alone[1]),), safe=False)
    return TakenLiterally.at(text.span, hint=hint, fix=fix)
