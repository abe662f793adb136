"""Everything that is kept of one person, as far as an explanation wants it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.everyone import NOBODY
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.store.outbox import Posted
from triggerfish.runtime.store.store import Store


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the program, and since when it has been in force."""

    number: int
    at: int


@dataclass(frozen=True, slots=True)
class Record:
    """One person.

    Args:
        facts: the journal.
        logged: the event log, by arrival, what the machine recorded itself included.
        posted: the outbox.
        state: the stored state, None if there is none.
        versions: the program's versions, the oldest first; at least one.
        machine: runs one of them.
        waiting: what of the log has not been handled yet.
        announced: looks up what happened for everyone.
    """

    person: str
    facts: Sequence[Fact]
    logged: Sequence[Logged]
    posted: Sequence[Posted]
    state: bytes | None
    versions: Sequence[Version]
    machine: Callable[[int], Machine]
    waiting: Sequence[Logged] = field(default=())
    announced: Callable[[], Sequence[Logged]] = field(default=tuple)

    @property
    def newest(self) -> Machine:
        """The machine of the version in force."""
        return self.machine(self.versions[-1].number)

    @property
    def cleared(self) -> bool:
        """Whether the beginning is no longer there: it was older than is kept."""
        numbers = [fact.number for fact in self.facts if fact.number > 0]
        if self.state is None or (not numbers and not self.logged):
            return False
        state = decode(self.state)
        began = state.profile.get("created_at", state.clock)
        return (min(numbers, default=1) > 1) or all(each.input.at > began for each in self.logged)

    def zone(self) -> ZoneInfo:
        """The person's zone as it is now."""
        return self.newest.part(self.person).zone(State() if self.state is None else decode(self.state))

    def given(self) -> list[Logged]:
        """What came in and was handled: not what the machine caused itself, but what it was told for everyone."""
        told = {event.name for event in self.newest.program.ir.events if event.everyone}
        refused = {fact.data.get("id") for fact in self.facts if fact.number < 0}
        waiting = {each.seq for each in self.waiting}
        copy = f" for {self.person}"  # what came under another name
        return [
            each for each in self.logged
            if (each.origin != "machine" or each.input.kind == "enter segment" or each.input.name in told or each.input.id.endswith(copy))
            and each.input.kind != "alias"
            and each.seq not in waiting and each.input.id not in refused
        ]


def read(store: Store, person: str, machine: Callable[[int], Machine]) -> Record:
    """A person's record. Where nothing has been deployed yet there is one version, 1, of the folder's program."""
    cell = store.profiles.load([person]).get(person)
    logged = _in_place(store, person)
    versions = [Version(each.version, each.deployed_at) for each in store.programs.versions()] or [Version(1, 0)]
    position = store.cursors.positions([store.shards.of(person)])[store.shards.of(person)]
    return Record(
        person, store.journal.of_person(person), logged, store.outbox.of_person(person), cell.state if cell else None,
        versions, machine, [each for each in logged if each.origin != "machine" and not _handled(each, position)],
        lambda: store.events.of_person(NOBODY),
    )  # fmt: skip


def _in_place(store: Store, person: str) -> list[Logged]:
    """A person's log by arrival. What came under another name has the place at which it came."""
    logged, copy = store.events.of_person(person), f" for {person}"
    came = {each.input.id: each.input.id.removesuffix(copy) for each in logged if each.input.id.endswith(copy)}
    if not came:
        return logged
    numbers = store.events.known(list(came.values()))
    placed = [each._replace(seq=numbers.get(came.get(each.input.id, ""), each.seq)) for each in logged]
    return sorted(placed, key=lambda each: each.seq)


def _handled(one: Logged, position: Position) -> bool:
    if position.replaying and position.seq < one.seq <= position.top:
        return (one.input.at, one.seq) <= (position.at, position.row)
    return one.seq <= position.seq
