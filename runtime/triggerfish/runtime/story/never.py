"""Why a person is not in a flow that would have them, start line by start line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from triggerfish.dsl.ir import flows as f
from triggerfish.runtime.machine.entry import Scope
from triggerfish.runtime.machine.history import dig
from triggerfish.runtime.machine.trace import MASK, Miss, sentence, shown
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.scene import Scene


def unstarted(scene: Scene, flow: f.Flow) -> list[Entry]:
    """What each start line of the flow lacked so far, in file order."""
    return [Entry(scene.now, "not started", flow.name, "", line, f"never entered: {why}") for line, why in _starts(scene, flow)]


def _starts(scene: Scene, flow: f.Flow) -> Iterator[tuple[int, str]]:
    for start in flow.starts:
        match start:
            case f.StartWhen():
                yield from _when(scene, flow, start)
            case f.StartWebhook():
                yield from _never_came(scene, (start.event,), start.text, start.line)
            case f.StartSegment():
                yield start.line, _segment(scene, start)
            case f.StartChange():
                yield start.line, _change(scene, start)
            case f.StartConsent():
                how = {"subscribes": "subscribed to", "unsubscribes": "unsubscribed from", "confirms": "confirmed"}[start.how]
                yield start.line, f"has not {how} {start.topic} by {' or '.join(start.channels)}"
            case f.StartCrossing():
                yield start.line, _crossing(scene, flow, start)
            case f.StartSchedule() | f.StartDate() | f.StartOn():
                yield start.line, _timed(scene, flow, start)
            case f.StartByHand():
                yield start.line, "nobody has let them in (start by hand)"
            case _:
                assert_never(start)


def _when(scene: Scene, flow: f.Flow, start: f.StartWhen) -> Iterator[tuple[int, str]]:
    first = start.stages[0]
    if start.everyone and not any(each.input.name in first.events for each in scene.given):
        yield first.line, _for_everyone(scene, first)
        return
    yield from _never_came(scene, first.events, first.text, first.line)
    missed = [miss for miss in scene.misses if miss.flow == flow.name and miss.asked == "start" and not miss.holds]
    told = [miss for miss in missed if miss.line in {stage.line for stage in start.stages}]
    if told:
        yield told[-1].line, _last(scene, told[-1])


def _for_everyone(scene: Scene, match: f.Match) -> str:
    """Why nothing that happened for everyone was this person's concern: what the last of it lacks at the moment looked at."""
    names = " or ".join(match.events)
    told = [each.input for each in scene.record.announced() if each.input.name in match.events and each.input.at <= scene.now]
    if not told:
        return f"{names} never happened ({match.text})"
    last = told[-1]
    fields = {"": last.at, **last.fields}
    lacking = scene.failed(match.where, last.fields, Scope({"event": fields}, scene.now))
    why = f": {lacking}" if lacking else " then; it would now"
    return f"{last.name} came {scene.moment(last.at)} and did not concern them{why} ({match.text})"


def _last(scene: Scene, miss: Miss) -> str:
    """The last time that a start nearly came about."""
    parts = "; ".join(sentence(part) for part in miss.parts)
    if not parts:
        return f"{miss.what} {scene.moment(miss.at)}"
    came = f"{miss.event} came {scene.moment(miss.at)}, but " if miss.event else ""
    return f"{came}{parts} ({miss.what})"


def _never_came(scene: Scene, events: tuple[str, ...], text: str, line: int) -> Iterator[tuple[int, str]]:
    came = {each.input.name for each in scene.given if each.input.kind == "event"}
    came |= {each.input.name for each in scene.record.logged if each.origin == "machine" and each.input.at <= scene.now}
    stored = [each for each in scene.record.waiting if each.input.name in events]
    later = [each for each in scene.handled_later if each.input.name in events]
    if later and came.isdisjoint(events):
        yield line, f"{later[0].input.name} was stored and not handled then"
    elif stored and came.isdisjoint(events):
        yield line, f"{stored[0].input.name} is stored and not handled yet: `triggerfish run` does it"
    elif came.isdisjoint(events):
        yield line, f"{' or '.join(events)} never happened ({text})"


def _segment(scene: Scene, start: f.StartSegment) -> str:
    if start.segment in scene.state.segments:
        since = scene.moment(scene.state.segments[start.segment])
        return f"in segment {start.segment} since {since}" + (": nobody enters for having been in it before" if start.enters else "")
    condition = next((each.condition for each in scene.program.ir.segments if each.name == start.segment), None)
    lacking = scene.failed(condition)
    return f"not in segment {start.segment}" + (f": {lacking}" if lacking else "")


def _change(scene: Scene, start: f.StartChange) -> str:
    name = ".".join(start.field)
    value = dig(scene.state.profile, start.field)
    if value is None and len(start.field) == 1:
        value = scene.program.defaults.get(start.field[0])
    seen = MASK if value is not None and start.field[0] in scene.program.sensitive else shown(value)
    return f"{name} has not changed as the line says; it is {seen}"


def _crossing(scene: Scene, flow: f.Flow, start: f.StartCrossing) -> str:
    crossing = next(each for each in scene.program.starts.crossings if each.flow.ir.name == flow.name and each.start.line == start.line)
    value, threshold = (each(scene.state, scene.now, None, None) for each in (crossing.value, crossing.threshold))
    above = value is not None and threshold is not None and value >= threshold
    side = "at or above" if above else "below"
    again = ": only crossing it counts, not standing there" if above == start.rises and value is not None else ""
    return f"{start.text}: the value is {shown(value)}, {side} {shown(threshold)}{again}" if value is not None else f"{start.text}: the value is unknown"


def _timed(scene: Scene, flow: f.Flow, start: f.StartSchedule | f.StartDate | f.StartOn) -> str:
    names = [name for name, each, timed in scene.program.starts.timed if each.ir.name == flow.name and timed.line == start.line]
    planned = next((scene.state.schedules[name] for name in names if name in scene.state.schedules), None)
    if planned is not None:
        return f"its moment has not come yet: next {scene.moment(planned)} ({start.text})"
    if isinstance(start, f.StartDate) and dig(scene.state.profile, start.field) is None:
        return f"{'.'.join(start.field)} is unknown ({start.text})"
    return f"its moment had passed when it became known, and there is no other ({start.text})"
