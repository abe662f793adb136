"""Flows: their header lines, and then their steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from triggerfish.dsl.check import (
    conditions,
    declare,
    giving,
    history,
    names,
    policy_names,
    segments,
    starts,
    steps,
    values,
)
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.run import Run, free
from triggerfish.dsl.check.scope import Alternative, Context, Variable
from triggerfish.dsl.check.typed import NOTHING
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Edit, Fix, Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import flows as ir
from triggerfish.dsl.ir.program import Topic
from triggerfish.dsl.ir.types import DATETIME
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts

_SINGLE: dict[type, str] = {
    tf.Again: "again",
    tf.EnterAtMost: "enter at most",
    tf.Per: "per",
    tf.Expire: "expire",
    tf.Goal: "goal",
    tf.Priority: "priority",
    tf.Urgency: "urgency",
    tf.Exclusive: "exclusive",
    tf.About: "about",
    tf.Holdout: "holdout",
    tf.Status: "status",
    tf.FlowTimezone: "timezone",
    tf.Release: "release",
    tf.WhenLate: "when late by",
}


@dataclass(slots=True)
class _Headers:
    """What the header lines have said so far."""

    flow: ir.Flow
    topic: Topic | None = None
    only_if: list[ix.Expr] = field(default_factory=list)
    stops: list[ir.Stop] = field(default_factory=list)
    limits: list[ir.Limit] = field(default_factory=list)


def flow(written: tf.Flow, context: Context) -> ir.Flow:
    """A flow. Names given by its starts and steps are known in all that follows."""
    context = replace(context, workspace=written.workspace)
    name = written.name.text
    caught = starts.Caught()
    found = [starts.start(line, caught, context) for line in written.headers if isinstance(line, tf.Start)]
    if not found:
        context.report.add(rules.NoStart.at(written.name.span, name=name))
        caught.events.append(Alternative("nothing", None))
    variables = {
        "event": Variable("event", tuple(caught.events)),
        "entered": Variable("entered", (Alternative("entered", DATETIME),)),
    }
    named: dict[str, Span] = {}
    for word in caught.words.values():
        if free(word, named, context):
            named[word.text] = word.span
            variables[word.text] = Variable(word.text, tuple(caught.named[word.text]))
    inside = replace(context, variables=variables)
    label = written.label.value if written.label is not None else name
    span = written.span
    empty = ir.Flow(
        name,
        label,
        written.doc,
        span.file,
        span.line,
        tuple(one for one in found if one is not None),
        None,
        None,
        (),
        None,
        None,
        (),
        None,
        0,
        "normal",
        None,
        None,
        0.0,
        "active",
        None,
        (),
    )
    headers = _headers(written.headers, _Headers(empty), inside)
    if not written.steps:
        context.report.add(rules.NoSteps.at(written.name.span, name=name))
    run = Run(written, inside, variables, headers.topic, named)
    lowered = steps.block(written.steps, run)
    only_if = headers.only_if
    return replace(
        headers.flow,
        steps=lowered,
        stops=tuple(headers.stops),
        limits=tuple(headers.limits),
        only_if=None if not only_if else only_if[0] if len(only_if) == 1 else ix.And(tuple(only_if)),
        topic=headers.topic.name if headers.topic is not None else None,
        workspace=written.workspace,
        moved=_moved(written, context),
    )


def _moved(written: tf.Flow, context: Context) -> tuple[tuple[str, str], ...]:
    """Old names of steps and arms, which nothing may have any more, and the new ones, which must be there."""
    steps_named = {word.text: word.span for word in _named(written.steps)}
    first: dict[str, tf.Moved] = {}
    for line in written.headers:
        if not isinstance(line, tf.Moved):
            continue
        if line.old.text in first:
            related = (Related(first[line.old.text].span, "first given here"),)
            context.report.add(rules.RepeatedHeader.at(line.span, related=related, header=f"moved {line.old.text}"))
            continue
        first[line.old.text] = line
        if line.old.text in steps_named:
            related = (Related(steps_named[line.old.text], "it is here"),)
            context.report.add(rules.StillThere.at(line.old.span, related=related, name=line.old.text))
        if line.new.text not in steps_named:
            hint = "the names of its steps are " + ", ".join(steps_named) if steps_named else "give one `as NAME`"
            context.report.unknown(name_rules.UnknownStep, line.new, steps_named, hint=hint, flow=written.name.text)
    return tuple((line.old.text, line.new.text) for line in first.values())


def _named(steps: Sequence[ts.Step]) -> Iterator[tx.Word]:
    for step in declare.inside(steps):
        words = [getattr(step, "name", None)]
        if isinstance(step, ts.Split):
            words += [arm.name for arm in step.arms]
        elif isinstance(step, ts.Together):
            words += [branch.name for branch in step.branches]
        yield from (word for word in words if isinstance(word, tx.Word))


def _headers(written: Sequence[tf.Header], headers: _Headers, context: Context) -> _Headers:
    first: dict[str, Span] = {}
    for line in written:
        word = _SINGLE.get(type(line))
        if word is not None and word in first:
            related = (Related(first[word], "first given here"),)
            context.report.add(rules.RepeatedHeader.at(line.span, related=related, header=word))
            continue
        if word is not None:
            first[word] = line.span
        _header(line, headers, context)
    return headers


def _header(line: tf.Header, headers: _Headers, context: Context) -> None:
    match line:
        case tf.OnlyIf():
            headers.only_if.append(conditions.condition(line.condition, context))
        case tf.EnterAtMost():
            headers.limits += [_limit(limit, context) for limit in line.limits]
        case tf.StopWhen() | tf.StopIf():
            headers.stops.append(_stop(line, context))
        case tf.About():
            headers.topic = policy_names.topic(line.topic, context) or Topic(line.topic.text, "", {})
        case _:
            headers.flow = _setting(line, headers.flow, context)


def _setting(line: tf.Header, found: ir.Flow, context: Context) -> ir.Flow:
    match line:
        case tf.Again():
            after = duration(line.after, context) if line.after is not None else None
            return replace(found, again="never" if line.mode == "never" else after)
        case tf.Per():
            return replace(found, per=_per(line, context))
        case tf.Expire():
            return replace(found, expire=duration(line.after, context))
        case tf.Goal():
            return replace(found, goal=_goal(line, context))
        case tf.Priority():
            return replace(found, priority=line.value)
        case tf.Urgency():
            return replace(found, urgency=line.value)
        case tf.Exclusive():
            return replace(found, exclusive=ir.Exclusive(line.group.text, line.otherwise))
        case tf.Holdout():
            context.person(line.span, "nobody can be in its control group")
            return replace(found, holdout=segments.percent(line.percent, "a control group", line.span, context))
        case tf.Status():
            return replace(found, status=line.value)
        case tf.FlowTimezone():
            giving.zone(line.zone, context)
            return replace(found, timezone=line.zone.value)
        case tf.Release():
            context.person(line.span, "there are no people to let in")
            return replace(found, release=_limit(line.limit, context))
        case tf.WhenLate():
            return replace(found, late=ir.Late(duration(line.by, context), line.action))
        case _:
            return found


def _limit(limit: tf.Limit, context: Context) -> ir.Limit:
    if limit.count < 1:
        hint = "to let nobody in, write `status paused`"
        context.report.add(
            rules.BadNumber.at(limit.span, hint=hint, what="a limit", wanted="at least 1", found=limit.count)
        )
    return ir.Limit(limit.count, limit.period)


def _stop(line: tf.StopWhen | tf.StopIf, context: Context) -> ir.Stop:
    text, symbols = context.sources.words(line.span), context.symbols
    if isinstance(line, tf.StopIf):
        event = values.unwrap(line.condition)
        name = ".".join(event.path) if isinstance(event, tx.Name) else ""
        if name in context.symbols.events and name not in (*symbols.plain_names(), *(context.variables or {})):
            hint = f"an event stops the flow with `when`: `stop when {name}`"
            fix = Fix(f"Write `stop when {name}`", (Edit(line.span, f"stop when {name}"),), safe=False)
            context.report.add(name_rules.NotAValue.at(event.span, hint=hint, fix=fix, name=name, what="an event"))
            return ir.Stop((name,), None, line.span.line, text)
        return ir.Stop((), conditions.condition(line.condition, context.watching()), line.span.line, text)
    for word in line.events:
        history.awaited(word, context)
    events = tuple(word.text for word in line.events)
    where = None
    if line.where is not None:
        where = conditions.condition(line.where, context.looking_at(*events))
    return ir.Stop(events, where, line.span.line, text)


def _goal(line: tf.Goal, context: Context) -> ir.Goal:
    for word in line.events:
        history.awaited(word, context)
    events = tuple(word.text for word in line.events)
    inside = context.looking_at(*events)
    worth = None
    if line.worth is not None:
        found = values.lower(line.worth, inside)
        if found.type is not None and base(found.type) != "number":
            context.report.add(
                type_rules.WrongType.at(
                    line.worth.span, target="`worth`", wanted="a number", found=describe(found.type)
                )
            )
        worth = found.expr
    where = conditions.condition(line.where, inside) if line.where is not None else None
    return ir.Goal(events, worth, duration(line.within, context), where, line.span.line)


def _per(line: tf.Per, context: Context) -> ix.Expr:
    """The key is a field of what starts the flow: ``event.order_id``, or its bare name."""
    alternatives = (context.variables or {})["event"].alternatives
    head = line.key.path[0]
    known = head == "event" or any(one.type is None or one.type.field(head) for one in alternatives)
    bare = tx.Name(line.key.path[1:], line.key.span) if line.key.path[0] == "event" else line.key
    if not bare.path or not known:
        context.report.add(rules.PerNothing.at(line.key.span))
        return NOTHING
    found = names.among(alternatives, line.key, len(line.key.path) - len(bare.path), _label(alternatives), context)
    if found is names.FAILED_TYPE:
        return NOTHING
    if found is not None and base(found) in ("list", "record"):
        context.report.add(
            rules.PerNothing.at(line.key.span, hint=f"this is {describe(found)}; a key is a single value")
        )
    return ix.EventField(bare.path)


def _label(alternatives: Sequence[Alternative]) -> str:
    return " or ".join(one.label for one in alternatives)
