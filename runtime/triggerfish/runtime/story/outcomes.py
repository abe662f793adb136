"""What became of a send: why it was held or not sent, in full, and how its delivery went."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.program import Cap
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.release import REASON
from triggerfish.runtime.machine.trace import sentence, words
from triggerfish.runtime.story.scene import Scene

if TYPE_CHECKING:
    from triggerfish.dsl.ir.flows import Flow
    from triggerfish.runtime.store.events import Logged
    from triggerfish.runtime.store.outbox import Posted


LATE = "late"
"""The reason of a start that was noticed too late, and of a run that ended because a step was reached too late."""


def outcome(scene: Scene, fact: Fact) -> str:
    """What is to be added to a fact's sentence; nothing where it says it all."""
    if fact.kind in {"sent", "done"}:
        return _delivery(scene, fact)
    if fact.kind == "held":
        return _cap(scene, fact)
    if fact.kind == "refused":
        return _room_inside(scene, fact)
    if fact.kind == "exited":
        return _seen(scene, fact)
    if fact.kind != "suppressed":
        return ""
    match fact.data.get("reason"):
        case "cap":
            return _cap(scene, fact)
        case "no consent":
            return _consent(scene, fact)
        case "suppressed":
            return _bounce(scene, fact)
        case _:
            return ""


def _delivery(scene: Scene, fact: Fact) -> str:
    key = fact.data.get("key")
    if key is None:
        return ""
    posted = scene.posted.get(str(key))
    if posted is None:
        return ""
    return f"; delivery: {delivered(scene, posted)}"


def delivered(scene: Scene, posted: Posted) -> str:
    """How a delivery went, or stands."""
    later = scene.later.get(posted.delivery.key)
    if later is not None:
        return f"waiting in the outbox then; {_afterwards(scene, later)}"
    reason = f" ({posted.reason})" if posted.reason else ""
    tried = f" after {posted.attempts} attempts" if posted.attempts > 1 else ""
    match posted.status:
        case "waiting" if posted.attempts:
            return f"attempt {posted.attempts} failed{reason}, tried again {scene.moment(posted.next_attempt_at)}"
        case "waiting":
            return f"waiting{reason} in the outbox since {scene.moment(posted.delivery.at)}"
        case "claimed" | "sending":
            return f"{posted.status}: a worker is at it, or was stopped there; the next `triggerfish run` settles it"
        case "unknown":
            return f"unknown{reason}: nobody knows whether it went out, and it is not sent again"
        case _:
            return f"{posted.status}{tried}{reason}"


def _afterwards(scene: Scene, posted: Posted) -> str:
    """What became of a delivery after the moment that is looked at: of several attempts only the last is kept."""
    when, reason = scene.moment(posted.updated_at), f" ({posted.reason})" if posted.reason else ""
    tried = f", after {posted.attempts} attempts: when the earlier ones were is not kept" if posted.attempts > 1 else ""
    match posted.status:
        case "waiting" if posted.attempts:
            number = "an attempt" if posted.attempts == 1 else f"the last of {posted.attempts} attempts"
            return f"{number} failed later, {when}{reason}"
        case "waiting":
            return f"it was put off {when}{reason}"
        case "claimed" | "sending":
            return f"a worker took it later, {when}"
        case "unknown":
            return f"what became of it is unknown since {when}{reason}{tried}"
        case _:
            return f"{posted.status} later, {when}{reason}{tried}"


def _room_inside(scene: Scene, fact: Fact) -> str:
    """When there is room again in a flow that lets in so many in a period."""
    flow = scene.flow(fact.flow)
    if flow is None:
        return ""
    if fact.data.get("reason") == LATE:
        return f", and {_bears(flow)}"
    if fact.data.get("reason") == REASON and flow.release is not None:
        zone = calendar.zone_named(flow.timezone, scene.program.zone_name)
        return f", free again {scene.moment(_next(fact.at, flow.release.period, zone))}"
    why = str(fact.data.get("why"))
    limit = next((each for each in flow.limits if f"{each.count} per {each.period} " in f"{why} "), None)
    if fact.data.get("reason") != "enter at most" or limit is None:
        return ""
    return f", free again {scene.moment(_next(fact.at, limit.period, scene.zone))}"


def _bears(flow: Flow) -> str:
    """How late a flow's starts may be noticed."""
    if flow.late is None:
        return "a start may be noticed a day late where the flow does not say `when late by`"
    return f"the flow says `when late by {words(flow.late.by)} {flow.late.action}`"


def _next(at: int, period: str, zone: ZoneInfo) -> int:
    if period == "hour":
        return calendar.period_start(at, period, zone) + calendar.HOUR
    return calendar.next_period(at, period, zone)


