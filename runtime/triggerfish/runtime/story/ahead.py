"""Where a person is now, and what comes next: waits, pending starts, doors, schedules, segments that turn by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import StartSegment
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.machine import runs
from triggerfish.runtime.machine.machine import GRACE
from triggerfish.runtime.machine.steps.control import Jump
from triggerfish.runtime.machine.steps.waits import ConditionArm, EventArm, WaitUpTo
from triggerfish.runtime.machine.trace import words
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.scene import Scene

if TYPE_CHECKING:
    from triggerfish.runtime.machine.state import Run
    from triggerfish.runtime.machine.tables import CompiledFlow, Stage


def ahead(scene: Scene, name: str | None = None) -> list[Entry]:
    """What is still to come, in order of time; of one flow or of all."""
    found = [*_runs(scene, name), *_chains(scene, name), *_counts(scene, name), *_doors(scene, name)]
    found += [*_schedules(scene, name), *_segments(scene, name), *_deliveries(scene, name)]
    return sorted(found, key=lambda each: each.at)


def stands(scene: Scene, run: Run) -> str:
    """Where a run is and how it goes on, in one sentence."""
    flow = scene.program.flow(run.flow, run.version)
    if flow is None or not 0 <= run.pc < len(flow.instructions):
        return "is inside; the version it entered is no longer at hand"
    at = flow.instructions[run.pc].at
    said = f"is at {at.text!r} (line {at.line}) since {scene.moment(run.wait_since or run.entered)}"
    if runs_paused(scene, run):
        return f"{said}, and stands still: the flow is paused"
    if run.wait and run.wait[0] == "reply":
        return f"{said}, for the result of the action"
    if run.wait and run.wait[0] == "held":
        return f"{said}: held until {scene.moment(run.due or scene.now)} ({run.wait[1]}), then {following(flow, run.pc + 1)}"
    if run.due is None:
        return said
    after = flow.instructions[run.pc].otherwise if isinstance(flow.instructions[run.pc], WaitUpTo) else run.pc + 1  # type: ignore[attr-defined]
    return f"{said}, until {scene.moment(run.due)} at the latest, then {following(flow, after)}{late(scene, run.due)}"


def late(scene: Scene, due: int) -> str:
    """What is to be added of a moment that has passed without anything happening."""
    return "; that moment has passed, and nothing has handled it yet: `triggerfish run` does" if due < scene.now - GRACE else ""


def following(flow: CompiledFlow, index: int) -> str:
    """The step that an instruction leads to."""
    for _ in flow.instructions:
        if index >= len(flow.instructions):
            break
        instruction = flow.instructions[index]
        if not isinstance(instruction, Jump):
            return f"{instruction.at.text!r} (line {instruction.at.line})"
        index = instruction.target
    return "the flow is over"


def runs_paused(scene: Scene, run: Run) -> bool:
    """Whether a run's flow stands still, as it is declared now."""
    flow = scene.flow(run.flow)
    return flow is not None and flow.status == "paused"


def _runs(scene: Scene, name: str | None) -> Iterator[Entry]:
    for run in scene.state.runs:
        flow = scene.program.flow(run.flow, run.version)
        if flow is None or run.pc == runs.OVER or name not in (None, run.flow):
            continue
        at = flow.instructions[run.pc].at
        yield Entry(run.due or scene.now, "next", run.flow, at.id, at.line, f"{run.flow}: {stands(scene, run)}")
        yield from _before(scene, run, flow)
        if run.expires is not None and run.parent is None:
            why = f"{run.flow}: expires {scene.moment(run.expires)}, wherever the run is then"
            yield Entry(run.expires, "next", run.flow, at.id, flow.ir.line, why)


def _before(scene: Scene, run: Run, flow: CompiledFlow) -> Iterator[Entry]:
    """What may move a run on, or end it, before its time is up."""
    instruction, due = flow.instructions[run.pc], run.due or scene.now
    for arm in instruction.arms if isinstance(instruction, WaitUpTo) else ():
        then = f"then {following(flow, arm.target)}"
        why = f"before that if {_event(arm)}" if isinstance(arm, EventArm) else f"before that as soon as {_until(scene, run, arm)}"
        yield Entry(due, "next", run.flow, instruction.at.id, arm.line, f"{run.flow}: {why}: {then}")
    for step in steps_inside(flow.ir.steps):
        if isinstance(step, s.Collect) and step.at.id == instruction.at.id:
            why = f"{run.flow}: collects {' or '.join(step.events)} meanwhile"
            yield Entry(due, "next", run.flow, step.at.id, step.at.line, why)
    for stop in flow.stops if run.parent is None else ():
        why = f"{run.flow}: leaves before that: {stop.ir.text}"
        if stop.ir.condition is not None and not stop.events:
            why += f" (now {scene.failed(stop.ir.condition, None, run)})"
        yield Entry(due, "next", run.flow, instruction.at.id, stop.ir.line, why)


