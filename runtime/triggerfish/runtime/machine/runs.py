"""How runs go on, rest and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine.signals import FieldChanged, Happened, Signal
from triggerfish.runtime.machine.state import Aim, Run
from triggerfish.runtime.machine.trace import Asked, Miss

if TYPE_CHECKING:
    from triggerfish.dsl.ir.expressions import Expr
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow
    from triggerfish.runtime.machine.uses import Key

STEPS_AT_MOST = 100_000
OVER = -1


def begin(session: Session, run: Run, flow: CompiledFlow) -> None:
    """The first step, unless a ``stop if`` already holds."""
    if not _stopped(session, run, flow):
        proceed(session, run, flow, 0)


def proceed(session: Session, run: Run, flow: CompiledFlow, index: int) -> None:
    """Go on at an instruction until the run rests or is over."""
    following: int | None = index
    for _ in range(STEPS_AT_MOST):
        if following is None:
            break
        run.pc, run.due = following, None
        if run.wait is not None and run.wait[0] != "held":
            run.wait = None
        if following >= len(flow.instructions):
            leave(session, run, "finished")
            return
        following = flow.instructions[following].perform(session, run)
    else:
        leave(session, run, "error", f"more than {STEPS_AT_MOST} steps at one moment")
    if run.pc != OVER:
        watch(session, run, flow)


def watch(session: Session, run: Run, flow: CompiledFlow) -> None:
    """Ask what the resting run watches, and plan when to ask again."""
    if _stopped(session, run, flow):
        return
    instruction = flow.instructions[run.pc]
    following = None if paused(session, run) else instruction.holds(session, run)
    if following is not None:
        proceed(session, run, flow, following)
        return
    moments = [instruction.turns(session, run)]
    moments += [stop.flip(session.state, session.now, None, run) for stop in flow.stops if stop.flip is not None]
    run.flip = min((moment for moment in moments if moment is not None), default=None)


def _stopped(session: Session, run: Run, flow: CompiledFlow) -> bool:
    if run.parent is not None:
        return False
    for stop in flow.stops:
        if not stop.events and stop.test is not None and stop.test(session.state, session.now, None, run):
            _asked(session, run, stop.ir.condition, stop.ir.line, None, ("stop", stop.ir.text), holds=True)
            leave(session, run, "stopped", stop.ir.text, stop.ir.line)
            return True
    return False


def leave(session: Session, run: Run, reason: str, detail: str | None = None, line: int = 0) -> None:
    """A run is over: unsent held mail goes with it."""
    if run.pc == OVER:
        return
    flow = session.program.flow(run.flow, run.version)
    if run.parent is not None:
        run = session.root(run)
    step = ""
    if flow is not None and 0 <= run.pc < len(flow.instructions):
        step = flow.instructions[run.pc].at.id
        line = line or flow.instructions[run.pc].at.line
    _remove(session, run)
    data = {"reason": reason} if not detail else {"reason": reason, "detail": detail}
    session.flow_fact("exited", run.flow, run.id, line, data, step)
    session.flow_changed(run.flow)


def _remove(session: Session, run: Run) -> None:
    """Take a run out, with all its branches."""
    run.pc = OVER
    session.state.runs.remove(run)
    for branch in [each for each in session.state.runs if each.parent == run.id]:
        _remove(session, branch)


def join(session: Session, branch: Run, after: int) -> None:
    """A branch is done: what it caught belongs to its run, which goes on when this was the last."""
    parent = next(each for each in session.state.runs if each.id == branch.parent)
    _remove(session, branch)
    parent.vars.update(branch.vars)
    parent.sends.update(branch.sends)
    if any(each.parent == parent.id for each in session.state.runs):
        return
    if parent.id in session.starting:
        parent.wait = ["joined"]
    else:
        session.go_on(parent, after)


def paused(session: Session, run: Run) -> bool:
    """Whether the run's flow, as it is declared now, stands still."""
    return run.flow in session.program.paused


