"""One person's way through a program, from the first event to the end of time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from triggerfish.runtime.engine.everyone import for_person
from triggerfish.runtime.engine.kin import copied
from triggerfish.runtime.machine.effects import Advance, Delivery, Slot
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.crowd import Announcement, Past, Told
from triggerfish.runtime.simulation.spool import Given

Answer = Literal["ok", "fail"]
"""What every action answers."""


Question = tuple[str, Delivery]
"""Who asked, and what."""

ASKED_AT_MOST = 3
"""How often a person's rest is tried as a whole before each moment is taken by itself."""


class Way:
    """What became of one person so far.

    Nothing comes back to a person but what actions answer, so all inputs up to a moment go into one advance. An action answers at
    the moment at which it was asked, after all else that happens at that moment; ``open`` are the questions of the present one,
    with whoever asked them. ``released`` counts the entries of all people into flows with ``release``; it is asked and added to.
    """

    def __init__(self, machine: Machine, person: str, *, answer: Answer = "ok", released: Counter[Slot] | None = None) -> None:
        self.person = person
        self.state: bytes | None = None
        self.due: int | None = None
        self.listening: tuple[str, ...] = ()
        self.advances: list[Advance] = []
        self.open: list[Question] = []
        self._machine = machine
        self._answer = answer
        self._released = released

    def forward(self, inputs: Sequence[Input], until: int, *, more: bool = False) -> None:
        """Let this happen, and time pass. With ``more`` something else is to happen at the moment ``until``.

        Where an action is asked, the person goes back to before that moment, gets the answer at it, and goes on from there.
        """
        rest = self._at_open_moment(list(inputs), until, more=more)
        for _ in range(ASKED_AT_MOST):
            if self.open:
                return
            before = self.state, self.due, self.listening
            self.step(rest, until)
            asked = min((delivery.at for _, delivery in self.open), default=until)
            if asked == until:
                break
            self.state, self.due, self.listening = before
            self.advances.pop()
            self.open = []
            early = [one for one in rest if one.at < asked]
            if early or self.state is not None:
                self.step(early, asked - 1)
            rest = self._moment(rest[len(early) :], asked)
        else:
            while rest and rest[0].at < until:
                self.pass_time(rest[0].at - 1)
                rest = self._moment(rest, rest[0].at)
            self.pass_time(until - 1)
            self.step(rest, until)
        if not more:
            self.settle()

    def _at_open_moment(self, rest: list[Input], until: int, *, more: bool) -> list[Input]:
        """What happens at the moment at which questions are open comes before the answers; what is left then."""
        if not self.open:
            return rest
        moment = self.open[0][1].at
        if moment < until or not more:
            return self._moment(rest, moment)
        if rest:
            self.step(rest, until)
        return []

    def _moment(self, rest: list[Input], now: int) -> list[Input]:
        """Let a whole moment happen, with the answers; what is left of the inputs."""
        here = [one for one in rest if one.at <= now]
        self.step(here, now)
        self.settle()
        return rest[len(here) :]

    def pass_time(self, until: int) -> None:
        """Let what is due by then happen, moment by moment."""
        while self.due is not None and self.due <= until:
            before = self.due
            self.step((), before)
            self.settle()
            if self.due is not None and self.due <= before:
                return  # more at one moment than the machine does at once; it has said so

    def step(self, inputs: Sequence[Input], now: int) -> Advance:
        """Let this happen, and what is due by now; what is asked stays open. Somebody who is not there yet begins."""
        advance = self._machine.advance(self.person, self.state, inputs, now, live=False, released=self._released)
        if self._released is not None:
            self._released.update(advance.released)
        self.state, self.due = advance.state, advance.due
        if advance.listening is not None:
            self.listening = advance.listening
        self.advances.append(advance)
        self.open += [(self.person, each) for each in advance.deliveries if each.kind == "action" and each.data["reply"]]
        return advance

    def settle(self) -> None:
        """Answer what is open, and what is asked because of that."""
        while self.open:
            self.answer()

    def answer(self) -> None:
        """Answer what is open now."""
        questions, self.open = self.open, []
        for person, asked in by_urgency(questions):
            self.reply(person, asked)

    def reply(self, person: str, asked: Delivery) -> None:
        """Give the answer to a question, which this person may have asked under another name."""
        fields = {"ok": True} if self._answer == "ok" else {"ok": False, "error": "it fails in this simulation"}
        given = Input("result", asked.key, asked.at, f"{asked.key}/result", fields)
        self.step([given if person == self.person else copied(given, self.person)], asked.at)


def by_urgency(questions: Sequence[Question]) -> list[Question]:
    """Questions of one moment in the order in which they are answered."""
    return sorted(questions, key=lambda each: -each[1].urgency)


def go(
    machine: Machine, person: str, own: Sequence[Given], announcements: Sequence[Announcement], end: int, answer: Answer
) -> list[Advance]:
    """All that becomes of a person, with what happens for everyone among it."""
    way = Way(machine, person, answer=answer)
    if announcements:
        _among_others(machine, way, own, announcements, end)
    else:
        way.forward([one for _, _, one in own], end)
    return way.advances


def _among_others(machine: Machine, way: Way, own: Sequence[Given], announcements: Sequence[Announcement], end: int) -> None:
    past = Past(machine.looked_up)
    waiting: list[Input] = []
    seen = 0
    mine: Iterable[tuple[int, int, int, Input | Told]] = ((at, number, 0, one) for at, number, one in own)
    ordered = heapq.merge(mine, announcements, key=lambda each: each[:3])
    for at, _, _, found in ordered:
        if isinstance(found, Input):
            waiting.append(found)
            past.add(found)
            continue
        if found.depends:
            if waiting or way.state is not None:
                way.forward(waiting, at, more=True)
            waiting = []
            for advance in way.advances[seen:]:
                past.record(advance.recorded)
            seen = len(way.advances)
        known = bool(waiting) or way.state is not None
        if known and found.concerns(past, way.listening):
            told = for_person(found.input, way.person)
            waiting.append(told)
            past.add(told)
    if waiting or way.state is not None:
        way.forward(waiting, end)
