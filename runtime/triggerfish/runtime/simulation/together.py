"""Everybody together, moment by moment: what one person does may take the room of another, or concern all of them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from triggerfish.runtime.engine.everyone import for_person
from triggerfish.runtime.engine.kin import copied
from triggerfish.runtime.machine.effects import Advance, Slot
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.crowd import Announcement, Past, Wide, announcements
from triggerfish.runtime.simulation.family import Homes
from triggerfish.runtime.simulation.spool import Given, given
from triggerfish.runtime.simulation.way import Answer, Question, Way, by_urgency

Keep = Callable[[str, Sequence[Advance]], None]
"""Takes what became of somebody, a piece at a time."""

LAST = 2**62
"""Comes after all that arrives at a moment."""


class Together:
    """A simulation in which all are at the same moment. Its memory holds the events of everybody, packed."""

    def __init__(self, machine: Machine, answer: Answer, keep: Keep, progress: Callable[[int], None] = lambda _: None) -> None:
        self._machine = machine
        self._answer = answer
        self._keep = keep
        self._progress = progress
        self.events = 0
        self._released: Counter[Slot] | None = Counter() if machine.releases else None
        self._ways: dict[str, Way] = {}
        self._pasts: dict[str, Past] = {}
        self._due: list[tuple[int, str]] = []
        self._questions: list[Question] = []
        self._moment = 0
        self.homes = Homes()

    def run(
        self, people: Iterable[tuple[str, Sequence[bytes]]], shared: Sequence[tuple[str, Given]], span: tuple[int, int, int]
    ) -> None:
        """From the first moment to the last, with the one from which on events are counted between; all in milliseconds."""
        first, since, end = span
        order: list[tuple[int, int, str, bytes | Input]] = [(at, number, who, one) for who, (at, number, one) in shared]
        for person, frames in people:
            order += [(at, number, person, frame) for frame in frames for at, number, _ in given((frame,), end)]
        order.sort(key=lambda each: each[:2])
        if self._machine.workspace is not None:
            self._step(self._way(WORKSPACE), None, first)
        for done, (at, number, person, packed) in enumerate(order):
            if at > end:
                break
            self._pass_time(at)
            one = packed if isinstance(packed, Input) else given((packed,), end)[0][2]
            if person == NOBODY:
                self._announce(announcements(self._machine, [(at, number, 0, one)]))
            elif one.kind == "alias":
                self._unite(person, one)
            else:
                home = self.homes.home(person)
                self._happen(home, one if home == person else copied(one, home))
            self.events += at >= since and one.kind != "alias"
            self._progress(done)
        self._pass_time(end)
        self._answer_before(LAST)

    @property
    def people(self) -> int:
        """How many people there were; who turned out to be one person count once."""
        return sum(1 for name in self._pasts if self._ways[name].state is not None)

    def _pass_time(self, until: int) -> None:
        while self._due and self._due[0][0] <= until:
            self._answer_before(self._due[0][0])
            due, person = heapq.heappop(self._due)
            way = self._ways[person]
            if way.due == due:
                self._step(way, None, due)
                if way.due is not None and way.due <= due:
                    way.due = None  # more at one moment than the machine does at once; it has said so
        self._answer_before(until)

    def _answer_before(self, moment: int) -> None:
        """What was asked at a moment is answered when it is over."""
        while self._questions and self._moment < moment:
            questions, self._questions = by_urgency(self._questions), []
            for person, asked in questions:
                way = self._way(self.homes.home(person))
                way.reply(person, asked)
                self._moved(way, asked.at)

    def _happen(self, person: str, one: Input) -> None:
        way = self._way(person)
        past = self._pasts.get(person)
        if past is not None:
            past.add(one)
        self._step(way, one, one.at)

    def _step(self, way: Way, one: Input | None, now: int) -> None:
        way.step(() if one is None else [one], now)
        self._moved(way, now)

    def _unite(self, person: str, alias: Input) -> None:
        united = self.homes.unite(person, alias, self._way)
        if united is not None:
            other, survivor = united
            self._pasts[survivor].take_over(self._pasts.pop(other))
            for name in united:
                self._moved(self._ways[name], alias.at)

    def _moved(self, way: Way, now: int) -> None:
        made, way.advances = way.advances, []
        self._questions, way.open = [*self._questions, *way.open], []
        self._moment = now
        if way.due is not None:
            heapq.heappush(self._due, (way.due, way.person))
        past = self._pasts.get(self.homes.home(way.person))
        if past is not None:
            for advance in made:
                past.record(advance.recorded)
        self._keep(way.person, made)
        wide = [each for advance in made for each in advance.wide]
        if wide:
            self._announce(announcements(self._machine, [(now, 0, 1, each) for each in wide]))

    def _announce(self, told: Sequence[Announcement]) -> None:
        for announcement in told:
            one = announcement.told.input
            for person in sorted(self._pasts):
                if self._ways[person].state is not None and announcement.told.concerns(self._pasts[person], self._ways[person].listening):
                    self._happen(person, for_person(one, person))
            if self._machine.workspace is not None and one.kind == "event" and one.name in self._machine.workspace.program.inputs:
                self._happen(WORKSPACE, for_person(one, WORKSPACE))

    def _way(self, person: str) -> Way:
        way = self._ways.get(person)
        if way is None:
            way = self._ways[person] = Way(self._machine, person, answer=self._answer, released=self._released)
            if person != WORKSPACE:
                self._pasts[person] = Past(self._machine.looked_up)
        return way


def workspace(machine: Machine, shared: Sequence[tuple[str, Given]], first: int, end: int, answer: Answer) -> tuple[list[Advance], list[Wide]]:
    """What the flows for the workspace do, and what happens for everyone: from outside, and by them."""
    wide: list[Wide] = [(at, number, 0, one) for who, (at, number, one) in shared if who == NOBODY and at <= end]
    if machine.workspace is None:
        return [], wide
    way = Way(machine, WORKSPACE, answer=answer)
    wide += [(first, -1, 1, each) for each in way.step((), first).wide]
    heard = machine.workspace.program.inputs
    for who, (at, number, one) in sorted(shared, key=lambda each: each[1][:2]):
        if at > end:
            break
        if who == WORKSPACE or one.name in heard:
            wide += _passed(way, at)
            told = one if who == WORKSPACE else for_person(one, WORKSPACE)
            wide += [(at, number, 1, each) for each in way.step([told], at).wide]
    wide += _passed(way, end)
    wide += _settled(way)
    return way.advances, wide


def _passed(way: Way, until: int) -> list[Wide]:
    """What waits that end by then bring about, and answers to what was asked before."""
    found = _settled(way) if way.open and way.open[0][1].at < until else []
    while way.due is not None and way.due <= until:
        due = way.due
        found += [(each.at, -1, 1, each) for each in way.step((), due).wide]
        if due < until:
            found += _settled(way)
        if way.due is not None and way.due <= due:
            break  # more at one moment than the machine does at once; it has said so
    return found


def _settled(way: Way) -> list[Wide]:
    seen = len(way.advances)
    way.settle()
    return [(each.at, LAST, 1, each) for advance in way.advances[seen:] for each in advance.wide]
