"""``wait`` in all its forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triggerfish.dsl.check import conditions, history, names, steps, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.policy import minutes
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.types import BOOLEAN, Field, Type
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts

HAPPENED = Field("happened", BOOLEAN)


def wait_for(step: ts.WaitFor, run: Run) -> ir.WaitFor:
    """``wait 2 days``."""
    return ir.WaitFor(_at(step, run), length(step.duration, run.context))


def _at(step: ts.WaitFor | ts.WaitUntil | ts.WaitUpTo, run: Run) -> ir.Where:
    return run.where(step, step.name)


def length(written: tx.Expression, context: Context, target: str = "`wait`") -> ix.Expr:
    """How long: a duration, written out or worked out. ``target`` names what it is for."""
    inner = values.unwrap(written)
    if isinstance(inner, tx.Duration):
        duration(inner, context)
    elif isinstance(inner, tx.Negate) and isinstance(values.unwrap(inner.operand), tx.Duration):
        text = values.words(written, context)
        context.report.add(type_rules.BadDuration.at(written.span, hint="time only goes forward: leave out the `-`", text=text))
        return NOTHING
    found = values.lower(written, context)
    if found.type is not None and base(found.type) != "duration":
        cure = None
        if base(found.type) == "number":
            text = values.words(written, context)
            cure = (
                f"write a unit after it: `{text} days`"
                if isinstance(inner, tx.Number)
                else f"multiply it: `{text} * 1 day`"
            )
        elif base(found.type) in ("date", "datetime"):
            cure = f"write `wait until {values.words(written, context)}`"
        context.report.add(
            type_rules.WrongType.at(
                written.span, hint=cure, target=target, wanted="a duration", found=describe(found.type)
            )
        )
        return NOTHING
    return found.expr


def wait_until(step: ts.WaitUntil, run: Run) -> ir.WaitUntil:
    """``wait until monday at 9:00``, ``wait until renewal_date - 3 days at 9:00``."""
    return ir.WaitUntil(_at(step, run), moment(step, run.context))


def moment(step: ts.WaitUntil, context: Context) -> ir.MomentRule:
    """The moment that a wait or a digest ends at."""
    date, date_type = None, None
    if step.date is not None:
        found = values.lower(step.date, context)
        date = found.expr
        if found.type is not None:
            kind = base(found.type)
            if kind == "boolean":
                hint = "to wait for a condition write `wait up to 2 days until …`"
                text = values.words(step.date, context)
                context.report.add(type_rules.NotAMoment.at(step.date.span, hint=hint, text=text, type="a condition"))
            elif kind not in ("date", "datetime"):
                cure = _moment_cure(step.date, kind, context)
                text = values.words(step.date, context)
                context.report.add(
                    type_rules.NotAMoment.at(step.date.span, hint=cure, text=text, type=describe(found.type))
                )
            date_type = "date" if kind == "date" else "datetime"
    if step.clock is not None and step.clock_end is not None and minutes(step.clock) == minutes(step.clock_end):
        context.report.add(rules.EmptyWindow.at(step.clock.span.to(step.clock_end.span)))
    return ir.MomentRule(
        date,
        "date" if date_type == "date" else "datetime" if date_type is not None else None,
        tuple(ts.WEEKDAYS.index(day) for day in step.weekdays),
        minutes(step.clock) if step.clock is not None else None,
        minutes(step.clock_end) if step.clock_end is not None else None,
    )


def _moment_cure(written: tx.Expression, kind: str, context: Context) -> str:
    inner = values.unwrap(written)
    text = values.words(written, context)
    if kind == "duration":
        return f"write `wait {text}`"
    if isinstance(inner, tx.Number) and (clock := re.fullmatch(r"(\d{1,2})\.(\d\d)", text)):
        return f"write times with a colon: `{clock[1]}:{clock[2]}`"
    if isinstance(inner, tx.Number):
        return f"write a time such as `{text}:00`, or how long, as in `wait {text} days`"
    return "write a date or a moment: `2026-12-24 9:00`, `monday at 9:00`, `renewal_date - 3 days`"


def wait_up_to(step: ts.WaitUpTo, run: Run) -> ir.WaitUpTo:
    """``wait up to 2 days for E``, ``… until C``, or with branches."""
    at = _at(step, run)
    longest = length(step.duration, run.context)
    branches = [_branch(branch, run, named=step.block) for branch in step.branches]
    if step.name is not None:
        caught = [branch for branch in step.branches if isinstance(branch, ts.EventBranch) and not step.block]
        run.name(step.name, *_caught([word for branch in caught for word in branch.events], run.context))
    otherwise = steps.block(step.otherwise or (), run)
    return ir.WaitUpTo(at, longest, tuple(branches), otherwise, step.name.text if step.name is not None else None)


def _branch(branch: ts.EventBranch | ts.UntilBranch, run: Run, *, named: bool) -> ir.EventBranch | ir.UntilBranch:
    line = branch.span.line
    if isinstance(branch, ts.UntilBranch):
        return ir.UntilBranch(
            conditions.condition(branch.condition, run.context.watching()), steps.block(branch.steps, run), line
        )
    for word in branch.events:
        history.awaited(word, run.context)
    events = tuple(word.text for word in branch.events)
    where = None
    if branch.where is not None:
        where = conditions.condition(branch.where, run.context.looking_at(*events))
    name = None
    if branch.name is not None and named:
        run.name(branch.name, *_caught(branch.events, run.context))
        name = branch.name.text
    return ir.EventBranch(events, where, name, steps.block(branch.steps, run), line)


def _caught(events: Sequence[tx.Word], context: Context) -> list[tuple[str, Type | None]]:
    """What a wait's name knows: ``happened``, and the fields of the event that came."""
    found: list[tuple[str, Type | None]] = []
    for word in events:
        event = context.symbols.events.get(word.text)
        fields = (
            (*(field for field in event.fields if field.name != HAPPENED.name), HAPPENED) if event is not None else ()
        )
        found.append((word.text, Type("record", fields=fields) if event is not None else None))
    return found or [("this wait", names.record(("happened", BOOLEAN)))]
