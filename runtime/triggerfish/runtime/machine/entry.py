"""Entering a flow: asked in the order inside already, only if, again, enter at most, exclusive, release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triggerfish.runtime.machine import assignment, calendar, release
from triggerfish.runtime.machine.state import Aim, Door, Run
from triggerfish.runtime.machine.trace import Miss, lasted

if TYPE_CHECKING:
    from triggerfish.dsl.ir.flows import Flow
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

PERIODS = {"hour": calendar.HOUR, "day": calendar.DAY, "week": 7 * calendar.DAY, "month": calendar.MONTH_AT_MOST,
           "year": 12 * calendar.MONTH_AT_MOST}
CONTROL_GROUP = "control group"


class Scope:
    """What a condition may see of a run that does not exist yet."""

    __slots__ = ("entered", "vars")

    def __init__(self, variables: dict[str, Any], entered: int) -> None:
        self.vars = variables
        self.entered = entered


def enter(
    session: Session,
    flow: CompiledFlow,
    line: int,
    variables: dict[str, Any],
    event: dict[str, Any] | None,
    event_id: str,
    at: int,
) -> Run | None:
    """A match: enters, or is refused and recorded. ``event`` is the completing event's fields, ``at`` when it came true."""
    if session.now - at > _bearable(flow):
        why = f"it came true {lasted(session.now - at)} before it was noticed"
        session.flow_fact("refused", flow.ir.name, 0, line, {"reason": "late", "why": why, "event": event_id})
        return None
    key = None
    if flow.per is not None:
        value = flow.per(session.state, session.now, event or {}, Scope(variables, session.now))
        key = None if value is None else str(value)
    return _try(session, flow, line, variables, key, event_id, session.now)


def _bearable(flow: CompiledFlow) -> float:
    """How late the flow's starts may be noticed and still let people in, in milliseconds: a day, unless it says otherwise."""
    late = flow.ir.late
    if late is None:
        return calendar.DAY
    return float("inf") if late.action == "run" else calendar.at_most(late.by.span)


def _try(
    session: Session, flow: CompiledFlow, line: int, variables: dict[str, Any], key: str | None, event_id: str, matched: int
) -> Run | None:
    refusal = _refusal(session, flow, variables, key) or _exclusive(session, flow, variables, key, event_id, matched)
    refusal = refusal or release.refusal(session, flow)
    if refusal is not None:
        session.flow_fact("refused", flow.ir.name, 0, line, {**refusal, "event": event_id})
        return None
    return _begin(session, flow, line, variables, key, event_id, matched)


def _name(flow: CompiledFlow, key: str | None) -> str:
    return flow.ir.name if key is None else f"{flow.ir.name}/{key}"


def _refusal(session: Session, flow: CompiledFlow, variables: dict[str, Any], key: str | None) -> dict[str, Any] | None:
    ir, state, now = flow.ir, session.state, session.now
    if ir.status in ("paused", "disabled"):
        return {"reason": "status", "why": f"the flow is {ir.status}"}
    if any(run.flow == ir.name and run.key == key for run in state.runs):
        return {"reason": "inside already", "why": "nobody is in one flow twice at once"}
    scope = Scope(variables, now)
    if flow.only_if is not None:
        if not flow.only_if(state, now, variables.get("event"), scope):
            return {"reason": "only if", **session.explained(ir.only_if, scope)}
        if session.misses is not None:
            session.asked(ir.only_if, scope, Miss(now, ir.name, ir.line, "only if", (), asked="only if", holds=True), variables.get("event"))
    entries, all_entries = state.entries.get(_name(flow, key)), state.entries.get(ir.name)
    zone = session.program.zone(state)
    if entries and ir.again is not None:
        if ir.again == "never":
            return {"reason": "again", "why": "the flow is entered only once"}
        span = ir.again.span
        free = calendar.step(entries[0], span, zone)
        if now < free:
            return {"reason": "again", "why": "the last entry is too recent", "until": free}
    for limit in ir.limits:
        begin = calendar.period_start(now, limit.period, zone)
        if all_entries and sum(1 for each in all_entries[1] if each >= begin) >= limit.count:
            return {"reason": "enter at most", "why": f"{limit.count} per {limit.period} are used up"}
    return None


