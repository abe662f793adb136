"""A person's past once more, with tracing on: the same machine, the same inputs, the same versions, checked against the journal.

The log keeps what came in, not the moment at which a late input or an overdue timer was handled. The journal does: each fact
has it. So the replay walks along the journal. An input is handled at its own time; where that does not give the facts that were
recorded next, it is handled when the next fact was recorded, or by a later version. Where nothing gives them, the two differ,
and that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec

from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import GRACE
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.machine.trace import Everything, Miss
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.story.record import Record
from triggerfish.runtime.story.released import recorded_counts

AT_ONCE = 64
"""So many inputs are handled in one call, as long as what comes out is what was recorded."""
FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the replay gives something else than the journal holds: what was recorded there, and what came out."""

    at: int
    recorded: Fact | None
    replayed: Fact | None


@dataclass(slots=True)
class Replayed:
    """``state`` is what it had come to, under ``version``; ``misses`` what conditions saw on the way.

    ``versions`` are the number of the first fact that a version made, and that version, in order.
    """

    state: bytes | None = None
    version: int = 1
    clock: int = 0
    misses: Everything = field(default_factory=Everything)
    difference: Difference | None = None
    followed: int = 0
    versions: list[tuple[int, int]] = field(default_factory=list)

    def version_of(self, fact: Fact) -> int | None:
        """The version that made a fact; None where the replay did not get there."""
        return next((version for first, version in reversed(self.versions) if first <= fact.number), None) if fact.number > 0 else None


class _Try(NamedTuple):
    """One way to handle something: by which version, at which moment, or each at its own time."""

    version: int
    now: int
    live: bool


def replay(record: Record, until: int | None = None) -> Replayed:
    """What happened up to a moment (None: all of it), by arrival or else by time, whichever is what was recorded."""
    given = record.given()
    by_time = sorted(given, key=lambda each: (each.input.at, each.seq))
    orders = [given, by_time] if by_time != given else [given]
    guesses = [(some, False, False) for some in orders] + [(given, True, False)]
    guesses += [(some, False, True) for some in orders] + [(given, True, True)]
    best: Replayed | None = None
    for some, after_outage, overdue_first in guesses:
        found = _Walk(record, some, until, after_outage=after_outage, overdue_first=overdue_first).walk()
        if found.difference is None:
            return found
        if best is None or found.followed > best.followed:
            best = found
    return best or Replayed()


