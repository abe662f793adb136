"""Everything that is kept of one person, as far as an explanation wants it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from triggerfish.runtime.engine.kin import copied
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.store.outbox import Posted
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.handled import Handling, Step


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the program, and since when it has been in force."""

    number: int
    at: int
    hash: str = ""


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
        handling: finds when what was handled.
        waiting: what of the log has not been handled yet.
        announced: looks up what happened for everyone.
        kin: looks up what was handled under a name that was merged into this one.
        changes: how often the state was changed so far; where it is another number by now, something has happened meanwhile.
        namesakes: other profiles that have an address of this one, by address.
    """

    person: str
    facts: Sequence[Fact]
    logged: Sequence[Logged]
    posted: Sequence[Posted]
    state: bytes | None
    versions: Sequence[Version]
    machine: Callable[[int], Machine]
    handling: Handling
    waiting: Sequence[Logged] = field(default=())
    announced: Callable[[], Sequence[Logged]] = field(default=tuple)
    kin: Callable[[str], Iterable[Logged]] = field(default=lambda _: ())
    changes: int = 0
    namesakes: Mapping[str, str] = field(default_factory=dict)

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
        refused = {fact.data.get("id") for fact in self.facts if fact.number < 0}
        return [each for each in self._taken() if each.input.id not in refused]

    def steps(self) -> list[Step]:
        """What was given to the machine, batch by batch, that included which was set aside."""
        return self.handling.steps(self._taken(), self.in_force)

    def in_force(self, moment: int) -> int:
        """The version that was in force at a moment."""
        return max((each.number for each in self.versions if each.at <= moment), default=self.versions[0].number)

    def past(self, events: Collection[str], known: Collection[str]) -> list[Input]:
        """What had happened of these events when the inputs of the ``known`` ids had: in order of time, under other names as well."""
        mine = [each for each in self.logged if each.input.id in known]
        others: dict[str, Logged] = {}
        names = [each.input.name for each in mine if each.input.kind == "merge"]
        for name in names:
            others.update((each.input.id, each) for each in self.kin(name))
        copies = {*others, *(each.input.id for each in self.logged)}
        for to in {self.person, *(each.person for each in others.values())}:
            others = {id_: each for id_, each in others.items() if copied(each.input, to).id not in copies}
        found = [
            *sorted(mine, key=lambda each: (each.input.at, each.seq)), *sorted(others.values(), key=lambda each: (each.input.at, each.seq))
        ]  # fmt: skip
        wanted = [each.input for each in found if each.input.kind == "event" and each.input.name in events]
        return sorted(wanted, key=lambda each: each.at)

    def _taken(self) -> list[Logged]:
        """What came in and was handled, or set aside."""
        told = {event.name for event in self.newest.program.ir.events if event.everyone}
        waiting = {each.seq for each in self.waiting}
        copy = f" for {self.person}"  # what came under another name, before that was noted
        return [
            each for each in self.logged
            if (each.batch is not None or each.origin != "machine" or each.input.kind == "enter segment" or each.input.name in told
                or each.input.id.endswith(copy))
            and each.input.kind != "alias"
            and each.seq not in waiting
        ]


def read(store: Store, person: str, machine: Callable[[int], Machine]) -> Record:
    """A person's record. Where nothing has been deployed yet there is one version, 1, of the folder's program."""
    cell = store.profiles.load([person]).get(person)
    logged = store.events.of_person(person)
    places = _places(store, person, logged)
    versions = [Version(each.version, each.deployed_at, each.hash) for each in store.programs.versions()] or [Version(1, 0)]
    shard = store.shards.of(person)
    position = store.cursors.positions([shard])[shard]
    return Record(
        person, store.journal.of_person(person), sorted(logged, key=lambda each: places.get(each.input.id, each.seq)),
        store.outbox.of_person(person), cell.state if cell else None, versions, machine,
        Handling(person, store.batches, shard, places, workspace=person == WORKSPACE),
        [each for each in logged if each.origin != "machine" and not _handled(each, position)],
        lambda: store.events.of_person(NOBODY), lambda name: _kin(store, name), cell.version if cell else 0,
        _namesakes(store, person, cell.state if cell else None),
    )  # fmt: skip


def changed_since(store: Store, record: Record) -> bool:
    """Whether anything has happened to the person since the record was read."""
    cell = store.profiles.load([record.person]).get(record.person)
    return (cell.version if cell else 0) != record.changes


def _namesakes(store: Store, person: str, state: bytes | None) -> dict[str, str]:
    """Who else has the e-mail address by now; the latest statement about it is known."""
    address = None if state is None else decode(state).profile.get("email")
    found = store.identities.find("email", [address.lower()]) if isinstance(address, str) else {}
    return {value: profile for value, profile in found.items() if profile != person}


def _places(store: Store, person: str, logged: Iterable[Logged]) -> dict[str, int]:
    """Of what came under another name the place at which it came, by id."""
    copy = f" for {person}"
    came = {each.input.id: each.input.id.removesuffix(copy) for each in logged if each.input.id.endswith(copy)}
    numbers = store.events.known(list(came.values())) if came else {}
    return {id_: numbers[other] for id_, other in came.items() if other in numbers}


def _kin(store: Store, name: str) -> Iterator[Logged]:
    """What was handled under a name, and under those that were merged into it."""
    shard = store.shards.of(name)
    position = store.cursors.positions([shard])[shard]
    yield from (each for each in store.events.of_person(name) if each.origin == "machine" or _handled(each, position))
    for other in store.profiles.merged_into([name]):
        yield from _kin(store, other)


def _handled(one: Logged, position: Position) -> bool:
    if position.replaying and position.seq < one.seq <= position.top:
        return (one.input.at, one.seq) <= (position.at, position.row)
    return one.seq <= position.seq
