"""Bringing one person's state up to a newer program: silently, starting nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine import crossings, runs, schedules, scores, segments
from triggerfish.runtime.machine.fitting import forget_misfits

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session


def migrate(session: Session) -> None:
    """Drop what the program no longer knows, work out memberships and scores anew, end runs of disabled flows.

    What runs watch may read otherwise now: it is asked anew as soon as time goes on.
    """
    state, program = session.state, session.program
    state.program = program.version
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
    for name in program.scores:
        scores.of_person(session, name)
    segments.settle_silently(session)
    crossings.settle_silently(session)
    schedules.plan(session)
    for run in list(state.runs):
        flow = program.flow(run.flow, run.version)
        newest = program.flows.get(run.flow)
        if flow is None:
            runs.leave(session, run, "error", f"version {run.version} of the flow is no longer at hand")
        elif newest is not None and newest.ir.status == "disabled":
            runs.leave(session, run, "disabled")
        else:
            run.flip = session.now
