"""Going through everybody to see what a newer program would do to them; nothing is changed.

Each chunk of people is counted by itself, and counts add up, so that chunks may be counted anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.moving import REMOVED
from triggerfish.runtime.machine.state import Run, State, decode
from triggerfish.runtime.store.store import Store

CHUNK = 1_000
SAMPLE = 5
"""How many ids are kept of each group of people."""

Place = tuple[str, int, str]
"""A flow, the version of it that people are in, and the id of the step they rest at."""


@dataclass(slots=True)
class Group:
    """People who share a fate: how many, and the first few ids."""

    count: int = 0
    people: list[str] = field(default_factory=list)

    def take(self, person: str) -> None:
        """One more."""
        self.count += 1
        if len(self.people) < SAMPLE:
            self.people.append(person)

    def add(self, other: Group) -> None:
        """The people of another chunk."""
        self.count += other.count
        self.people = [*self.people, *other.people][:SAMPLE]


@dataclass(slots=True)
class Fate:
    """Who rests at one place: ``to`` are the steps of the new version they would go on at with ``--move``.

    ``orphans`` could go nowhere, ``over`` are those whose wait would be over at once, ``left`` leave whatever is done.
    """

    inside: Group = field(default_factory=Group)
    to: dict[str, int] = field(default_factory=dict)
    orphans: Group = field(default_factory=Group)
    over: int = 0
    left: int = 0


@dataclass(slots=True)
class Census:
    """Counts of some people or of all."""

    people: int = 0
    unreadable: int = 0
    fates: dict[Place, Fate] = field(default_factory=dict)
    come: dict[str, Group] = field(default_factory=dict)
    go: dict[str, Group] = field(default_factory=dict)
    scores: Counter[str] = field(default_factory=Counter)
    entering: Counter[str] = field(default_factory=Counter)
    events: int = 0
    used: set[int] = field(default_factory=set)

    def add(self, other: Census) -> None:
        """The counts of another chunk."""
        self.people += other.people
        self.unreadable += other.unreadable
        self.events += other.events
        self.used |= other.used
        self.scores.update(other.scores)
        self.entering.update(other.entering)
        for mine, theirs in ((self.come, other.come), (self.go, other.go)):
            for name, group in theirs.items():
                mine.setdefault(name, Group()).add(group)
        for place, fate in other.fates.items():
            here = self.fates.setdefault(place, Fate())
            here.inside.add(fate.inside)
            here.orphans.add(fate.orphans)
            here.over += fate.over
            here.left += fate.left
            for step, count in fate.to.items():
                here.to[step] = here.to.get(step, 0) + count


def census(
    store: Store,
    machine: Machine,
    now: int,
    past: Callable[[list[str], frozenset[str]], dict[str, list[Input]]],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Census:
    """Everybody, as the machine of the program to come would take them over at ``now``. Raises StoreUnavailable."""
    found, after, total = Census(), "", store.profiles.count()
    while ids := store.profiles.ids(after=after, limit=CHUNK):
        cells = store.profiles.load(ids)
        states = {person: state for person in ids if (state := cells[person].state if person in cells else None) is not None}
        lacking = {person: events for person, state in states.items() if (events := machine.lacking(state))}
        known = past(list(lacking), frozenset().union(*lacking.values())) if lacking else {}
        found.add(count(machine, states, {person: known.get(person, []) for person in lacking}, now))
        after = ids[-1]
        progress(found.people, total)
    return found


def count(machine: Machine, states: Mapping[str, bytes], past: Mapping[str, Sequence[Input]], now: int) -> Census:
    """One chunk. Whoever cannot be taken over is counted as unreadable and nothing else."""
    found = Census()
    for person, data in states.items():
        found.people += 1
        try:
            before = decode(data)
            session = machine.open(person, data, max(now, before.clock), past.get(person))
        except Exception:  # noqa: BLE001 - one person's bug must not hide the others
            found.unreadable += 1
            continue
        found.events += len(past.get(person, ()))
        after = session.state
        found.used |= {run.version for run in before.runs} | {aim.version for aim in before.aims}
        _memberships(found, person, before, after)
        for name, points in after.scores.items():
            was = before.scores.get(name)
            score = machine.program.scores[name]
            if was is None or len(score.ir.rules) <= max(was.active, default=-1) or score.shown(was) != score.shown(points):
                found.scores[name] += 1
        found.entering.update(fact.flow for fact in session.facts if fact.kind == "entered")
        gone = {fact.run for fact in session.facts if fact.kind == "exited" and fact.data.get("reason") != REMOVED}
        for run in before.runs:
            if run.parent is None:
                _fate(found, machine, person, run, {each.id: each for each in after.runs}, gone, now)
    return found


def _memberships(found: Census, person: str, before: State, after: State) -> None:
    for name in after.segments.keys() - before.segments.keys():
        found.come.setdefault(name, Group()).take(person)
    for name in before.segments.keys() - after.segments.keys():
        found.go.setdefault(name, Group()).take(person)


def _fate(
    found: Census, machine: Machine, person: str, run: Run, after: Mapping[int, Run], gone: Iterable[int], now: int
) -> None:
    flow = machine.program.flow(run.flow, run.version)
    step = flow.instructions[run.pc].at.id if flow is not None else ""
    fate = found.fates.setdefault((run.flow, run.version, step), Fate())
    fate.inside.take(person)
    now_is = after.get(run.id)
    if run.id in gone:
        fate.left += 1
    elif now_is is None or now_is.version != machine.program.version:
        fate.orphans.take(person)
    else:
        new = machine.program.flows[run.flow]
        name = new.instructions[now_is.pc].at.id
        fate.to[name] = fate.to.get(name, 0) + 1
        due = now_is.due
        fate.over += due is not None and due <= now and (run.due is None or run.due > now)
