"""``collect``: events gathered into a list."""

from __future__ import annotations

from dataclasses import replace

from triggerfish.dsl.check import conditions, history, waits
from triggerfish.dsl.check.kinds import merge, same_base
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.types import Field, Type
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts

LARGEST = 1_000
"""What is collected is kept with the person, so that it cannot grow without end."""


def collect(step: ts.Collect, run: Run) -> ir.Collect:
    """``collect E up to 50 for 1 day as comments``; the name is a list of what all these events have."""
    context = run.context
    at = run.where(step, step.name)
    unknown = [word for word in step.events if not history.awaited(word, context)]
    events = tuple(word.text for word in step.events)
    where = None
    if step.where is not None:
        where = conditions.condition(step.where, context.looking_at(*events))
    if step.limit is not None and step.limit > LARGEST:
        context.report.add(
            rules.BadNumber.at(
                context.sources.head(step.span),
                what="how many are collected",
                wanted=f"at most {LARGEST}",
                found=step.limit,
            )
        )
    length = waits.length(step.duration, context, "`collect … for`") if step.duration is not None else None
    until = waits.moment(step.until, context) if step.until is not None else None
    run.name(step.name, ("what was collected", Type("list", common(step.events, context)) if not unknown else None))
    return ir.Collect(at, events, where, step.limit, length, until, step.name.text)


def common(events: tuple[tx.Word, ...], context: Context) -> Type:
    """The fields that all these events have, with the same type."""
    records = [found for word in events if (found := context.symbols.event_type(word.text)) is not None]
    shared: list[Field] = []
    for field in records[0].fields if records else ():
        type_: Type | None = field.type
        for record in records[1:]:
            other = record.field(field.name)
            if other is None or not same_base(type_, other.type):
                break
            type_ = merge(type_, other.type)
        else:
            shared.append(replace(field, type=type_ or field.type))
    return Type("record", fields=tuple(shared))
