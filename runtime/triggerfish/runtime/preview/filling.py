"""The values a message is filled in with: a person's own, what was set by hand, and made-up ones for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.check.declare import BUILT_IN
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.types import BOOLEAN, NUMBER, TEXT, Field, Type
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.machine import scores
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.session import Session
from triggerfish.runtime.machine.state import Run
from triggerfish.runtime.machine.steps.send import Send
from triggerfish.runtime.preview import madeup

WHAT_BECAME = ("sent", "opened", "clicked", "bounced", "failed", "replied")
NOBODY = "preview"
"""The id of the made-up person."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A step that sends the message, and its flow."""

    flow: f.Flow
    step: s.Send


@dataclass(slots=True)
class Filling:
    """``context`` is what the templates see; ``made_up`` names, dotted, what of it nobody knows."""

    context: dict[str, Any]
    profile: dict[str, Any]
    made_up: list[str] = field(default_factory=list)


def senders(program: Program, message: str, channel: str) -> Iterator[Sender]:
    """The steps that send a message on a channel, in file order."""
    for flow in program.flows:
        for step in steps_inside(flow.steps):
            if isinstance(step, s.Send) and step.message == message and channel in step.channels:
                yield Sender(flow, step)


class Filler:
    """Works out what the templates of one message on one channel see.

    Args:
        machine: runs the program: values, scores and contents are worked out as when really sending.
        message: the message's name.
        channel: the channel's name.
        at: the moment, in milliseconds since 1970 UTC.
    """

    def __init__(self, machine: Machine, message: str, channel: str, at: int) -> None:
        self.machine = machine
        self.program = machine.program.ir
        self.channel = channel
        self.message = message
        self.at = at
        self.sender = next(senders(self.program, message, channel), None)
        self.events = {event.name: event.fields for event in self.program.events}
        self.values = {value.name: value.type for value in self.program.values}
        self.fields = {each.name: each for each in (*BUILT_IN, *self.program.profile)}

    def names(self) -> set[str]:
        """The paths that the templates use."""
        step = self.sender.step if self.sender is not None else _bare_send(self.message, self.channel)
        return self.machine.program.names_of(step)

    def type_of(self, path: str) -> Type | None:
        """The type of a field, value or score by its dotted name, or of what the sending flow has caught; None if unknown."""
        first, *rest = path.removeprefix("profile.").split(".")
        if first in self.fields or first in self.values:
            found: Type | None = self._type(first)
        elif self.sender is not None:
            found = caught(self.sender.flow, self.events).get(first)
        else:
            found = None
        for name in rest:
            inner = found.field(name) if found is not None else None
            found = inner.type if inner is not None else None
        return found

    def obstacle(self, person: str, state: bytes | None) -> str | None:
        """Why the message would not go out to a person now: no address, suppressed, consent withdrawn. None where it would."""
        if self.sender is None:
            return None
        session = self.machine.open(person, state, self.at)
        session.now = self.at
        for instruction in self.machine.program.flows[self.sender.flow.name].instructions:
            if isinstance(instruction, Send) and instruction.step is self.sender.step:
                refusal = instruction.refusal(session, self.channel)
                return None if refusal is None else refusal.why
        return None

    def fill(self, person: str | None, state: bytes | None, by_hand: Mapping[str, Any]) -> Filling:
        """For a person of the store, or with neither for a made-up one. What is set by hand wins."""
        session = self.machine.open(person or NOBODY, state, self.at)
        session.now = self.at
        names = self.names()
        made_up = [] if person is not None else self._make_up_person(session, names, by_hand)
        for name, value in by_hand.items():
            if name in self.fields:
                session.state.profile[name] = value
        scores.refresh(session, {key for score in self.machine.program.scores.values() for key in score.uses})
        run, invented = self._run(session, person)
        made_up += invented
        context = session.context(names, run, self._given(session, run))
        for name in sorted(names):
            made_up += self._complete(context, name.split("."), person is None, by_hand)
        for name, value in by_hand.items():
            _put(context, name.split("."), value)
        shown = [each for each in dict.fromkeys(made_up) if each not in by_hand]
        return Filling(context, session.state.profile, shown)

    # --- the person -----------------------------------------------------------------------------

    def _make_up_person(self, session: Session, names: set[str], by_hand: Mapping[str, Any]) -> list[str]:
        profile, made_up = session.state.profile, []
        for field_ in self.fields.values():
            name = field_.name
            if name in profile or name in {"id", "timezone", "language"}:
                continue
            if field_.default is not None:
                profile[name] = field_.default
                continue
            profile[name] = madeup.value(name, field_.type, self.at)
            if any(each in {name, f"profile.{name}"} or each.startswith(f"{name}.") for each in names):
                made_up.append(name)
        return [name for name in made_up if name not in by_hand]

    def _run(self, session: Session, person: str | None) -> tuple[Run, list[str]]:
        """The person's run in the sending flow, or a made-up one with all that it could have caught."""
        flow = self.sender.flow if self.sender is not None else None
        if flow is not None and person is not None:
            for run in session.state.runs:
                if run.flow == flow.name:
                    return run, []
        run = Run(0, flow.name if flow is not None else "", self.machine.program.version, None, self.at)
        if flow is None:
            return run, []
        for name, kind in caught(flow, self.events).items():
            run.vars[name] = madeup.value(name, kind, self.at)
        used = sorted(name for name in self.names() if name.split(".")[0] in run.vars)
        return run, [name for name in used if not any(name.startswith(f"{other}.") for other in used)]

    def _given(self, session: Session, run: Run) -> dict[str, Any]:
        if self.sender is None:
            return {}
        flow = self.machine.program.flows[self.sender.flow.name]
        for instruction in flow.instructions:
            if isinstance(instruction, Send) and instruction.step is self.sender.step:
                return session.evaluated(instruction.values, run)
        return {}

    # --- what is still missing ------------------------------------------------------------------

    def _complete(
        self, context: dict[str, Any], path: list[str], invent: bool, by_hand: Mapping[str, Any]  # noqa: FBT001
    ) -> list[str]:
        """Make up what the first name of a path stands for where it is unknown; a real person's fields stay unknown."""
        first = path[0]
        if first in {"content", "profile", "timezone"} or first in by_hand or (not invent and first in self.fields):
            return []
        if context.get(first) is None or (invent and first in self.values):
            kind = self._type(first)
            if len(path) > 1 and kind.kind == "text":
                kind = Type("record", fields=(Field(path[1], TEXT),))
            context[first] = madeup.value(first, kind, self.at)
            return [first]
        inner: Any = context
        for name in path[:-1]:
            inner = inner.get(name)
            if not isinstance(inner, dict):
                return []
        if first in self.fields or inner.get(path[-1]) is not None or path[-1] in {"size", "first", "last"}:
            return []
        inner[path[-1]] = madeup.value(path[-1], TEXT, self.at)
        return [".".join(path)]

    def _type(self, name: str) -> Type:
        known = self.fields.get(name)
        if known is not None:
            return known.type
        if name in self.values:
            return self.values[name]
        if name in {each.name for each in self.program.scores} | {each.name for each in self.program.models}:
            return NUMBER
        return TEXT


