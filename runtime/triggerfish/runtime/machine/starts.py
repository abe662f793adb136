"""What makes people enter flows: matches, chains, changes, memberships, consent."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, Any

from triggerfish.runtime.machine import calendar, entry
from triggerfish.runtime.machine.signals import (
    ConsentChanged,
    EnterFlow,
    FieldChanged,
    Happened,
    MembershipChanged,
    Signal,
)
from triggerfish.runtime.machine.state import Pending
from triggerfish.runtime.machine.trace import Miss

if TYPE_CHECKING:
    from triggerfish.dsl.ir.expressions import Duration
    from triggerfish.runtime.machine.compiled import CompiledFlow, Stage
    from triggerfish.runtime.machine.session import Session

Candidate = tuple[tuple[int, int], "CompiledFlow", int, dict[str, Any], dict[str, Any] | None, str]
"""Sort key, flow, line, variables, completing event's fields, event id."""


def react(session: Session, signals: list[Signal]) -> None:
    """Enter whatever these signals start, by priority, then in file order."""
    found: list[Candidate] = []
    for signal in signals:
        match signal:
            case Happened():
                _event(session, signal, found)
            case FieldChanged():
                _change(session, signal, found)
            case MembershipChanged(segment=segment, entered=entered):
                for flow, start in session.program.starts.segment.get((segment, entered), ()):
                    found.append((flow.sort_key, flow, start.line, {"event": {}}, None, session.cause))
            case ConsentChanged(topic=topic, channel=channel, how=how):
                for flow, consent in session.program.starts.consent.get((how, topic), ()):
                    if channel in consent.channels:
                        fields = {"topic": topic, "channel": channel}
                        found.append((flow.sort_key, flow, consent.line, {"event": fields}, fields, session.cause))
            case EnterFlow():
                _by_hand(session, signal, found)
            case _:
                pass
    found.sort(key=lambda each: each[0])
    for _, flow, line, variables, event, event_id in found:
        entry.enter(session, flow, line, variables, event, event_id)


def _by_hand(session: Session, signal: EnterFlow, found: list[Candidate]) -> None:
    flow = session.program.flows.get(signal.flow)
    if flow is None:
        session.flow_fact("error", signal.flow, 0, 0, {"why": f"there is no flow {signal.flow}"})
        return
    line = next((start.line for start in flow.ir.starts if start.kind == "by hand"), flow.ir.line)
    found.append((flow.sort_key, flow, line, {"event": signal.fields}, signal.fields, signal.id))


def _change(session: Session, signal: FieldChanged, found: list[Candidate]) -> None:
    for flow, start, before, after in session.program.starts.change.get(signal.field, ()):
        old, new = signal.before, signal.after
        if len(start.field) > 1:
            old, new = _nested(old, start.field[1:]), _nested(new, start.field[1:])
            if old == new:
                continue
        if before is not None and old != before(session.state, session.now, None, None):
            continue
        if after is not None and new != after(session.state, session.now, None, None):
            continue
        found.append((flow.sort_key, flow, start.line, {"event": {"before": old, "after": new}}, None, session.cause))


