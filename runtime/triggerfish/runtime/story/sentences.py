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
    """Why something did not happen."""
    parts = "; ".join(sentence(part) for part in one.parts)
    if one.step:
        return f"did not take {one.what}: {parts}"
    return f"{one.flow} did not start ({one.what}): {parts}" if parts else f"{one.flow} did not start ({one.what})"


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


def _consent(one: Fact, data: Data, zone: ZoneInfo) -> str:
    return f"{data.get('how')} {'to' if data.get('how') == 'subscribes' else 'from'} {data.get('topic')} by {data.get('channel')}"


_SENTENCES: dict[str, Callable[[Fact, Data, ZoneInfo], str]] = {
    "entered": _entered,
    "refused": _refused,
    "exited": _exited,
    "waiting": _waiting,
    "resumed": _resumed,
    "branch": _branch,
    "sent": _sent,
    "held": _held,
    "suppressed": _suppressed,
    "noted": _noted,
    "set": _set,
    "goal": _goal,
    "consent": _consent,
    "done": lambda one, data, zone: f"action {data.get('action')} was handed over",
    "recorded": lambda one, data, zone: f"recorded {data.get('event')}",
    "joined": lambda one, data, zone: f"came into segment {data.get('segment')}",
    "left": lambda one, data, zone: f"left segment {data.get('segment')}",
    "error": lambda one, data, zone: f"something went wrong: {data.get('why')}",
}