def caught(flow: f.Flow, events: Mapping[str, tuple[Field, ...]]) -> dict[str, Type]:
    """What a run of a flow can have caught, by name: the event that started it, and all ``as`` names."""
    found: dict[str, Type] = {}

    def note(name: str | None, fields: tuple[Field, ...]) -> None:
        if name is not None:
            known = {each.name: each for each in fields}
            known.update((each.name, each) for each in (found[name].fields if name in found else ()))
            found[name] = Type("record", fields=tuple(known.values()))

    for start in flow.starts:
        if isinstance(start, f.StartWhen):
            positive = [stage for stage in start.stages if not stage.negated]
            for stage in positive:
                note(stage.name, _fields(stage.events, events))
            note("event", _fields(positive[-1].events, events) if positive else ())
        elif isinstance(start, f.StartByHand):
            note("event", start.parameters)
        elif isinstance(start, f.StartWebhook):
            note("event", _fields((start.event,), events))
    for step in steps_inside(flow.steps):
        _note_step(step, found, note, events)
    return found


def _note_step(
    step: s.Step,
    found: dict[str, Type],
    note: Callable[[str | None, tuple[Field, ...]], None],
    events: Mapping[str, tuple[Field, ...]],
) -> None:
    match step:
        case s.WaitUpTo():
            for branch in step.branches:
                if isinstance(branch, s.EventBranch):
                    note(branch.name or step.name, (Field("happened", BOOLEAN), *_fields(branch.events, events)))
        case s.Collect():
            found[step.name] = Type("list", item=Type("record", fields=_fields(step.events, events)))
        case s.Send():
            note(step.name, tuple(Field(each, BOOLEAN) for each in WHAT_BECAME))
        case s.Do():
            note(step.name, (Field("ok", BOOLEAN),))
        case s.ForEach(items=x.Variable(name=name, path=path)):
            kind: Type | None = found.get(name)
            for each in path:
                inner = kind.field(each) if kind is not None else None
                kind = inner.type if inner is not None else None
            found[step.item] = kind.item if kind is not None and kind.item is not None else TEXT
        case _:
            return


def _fields(names: tuple[str, ...], events: Mapping[str, tuple[Field, ...]]) -> tuple[Field, ...]:
    return tuple({each.name: each for name in names for each in events.get(name, ())}.values())


def _bare_send(message: str, channel: str) -> s.Send:
    """A step for a message that no flow sends."""
    at = s.Where("", 0, "")
    return s.Send(at, (channel,), None, message, None, False, False, None, None, None, (), None)


def _put(context: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        inner = context.get(name)
        context[name] = inner = dict(inner) if isinstance(inner, dict) else {}
        context = inner
    context[path[-1]] = value