def _nested(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


# --- events and chains ---------------------------------------------------------------------------


def _event(session: Session, event: Happened, found: list[Candidate]) -> None:
    completed: set[str] = set()
    if session.state.chains:
        for stage in reversed(session.program.starts.later.get(event.name, ())):
            _later(session, stage, event, found, completed)
    first = session.program.starts.first.get(event.name)
    if first is None:
        return
    matcher, stages = first
    scope = entry.Scope({"event": event.fields}, session.now)
    matched = matcher(session.state, session.now, event.fields, scope)
    if session.misses is not None:
        _miss(session, [stage for index, stage in enumerate(stages) if index not in matched], event, scope)
    for index in matched:
        stage = stages[index]
        if stage.match.times > 1 and not _counted(session, stage, event):
            continue
        variables = {"event": session.kept(stage.flow, "event", event.fields)}
        if stage.match.name:
            variables[stage.match.name] = session.kept(stage.flow, stage.match.name, event.fields)
        _matched(session, stage, event, variables, event.at if stage.last else session.now, found)


def _miss(session: Session, stages: list[Stage], event: Happened, scope: entry.Scope) -> None:
    """Keep why these stages did not match."""
    for stage in stages:
        if stage.match.where is not None and session.misses is not None:
            parts = session.program.tracer.failed(stage.match.where, session.state, session.now, event.fields, scope)
            miss = Miss(session.now, stage.flow.ir.name, stage.match.line, stage.match.text, tuple(parts), event=event.name)
            session.misses.append(miss)


def _matched(
    session: Session, stage: Stage, event: Happened, variables: dict[str, Any], at: int, found: list[Candidate]
) -> None:
    """A stage came true: on to the next one, or in."""
    if stage.last:
        found.append((stage.flow.sort_key, stage.flow, stage.match.line, variables, event.fields, event.id))
        return
    _pend(session, stage, _key(session, stage, event.fields, variables), variables, at, event.id)


def _pend(session: Session, stage: Stage, key: str, variables: dict[str, Any], at: int, event_id: str) -> None:
    following = stage.next
    deadline = at if following.within is None else _end(session, at, following.within)
    session.state.chains[_chain(stage.key, stage.index + 1, key)] = Pending(stage.index + 1, at, deadline, variables, event_id)


def _end(session: Session, at: int, within: Duration) -> int:
    span = (within.months, within.days, within.milliseconds)
    return calendar.window_end(at, span, session.program.zone(session.state))


def _chain(stage_key: str, index: int, key: str) -> str:
    return f"{stage_key}|{index}|{key}"


def _key(session: Session, stage: Stage, fields: dict[str, Any], variables: dict[str, Any]) -> str:
    if stage.flow.per is None:
        return ""
    value = stage.flow.per(session.state, session.now, fields, entry.Scope(variables, session.now))
    return "" if value is None else str(value)


def _later(session: Session, stage: Stage, event: Happened, found: list[Candidate], completed: set[str]) -> None:
    pending = session.state.chains.get(name := _chain(stage.key, stage.index, _key(session, stage, event.fields, {})))
    if pending is None or name in completed or not pending.at <= event.at < pending.deadline:
        return
    scope = entry.Scope(pending.vars, pending.at)
    if stage.where is not None and not stage.where(session.state, session.now, event.fields, scope):
        _miss(session, [stage], event, scope)
        return
    del session.state.chains[name]
    if stage.match.negated:
        if session.misses is not None:
            what = f"{stage.match.text}: {event.name} came"
            session.misses.append(Miss(session.now, stage.flow.ir.name, stage.match.line, what, (), event=event.name))
        return
    completed.add(_chain(stage.key, stage.index + 1, name.rpartition("|")[2]))
    variables = dict(pending.vars)
    if stage.last:
        variables["event"] = session.kept(stage.flow, "event", event.fields)
    if stage.match.name:
        variables[stage.match.name] = session.kept(stage.flow, stage.match.name, event.fields)
    _matched(session, stage, event, variables, session.now, found)


def _counted(session: Session, stage: Stage, event: Happened) -> bool:
    """Whether this is the N-th match inside the window; then counting starts afresh."""
    match = stage.match
    same = stage.same(session.state, session.now, event.fields, None) if stage.same is not None else None
    if stage.same is not None and same is None:
        return False
    name = f"{stage.key}|{_key(session, stage, event.fields, {})}|{'' if same is None else same}"
    times = session.state.counting.setdefault(name, [])
    insort(times, event.at)
    if match.within is not None:
        zone = session.program.zone(session.state)
        span = (match.within.months, match.within.days, match.within.milliseconds)
        del times[: bisect_right(times, session.now, key=lambda each: calendar.window_end(each, span, zone))]
    if len(times) < match.times:
        if not times:
            del session.state.counting[name]
        return False
    del session.state.counting[name]
    return True


def deadlines(session: Session) -> None:
    """Chains whose time is up: absence has come true, or what should follow did not."""
    passed = [(name, pending) for name, pending in session.state.chains.items() if pending.deadline <= session.now]
    found: list[Candidate] = []
    for name, pending in passed:
        session.state.chains.pop(name, None)
        stage = _stage(session, name)
        if stage is None or not stage.match.negated:
            continue
        if stage.last:
            found.append((stage.flow.sort_key, stage.flow, stage.match.line, pending.vars, pending.vars.get("event"), pending.event_id))
        else:
            _pend(session, stage, name.rpartition("|")[2], pending.vars, session.now, pending.event_id)
    found.sort(key=lambda each: each[0])
    for _, flow, line, variables, event, event_id in found:
        entry.enter(session, flow, line, variables, event, event_id)


def _stage(session: Session, name: str) -> Stage | None:
    flow_name, mark, index, _ = name.split("|", 3)
    flow = session.program.flows.get(flow_name)
    key = f"{flow_name}|{mark}"
    return next((each for each in flow.stages if each.key == key and each.index == int(index)), None) if flow else None


def next_deadline(session: Session) -> int | None:
    """The earliest moment at which a chain's time is up."""
    return min((pending.deadline for pending in session.state.chains.values()), default=None)
