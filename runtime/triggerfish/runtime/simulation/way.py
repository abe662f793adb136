"""One person's way through a program, from the first event to the end of time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from triggerfish.runtime.engine.everyone import for_person
from triggerfish.runtime.machine.effects import Advance, Delivery, Slot
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.crowd import Announcement, Past, Told
from triggerfish.runtime.simulation.spool import Given

Answer = Literal["ok", "fail"]
"""What every action answers."""


ASKED_AT_MOST = 3
"""How often a person's rest is tried as a whole before each moment is taken by itself."""


class Way:
    """What became of one person so far.

    Nothing comes back to a person but what actions answer, so all inputs up to a moment go into one advance. ``released``
    counts the entries of all people into flows with ``release``; it is asked and added to.
    """

    def __init__(self, machine: Machine, person: str, *, answer: Answer = "ok", released: Counter[Slot] | None = None) -> None:
        self.person = person
        self.state: bytes | None = None
        self.due: int | None = None
        self.listening: tuple[str, ...] = ()
        self.advances: list[Advance] = []
        self._machine = machine
        self._answer = answer
        self._released = released

    def forward(self, inputs: Sequence[Input], until: int) -> None:
        """Let this happen, and time pass.

        Where an action asks for an answer, the person goes back to before that moment, gets the answer at it, and goes on from there.
        """
        rest = list(inputs)
        for _ in range(ASKED_AT_MOST):
            before = self.state, self.due, self.listening
            advance = self._advance(rest, until)
            asked = min((each.at for each in advance.deliveries if _awaited(each)), default=None)
            if asked is None:
                return
            self.state, self.due, self.listening = before
            self.advances.pop()
            early = [one for one in rest if one.at < asked]
            rest = rest[len(early) :]
            if early or self.state is not None:
                self._advance(early, asked - 1)
            self.pass_time(asked)
            while rest and rest[0].at <= asked:
                self.take(rest.pop(0))
        for one in rest:
            self.pass_time(one.at)
            self.take(one)
        self.pass_time(until)

    def take(self, one: Input) -> list[Advance]:
        """Let one thing happen at its moment."""
        return self._answered([one], one.at)

    def pass_time(self, until: int) -> None:
        """Let what is due by then happen, moment by moment."""
        while self.due is not None and self.due <= until:
            before = self.due
            self.moment(before)
            if self.due is not None and self.due <= before:
                return  # more at one moment than the machine does at once; it has said so

    def moment(self, now: int) -> list[Advance]:
        """Let happen what is due at that moment; somebody who is not there yet begins."""
        return self._answered((), now)

    def _answered(self, inputs: Sequence[Input], now: int) -> list[Advance]:
        made = [self._advance(inputs, now)]
        for advance in made:
            made += [self._advance([each], each.at) for each in answers(advance, self._answer)]
        return made

    def _advance(self, inputs: Sequence[Input], now: int) -> Advance:
        advance = self._machine.advance(self.person, self.state, inputs, now, live=False, released=self._released)
        if self._released is not None:
            self._released.update(advance.released)
        self.state, self.due = advance.state, advance.due
        if advance.listening is not None:
            self.listening = advance.listening
        self.advances.append(advance)
        return advance


def answers(advance: Advance, answer: Answer) -> list[Input]:
    """What comes back at once from the actions that a run waits for."""
    fields = {"ok": True} if answer == "ok" else {"ok": False, "error": "it fails in this simulation"}
    return [
        Input("result", each.key, each.at, f"{each.key}/result", dict(fields))
        for each in advance.deliveries
        if _awaited(each)
    ]


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
                way.forward(waiting, at)
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


def _awaited(delivery: Delivery) -> bool:
    return delivery.kind == "action" and bool(delivery.data["reply"])
