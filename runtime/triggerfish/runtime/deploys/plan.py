"""What putting a program in force would change: in data, to be shown, saved and checked against."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from triggerfish.dsl.check.declare import BUILT_IN
from triggerfish.dsl.ir.codec import loads, program_hash
from triggerfish.dsl.ir.compare import differences
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.deploys.census import Census, census
from triggerfish.runtime.deploys.steps import header_differences, sends, step_differences
from triggerfish.runtime.deploys.vanished import Vanished
from triggerfish.runtime.engine.programs import OlderPrograms
from triggerfish.runtime.machine.deploy import Deploy, Orphans
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.programs import Deployed
from triggerfish.runtime.store.store import Store

FORMAT = 1


class Basis(msgspec.Struct, frozen=True):
    """The version in force that a plan starts from."""

    version: int
    hash: str


class Wishes(msgspec.Struct, frozen=True):
    """What a deploy was asked to do with the people inside; see ``machine.deploy.Deploy``."""

    move: bool = False
    orphans: Orphans | None = None
    enter_members: bool = False


class Changed(msgspec.Struct, frozen=True):
    """See ``ir.compare.Difference``."""

    kind: str
    name: str
    change: str


class StepPlan(msgspec.Struct, frozen=True):
    """See ``steps.StepDifference``."""

    change: str
    old: str | None
    new: str | None
    before: str | None
    after: str | None


class PeoplePlan(msgspec.Struct, frozen=True):
    """Who rests at a step of one version, and what ``--move`` would do: ``goes_on`` maps steps of the new version to counts.

    ``orphans`` could go on nowhere; ``over_at_once`` counts those whose wait would be over; ``leave`` those who leave whatever
    is done. ``fails`` is what may lie before those who finish that version and is no longer there: ``email reminder`` without the message
    or its part for that channel, ``do crm.note`` without the plugin.
    """

    version: int
    step: str
    text: str
    count: int
    people: list[str]
    goes_on: dict[str, int]
    orphans: int
    orphan_people: list[str]
    over_at_once: int
    leave: int
    fails: list[str] = []


class FlowPlan(msgspec.Struct, frozen=True):
    """``change`` is ``added``, ``removed``, ``changed`` or ``same``; ``gone``: an earlier deploy took it out, and people are in it yet."""

    name: str
    change: str
    headers: list[str]
    steps: list[StepPlan]
    sends_added: list[str]
    sends_removed: list[str]
    inside: int
    people: list[PeoplePlan]


class SegmentPlan(msgspec.Struct, frozen=True):
    """Who would be in a segment and is not, and the other way round, without any flow starting."""

    name: str
    come: int
    come_people: list[str]
    go: int
    go_people: list[str]


class Plan(msgspec.Struct, frozen=True):
    """``program`` is the hash of the program to come, ``events_to_read`` how many events of the log fill new windows.

    ``scores`` maps scores to the people whose figure changes, ``would_enter`` flows to those who would enter with
    ``--enter-members``; ``used`` are the versions that people still follow.
    """

    format: int
    in_force: Basis | None
    program: str
    options: Wishes
    people: int
    changes: list[Changed]
    flows: list[FlowPlan]
    segments: list[SegmentPlan]
    scores: dict[str, int]
    would_enter: dict[str, int]
    events_to_read: int
    unreadable: int
    used: list[int]
    settling: bool

    @property
    def orphans(self) -> int:
        """How many people could go on nowhere in the new version."""
        return sum(each.orphans for flow in self.flows for each in flow.people)

    @property
    def same(self) -> bool:
        """Whether the program in force is this one already."""
        return self.in_force is not None and self.in_force.hash == self.program


def make_plan(
    store: Store,
    program: Program,
    wishes: Wishes,
    *,
    now: int,
    functions: Mapping[str, Any],
    actions: Collection[str] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Plan:
    """Compare a program with the one in force and look at everybody. Raises StoreUnavailable and InvalidProgramError.

    ``actions`` are those that plugins bring; None where that is not known.
    """
    newest = store.programs.newest()
    if newest is None:
        changes = _changes(Program(profile=BUILT_IN), program)
        flows = [_flow_plan(flow.name, None, flow, {}) for flow in program.flows]
        return Plan(FORMAT, None, program_hash(program), wishes, store.profiles.count(), changes, flows, [], {}, {}, 0, 0, [], False)
    before = loads(newest.ir)
    listed = store.programs.versions()
    older = OlderPrograms(store.programs, newest.version + 1)
    deploys = {each.version: each.options for each in listed}
    found = _look(store, program, newest, deploys, older, now, functions, progress)
    return Plan(
        FORMAT, Basis(newest.version, newest.hash), program_hash(program), wishes, found.people,
        _changes(before, program),
        list(_flow_plans(before, program, found, older, Vanished(program, actions))), _segments(found),
        {name: count for name, count in sorted(found.scores.items()) if count},
        dict(sorted(found.entering.items())), found.events, found.unreadable,
        followed(found.used, newest.version, deploys), listed[-1].settling,
    )


def _changes(before: Program, after: Program) -> list[Changed]:
    """What the files say differently; the events and addresses that channels bring along are nobody's change."""
    brought = {("event", each.name) for program in (before, after) for each in program.events if each.channel is not None}
    brought |= {("profile field", field) for program in (before, after) for field in program.addresses.values()}
    return [
        Changed(each.kind, each.name, each.change)
        for each in differences(before, after)
        if each.change == "changed" or (each.kind, each.name) not in brought
    ]


