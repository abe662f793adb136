"""The parts of a program made ready to run: flows, their stages and stops, segments, and where flows begin."""

from __future__ import annotations

from dataclasses import dataclass, field

from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir.renames import renames
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.code.compiler import Matcher
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.crossings import Crossing
from triggerfish.runtime.machine.schedules import Timed
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.uses import Key


@dataclass(frozen=True, slots=True)
class Window:
    """Within how long matches are counted together; what lies no further apart than ``least`` milliseconds surely is."""

    span: calendar.Span
    least: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a chain, ready to run. ``times`` is how often it must match inside ``window``."""

    flow: CompiledFlow
    start: f.StartWhen
    key: str
    index: int
    match: f.Match
    where: Function | None
    same: Function | None
    times: int
    window: Window | None

    @property
    def last(self) -> bool:
        """Whether a match of this stage enters."""
        return self.index == len(self.start.stages) - 1

    @property
    def next(self) -> f.Match:
        """The stage that follows."""
        return self.start.stages[self.index + 1]


@dataclass(frozen=True, slots=True)
class CompiledStop:
    """``stop when`` (``events``) or ``stop if`` (``test`` alone, watched by ``flip``)."""

    ir: f.Stop
    events: frozenset[str]
    test: Function | None
    flip: Function | None


@dataclass(slots=True)
class CompiledFlow:
    """``order`` is its place in the program; ``captures`` what of each caught event is worth keeping (None: all)."""

    ir: f.Flow
    version: int
    order: int
    instructions: list[Instruction]
    only_if: Function | None
    per: Function | None
    stops: tuple[CompiledStop, ...]
    stop_events: frozenset[str]
    watches: frozenset[Key]
    goal_where: Function | None
    goal_worth: Function | None
    captures: dict[str, tuple[str, ...] | None]
    stages: list[Stage] = field(default_factory=list)
    _renames: dict[int, dict[str, str]] = field(default_factory=dict)

    def renames(self, old: CompiledFlow) -> dict[str, str]:
        """What the steps of an older version are called here, where it is not the same."""
        found = self._renames.get(old.version)
        if found is None:
            found = self._renames[old.version] = renames(old.ir, self.ir)
        return found

    @property
    def sort_key(self) -> tuple[int, int]:
        """Higher priority first, then file order."""
        return -self.ir.priority, self.order


@dataclass(frozen=True, slots=True)
class CompiledSegment:
    """A segment by conditions. ``look`` says both whether ``test`` holds and when that may next change by itself."""

    name: str
    test: Function
    look: Function
    uses: frozenset[Key]


@dataclass(slots=True)
class Starts:
    """Where flows begin, by what begins them. There is no matcher where the event alone is a match."""

    first: dict[str, tuple[Matcher | None, list[Stage]]] = field(default_factory=dict)
    later: dict[str, list[Stage]] = field(default_factory=dict)
    change: dict[str, list[tuple[CompiledFlow, f.StartChange, Function | None, Function | None]]] = field(default_factory=dict)
    segment: dict[tuple[str, bool], list[tuple[CompiledFlow, f.StartSegment]]] = field(default_factory=dict)
    consent: dict[tuple[str, str], list[tuple[CompiledFlow, f.StartConsent]]] = field(default_factory=dict)
    timed: list[tuple[str, CompiledFlow, Timed]] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    crossings_using: dict[Key, list[int]] = field(default_factory=dict)
