"""Whether what a test expects is so, and if not, why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir import tests as t
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.machine.entry import Scope
from triggerfish.runtime.machine.state import Run
from triggerfish.runtime.machine.trace import sentence
from triggerfish.runtime.story import sentences
from triggerfish.runtime.testing.lines import Expecting, plain
from triggerfish.runtime.testing.person import TestPerson

Render = Callable[[Delivery], dict[str, str]]
"""A delivery's fields as they will read; raises ``RenderError`` where a value is missing."""


class RenderError(Exception):
    """A message that cannot be rendered."""


def unmet(person: TestPerson, line: Expecting, render: Render) -> str | None:
    """What is wrong, or None."""
    match line:
        case t.ExpectSend():
            return _send(person, line, render)
        case t.ExpectFlow():
            return _flow(person, line)
        case t.ExpectExit():
            return _exit(person, line)
        case t.ExpectEvent():
            return _event(person, line)
        case t.ExpectAction():
            return _action(person, line)
        case t.ExpectCondition():
            return _condition(person, line)
        case _:
            assert_never(line)


# --- messages ----------------------------------------------------------------------------------------


def _send(person: TestPerson, line: t.ExpectSend, render: Render) -> str | None:
    sends = [each for each in person.deliveries if each.kind == "send"]
    alike = [each for each in sends if _same_message(each, line)]
    matching = [each for each in alike if _at_time(person, each, line)]
    if line.containing is not None:
        try:
            matching = [each for each in matching if line.containing in render(each).get(line.field or "", "")]
        except RenderError as error:
            return f"{line.channel} {line.message or ''} cannot be rendered: {error}"
    if line.count is None and matching:
        return _broken(matching, render)
    if line.count == len(matching):
        return _broken(matching, render)
    return _send_message(person, line, alike, matching, render)


def _broken(matching: list[Delivery], render: Render) -> str | None:
    for each in matching:
        try:
            render(each)
        except RenderError as error:
            return f"{each.target} {each.data['message']} would not go out: {error}"
    return None


def _same_message(delivery: Delivery, line: t.ExpectSend) -> bool:
    if line.channel is not None and delivery.target != line.channel:
        return False
    return line.message is None or delivery.data["message"] == line.message


def _at_time(person: TestPerson, delivery: Delivery, line: t.ExpectSend) -> bool:
    if line.clock is None:
        return True
    local = calendar.local(delivery.at, person.zone)
    return local.hour * 60 + local.minute == line.clock and (line.date is None or local.date().isoformat() == line.date)


def _send_message(
    person: TestPerson, line: t.ExpectSend, alike: list[Delivery], matching: list[Delivery], render: Render
) -> str:
    what = f"{line.channel or 'message'} {line.message}" if line.message else (line.channel or "messages")
    if line.count is not None and len(matching) > line.count:
        times = ", ".join(sentences.moment(each.at, person.zone) for each in matching)
        wanted = "no" if line.count == 0 else str(line.count)
        return f"expected {wanted} {what}, but {len(matching)} went out: {times}"
    if alike and line.count in (None, 1):
        times = ", ".join(sentences.moment(each.at, person.zone) for each in alike)
        if line.clock is not None and not any(_at_time(person, each, line) for each in alike):
            return f"{what} went out at another time: {times}"
        if line.containing is not None:
            texts = "; ".join(repr(render(each).get(line.field or "", "")) for each in alike)
            return f'no {what} has {line.field} containing "{line.containing}": {texts}'
    wanted = "" if line.count is None else f" {line.count} times"
    reasons = _why_not_sent(person, line)
    found = f" (it went out {len(matching)} times)" if matching else ""
    return f"{what} was not sent{wanted}{found}" + "".join(f"\n  because {reason}" for reason in reasons)


