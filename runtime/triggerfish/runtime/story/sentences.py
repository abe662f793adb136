"""One sentence for each fact of the journal and for each thing that did not happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.trace import Miss, sentence, shown

Data = dict[str, Any]


def moment(at: int, zone: ZoneInfo) -> str:
    """``Mon 2026-03-02 11:00`` in the person's zone; seconds where there are any."""
    local = calendar.local(at, zone)
    return local.strftime("%a %Y-%m-%d %H:%M:%S" if local.second else "%a %Y-%m-%d %H:%M")


def fact(one: Fact, zone: ZoneInfo) -> str:
    """What a fact says."""
    say = _SENTENCES.get(one.kind)
    return say(one, one.data, zone) if say else one.kind


def miss(one: Miss) -> str:
    """Why something did not happen; with ``holds`` what allowed it to."""
    parts = "; ".join(sentence(part) for part in one.parts)
    match one.asked:
        case "arm":
            said = f"{'took' if one.holds else 'did not take'} {one.what}"
        case "wait":
            said = f"{one.event} came and did not end {one.what!r}"
        case "stop":
            said = f"{one.flow}: {one.what}" if one.holds else f"{one.event} came and did not stop {one.flow} ({one.what})"
        case "goal":
            said = f"{one.event} came and did not reach the goal of {one.flow}"
        case "only if":
            said = f"{one.flow} admitted them"
        case _:
            said = f"{one.event} matched the start of {one.flow} ({one.what})" if one.holds else f"{one.flow} did not start ({one.what})"
    return f"{said}: {parts}" if parts else said


def _entered(one: Fact, data: Data, zone: ZoneInfo) -> str:
    noted = f" ({data['noted']}: effects are only noted)" if data.get("noted") else ""
    return f"entered {one.flow}{noted}"


def _refused(one: Fact, data: Data, zone: ZoneInfo) -> str:
    until = f", free again {moment(data['until'], zone)}" if data.get("until") else ""
    return f"was not let into {one.flow} ({data.get('reason')}): {data.get('why')}{until}"


def _exited(one: Fact, data: Data, zone: ZoneInfo) -> str:
    detail = f": {data['detail']}" if data.get("detail") else ""
    return f"left {one.flow} ({data.get('reason')}{detail})"


def _waiting(one: Fact, data: Data, zone: ZoneInfo) -> str:
    until = f" until {moment(data['until'], zone)} at the latest" if data.get("until") else " for a result"
    return f"waits in {one.flow}, {one.step}{until}"


def _resumed(one: Fact, data: Data, zone: ZoneInfo) -> str:
    by = data.get("by")
    if by == "result":
        return f"the action of {one.step} {'succeeded' if data.get('ok') else 'failed: ' + str(data.get('error'))}"
    return f"went on in {one.flow}, {one.step}: " + {"time": "time was up", "condition": "the condition held"}.get(str(by), f"{by} came")


def _moved(one: Fact, data: Data, zone: ZoneInfo) -> str:
    until = f", where the wait ends {moment(data['until'], zone)}" if data.get("until") else ""
    return f"goes on in version {data.get('version')} of {one.flow} (entered in version {data.get('before')}) at {data.get('text')!r}{until}"


def _branch(one: Fact, data: Data, zone: ZoneInfo) -> str:
    value = f" (the value is {shown(data['value'])})" if "value" in data else ""
    return f"took {data.get('took')} in {one.flow}{value}"


def _sent(one: Fact, data: Data, zone: ZoneInfo) -> str:
    return f"{data.get('channel')} {data.get('message')} was handed over by {one.flow}"


def _held(one: Fact, data: Data, zone: ZoneInfo) -> str:
    return f"{data.get('channel')} {data.get('message')} is held until {moment(data['until'], zone)}: {data.get('why')}"


def _suppressed(one: Fact, data: Data, zone: ZoneInfo) -> str:
    return f"{data.get('channel')} {data.get('message')} was not sent by {one.flow} ({data.get('reason')}): {data.get('why')}"


def _noted(one: Fact, data: Data, zone: ZoneInfo) -> str:
    what = ", ".join(f"{name} {value}" for name, value in data.items() if name != "why")
    return f"only noted in {one.flow} ({data.get('why')}): {what}"


def _set(one: Fact, data: Data, zone: ZoneInfo) -> str:
    if "added" in data:
        return f"{data['added']} was added to {data.get('field')}"
    return f"{data.get('field')} was set to {shown(data.get('to'))}" if data.get("to") is not None else f"{data.get('field')} was cleared"


def _goal(one: Fact, data: Data, zone: ZoneInfo) -> str:
    worth = f", worth {data['worth']}" if "worth" in data else ""
    return f"reached the goal of {one.flow}{worth}"


def _merged(one: Fact, data: Data, zone: ZoneInfo) -> str:
    if "into" in data:
        return f"turned out to be {data['into']}: what comes from now on is told there"
    if "run" in data:
        return f"goes on in {one.flow}, where {data['from']} was"
    return f"{data['from']} turned out to be the same person: what it was until now is told there"


def _consent(one: Fact, data: Data, zone: ZoneInfo) -> str:
    return f"{data.get('how')} {'to' if data.get('how') == 'subscribes' else 'from'} {data.get('topic')} by {data.get('channel')}"


_SENTENCES: dict[str, Callable[[Fact, Data, ZoneInfo], str]] = {
    "entered": _entered,
    "refused": _refused,
    "exited": _exited,
    "waiting": _waiting,
    "resumed": _resumed,
    "branch": _branch,
    "moved": _moved,
    "sent": _sent,
    "held": _held,
    "suppressed": _suppressed,
    "noted": _noted,
    "set": _set,
    "goal": _goal,
    "consent": _consent,
    "done": lambda one, data, zone: f"action {data.get('action')} was handed over",
    "brought": lambda one, data, zone: f"entered everybody in segment {data.get('segment')} into {data.get('flow')}",
    "recorded": lambda one, data, zone: f"recorded {data.get('event')}",
    "joined": lambda one, data, zone: f"came into segment {data.get('segment')}",
    "left": lambda one, data, zone: f"left segment {data.get('segment')}",
    "failed": lambda one, data, zone: f"{data.get('name') or data.get('what')} could not be handled and was set aside: {data.get('error')}",
    "merged": _merged,
    "error": lambda one, data, zone: f"something went wrong: {data.get('why')}",
}