def _exclusive(
    session: Session, flow: CompiledFlow, variables: dict[str, Any], key: str | None, event_id: str, matched: int
) -> dict[str, Any] | None:
    rule = flow.ir.exclusive
    if rule is None:
        return None
    others = inside_group(session, rule.group)
    if not others:
        return None
    names = ", ".join(sorted({run.flow for run in others}))
    if rule.otherwise == "replace" and all(_newest(session, run).priority <= flow.ir.priority for run in others):
        full = release.refusal(session, flow)  # asked before the others are put out
        if full is not None:
            return full
        for run in others:
            session.leave(run, "replaced", detail=f"by {flow.ir.name}")
        return None
    if rule.otherwise == "wait":
        expire = flow.ir.expire
        zone = session.program.zone(session.state)
        until = None if expire is None else calendar.step(matched, expire.span, zone)
        session.state.doors[_name(flow, key)] = Door(flow.ir.name, key, matched, until, variables, event_id)
        return {"reason": "exclusive", "why": f"waits until {names} is over"}
    return {"reason": "exclusive", "why": f"{names} runs in the group {rule.group}"}


def _newest(session: Session, run: Run) -> Flow:
    """The run's flow as it is declared now, else as it was when the run entered: for what all runs share."""
    flow = session.program.flows.get(run.flow) or session.program.older[run.version, run.flow]
    return flow.ir


def inside_group(session: Session, group: str) -> list[Run]:
    """The runs of a group of exclusive flows, in order."""
    found = []
    for run, _ in session.runs_in_order():
        rule = _newest(session, run).exclusive
        if rule is not None and rule.group == group:
            found.append(run)
    return found


def open_doors(session: Session) -> None:
    """A flow was left: let in who waits for its group, the highest priority first. While it is taken they go on waiting."""
    waiting = [(name, door, flow) for name, door in session.state.doors.items() if (flow := session.program.flows.get(door.flow))]
    for name, door, flow in sorted(waiting, key=lambda each: each[2].sort_key):
        rule = flow.ir.exclusive
        if (rule is not None and inside_group(session, rule.group)) or session.state.doors.pop(name, None) is None:
            continue
        if door.until is not None and session.now >= door.until:
            session.flow_fact("refused", door.flow, 0, flow.ir.line, {"reason": "expired", "why": "it waited too long", "event": door.event_id})
            continue
        _try(session, flow, flow.ir.line, door.vars, door.key, door.event_id, door.at)


def close_doors(session: Session, event: str, fields: dict[str, Any], at: int) -> None:
    """``stop when`` applies to who waits at the door, too."""
    for name, door in list(session.state.doors.items()):
        flow = session.program.flows.get(door.flow)
        if flow is None or at < door.at or event not in flow.stop_events:
            continue
        scope = Scope(door.vars, door.at)
        if any(event in stop.events and (stop.test is None or stop.test(session.state, session.now, fields, scope)) for stop in flow.stops):
            del session.state.doors[name]
            session.flow_fact("refused", door.flow, 0, flow.ir.line, {"reason": "stopped", "why": f"{event} came while it waited", "event": door.event_id})


def _begin(
    session: Session, flow: CompiledFlow, line: int, variables: dict[str, Any], key: str | None, event_id: str, matched: int
) -> Run:
    ir, state, now = flow.ir, session.state, session.now
    state.runs_made += 1
    zone = session.program.zone(state)
    run = Run(state.runs_made, ir.name, flow.version, key, now, vars=variables, event_id=event_id)
    if ir.expire is not None:
        run.expires = calendar.step(matched, ir.expire.span, zone)
    run.noted = _noted(session, flow)
    state.runs.append(run)
    state.doors.pop(_name(flow, key), None)
    _remember(session, flow, key)
    release.use(session, flow)
    if ir.goal is not None:
        within = ir.goal.within.span
        until = calendar.window_end(now, within, zone)
        state.aims.append(Aim(ir.name, flow.version, run.id, key, now, until, dict(variables), event_id))
    data: dict[str, Any] = {"event": event_id}
    if run.noted:
        data["noted"] = run.noted
    session.flow_fact("entered", ir.name, run.id, line, data)
    session.flow_changed(ir.name)
    session.begin(run, flow)
    return run


def _noted(session: Session, flow: CompiledFlow) -> str | None:
    if flow.ir.status == "testing":
        return "testing"
    fixed = session.state.arms.get("holdout")
    if fixed is not None:
        return CONTROL_GROUP if fixed else None
    for share, seed in ((session.program.ir.policy.holdout, "holdout"), (flow.ir.holdout, f"holdout {flow.ir.name}")):
        if share and assignment.bucket(seed, session.person) < share:
            return CONTROL_GROUP
    return None


def _remember(session: Session, flow: CompiledFlow, key: str | None) -> None:
    """Keep the last entry per key and, where limits count, the entries of all keys that they still see."""
    ir, entries, now = flow.ir, session.state.entries, session.now
    if ir.again is not None:
        entries.setdefault(_name(flow, key), [now, []])[0] = now
    if ir.limits:
        kept = entries.setdefault(ir.name, [now, []])
        longest = max(PERIODS[limit.period] for limit in ir.limits) + 2 * calendar.HOUR
        kept[1] = [each for each in kept[1] if each > now - longest] + [now]
