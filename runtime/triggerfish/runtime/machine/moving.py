"""Taking people inside a flow from the version they entered to one that was deployed with ``--move``.

A run goes on at the same step: the one of the same ``as`` name (or of the name it was ``moved`` to), else of the same text
and place among equal ones; giving it a name changes nothing. What cannot be found there makes an orphan of the run: it stays where it is, or leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.machine import calendar, runs
from triggerfish.runtime.machine.steps.control import Jump
from triggerfish.runtime.machine.steps.experiment import Split
from triggerfish.runtime.machine.steps.parallel import Join, Together
from triggerfish.runtime.machine.steps.waits import WaitFor, WaitUntil, WaitUpTo

if TYPE_CHECKING:
    from triggerfish.runtime.machine.deploy import Deploy
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run
    from triggerfish.runtime.machine.steps.instruction import Instruction
    from triggerfish.runtime.machine.tables import CompiledFlow

WAITS = (WaitFor, WaitUntil, WaitUpTo)
REMOVED = "step removed"
"""The reason of runs that leave because their step is gone."""


def move_all(session: Session, deploys: dict[int, Deploy]) -> None:
    """Take every run through the versions that were deployed with ``--move`` since it entered, one after another."""
    for version, deploy in sorted(deploys.items()):
        if not deploy.move or version > session.program.version:
            continue
        for run in [each for each in session.state.runs if each.parent is None and each.version < version]:
            move(session, run, version, deploy)


def move(session: Session, run: Run, version: int, deploy: Deploy) -> None:
    """Take a run with all its branches to a version, or treat it as an orphan."""
    old, new = session.program.flow(run.flow, run.version), session.program.flow(run.flow, version)
    if old is None:
        return
    family = [each for each in session.state.runs if session.root(each) is run]
    places = None if new is None else targets(old, new, {each.id: each.pc for each in family}, {each.id: each.parent for each in family})
    if new is None or places is None:
        if deploy.orphans == "exit":
            step = old.instructions[run.pc].at
            runs.leave(session, run, REMOVED, f"version {version} has no {step.text!r}")
        return
    before = run.version
    same = renumbered(old, new)
    for each in family:
        was, is_ = old.instructions[each.pc], new.instructions[places[each.id]]
        each.version, each.pc = version, is_.index
        each.loops = {same[index]: kept for index, kept in each.loops.items() if index in same}
        each.visits = {same[index]: kept for index, kept in each.visits.items() if index in same}
        for name, name_now in new.ir.moved:
            for kept in (each.vars, each.sends):
                if name in kept:
                    kept[name_now] = kept.pop(name)
        if was.at.text != is_.at.text or type(was) is not type(is_):
            is_.taken_over(session, each)
    if old.ir.expire != new.ir.expire:
        zone = session.program.zone(session.state)
        run.expires = None if new.ir.expire is None else calendar.step(run.entered, new.ir.expire.span, zone)
    here = new.instructions[run.pc].at
    data = {"before": before, "version": version, "text": here.text}
    session.fact("moved", run, here, data if run.due is None else {**data, "until": run.due})


def rename_arms(session: Session) -> None:
    """Whoever is in an arm of a split that has another name by now stays in it."""
    for flow in session.program.flows.values():
        for before, now in flow.ir.moved:
            for split in (each for each in flow.instructions if isinstance(each, Split)):
                if session.state.arms.get(split.name) == before and any(arm.name == now for arm in split.arms):
                    session.state.arms[split.name] = now


def targets(
    old: CompiledFlow, new: CompiledFlow, at: dict[int, int], parents: dict[int, int | None]
) -> dict[int, int] | None:
    """Where each run of a family goes on, by run; None unless all of them can.

    ``at`` says at which instruction of the old version each rests, ``parents`` whose branch each is.
    """
    renamed = new.renames(old)
    places = _places(new)
    found: dict[int, int] = {}
    for run, pc in at.items():
        was = old.instructions[pc]
        index = places.get(renamed.get(was.at.id, was.at.id))
        if index is None or not _alike(was, new.instructions[index]):
            return None
        found[run] = index
    for run, index in found.items():
        parent = parents[run]
        if _around(new, index) != (None if parent is None else found[parent]):
            return None  # branches and what is outside of them do not change places
    return found


def renumbered(old: CompiledFlow, new: CompiledFlow) -> dict[int, int]:
    """The instructions of the old version that are there in the new one, by their places."""
    renamed, places = new.renames(old), _places(new)
    found = {}
    for name, index in _places(old).items():
        there = places.get(renamed.get(name, name))
        if there is not None and _alike(old.instructions[index], new.instructions[there]):
            found[index] = there
    return found


def _places(flow: CompiledFlow) -> dict[str, int]:
    """The instruction that each step begins with, by the step's id."""
    found: dict[str, int] = {}
    for instruction in flow.instructions:
        if not isinstance(instruction, Jump | Join):
            found.setdefault(instruction.at.id, instruction.index)
    return found


def _alike(was: Instruction, is_: Instruction) -> bool:
    return type(was) is type(is_) or (isinstance(was, WAITS) and isinstance(is_, WAITS))


def _around(flow: CompiledFlow, index: int) -> int | None:
    """The innermost ``together`` an instruction stands in."""
    found = [each.index for each in flow.instructions if isinstance(each, Together) and each.index < index < each.after]
    return max(found, default=None)