class _Walk:
    """One way along the journal.

    ``after_outage`` takes it that inputs were handled when the next fact was recorded; ``overdue_first`` that what was overdue
    happened in a call of its own before a late input was handled, as when the runtime starts again after a replay of history.
    """

    def __init__(
        self, record: Record, given: Sequence[Logged], until: int | None, *, after_outage: bool, overdue_first: bool
    ) -> None:
        self.after_outage = after_outage
        self.overdue_first = overdue_first
        self.record = record
        self.given = given
        self.until = FOREVER if until is None else until
        self.facts = [fact for fact in record.facts if fact.number > 0 and fact.at <= self.until]
        self.now = Replayed(version=record.versions[0].number)
        self.handled: set[int] = set()
        self.quiet: list[Logged] = []
        self.before_quiet = self.now
        last = None if record.state is None else decode(record.state)
        self.last_clock = FOREVER if last is None else last.clock
        self.last_version = record.versions[-1].number if last is None else last.program
        self.released = recorded_counts(record.facts, record.newest.part(record.person).ir)

    def walk(self) -> Replayed:
        """All inputs, then the timers that the journal tells of."""
        for some in self._chunks():
            if not self._chunk(some):
                break
        while self.now.difference is None and self.now.followed < len(self.facts):
            if not self._timers() and not self._together(None):
                self._differ(None)
        if self.until != FOREVER:
            found, misses = self._advance([], _Try(self.now.version, self.until, live=False))
            if self._matches(found, self.until) and self.now.clock <= self.until:
                self._accept([], found, misses, _Try(self.now.version, self.until, live=False))
        return self.now

    # --- inputs -------------------------------------------------------------------------------------------

    def _chunks(self) -> Iterator[list[Logged]]:
        """Neighbours that can be handled in one call: on time, in order, under one version."""
        some: list[Logged] = []
        for one in self.given:
            joins = some and len(some) < AT_ONCE and not self._late(one) and not self._late(some[-1])
            if some and not (
                joins and some[-1].input.at <= one.input.at <= self.until and self._version(one) == self._version(some[-1])
            ):
                yield some
                some = []
            some.append(one)
        if some:
            yield some

    def _late(self, one: Logged) -> bool:
        """Whether it may have been handled so late that it counted as happening then. The clock has not got there if it was not."""
        return self.after_outage or (one.received - one.input.at > GRACE and self.last_clock >= one.received)

    def _version(self, one: Logged) -> int:
        """What was in force when it was stored, or what the person follows by now."""
        in_force = [each.number for each in self.record.versions if each.at <= one.received and each.number <= self.last_version]
        return max([self.now.version, *in_force])

    def _chunk(self, some: list[Logged]) -> bool:
        """Handle some inputs; False where they came after the moment wanted."""
        if some[-1].input.at > self.until:
            return False
        if len(some) == 1:
            return self._single(some[0])
        inputs = [each.input for each in some]
        way = _Try(self._version(some[0]), inputs[-1].at, live=False)
        found, misses = self._advance(inputs, way)
        if self._matches(found, way.now):
            self._accept(some, found, misses, way)
            return True
        return all(self._single(each) for each in some)

    def _single(self, one: Logged) -> bool:
        first: Advance | None = None
        while self.overdue_first and self._late(one) and self._timers():
            pass
        while True:
            for way in self._ways(one):
                found, misses = self._advance([one.input], way)
                first = first or found
                if self._matches(found, way.now if way.live and way.now - one.input.at > GRACE else one.input.at):
                    if max(way.now, self.now.clock) > self.until:
                        return False
                    self._accept([one], found, misses, way)
                    return True
            if self._together(one):
                return True
            if self.now.difference is not None or not self._timers():
                break
        self._differ(first)
        way = next(self._ways(one))
        self._accept([one], *self._advance([one.input], way), way)
        return True

    def _ways(self, one: Logged) -> Iterator[_Try]:
        """How an input may have been handled, the likeliest first."""
        own = one.input.at
        recorded = self._recorded_at()
        for version in range(self._version(one), max(self.last_version, self._version(one)) + 1):
            moments = [recorded] if recorded is not None and recorded > own else []
            late = [_Try(version, moment, live=True) for moment in [*moments, one.received] if moment > own]
            on_time = [_Try(version, own, live=False)]
            yield from [*late, *on_time] if self._late(one) else [*on_time, *late]

    def _together(self, one: Logged | None) -> bool:
        """Whether the last inputs that left no trace were handled late, with this one, when the next fact was recorded.

        The moment of an input that no fact came of is not known: taken at its own time, it may have been taken too early.
        """
        recorded = self._recorded_at()
        if recorded is None or not 0 < len(self.quiet) <= AT_ONCE:
            return False
        after, now, quiet, before = [] if one is None else [one], self.now, self.quiet, self.before_quiet
        for split in range(len(quiet)):
            self.now = replace(before, misses=Everything(before.misses), versions=[*now.versions])
            self.quiet = []
            early, late = quiet[:split], [*quiet[split:], *after]
            if early:
                way = _Try(now.version, max(each.input.at for each in early), live=False)
                self._accept(early, *self._advance([each.input for each in early], way), way)
            way = _Try(now.version, recorded, live=True)
            found, misses = self._advance([each.input for each in late], way)
            if found.facts and self._matches(found, recorded):
                self._accept(late, found, misses, way)
                return True
        self.now, self.quiet, self.before_quiet = now, quiet, before
        return False

    def _timers(self) -> bool:
        """Let what was due happen by the moment of the next fact, at its own time or late; whether that is what was recorded."""
        recorded = self._recorded_at()
        if recorded is None:
            return False
        for version in range(self.now.version, max(self.last_version, self.now.version) + 1):
            for live in (False, True):
                way = _Try(version, recorded, live)
                found, misses = self._advance([], way)
                if found.facts and self._matches(found, recorded):
                    self._accept([], found, misses, way)
                    return True
        return False

    # --- along the journal ----------------------------------------------------------------------------------

    def _recorded_at(self) -> int | None:
        """The moment of the next fact of the journal."""
        lost = self.now.difference is not None or self.now.followed >= len(self.facts)
        return None if lost else self.facts[self.now.followed].at

    def _matches(self, found: Advance, handled: int) -> bool:
        """Whether just that was recorded next, and what was recorded after it is not older than what was ``handled``."""
        if self.now.difference is not None:
            return True
        begin = self.now.followed
        end = begin + len(found.facts)
        there = self.facts[begin:end]
        if end < len(self.facts) and self.facts[end].at < handled:
            return False
        return len(there) == len(found.facts) and all(map(same, there, found.facts))

    def _differ(self, found: Advance | None) -> None:
        """From here on the replay is not what was recorded."""
        if self.now.difference is not None:
            return
        rest = self.facts[self.now.followed :]
        made = found.facts if found is not None else []
        pairs = [(recorded, replayed) for recorded, replayed in zip(rest, made, strict=False) if not same(recorded, replayed)]
        recorded = pairs[0][0] if pairs else (rest[len(made)] if len(rest) > len(made) else None)
        replayed = pairs[0][1] if pairs else (made[len(rest)] if len(made) > len(rest) else None)
        at = recorded.at if recorded is not None else replayed.at if replayed is not None else self.now.clock
        self.now.difference = Difference(at, recorded, replayed)

    def _advance(self, inputs: list[Input], way: _Try) -> tuple[Advance, Everything]:
        misses = Everything()
        machine = self.record.machine(way.version)
        lacking = machine.lacking(self.now.state)
        found = machine.advance(
            self.record.person, self.now.state, inputs, max(way.now, self.now.clock) if not inputs else way.now, live=way.live,
            misses=misses, past=self._past(lacking) if lacking else None, released=self.released,
        )
        return found, misses

    def _past(self, events: frozenset[str]) -> list[Input]:
        """What was handled so far of these events, in order of time."""
        known = [
            each for each in self.record.logged
            if each.input.kind == "event" and each.input.name in events
            and (each.seq in self.handled or (each.origin == "machine" and each.input.at <= self.now.clock))
        ]
        return [each.input for each in sorted(known, key=lambda each: (each.input.at, each.seq))]

    def _accept(self, some: Sequence[Logged], found: Advance, misses: Everything, way: _Try) -> None:
        now = self.now
        if found.facts or way.live:
            self.quiet.clear()
        elif not self.quiet:
            self.before_quiet = replace(now, misses=Everything(now.misses))
        if not (found.facts or way.live):
            self.quiet += some
        now.state, now.version = found.state, max(way.version, now.version)
        now.clock = max(now.clock, way.now)
        if found.facts and now.difference is None and (not now.versions or now.versions[-1][1] != now.version):
            now.versions.append((found.facts[0].number, now.version))
        now.followed += len(found.facts) if now.difference is None else 0
        now.misses += misses
        self.handled.update(each.seq for each in some)


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