def react(session: Session, signal: Signal, keys: set[Key]) -> None:
    """Let every run see a signal: stops first, then what it waits for."""
    for run, flow in session.runs_in_order():
        if run.pc == OVER:
            continue
        if isinstance(signal, Happened) and _saw(session, run, flow, signal):
            continue
        instruction = flow.instructions[run.pc]
        if isinstance(signal, FieldChanged):
            instruction.moved(session, run, signal.field)
            if run.pc == OVER:
                continue
        if keys and not (flow.watches.isdisjoint(keys) and instruction.watches.isdisjoint(keys)):
            watch(session, run, flow)


def _saw(session: Session, run: Run, flow: CompiledFlow, event: Happened) -> bool:
    """Whether the event stopped the run or moved it on."""
    mine = run.parent is None and event.at >= run.entered and event.id != run.event_id
    if mine and event.name in flow.stop_events:
        for stop in flow.stops:
            if event.name in stop.events and (
                stop.test is None or stop.test(session.state, session.now, event.fields, run)
            ):
                _asked(session, run, stop.ir.condition, stop.ir.line, event, ("stop", stop.ir.text), holds=True)
                leave(session, run, "stopped", event.name, stop.ir.line)
                return True
            if event.name in stop.events:
                _asked(session, run, stop.ir.condition, stop.ir.line, event, ("stop", stop.ir.text))
    instruction = flow.instructions[run.pc]
    if event.name in instruction.events and not paused(session, run):
        following = instruction.happened(session, run, event)
        if following is not None:
            proceed(session, run, flow, following)
            return True
    return False


def _asked(
    session: Session, run: Run | Aim, condition: Expr | None, line: int, event: Happened | None, about: tuple[Asked, str], *, holds: bool = False
) -> None:
    """Keep what a condition said that might have stopped a run, or reached its goal."""
    if session.misses is None:
        return
    asked, what = about
    name, fields = ("", None) if event is None else (event.name, event.fields)
    session.asked(condition, run, Miss(session.now, run.flow, line, what, (), event=name, asked=asked, holds=holds), fields)


def goals(session: Session, event: Happened) -> None:
    """Count the goals this event reaches: the first match inside each entry's window."""
    for aim in list(session.state.aims):
        flow = session.program.flow(aim.flow, aim.version)
        if flow is None or flow.ir.goal is None or session.now >= aim.until:
            session.state.aims.remove(aim)
            continue
        goal = flow.ir.goal
        if event.name not in goal.events or not aim.entered <= event.at < aim.until or event.id == aim.event_id:
            continue
        if flow.goal_where is not None and not flow.goal_where(session.state, session.now, event.fields, aim):
            _asked(session, aim, goal.where, goal.line, event, ("goal", "the goal"))
            continue
        worth = None if flow.goal_worth is None else flow.goal_worth(session.state, session.now, event.fields, aim)
        session.state.aims.remove(aim)
        data = {"event": event.id} if worth is None else {"event": event.id, "worth": worth}
        session.flow_fact("goal", aim.flow, aim.run, goal.line, data)


def note_sends(session: Session, event: Happened, channel: str, what: str) -> None:
    """Let the runs know what became of what they sent: by key where the event has one, else by message."""
    key, message = event.fields.get("key"), event.fields.get("message")
    for run in session.state.runs:
        for name, sent in run.sends.items():
            became = run.vars.get(name)
            if not isinstance(became, dict) or became.get("channel") != channel:
                continue
            if sent == key if key is not None else message is None or _message_of(session, run, name) == message:
                became[what] = True
                session.changed(("variable", name))


def _message_of(session: Session, run: Run, name: str) -> str | None:
    flow = session.program.flow(run.flow, run.version)
    for instruction in flow.instructions if flow else ():
        step = getattr(instruction, "step", None)
        if getattr(step, "name", None) == name:
            return getattr(step, "message", None)
    return None