def _event(arm: EventArm) -> str:
    narrowed = " and its `where` holds" if arm.condition is not None else ""
    return f"{' or '.join(sorted(arm.events))} comes{narrowed}"


def _until(scene: Scene, run: Run, arm: ConditionArm) -> str:
    return f"the condition holds (now {scene.failed(arm.condition, None, run)})"


# --- starts under way -----------------------------------------------------------------------------------------------


def _chains(scene: Scene, name: str | None) -> Iterator[Entry]:
    stages: dict[tuple[str, int], Stage] = {
        (stage.key, stage.index): stage for flow in scene.program.flows.values() for stage in flow.stages
    }
    for chain, pending in scene.state.chains.items():
        stage = stages.get(("|".join(chain.split("|", 3)[:2]), pending.stage))
        if stage is None or name not in (None, stage.flow.ir.name):
            continue
        flow, events = stage.flow.ir.name, " or ".join(stage.match.events)
        then = (
            f"comes in {scene.moment(pending.deadline)}, unless {events} comes before" if stage.match.negated
            else f"comes in if {events} comes; the start lapses {scene.moment(pending.deadline)}"
        )
        why = f"{flow} has begun to start {scene.moment(pending.at)}: {then} ({stage.match.text}){late(scene, pending.deadline)}"
        yield Entry(pending.deadline, "next", flow, "", stage.match.line, why)


def _counts(scene: Scene, name: str | None) -> Iterator[Entry]:
    for counting, times in scene.state.counting.items():
        flow_name, mark, _ = counting.split("|", 2)
        flow = scene.program.flows.get(flow_name)
        stage = next((each for each in flow.stages if each.key == f"{flow_name}|{mark}" and each.match.times > 1), None) if flow else None
        if stage is None or not times or name not in (None, flow_name):
            continue
        within = f" within {words(stage.match.within)}" if stage.match.within is not None else ""
        why = f"{flow_name} counts: {len(times)} of {stage.match.times} times{within} so far, last {scene.moment(times[-1])} ({stage.match.text})"
        yield Entry(times[-1], "next", flow_name, "", stage.match.line, why)


def _doors(scene: Scene, name: str | None) -> Iterator[Entry]:
    for door in scene.state.doors.values():
        flow = scene.flow(door.flow)
        if flow is None or name not in (None, door.flow):
            continue
        until = f", until {scene.moment(door.until)} at the latest" if door.until is not None else ""
        group = flow.exclusive.group if flow.exclusive is not None else ""
        why = f"{door.flow}: waits at the door since {scene.moment(door.at)} until no flow of the group {group} runs{until}"
        yield Entry(door.until or scene.now, "next", door.flow, "", flow.line, why)


def _schedules(scene: Scene, name: str | None) -> Iterator[Entry]:
    lines = {start_name: (flow, start) for start_name, flow, start in scene.program.starts.timed}
    for start_name, at in scene.state.schedules.items():
        if start_name not in lines:
            continue
        flow, start = lines[start_name]
        if name in (None, flow.ir.name):
            asked = "; `only if` is asked then" if flow.ir.only_if is not None else ""
            why = f"{flow.ir.name} starts next {scene.moment(at)} ({start.text}){asked}"
            yield Entry(at, "next", flow.ir.name, "", start.line, why)


def _segments(scene: Scene, name: str | None) -> Iterator[Entry]:
    flow = None if name is None else scene.flow(name)
    wanted = None if flow is None else {start.segment for start in flow.starts if isinstance(start, StartSegment)}
    for segment, at in scene.state.flips.items():
        compiled = scene.program.segments.get(segment)
        if compiled is None or (wanted is not None and segment not in wanted):
            continue
        inside, then = segment in scene.state.segments, compiled.test(scene.state, at, None, None)
        if inside != then:
            why = f"{'leaves' if inside else 'comes into'} segment {segment} by itself {scene.moment(at)}, unless something happens before"
            yield Entry(at, "next", name or "", "", 0, why)


def _deliveries(scene: Scene, name: str | None) -> Iterator[Entry]:
    for posted in scene.posted.values():
        one = posted.delivery
        if posted.status == "waiting" and name in (None, one.flow):
            what = one.data.get("message") or ""
            again = f"is tried again {scene.moment(posted.next_attempt_at)}" if posted.attempts else "waits to be handed to the provider"
            why = f"{one.flow}: {one.target} {what} {again}: `triggerfish run` does it"
            yield Entry(posted.next_attempt_at, "next", one.flow, one.step, 0, why)
