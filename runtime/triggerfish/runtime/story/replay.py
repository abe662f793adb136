"""A person's past once more, with tracing on: the same machine, the same inputs, the same versions, checked against the journal.

The store keeps what came in, and of each batch when it was handled, and by which version. So the machine is called as it was
then: with the same inputs together, at the same moments, for what was due as well. What comes out is compared with the
journal all along, and the state in the end with the one that is stored; where they differ, that is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import msgspec

from triggerfish.runtime.engine.turn import PUT_OFF
from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import GRACE
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.machine.trace import Everything, Miss
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.story.handled import MERGING, Step
from triggerfish.runtime.story.record import Record
from triggerfish.runtime.story.released import recorded_counts


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the replay gives something else than was recorded: what was recorded there, and what came out; neither where it is the state."""

    at: int
    recorded: Fact | None
    replayed: Fact | None


@dataclass(slots=True)
class Replayed:
    """``state`` is what it had come to, under ``version``; ``misses`` what conditions saw on the way.

    ``followed`` is how many facts of the journal came out again; ``versions`` are the number of the first fact that a version
    made, and that version, in order. ``handled`` are the ids of all that was given, or caused.
    """

    state: bytes | None = None
    version: int = 1
    misses: Everything = field(default_factory=Everything)
    difference: Difference | None = None
    followed: int = 0
    versions: list[tuple[int, int]] = field(default_factory=list)
    handled: set[str] = field(default_factory=set)

    def version_of(self, fact: Fact) -> int | None:
        """The version that made a fact; None where the replay did not get there."""
        return next((version for first, version in reversed(self.versions) if first <= fact.number), None) if fact.number > 0 else None


def replay(record: Record, until: int | None = None) -> Replayed:
    """What happened up to a moment (None: all of it)."""
    return _Replay(record, until).run()


