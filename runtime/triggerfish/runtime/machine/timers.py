"""Things that happen by themselves: flips, expiries, waits and held sends, chains whose time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine import calendar, rounds, runs, schedules, scores, starts
from triggerfish.runtime.machine.signals import FieldChanged, Turned

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

NEVER = 2**63
REACHED_LATE = "reached too late"
"""Why the effects of steps are only noted that ``when late by … skip`` passes over."""


def next_due(session: Session) -> int | None:
    """The earliest moment at which anything happens by itself."""
    # Asked twice for every input: in place, with as few calls as there are things to look at.
    state = session.state
    soonest = NEVER
    for planned in (state.flips, state.schedules, state.turns):
        if planned and (first := min(planned.values())) < soonest:
            soonest = first
    for run in state.runs:
        if (moment := run.flip) is not None and moment < soonest:
            soonest = moment
        if (moment := run.expires) is not None and moment < soonest:
            soonest = moment
        if (moment := run.due) is not None and moment < soonest and run.flow not in session.program.paused:
            soonest = moment
    if state.chains:
        for pending in state.chains.values():
            soonest = min(soonest, pending.deadline)
    for points in state.scores.values():
        if (moment := points.fades) is not None and moment < soonest:
            soonest = moment
        if (moment := points.flip) is not None and moment < soonest:
            soonest = moment
    return None if soonest == NEVER else soonest


def fire(session: Session) -> None:
    """Everything due at or before the moment: flips first, then expiries, waits by priority, then chains."""
    _flips(session)
    session.behind = 0
    if session.state.runs:
        _expiries(session)
        _waits(session)
    if session.state.chains:
        starts.deadlines(session)
        rounds.settle(session)
    if session.state.schedules and min(session.state.schedules.values()) <= session.now:
        schedules.fire(session)
        rounds.settle(session)


def _flips(session: Session) -> None:
    state, now = session.state, session.now
    if state.scores:
        session.keys = set()
        scores.due(session)
        for kind, name in sorted(session.keys):
            session.emit(FieldChanged(f"{kind} {name}", None, None))
    turned = tuple([name for name, moment in state.flips.items() if moment <= now])
    if turned or (state.turns and min(state.turns.values()) <= now):
        session.emit(Turned(turned))
    if session.queue:
        rounds.settle(session)
    if not any(run.flip is not None and run.flip <= now for run in state.runs):
        return
    for run, flow in session.runs_in_order():
        if run.pc != runs.OVER and run.flip is not None and run.flip <= now:
            run.flip = None
            runs.watch(session, run, flow)
            rounds.settle(session)


def _expiries(session: Session) -> None:
    if not any(run.expires is not None and run.expires <= session.now for run in session.state.runs):
        return
    for run, _ in session.runs_in_order():
        if run.pc != runs.OVER and run.expires is not None and run.expires <= session.now:
            runs.leave(session, run, "expired")
    rounds.settle(session)


def _waits(session: Session) -> None:
    if not any(run.due is not None and run.due <= session.now for run in session.state.runs):
        return
    for run, flow in session.runs_in_order():
        if run.pc == runs.OVER or run.due is None or run.due > session.now or runs.paused(session, run):
            continue
        late, noted = _late(flow, session.now - run.due), run.noted
        if late == "exit":
            runs.leave(session, run, "late")
            continue
        if late == "skip":
            run.noted = noted or REACHED_LATE
        run.due = None
        following = flow.instructions[run.pc].elapsed(session, run)
        if following is not None:
            runs.proceed(session, run, flow, following)
        elif run.pc != runs.OVER:
            runs.watch(session, run, flow)
        run.noted = noted
        rounds.settle(session)


def _late(flow: CompiledFlow, behind: int) -> str:
    """What ``when late by`` says of steps that are reached so many milliseconds late: ``run`` where it says nothing."""
    late = flow.ir.late
    if late is None or behind <= calendar.at_most(late.by.span):
        return "run"
    return late.action
