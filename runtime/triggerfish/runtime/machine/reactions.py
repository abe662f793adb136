"""What each event touches, worked out once per program: an event costs what concerns it, however large the program is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.program import EventPoints
from triggerfish.runtime.machine.code.compiler import Matcher
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.history import Log, Totals
from triggerfish.runtime.machine.scores import CompiledScore
from triggerfish.runtime.machine.uses import Key

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a score that this event may give points by."""

    score: CompiledScore
    index: int
    points: EventPoints
    test: Function | None


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one event touches.

    ``key`` is what conditions depend on that look at the event. ``channel`` is set for the runtime's own events: the channel and what
    became of the message. ``held`` says that ``while`` points depend on the event, ``segments`` which segments look at it,
    ``crosses`` whether a value with a threshold does, ``starts`` whether a start or a stage of a chain waits for it.
    """

    key: Key | None = None

    history: tuple[Matcher, list[Log | Totals]] | None = None
    channel: tuple[str, str] | None = None
    rules: tuple[Rule, ...] = ()
    held: bool = False
    segments: tuple[str, ...] = ()
    crosses: bool = False
    starts: bool = False


NOTHING = Reaction()


def reactions(program: CompiledProgram) -> dict[str, Reaction]:
    """The reactions of a program whose segments, scores and history are compiled, by event."""
    starts = program.starts
    events = {*program.history, *program.channel_events, *starts.first, *starts.later}
    events |= {event for score in program.scores.values() for event in score.events}
    events |= {name for score in program.scores.values() for kind, name in score.uses if kind == "event"}
    events |= {name for kind, name in (*program.segments_using, *starts.crossings_using) if kind == "event"}
    return {
        event: Reaction(
            ("event", event),
            program.history.get(event),
            program.channel_events.get(event),
            tuple(_rules(program, event)),
            any(("event", event) in score.uses for score in program.scores.values()),
            tuple(program.segments_using.get(("event", event), ())),
            ("event", event) in starts.crossings_using,
            event in starts.first or event in starts.later,
        )
        for event in events
    }


def _rules(program: CompiledProgram, event: str) -> list[Rule]:
    return [
        Rule(score, index, rule, score.tests[index])
        for score in program.scores.values()
        for index, rule in enumerate(score.ir.rules)
        if isinstance(rule, EventPoints) and rule.event == event
    ]