class _Replay:
    def __init__(self, record: Record, until: int | None) -> None:
        self.record = record
        self.until = until
        self.now = Replayed(version=record.versions[0].number)
        self.due: int | None = None
        self.done = 0
        self.facts = {fact.number: fact for fact in record.facts if fact.number > 0}
        self.first = min(self.facts, default=1)
        self.made = 0
        self.refused = {fact.data.get("id") for fact in record.facts if fact.number < 0}
        self.put_off = {fact.at for fact in record.facts if fact.number < 0 and fact.data.get("what") == "timers"}
        self.rest: list[Step] = []
        self.retired = False
        self.over = False

    def run(self) -> Replayed:
        """Everything, in the order in which it was handled."""
        self.rest = self.record.steps()
        early = any(not step.known for step in self.rest)
        while self.rest and not self.over:
            self._ticks(self.rest[0].number)
            if not self.over:
                self._step(self.rest.pop(0))
        self._ticks(None)
        if early and not self.over:
            self._unknown_ticks()
        if not self.over:
            self._end()
        return self.now

    def _ticks(self, before: int | None) -> None:
        while not self.over and before != 0 and self.now.state is not None:
            tick = self.record.handling.tick(self.due, after=self.done, before=before)
            if tick is None:
                return
            self._step(tick)

    def _step(self, step: Step) -> None:
        """All that a batch held for this person, unless the moment wanted comes before."""
        if self._deployed_later(step):
            self.over = True
            return
        self.done = max(self.done, step.number)
        for group in step.groups:
            now = step.now if step.now is not None else group[-1].input.at
            if self.until is None or now <= self.until:
                self._group(step, group, now)
            elif not self._part(step, group, now, self.until):
                self.over = True
                return

    # --- as it was -------------------------------------------------------------------------------------------

    def _group(self, step: Step, group: Sequence[Logged], now: int) -> None:
        version = self._version(step)
        if not group:
            self._timers(version, now, live=step.live)
        elif group[0].input.kind in MERGING:
            self.retired = self.retired or group[0].input.kind == "merged"
            if self.retired and self.now.state is not None:
                self._take(self._advance((), version, now, live=step.live), version)
            self._take(self._advance([one.input for one in group], version, now, live=step.live), version)
        elif not self.retired:  # what comes in under this name later is somebody else's
            self._inputs(step, group, version, now)
        self.now.handled.update(one.input.id for one in group)

    def _inputs(self, step: Step, group: Sequence[Logged], version: int, now: int) -> None:
        if not any(one.input.id in self.refused for one in group):
            try:
                self._take(self._advance([one.input for one in group], version, now, live=step.live), version)
            except Exception:  # noqa: BLE001, S110 - as it was then: they are tried one by one
                pass
            else:
                return
        for one in group:
            if one.input.id in self.refused:
                continue
            with suppress(Exception):  # it was set aside then, too
                self._take(self._advance([one.input], version, one.input.at if step.now is None else now, live=step.live), version)

    def _timers(self, version: int, now: int, *, live: bool) -> None:
        done = False
        if now not in self.put_off:
            with suppress(Exception):  # it failed then, too
                self._take(self._advance((), version, now, live=live), version)
                done = True
        if not done or (self.due is not None and self.due <= now):
            self.due = now + PUT_OFF

    def _version(self, step: Step) -> int:
        return max(step.program or self.now.version, self.now.version)

    def _advance(self, inputs: Sequence[Input], version: int, now: int, *, live: bool) -> tuple[Advance, Everything]:
        misses = Everything()
        machine = self.record.machine(version)
        lacking = machine.lacking(self.now.state)
        released = recorded_counts(self._ahead(), machine.part(self.record.person).ir) if machine.releases else None
        found = machine.advance(
            self.record.person, self.now.state, inputs, now, live=live, misses=misses,
            past=self.record.past(lacking, self.now.handled) if lacking else None, released=released,
        )
        return found, misses

    def _ahead(self) -> list[Fact]:
        return [fact for number, fact in self.facts.items() if number > self.made]

    def _take(self, advanced: tuple[Advance, Everything], version: int) -> None:
        found, misses = advanced
        now = self.now
        for fact in found.facts:
            self._compare(fact)
        now.state, now.version, self.due = found.state, version, found.due
        if found.facts and now.difference is None and (not now.versions or now.versions[-1][1] != version):
            now.versions.append((found.facts[0].number, version))
        now.misses += misses
        now.handled.update(event.id for event in found.recorded)

    # --- up to a moment ---------------------------------------------------------------------------------------

    def _deployed_later(self, step: Step) -> bool:
        """Whether time was not the clock's, and what was done is that a version was put in force after the moment wanted."""
        if self.until is None or step.live or any(step.groups) or self._version(step) == self.now.version:
            return False
        until, version = self.until, self._version(step)
        return not any(one.input.at <= until for each in self.rest for group in each.groups for one in group) and any(
            each.number == version and each.at > until for each in self.record.versions
        )

    def _part(self, step: Step, group: Sequence[Logged], now: int, until: int) -> bool:
        """Of what was handled after the moment wanted, that which counts as having happened before; whether that was all of it.

        What was handled in time happened at its own moment, what was late when it was handled.
        """
        before, due = replace(self.now, misses=Everything(self.now.misses), handled={*self.now.handled}), self.due
        version = self._version(step)
        self._group(step, group, now)
        whole = decode(self.now.state).clock <= until if self.now.state is not None else False
        self.now = replace(self.now, state=before.state, version=before.version, misses=before.misses, handled=before.handled)
        if step.live and due is not None and due <= until and now - due > GRACE:
            return False
        inputs = []
        for one in group:
            if one.input.at > until or (step.live and now - one.input.at > GRACE):
                break
            inputs.append(one.input)
        timers = due is not None and due <= until and version == before.version
        if inputs or timers:
            found, misses = self._advance(inputs, version, until, live=False)
            self.now = replace(self.now, state=found.state, version=version, misses=Everything([*before.misses, *misses]))
            self.due = found.due
            self.now.handled.update([*(one.id for one in inputs), *(event.id for event in found.recorded)])
        return whole and len(inputs) == len(group)

    # --- what was recorded ------------------------------------------------------------------------------------

    def _compare(self, fact: Fact) -> None:
        self.made = max(self.made, fact.number)
        if self.now.difference is not None or fact.number < self.first:
            return
        recorded = self.facts.get(fact.number)
        if recorded is not None and same(recorded, fact):
            self.now.followed += 1
        else:
            self.now.difference = Difference(fact.at if recorded is None else recorded.at, recorded, fact)

    def _unknown_ticks(self) -> None:
        """What was due before batches were kept, after the last input: the state tells until when it happened."""
        last = 0 if self.record.state is None else decode(self.record.state).clock
        if self.now.state is not None and last > decode(self.now.state).clock:
            self._timers(self.now.version, last if self.until is None else min(last, self.until), live=False)

    def _next(self) -> Fact | None:
        """What was recorded next."""
        return min(self._ahead(), key=lambda fact: fact.number, default=None)

    def _end(self) -> None:
        """Nothing more was recorded, and the state is the one that is stored."""
        if self.now.difference is not None:
            return
        rest = self._next()
        if rest is not None:
            self.now.difference = Difference(rest.at, rest, None)
        elif not _same_state(self.record.state, self.now.state):
            clock = decode(self.record.state).clock if self.record.state is not None else 0
            self.now.difference = Difference(clock, None, None)


def _same_state(stored: bytes | None, made: bytes | None) -> bool:
    if stored is None or made is None:
        return stored is made
    return stored == made or decode(stored) == decode(made)


def same(recorded: Fact, replayed: Fact) -> bool:
    """Whether two facts say the same; in which words they say why does not matter."""
    if recorded == replayed:
        return True
    here, there = (
        (fact.at, fact.kind, fact.flow, fact.run, fact.step, fact.line, {**fact.data, "why": ""}) for fact in (recorded, replayed)
    )
    return here == there or msgspec.json.encode(here) == msgspec.json.encode(there)


def missed(replayed: Replayed, until: int | None) -> list[Miss]:
    """What conditions saw up to a moment."""
    return [miss for miss in replayed.misses if until is None or miss.at <= until]
