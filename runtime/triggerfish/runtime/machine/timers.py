"""Things that happen by themselves: flips, expiries, waits and held sends, chains whose time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine import calendar, rounds, runs, schedules, scores, starts
from triggerfish.runtime.machine.signals import FieldChanged, Turned

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

REACHED_LATE = "reached too late"
"""Why the effects of steps are only noted that ``when late by … skip`` passes over."""


def next_due(session: Session) -> int | None:
    """The earliest moment at which anything happens by itself."""
    # Asked twice for every input: in place, with as few calls as there are things to look at.
    state = session.state
    planned = (state.flips, state.schedules, state.turns)
    moments: list[int | None] = [min(each.values()) for each in planned if each]
    for run in state.runs:
        moments += (run.flip, run.expires) if runs.paused(session, run) else (run.flip, run.expires, run.due)
    for pending in state.chains.values():
        moments.append(pending.deadline)
    for points in state.scores.values():
        moments += (points.fades, points.flip)
    return min([moment for moment in moments if moment is not None], default=None)


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
    if session.state.schedules:
        schedules.fire(session)
        rounds.settle(session)


def _flips(session: Session) -> None:
    state, now = session.state, session.now
    if state.scores:
        session.keys = set()
        scores.due(session)
        for kind, name in sorted(session.keys):
            session.emit(FieldChanged(f"{kind} {name}", None, None))
    turned = tuple(name for name, moment in state.flips.items() if moment <= now)
    if turned or any(moment <= now for moment in state.turns.values()):
        session.emit(Turned(turned))
    rounds.settle(session)
    for run, flow in session.runs_in_order():
        if run.pc != runs.OVER and run.flip is not None and run.flip <= now:
            run.flip = None
            runs.watch(session, run, flow)
            rounds.settle(session)


def _expiries(session: Session) -> None:
    for run, _ in session.runs_in_order():
        if run.pc != runs.OVER and run.expires is not None and run.expires <= session.now:
            runs.leave(session, run, "expired")
    rounds.settle(session)


def _waits(session: Session) -> None:
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
