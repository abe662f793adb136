"""What concerns no single person: events for everyone, and flows for the workspace.

A flow ``for workspace`` is kept with a profile of its own. It belongs to nobody, so its program is the part of the whole
that knows no people; the people's part has none of its flows. The machine itself needs to tell the two apart nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from triggerfish.dsl.ir.concerns import Trace, traces
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.state import State, decode

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram
    from triggerfish.runtime.machine.session import Session

PartName = Literal["people", "workspace"]

NOBODY = ""
"""Whom an event for everyone is about."""

WORKSPACE = " workspace"
"""The profile of the flows ``for workspace``. What comes from outside has no spaces around its ids, so nobody can be it."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who is to be told of an event for everyone: whoever has one of the ``traces``, the workspace, or everybody."""

    traces: tuple[Trace, ...] = ()
    workspace: bool = False
    everybody: bool = False


class Part(Mapping[int, Program]):
    """The people's or the workspace's part of earlier versions."""

    def __init__(self, whole: Mapping[int, Program], name: PartName) -> None:
        self._whole = whole
        self._name = name

    def __getitem__(self, version: int) -> Program:
        return part(self._whole[version], self._name)

    def __iter__(self) -> Iterator[int]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


def part(program: Program, name: PartName) -> Program:
    """The people's part of a program, the very same where it has no other; or the workspace's."""
    if name == "workspace":
        flows = tuple(flow for flow in program.flows if flow.workspace)
        policy = replace(program.policy, holdout=0.0)
        return replace(program, flows=flows, segments=(), scores=(), models=(), values=(), contents=(), policy=policy)
    if not any(flow.workspace for flow in program.flows):
        return program
    return replace(program, flows=tuple(flow for flow in program.flows if not flow.workspace))


def heard(compiled: CompiledProgram, programs: Iterable[Program]) -> frozenset[str]:
    """The events for everyone that people may wait for once they are inside a flow or a chain, of any version."""
    declared = {event.name for program in programs for event in program.events if event.everyone}
    if not declared:
        return frozenset()
    flows = (*compiled.flows.values(), *compiled.older.values())
    inside = {event for flow in flows for instruction in flow.instructions for event in instruction.events}
    inside |= {event for flow in flows for event in (*flow.stop_events, *(flow.ir.goal.events if flow.ir.goal else ()))}
    return frozenset(declared & (inside | set(compiled.starts.later)))


def listening(session: Session, heard: frozenset[str]) -> frozenset[str]:
    """Those of the events for everyone that this person waits for now."""
    if not heard:
        return heard
    program, state = session.program, session.state
    found: set[str] = set()
    for run in state.runs:
        flow = program.flow(run.flow, run.version)
        if flow is not None and 0 <= run.pc < len(flow.instructions):
            found |= flow.stop_events if run.parent is None else frozenset()
            found |= flow.instructions[run.pc].events
    for aim in state.aims:
        flow = program.flow(aim.flow, aim.version)
        if flow is not None and flow.ir.goal is not None:
            found |= set(flow.ir.goal.events)
    for door in state.doors.values():
        if door.flow in program.flows:
            found |= program.flows[door.flow].stop_events
    if state.chains:
        pending = {tuple(name.split("|", 3)[:3]) for name in state.chains}
        for event, stages in program.starts.later.items():
            if any((*stage.key.split("|", 1), str(stage.index)) in pending for stage in stages):
                found.add(event)
    return heard & found


def concerned(program: CompiledProgram, workspace: CompiledProgram | None, event: str) -> Concerned:
    """Whom an event for everyone may let into a flow."""
    _, stages = program.starts.first.get(event, (None, ()))
    found: dict[Trace, None] = {}
    everybody = False
    for stage in stages:
        narrowed = traces(stage.match.where, stage.match.name)
        everybody = everybody or narrowed is None
        found.update(dict.fromkeys(narrowed or ()))
    return Concerned(tuple(found), workspace is not None and event in workspace.starts.first, everybody)


def looked_up(program: CompiledProgram) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The events and fields by which people are looked up when something happens for everyone: each wants an index."""
    everyone = {event.name for event in program.ir.events if event.everyone}
    found = [one for name in sorted(everyone) for one in concerned(program, None, name).traces]
    return tuple(dict.fromkeys((one.event, one.field) for one in found))


def inside(program: CompiledProgram, state: State, segment: str) -> bool:
    """Whether the person is in a segment of any kind now."""
    return segment in state.segments or (segment in program.lists and program.listed(state, segment))


def perhaps_inside(program: CompiledProgram, state: bytes | None, segment: str, now: int) -> bool:
    """Whether the person may be in a segment by ``now``: surely not who needs no look. Raises StateError."""
    if state is None:
        return False
    known = decode(state)
    turn = known.flips.get(segment)
    return known.program != program.version or inside(program, known, segment) or (turn is not None and turn <= now)