def followed(used: set[int], newest: int, deploys: Mapping[int, Deploy]) -> list[int]:
    """The versions that must stay at hand when people follow the ``used`` ones and come in under the newest."""
    through = {version for version, deploy in deploys.items() if deploy.move and version > min(used, default=newest)}
    return sorted({*used, newest, *through})


def _look(
    store: Store, program: Program, newest: Deployed, deploys: Mapping[int, Deploy], older: OlderPrograms, now: int,
    functions: Mapping[str, Any], progress: Callable[[int, int], None],
) -> Census:
    used = newest.options.used
    trial = Deploy(move=True, enter_members=True, used=None if used is None else (*used, newest.version))
    version = newest.version + 1
    machine = Machine(program, older, version, functions, deploys={**deploys, version: trial})
    return census(store, machine, now, store.events.past, progress)


def _flow_plans(
    before: Program, after: Program, found: Census, older: Mapping[int, Program], vanished: Vanished
) -> list[FlowPlan]:
    old, new = {flow.name: flow for flow in before.flows}, {flow.name: flow for flow in after.flows}
    inside: dict[str, dict[tuple[int, str], PeoplePlan]] = {}
    for (name, version, step), fate in sorted(found.fates.items()):
        flow = next((each for each in older[version].flows if each.name == name), None) if version in older else None
        text = next((each.at.text for each in steps_inside(flow.steps) if each.at.id == step), step) if flow else step
        inside.setdefault(name, {})[version, step] = PeoplePlan(
            version, step, text, fate.inside.count, fate.inside.people, dict(sorted(fate.to.items())),
            fate.orphans.count, fate.orphans.people, fate.over, fate.left, vanished.before(flow, step) if flow is not None else [],
        )
    return [_flow_plan(name, old.get(name), new.get(name), inside.get(name, {})) for name in sorted({*old, *new, *inside})]


def _flow_plan(name: str, old: Flow | None, new: Flow | None, people: Mapping[tuple[int, str], PeoplePlan]) -> FlowPlan:
    headers: list[str] = []
    steps: list[StepPlan] = []
    if old is not None and new is not None:
        headers = header_differences(old, new)
        steps = [StepPlan(each.change, each.old, each.new, each.before, each.after) for each in step_differences(old, new)]
    change = "added" if old is None else "removed" if new is None else "changed" if headers or steps else "same"
    if old is None and new is None:
        change = "gone"
    added, removed = sorted(sends(new) - sends(old)), sorted(sends(old) - sends(new))
    inside = sum(each.count for each in people.values())
    return FlowPlan(name, change, headers, steps, added, removed, inside, list(people.values()))


def _segments(found: Census) -> list[SegmentPlan]:
    plans = []
    for name in sorted({*found.come, *found.go}):
        come, go = found.come.get(name), found.go.get(name)
        plans.append(
            SegmentPlan(
                name, come.count if come else 0, come.people if come else [], go.count if go else 0, go.people if go else []
            )
        )
    return plans
