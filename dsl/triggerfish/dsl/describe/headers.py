"""What holds while people are in a flow, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.names import any_of, spoken
from triggerfish.dsl.describe.quantities import duration, listed, number
from triggerfish.dsl.describe.starts import start
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.flows import Flow, Limit, Start

_BUSY = {
    "skip": "who would come in then is turned away",
    "wait": "who would come in then waits at the door",
    "replace": "a new one takes the place of one of equal or lower priority",
}
_LATE = {"skip": "are left out", "run": "are done all the same", "exit": "make the person leave"}
_STATUS = {
    "paused": "The flow is paused: nobody enters, and those inside stand still.",
    "testing": "The flow is being tested: people walk through it, but nothing is sent or changed.",
    "disabled": "The flow is switched off: nobody enters, and those inside leave.",
}


def headers(flow: Flow, conditions: Conditions) -> Iterator[tuple[str, str, int]]:
    """``(keyword, sentence, line)`` of each header; the line is 0 where the flow does not keep it."""
    yield from _entry(flow, conditions)
    yield from _leaving(flow, conditions)
    yield from _treatment(flow, conditions)


def _entry(flow: Flow, conditions: Conditions) -> Iterator[tuple[str, str, int]]:
    if flow.workspace:
        yield "flow", "The flow runs once for the whole workspace, for no single person.", flow.line
    for given in flow.starts:
        yield "start", f"{'People' if not flow.workspace else 'It begins'} {_enter(flow, given, conditions)}.", given.line
    if not flow.starts:
        yield "flow", "People enter when another flow sends them here.", flow.line
    if flow.only_if is not None:
        yield "only if", f"They enter only if {conditions.say(flow.only_if)}.", line_of(flow.only_if)
    if flow.again == "never":
        yield "again", "Nobody enters twice.", 0
    elif isinstance(flow.again, x.Duration):
        yield "again", f"They can enter again {duration(flow.again)} after they last entered.", 0
    if flow.limits:
        yield "enter", f"They enter at most {listed([limit(each, 'time') for each in flow.limits])}.", 0
    if flow.per is not None:
        key = conditions.values.say(_plain(flow.per)).removeprefix("its ")
        yield "per", f"For each {key} they can be in it once, side by side.", 0
    if flow.release is not None:
        yield "release", f"No more than {limit(flow.release, '')} are let in, all people together.", 0


def _enter(flow: Flow, given: Start, conditions: Conditions) -> str:
    said = start(given, conditions)
    return said if flow.workspace else f"enter {said}"


def _plain(key: x.Expr) -> x.Expr:
    return replace(key, path=key.path) if isinstance(key, x.EventField) else key


def _leaving(flow: Flow, conditions: Conditions) -> Iterator[tuple[str, str, int]]:
    if flow.expire is not None:
        yield "expire", f"They leave {duration(flow.expire)} after they came in at the latest.", 0
    for stop in flow.stops:
        if stop.events:
            where = f" {conditions.narrowing(stop.condition)}" if stop.condition is not None else ""
            yield "stop", f"They leave at once, wherever they are, when {any_of(stop.events)}{where}.", stop.line
        elif stop.condition is not None:
            yield "stop", f"They leave at once, wherever they are, as soon as {conditions.say(stop.condition)}.", stop.line
    if flow.goal is not None:
        goal = flow.goal
        where = f" {conditions.narrowing(goal.where)}" if goal.where is not None else ""
        worth = ""
        if goal.worth is not None:
            worth = f", which is worth {conditions.values.say(goal.worth)}"
        said = f"The goal is that {any_of(goal.events)}{where} within {duration(goal.within)}{worth}."
        yield "goal", said, goal.line


def _treatment(flow: Flow, conditions: Conditions) -> Iterator[tuple[str, str, int]]:
    if flow.exclusive is not None:
        group = spoken(flow.exclusive.group)
        said = f"Nobody is in two flows of the group “{group}” at once; {_BUSY[flow.exclusive.otherwise]}."
        yield "exclusive", said, 0
    if flow.topic is not None:
        yield "about", f"Its messages are about {conditions.labels.topic(flow.topic)}.", 0
    if flow.holdout:
        yield "holdout", f"{number(round(flow.holdout * 100, 4))}% walk through it as a control group and get nothing.", 0
    if flow.priority:
        yield "priority", f"Its priority is {flow.priority}.", 0
    if flow.urgency != "normal":
        yield "urgency", f"Its urgency is {flow.urgency}.", 0
    if flow.late is not None:
        yield "when late", f"Starts and steps that come more than {duration(flow.late.by)} late {_LATE[flow.late.action]}.", 0
    if flow.timezone is not None:
        yield "timezone", f"Its times are those of {flow.timezone}.", 0
    if flow.status in _STATUS:
        yield "status", _STATUS[flow.status], 0


def limit(given: Limit, unit: str) -> str:
    """``2 times per week``, ``once per day``."""
    if unit == "time":
        return f"{'once' if given.count == 1 else f'{given.count} times'} per {given.period}"
    return f"{given.count}{f' {unit}' if unit else ''} per {given.period}"


def line_of(condition: x.Expr) -> int:
    """Where a condition begins, 0 if it does not say."""
    match condition:
        case x.Located(line=line):
            return line
        case x.And(operands=operands) | x.Or(operands=operands):
            return line_of(operands[0])
        case x.Not(operand=operand):
            return line_of(operand)
        case _:
            return 0
