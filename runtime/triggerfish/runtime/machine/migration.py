"""Bringing one person's state up to a newer program: silently, starting nothing unless the deploy was told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine import crossings, entry, moving, runs, schedules, scores, segments
from triggerfish.runtime.machine.fitting import forget_misfits

if TYPE_CHECKING:
    from triggerfish.runtime.machine.changes import Changes
    from triggerfish.runtime.machine.deploy import Deploy
    from triggerfish.runtime.machine.session import Session


def migrate(session: Session, now: int, changes: Changes, deploys: dict[int, Deploy]) -> None:
    """Drop what the program no longer knows, work out memberships and scores anew, move runs, end those of disabled flows.

    What runs watch may read otherwise now: it is asked anew as soon as time goes on. ``now`` is the moment at which the
    person is looked at, perhaps long after the state's own: what is declared otherwise is worked out for ``now``, so that
    nothing that time would have changed in between is noticed late. ``changes`` are since the version of the state,
    ``deploys`` the options of the versions since, by number.
    """
    state, program = session.state, session.program
    state.program = program.version
    _forget(session)
    for name in program.scores:
        scores.of_person(session, name)
    before = frozenset(state.segments)
    segments.settle_silently(session)
    crossings.settle_silently(session)
    schedules.plan(session, changes.timed, now)
    then = session.now
    session.now = max(then, now)
    if session.now > then:
        _settle_changed(session, changes)
    moving.rename_arms(session)
    moving.move_all(session, deploys)
    session.now = then
    for run in list(state.runs):
        flow = program.flow(run.flow, run.version)
        newest = program.flows.get(run.flow)
        if flow is None:
            runs.leave(session, run, "error", f"version {run.version} of the flow is no longer at hand")
        elif newest is not None and newest.ir.status == "disabled":
            runs.leave(session, run, "disabled")
        else:
            run.flip = session.now
    if any(deploy.enter_members for deploy in deploys.values()):
        _enter_members(session, now, before, changes)


def _forget(session: Session) -> None:
    state, program = session.state, session.program
    known = {*program.series.logs, *program.series.totals}
    for key in [each for each in state.series if each not in known]:
        del state.series[key]
    for key, kept in state.series.items():
        log = program.series.logs.get(key)
        if log is not None:
            for path in sorted(log.fields):
                kept.setdefault(".".join(path), [None] * len(kept["@"]))
            continue
        for path in sorted(program.series.totals[key].fields):
            kept.setdefault(".".join(path), [0, 0, None, None, None, None])
    forget_misfits(session)
    stages = {f"{stage.key}|{stage.index}" for flow in program.flows.values() for stage in flow.stages}
    for name in [each for each in state.chains if "|".join(each.split("|", 3)[:3]) not in stages]:
        del state.chains[name]
    counted = {stage.key for flow in program.flows.values() for stage in flow.stages if stage.match.times > 1}
    for name in [each for each in state.counting if "|".join(each.split("|", 2)[:2]) not in counted]:
        del state.counting[name]
    for name in [each for each in state.scores if each not in program.scores]:
        del state.scores[name]


def _settle_changed(session: Session, changes: Changes) -> None:
    """What is declared otherwise, as it stands now."""
    if changes.scores:
        scores.due(session, changes.scores)
        session.keys = set()
    segments.settle_silently(session, changes.segments)
    crossings.settle_silently(session, changes.crossed)


def _enter_members(session: Session, now: int, before: frozenset[str], changes: Changes) -> None:
    """Who came into a segment by the deploy, and who is in the segment of a new start, enters the flows it starts."""
    found = [
        (flow.sort_key, flow, start.line)
        for (segment, entered), starts in session.program.starts.segment.items()
        if entered and segment in session.state.segments
        for flow, start in starts
        if segment not in before or (flow.ir.name, start.line) in changes.doors
    ]
    session.now = max(session.now, now)
    for _, flow, line in sorted(found, key=lambda each: each[0]):
        entry.enter(session, flow, line, {"event": {}}, None, "deploy", session.now)