def _why_not_sent(person: TestPerson, line: t.ExpectSend) -> list[str]:
    """What stood in the way of a message: refusals, suppressions and conditions of the flows that send it."""
    reasons = []
    senders = {
        flow.name
        for flow in person.program.ir.flows
        for step in steps_inside(flow.steps)
        if isinstance(step, s.Send)
        and (line.message is None or step.message == line.message)
        and (line.channel is None or line.channel in step.channels)
    }
    for fact in person.facts:
        if (fact.kind in {"suppressed", "held"} and fact.data.get("message") == line.message) or (
            fact.kind in {"refused", "exited", "noted"} and fact.flow in senders
        ):
            place = f" (line {fact.line})" if fact.line else ""
            reasons.append(f"{sentences.moment(fact.at, person.zone)}: {sentences.fact(fact, person.zone)}{place}")
    reasons += [
        f"{sentences.moment(miss.at, person.zone)}: {sentences.miss(miss)} (line {miss.line})"
        for miss in person.misses
        if miss.flow in senders
    ]
    if not senders:
        return ["no flow that runs in this test sends it"]
    return reasons or [f"nothing let the person into {', '.join(sorted(senders))}"] if not _inside_any(person, senders) else reasons


def _inside_any(person: TestPerson, flows: set[str]) -> bool:
    return any(run.flow in flows for run in person.state.runs)


# --- flows, events, actions, conditions ---------------------------------------------------------------


def _runs(person: TestPerson, flow: str) -> list[Run]:
    return [run for run in person.runs if run.flow == flow]


def _flow(person: TestPerson, line: t.ExpectFlow) -> str | None:
    inside = _runs(person, line.flow)
    if bool(inside) == line.inside:
        return None
    if inside:
        compiled = person.program.flow(line.flow, inside[0].version)
        step = compiled.instructions[inside[0].pc].at if compiled else None
        return f"the person is in {line.flow}" + (f", at {step.text} (line {step.line})" if step else "")
    facts = [each for each in person.facts if each.flow == line.flow and each.kind in {"exited", "refused"}]
    reasons = [f"{sentences.moment(each.at, person.zone)}: {sentences.fact(each, person.zone)}" for each in facts]
    reasons += [sentences.miss(each) for each in person.misses if each.flow == line.flow]
    return f"the person is not in {line.flow}" + "".join(f"\n  because {reason}" for reason in reasons)


def _exit(person: TestPerson, line: t.ExpectExit) -> str | None:
    exits = [each for each in person.facts if each.kind == "exited" and each.flow == line.flow]
    if any(line.reason is None or line.reason in (each.data.get("detail"), each.data["reason"]) for each in exits):
        return None
    if not exits:
        return f"the person did not leave {line.flow}" if _runs(person, line.flow) else f"the person never was in {line.flow}"
    said = ", ".join(str(each.data.get("detail") or each.data["reason"]) for each in exits)
    return f'the person left {line.flow} for another reason: "{said}"'


def _event(person: TestPerson, line: t.ExpectEvent) -> str | None:
    found = [each for each in person.events if each.name == line.event and not each.given]
    if bool(found) != line.negated:
        return None
    if found:
        return f"{line.event} was recorded at {sentences.moment(found[0].at, person.zone)}"
    return f"{line.event} was not recorded"


def _action(person: TestPerson, line: t.ExpectAction) -> str | None:
    wanted = plain(line.values, person.zone)
    calls = [each for each in person.deliveries if each.kind == "action" and each.target == line.action]
    arguments = [_arguments(person, each) for each in calls]
    found = [each for each in arguments if all(each.get(name) == value for name, value in wanted.items())]
    if bool(found) != line.negated:
        return None
    if found:
        return f"{line.action} was run {len(found)} times"
    if not calls:
        return f"{line.action} was not run"
    return f"{line.action} was run with other values: " + "; ".join(str(each) for each in arguments)


def _arguments(person: TestPerson, delivery: Delivery) -> dict[str, Any]:
    from triggerfish.runtime.delivery.arguments import filled  # Liquid is slow to import

    return filled(delivery.data["arguments"], delivery.context, at=delivery.at, timezone=person.program.zone_name)


def _condition(person: TestPerson, line: t.ExpectCondition) -> str | None:
    scope = Scope({"event": {}}, person.now)
    if person.program.compiler.condition(line.condition)(person.state, person.now, {}, scope):
        return None
    parts = person.program.tracer.failed(line.condition, person.state, person.now, {}, scope)
    return "; ".join(sentence(part) for part in parts) or f"{line.text} is false"
