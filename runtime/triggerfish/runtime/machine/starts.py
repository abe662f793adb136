"""What makes people enter flows: matches, chains, changes, memberships, consent."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
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
    from triggerfish.runtime.machine.crossings import Crossed
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow, Stage, Window

Candidate = tuple[tuple[int, int], "CompiledFlow", int, dict[str, Any], dict[str, Any] | None, str, int]
"""Sort key, flow, line, variables, completing event's fields, event id, the moment it came true."""


def react(session: Session, signals: list[Signal], crossed: list[Crossed]) -> None:
    """Enter whatever these signals and crossings start, by priority, then in file order."""
    found: list[Candidate] = []
    now = session.now - session.behind
    for signal in signals:
        match signal:
            case Happened():
                _event(session, signal, found)
            case FieldChanged():
                _change(session, signal, found)
            case MembershipChanged(segment=segment, entered=entered):
                for flow, start in session.program.starts.segment.get((segment, entered), ()):
                    found.append((flow.sort_key, flow, start.line, {"event": {}}, None, session.cause, now))
            case ConsentChanged(topic=topic, channels=channels, how=how):
                for flow, consent in session.program.starts.consent.get((how, topic), ()):
                    concerned = [channel for channel in channels if channel in consent.channels]
                    if concerned:
                        fields = {"topic": topic, "channel": concerned[0]}
                        found.append((flow.sort_key, flow, consent.line, {"event": fields}, fields, session.cause, now))
            case EnterFlow():
                _by_hand(session, signal, found)
            case _:
                pass
    for each in crossed:
        flow, fields = each.crossing.flow, {"before": each.before, "after": each.after}
        found.append((flow.sort_key, flow, each.crossing.start.line, {"event": fields}, fields, session.cause, now))
    _enter(session, found)


def happened(session: Session, event: Happened) -> None:
    """Enter whatever an event starts that changed nothing else."""
    found: list[Candidate] = []
    _event(session, event, found)
    if found:
        _enter(session, found)


def _enter(session: Session, found: list[Candidate]) -> None:
    if len(found) > 1:
        found.sort(key=lambda each: each[0])
    for _, flow, line, variables, event, event_id, at in found:
        entry.enter(session, flow, line, variables, event, event_id, at)


def _by_hand(session: Session, signal: EnterFlow, found: list[Candidate]) -> None:
    flow = session.program.flows.get(signal.flow)
    if flow is None:
        session.flow_fact("error", signal.flow, 0, 0, {"why": f"there is no flow {signal.flow}"})
        return
    line = next((start.line for start in flow.ir.starts if start.kind == "by hand"), flow.ir.line)
    found.append((flow.sort_key, flow, line, {"event": signal.fields}, signal.fields, signal.id, session.now))


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
        variables = {"event": {"before": old, "after": new}}
        found.append((flow.sort_key, flow, start.line, variables, variables["event"], session.cause, session.now))


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
    scope = _AtStart(event, stages, session.now)
    matched = range(len(stages)) if matcher is None else matcher(session.state, session.now, event.fields, scope)
    if not matched and session.misses is None:
        return
    if session.misses is not None:
        for index, stage in enumerate(stages):
            _asked(session, stage, event, scope, holds=index in matched)
    for index in matched:
        stage = stages[index]
        if stage.times > 1 and not _counted(session, stage, event):
            continue
        variables = {"event": session.kept(stage.flow, "event", event)}
        if stage.match.name:
            variables[stage.match.name] = session.kept(stage.flow, stage.match.name, event)
        _matched(session, stage, event, variables, found)


class _AtStart:
    """What conditions at a start may look at by name, made when one does: most look at the bare fields."""

    __slots__ = ("_event", "_stages", "entered")

    def __init__(self, event: Happened, stages: list[Stage], entered: int) -> None:
        self._event = event
        self._stages = stages
        self.entered = entered

    @property
    def vars(self) -> dict[str, Any]:
        looked_at = {"": self._event.at, **self._event.fields}
        named = {stage.match.name: looked_at for stage in self._stages if stage.match.name}
        return {"event": looked_at, **named}


def _asked(session: Session, stage: Stage, event: Happened, scope: entry.Scope | _AtStart, *, holds: bool = False) -> None:
    """Keep why this stage did not match, or that it did."""
    match = stage.match
    miss = Miss(session.now, stage.flow.ir.name, match.line, match.text, (), event=event.name, holds=holds)
    session.asked(match.where, scope, miss, event.fields)


def _missed(session: Session, stage: Stage, what: str, event: str = "") -> None:
    """Keep that a start did not come about for want of something that is no condition."""
    if session.misses is not None:
        match = stage.match
        session.misses.append(Miss(session.now, stage.flow.ir.name, match.line, f"{match.text}: {what}", (), event=event))


def _matched(
    session: Session, stage: Stage, event: Happened, variables: dict[str, Any], found: list[Candidate], key: str | None = None
) -> None:
    """A stage came true: on to the next one, or in."""
    if stage.last:
        flow = stage.flow
        found.append((flow.sort_key, flow, stage.match.line, variables, event.fields, event.id, event.at))
        return
    _pend(session, stage, _key(session, stage, event.fields) or key or "", variables, event.at, event.id)