def _seen(scene: Scene, fact: Fact) -> str:
    """What a condition saw that stopped a run; what a run bore that was late."""
    flow = scene.flow(fact.flow)
    if fact.data.get("reason") == LATE and flow is not None:
        return f": {_bears(flow)}, and the step was reached later"
    if fact.data.get("reason") != "stopped":
        return ""
    held = [miss for miss in scene.misses if miss.holds and miss.asked == "stop" and (miss.at, miss.flow, miss.line) == (fact.at, fact.flow, fact.line)]
    return "".join(f"; {sentence(part)}" for miss in held[-1:] for part in miss.parts)


def _cap(scene: Scene, fact: Fact) -> str:
    """What filled a cap, and when there is room again."""
    why = str(fact.data.get("why"))
    cap = next((each for each in scene.program.ir.policy.caps if repr(each.text) in why), None)
    if cap is None:
        return ""
    filled = _filled(scene, fact, cap)
    told = ", ".join(f"{each.data.get('channel')} {each.data.get('message')} by {each.flow} {scene.moment(each.at)}" for each in filled)
    room = f"; room again {scene.moment(_room(scene, fact.at, cap, filled))}" if fact.kind == "suppressed" else ""
    return f"; filled by {told}{room}" if told else room


def _filled(scene: Scene, fact: Fact, cap: Cap) -> list[Fact]:
    """What counted when the cap was asked: no transactional mail, none to somebody else."""
    counted = []
    for each in scene.facts:
        if each.kind != "sent" or each.number >= fact.number or cap.channel not in (None, each.data.get("channel")):
            continue
        posted = scene.posted.get(str(each.data.get("key")))
        if posted is not None and posted.delivery.data.get("transactional"):
            continue
        if cap.rolling is not None:
            inside = calendar.window_end(each.at, cap.rolling.span, scene.zone) > fact.at
        else:
            inside = each.at >= calendar.period_start(fact.at, cap.period or "day", scene.zone)
        if inside:
            counted.append(each)
    return counted


def _room(scene: Scene, at: int, cap: Cap, filled: list[Fact]) -> int:
    if cap.rolling is None:
        return calendar.next_period(at, cap.period or "day", scene.zone)
    oldest = filled[-cap.count] if len(filled) >= cap.count else filled[0] if filled else None
    return calendar.window_end(at if oldest is None else oldest.at, cap.rolling.span, scene.zone)


def _consent(scene: Scene, fact: Fact) -> str:
    """Since when there is no consent, and what withdrew it."""
    topic = next((name for name in scene.program.topics if f"consent to {name} by " in str(fact.data.get("why"))), None)
    channel = fact.data.get("channel")
    told = [
        each for each in scene.facts
        if each.kind == "consent" and each.number < fact.number and (each.data.get("topic"), each.data.get("channel")) == (topic, channel)
    ]
    if topic is None:
        return ""
    if not told:
        return f"; the topic is {scene.program.topics[topic].channels.get(str(channel))} for {channel}"
    last = told[-1]
    if last.data.get("how") != "unsubscribes":
        return f"; said last {scene.moment(last.at)}: {last.data.get('how')}, which is not confirmed"
    cause = next((each for each in reversed(scene.given) if each.input.at <= last.at and _withdraws(each, topic, str(channel))), None)
    return f" {scene.moment(last.at)}{_by(cause)}"


def _withdraws(one: Logged, topic: str, channel: str) -> bool:
    given = one.input
    if given.kind == "consent":
        return given.name == topic and given.fields.get("how") == "unsubscribe" and given.fields.get("channel") in (None, channel)
    return given.kind == "event" and given.name == f"{channel}_unsubscribed" and given.fields.get("topic") in (None, topic)


def _by(cause: Logged | None) -> str:
    if cause is None:
        return ", by a step of a flow"
    if cause.input.kind == "consent":
        return ", by a statement that came in"
    message = cause.input.fields.get("message")
    return f", by {cause.input.name}" + (f" of {message}" if message else "")


def _bounce(scene: Scene, fact: Fact) -> str:
    """What suppressed the address, and when."""
    channel = fact.data.get("channel")
    names = {f"{channel}_bounced", f"{channel}_complained"}
    cause = next((each for each in reversed(scene.given) if each.input.name in names and each.input.at <= fact.at), None)
    if cause is None:
        return ""
    fields = cause.input.fields
    message = f" of {fields['message']}" if fields.get("message") else ""
    reason = f" ({fields['reason']})" if fields.get("reason") else ""
    return f", since {cause.input.name}{message} {scene.moment(cause.input.at)}{reason}"
