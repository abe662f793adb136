"""What happens for everyone, and whom of them it concerns: as the engine finds them, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.engine.everyone import lookup
from triggerfish.runtime.machine import everyone
from triggerfish.runtime.machine.effects import Recorded
from triggerfish.runtime.machine.history import dig
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.candidates import Lookup

Wide = tuple[int, int, int, Input]
"""When, the arrival it belongs to (-1: what a wait's end brought about, before what arrived at that moment), 1 for what came of that, and what."""


class Past:
    """What one person did, as far as others may be looked for by it."""

    def __init__(self, wanted: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._fields: dict[str, list[tuple[str, ...]]] = {}
        for event, field in wanted:
            self._fields.setdefault(event, []).append(field)
        self._found: dict[tuple[str, tuple[str, ...]], list[tuple[int, Any]]] = {}

    def add(self, one: Input) -> None:
        """Remember something that happened."""
        if one.kind == "event":
            self._add(one.name, one.at, one.fields)

    def record(self, recorded: Iterable[Recorded]) -> None:
        """Remember what the program itself recorded."""
        for one in recorded:
            self._add(one.name, one.at, one.fields)

    def take_over(self, other: Past) -> None:
        """Remember what somebody did who turned out to be this person."""
        for name, kept in other._found.items():
            self._found.setdefault(name, []).extend(kept)

    def has(self, wanted: Lookup) -> bool:
        """Whether there was such an event."""
        kept = self._found.get((wanted.event, wanted.field), ())
        return any(at > wanted.since and (not wanted.field or value == wanted.value) for at, value in kept)

    def _add(self, name: str, at: int, fields: dict[str, Any]) -> None:
        for field in self._fields.get(name, ()):
            self._found.setdefault((name, field), []).append((at, dig(fields, field) if field else None))
            if field:
                self._found.setdefault((name, ()), []).append((at, None))


class Told:
    """One thing that happened for everyone. ``depends``: whom it concerns depends on where people are just then."""

    def __init__(self, machine: Machine, given: Input, heard: frozenset[str], made: frozenset[str]) -> None:
        self.input = given
        self._everybody = given.kind == "enter segment"
        self._lookups: list[Lookup] = []
        self.depends = False
        if self._everybody:
            return  # whoever is not in the segment stays where they are
        concerned = machine.concerned(given.name)
        self._everybody = concerned.everybody
        self._lookups = [found for trace in concerned.traces if (found := lookup(trace, given)) is not None]
        self.depends = given.name in heard or any(each.event in made for each in self._lookups)

    def concerns(self, past: Past, listening: Sequence[str]) -> bool:
        """Whether a person with this past, who waits for these events, is told."""
        return self._everybody or self.input.name in listening or any(past.has(each) for each in self._lookups)


class Announcement(NamedTuple):
    """``Told`` in its place among all that happens."""

    at: int
    number: int
    after: int
    told: Told


def announcements(machine: Machine, wide: Sequence[Wide]) -> list[Announcement]:
    """What happens for everyone, ready to be asked whom it concerns; in order."""
    if not wide:
        return []
    heard = everyone.heard(machine.program, (machine.program.ir,))
    made = _made(machine.program.ir)
    return [Announcement(at, number, after, Told(machine, one, heard, made)) for at, number, after, one in sorted(wide, key=lambda each: each[:3])]


def _made(program: Program) -> frozenset[str]:
    """The events that the program itself records."""
    recorded = {step.event for flow in program.flows for step in steps_inside(flow.steps) if isinstance(step, s.RecordEvent)}
    return frozenset(recorded | {event.name for event in program.events if event.channel is not None})