def _pend(session: Session, stage: Stage, key: str, variables: dict[str, Any], at: int, event_id: str) -> None:
    """Wait for the next stage, from the event's own time on. A newer match takes the place of an older one."""
    following, chains = stage.next, session.state.chains
    name = _chain(stage.key, stage.index + 1, key)
    if name in chains and chains[name].at > at:
        return
    deadline = at if following.within is None else _end(session, at, following.within)
    chains[name] = Pending(stage.index + 1, at, deadline, variables, event_id)


def _end(session: Session, at: int, within: Duration) -> int:
    span = within.span
    return calendar.window_end(at, span, session.program.zone(session.state))


def _chain(stage_key: str, index: int, key: str) -> str:
    return f"{stage_key}|{index}|{key}"


def _key(session: Session, stage: Stage, fields: dict[str, Any]) -> str:
    if stage.flow.per is None:
        return ""
    value = stage.flow.per(session.state, session.now, fields, None)
    return "" if value is None else str(value)


def _later(session: Session, stage: Stage, event: Happened, found: list[Candidate], completed: set[str]) -> None:
    """What pends for this stage and this event's key or for no key yet; for every key where the event has none."""
    key = _key(session, stage, event.fields)
    if stage.flow.per is None:
        names = [_chain(stage.key, stage.index, "")]
    elif key:
        names = [_chain(stage.key, stage.index, key), _chain(stage.key, stage.index, "")]
        if not stage.match.negated and names[0] in session.state.chains:
            del names[1]
    else:
        names = [name for name in session.state.chains if name.startswith(_chain(stage.key, stage.index, ""))]
    for name in names:
        pending = session.state.chains.get(name)
        if pending is not None and name not in completed and pending.at <= event.at < pending.deadline:
            _follows(session, stage, name, pending, event, found, completed)


def _follows(
    session: Session, stage: Stage, name: str, pending: Pending, event: Happened, found: list[Candidate], completed: set[str]
) -> None:
    named = {stage.match.name: {"": event.at, **event.fields}} if stage.match.name else {}
    scope = entry.Scope({**pending.vars, **named}, pending.at)
    if stage.where is not None and not stage.where(session.state, session.now, event.fields, scope):
        _asked(session, stage, event, scope)
        return
    del session.state.chains[name]
    if stage.match.negated:
        _missed(session, stage, f"{event.name} came", event.name)
        return
    key = name.split("|", 3)[3]
    completed.add(_chain(stage.key, stage.index + 1, _key(session, stage, event.fields) or key))
    variables = {**pending.vars, "event": session.kept(stage.flow, "event", event)}
    if stage.match.name:
        variables[stage.match.name] = session.kept(stage.flow, stage.match.name, event)
    _matched(session, stage, event, variables, found, key)


def _counted(session: Session, stage: Stage, event: Happened) -> bool:
    """Whether this is the N-th match inside the window; then counting starts afresh."""
    same = ""
    if stage.same is not None:
        value = stage.same(session.state, session.now, event.fields, None)
        if value is None:
            return False
        same = str(value)
    counting, at = session.state.counting, event.at
    key = "" if stage.flow.per is None else _key(session, stage, event.fields)
    name = f"{stage.key}|{key}|{same}"
    times = counting.get(name)
    if times is None:
        counting[name] = times = [at]
        if stage.window is not None:
            mine = f"{stage.key}|"
            _forget(session, [each for each in counting if each.startswith(mine)], stage.window, at)
    else:
        insort(times, at)
        if stage.window is not None and times[-1] - times[0] > stage.window.least:
            _forget(session, [name], stage.window, at)
    if len(times) < stage.times:
        if session.misses is not None:
            _missed(session, stage, f"{event.name} came, {len(times)} of {stage.times} times so far", event.name)
        return False
    del counting[name]
    return True


def _forget(session: Session, names: Iterable[str], window: Window, at: int) -> None:
    """Drop the matches under these names that are outside the window of the newest of their kind or of this one, which stays.

    Those of other keys are looked through when a key is new: what is kept can grow only then.
    """
    counting = session.state.counting
    for name in names:
        times = counting[name]
        newest = max(times[-1], at)
        if newest - times[0] <= window.least:
            continue
        zone = session.program.zone(session.state)
        del times[: bisect_right(times, newest, key=lambda each: calendar.window_end(each, window.span, zone))]
        if not times:
            del counting[name]


def deadlines(session: Session) -> None:
    """Chains whose time is up: absence has come true, or what should follow did not."""
    passed = [(name, pending) for name, pending in session.state.chains.items() if pending.deadline <= session.now]
    found: list[Candidate] = []
    for name, pending in passed:
        session.state.chains.pop(name, None)
        stage = _stage(session, name)
        if stage is None or not stage.match.negated:
            if stage is not None:
                _missed(session, stage, f"{' or '.join(stage.match.events)} did not come in time")
            continue
        if stage.last:
            flow, caught = stage.flow, pending.vars.get("event")
            found.append((flow.sort_key, flow, stage.match.line, pending.vars, caught, pending.event_id, pending.deadline))
        else:
            _pend(session, stage, name.split("|", 3)[3], pending.vars, pending.deadline, pending.event_id)
    _enter(session, found)


def _stage(session: Session, name: str) -> Stage | None:
    flow_name, mark, index, _ = name.split("|", 3)
    flow = session.program.flows.get(flow_name)
    key = f"{flow_name}|{mark}"
    return next((each for each in flow.stages if each.key == key and each.index == int(index)), None) if flow else None
