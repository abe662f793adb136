"""People who turn out to be one person: gone through side by side, and merged at the moment at which the engine does it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence

from triggerfish.runtime.engine.everyone import for_person
from triggerfish.runtime.engine.kin import copied, older
from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.merging import carried
from triggerfish.runtime.simulation.crowd import Announcement, Past, Told
from triggerfish.runtime.simulation.spool import Given
from triggerfish.runtime.simulation.way import Answer, Way


class Homes:
    """Profiles that are no more than other names by now, and whose names they are."""

    def __init__(self) -> None:
        self.into: dict[str, str] = {}

    def home(self, name: str) -> str:
        """The profile that what is about this name belongs to."""
        while name in self.into:
            name = self.into[name]
        return name

    def unite(self, person: str, alias: Input, way: Callable[[str], Way]) -> tuple[str, str] | None:
        """Merge two profiles as the engine does; which was given up, and which goes on. None where that was done before."""
        other, survivor = person, self.home(alias.name)
        if self.home(other) != other or other == survivor or {other, survivor} & {NOBODY, WORKSPACE}:
            return None
        if alias.fields.get("elder") and older(way(other).state, way(survivor).state):
            other, survivor = survivor, other
        theirs, mine = way(other), way(survivor)
        if theirs.state is not None:
            theirs.step((), alias.at)
            mine.step([Input("merge", other, alias.at, f"{alias.id} for {survivor}", carried(theirs.state or b""))], alias.at)
        theirs.step([Input("merged", survivor, alias.at, f"{alias.id} for {other}", {})], alias.at)
        mine.open, theirs.open = [*mine.open, *theirs.open], []
        self.into[other] = survivor
        return other, survivor


class _Member:
    """A profile on its way: what it did so far, and what is to be given to it next."""

    def __init__(self, way: Way, past: Past) -> None:
        self.way = way
        self.past = past
        self._waiting: list[Input] = []
        self._seen = 0

    @property
    def known(self) -> bool:
        """Whether there is such a profile by now."""
        return bool(self._waiting) or self.way.state is not None

    def give(self, one: Input) -> None:
        """Let this happen when it is moved on."""
        self._waiting.append(one)
        self.past.add(one)

    def move(self, until: int, *, more: bool = False) -> None:
        """Let happen what was given, and time pass. With ``more`` something else is to happen at the moment ``until``."""
        if self.known:
            self.way.forward(self._waiting, until, more=more)
            self._waiting = []
            for advance in self.way.advances[self._seen :]:
                self.past.record(advance.recorded)
            self._seen = len(self.way.advances)


class Family:
    """All who may turn out to be one person, from the first event to the end of time."""

    def __init__(self, machine: Machine, answer: Answer) -> None:
        self.homes = Homes()
        self._machine = machine
        self._answer = answer
        self._members: dict[str, _Member] = {}

    def go(self, own: Mapping[str, Sequence[Given]], announcements: Sequence[Announcement], end: int) -> dict[str, list[Advance]]:
        """What becomes of each of these names; ``own`` is what happened to them, in order of time."""
        for at, _, _, person, found in _in_order(own, announcements):
            if isinstance(found, Told):
                self._announce(found, at)
            elif found.kind == "alias":
                self._unite(person, found)
            else:
                home = self.homes.home(person)
                self._member(home).give(found if home == person else copied(found, home))
        for member in self._members.values():
            member.move(end)
        return {name: member.way.advances for name, member in self._members.items()}

    @property
    def people(self) -> int:
        """How many people they turned out to be."""
        return sum(1 for name, member in self._members.items() if member.known and name not in self.homes.into)

    def _member(self, name: str) -> _Member:
        found = self._members.get(name)
        if found is None:
            way = Way(self._machine, name, answer=self._answer)
            found = self._members[name] = _Member(way, Past(self._machine.looked_up))
        return found

    def _announce(self, told: Told, at: int) -> None:
        for name, member in self._members.items():
            if name in self.homes.into:
                continue
            if told.depends:
                member.move(at, more=True)
            if member.known and told.concerns(member.past, member.way.listening):
                member.give(for_person(told.input, name))

    def _unite(self, person: str, alias: Input) -> None:
        # The elder of the two may be who is given up, so both are brought to that moment.
        for name in (person, self.homes.home(alias.name)):
            self._member(name).move(alias.at, more=True)
        united = self.homes.unite(person, alias, lambda name: self._member(name).way)
        if united is not None:
            other, survivor = united
            self._member(survivor).past.take_over(self._member(other).past)


def _in_order(
    own: Mapping[str, Sequence[Given]], announcements: Sequence[Announcement]
) -> Iterator[tuple[int, int, int, str, Input | Told]]:
    mine = sorted((at, number, 0, person, one) for person, some in own.items() for at, number, one in some)
    theirs = ((at, number, after, NOBODY, told) for at, number, after, told in announcements)
    return heapq.merge(mine, theirs, key=lambda each: each[:3])
