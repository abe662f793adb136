"""Steps that change what is known of a person, and steps that cause other things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.signals import ConsentChanged, EnterFlow, Happened
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run

Values = Sequence[tuple[str, Function]]


class SetField(Instruction):
    """``set plan to "pro"``; an unknown value clears the field."""

    def __init__(self, at: Where, field: tuple[str, ...], value: Function | None) -> None:
        super().__init__(at)
        self.field = field
        self.value = value

    def perform(self, session: Session, run: Run) -> int | None:
        value = session.ask(self.value, run) if self.value else None
        shown = session.shown(value, self.field[0])
        if not session.only_noted(run, self.at, {"set": ".".join(self.field), "to": shown}):
            session.set_field(self.field, value)
            session.fact("set", run, self.at, {"field": ".".join(self.field), "to": shown})
        return self.index + 1


class AddTo(Instruction):
    """``add 10 to lead_score``: adding to unknown starts at 0, adding unknown changes nothing."""

    def __init__(self, at: Where, field: tuple[str, ...], amount: Function, *, score: bool) -> None:
        super().__init__(at)
        self.field = field
        self.amount = amount
        self.score = score

    def perform(self, session: Session, run: Run) -> int | None:
        amount = session.ask(self.amount, run)
        name = ".".join(self.field)
        if amount is None or session.only_noted(run, self.at, {"add": amount, "to": name}):
            return self.index + 1
        if self.score:
            session.add_to_score(self.field[0], amount)
        else:
            before = session.field(self.field)
            session.set_field(self.field, (before if isinstance(before, int | float) else 0) + amount)
        session.fact("set", run, self.at, {"field": name, "added": amount})
        return self.index + 1


class Record(Instruction):
    """``record trial_ended with reason: "x"``."""

    def __init__(self, at: Where, event: str, values: Values) -> None:
        super().__init__(at)
        self.event = event
        self.values = values

    def perform(self, session: Session, run: Run) -> int | None:
        if not session.only_noted(run, self.at, {"record": self.event}):
            fields = session.evaluated(self.values, run)
            session.fact("recorded", run, self.at, {"event": self.event})
            session.record(Happened(self.event, fields, session.now, session.key(run, self)))
        return self.index + 1


class Consent(Instruction):
    """``subscribe to T by C`` / ``unsubscribe from T``."""

    def __init__(self, at: Where, topic: str, channels: tuple[str, ...], *, subscribe: bool) -> None:
        super().__init__(at)
        self.topic = topic
        self.channels = channels
        self.subscribe = subscribe

    def perform(self, session: Session, run: Run) -> int | None:
        how = "subscribes" if self.subscribe else "unsubscribes"
        if not session.only_noted(run, self.at, {how: self.topic}):
            session.state_consent(ConsentChanged(self.topic, self.channels, how), session.now)
        return self.index + 1


class Membership(Instruction):
    """``join segment S`` / ``leave segment S``."""

    def __init__(self, at: Where, segment: str, *, join: bool) -> None:
        super().__init__(at)
        self.segment = segment
        self.join = join

    def perform(self, session: Session, run: Run) -> int | None:
        if not session.only_noted(run, self.at, {"join" if self.join else "leave": self.segment}):
            session.set_membership(self.segment, entered=self.join)
        return self.index + 1


class Do(Instruction):
    """``do plugin.action with …``: the run goes on when the result is there."""

    def __init__(self, at: Where, step: s.Do, arguments: Values, names: frozenset[str]) -> None:
        super().__init__(at)
        self.step = step
        self.arguments = arguments
        self.names = names

    def perform(self, session: Session, run: Run) -> int | None:
        if session.only_noted(run, self.at, {"do": self.step.action}):
            if self.step.name:
                run.vars[self.step.name] = {"ok": True}
            return self.index + 1
        key = session.key(run, self)
        session.deliver(
            Delivery(
                key, "action", self.step.action, session.now, run.flow, self.at.id, run.id, session.urgency(run),
                {"arguments": session.evaluated(self.arguments, run), "reply": True},
                session.context(self.names, run, {}),
            )
        )
        session.fact("done", run, self.at, {"action": self.step.action, "key": key})
        run.wait = ["reply", key]
        session.rest(run, self.at, None)
        return None

    def elapsed(self, session: Session, run: Run) -> int | None:
        return self.index + 1 if run.wait == ["answered"] else None

    def replied(self, session: Session, run: Run, fields: dict[str, Any]) -> int | None:
        if self.step.name:
            became = {name: fields[name] for name in ("ok", "error") if name in fields}
            answer = Happened(self.step.action, fields, session.now, self.step.name)
            run.vars[self.step.name] = {**session.captured(run, self.step.name, answer), **became}
        session.fact("resumed", run, self.at, {"by": "result", "ok": fields.get("ok"), "error": fields.get("error")})
        return self.index + 1


class Enter(Instruction):
    """``enter flow X with k: v``; ``… for segment S`` leaves it to the shell to tell everybody in it."""

    def __init__(self, at: Where, flow: str, values: Values, segment: str | None) -> None:
        super().__init__(at)
        self.flow = flow
        self.values = values
        self.segment = segment

    def perform(self, session: Session, run: Run) -> int | None:
        if session.only_noted(run, self.at, {"enter": self.flow}):
            return self.index + 1
        values, key = session.evaluated(self.values, run), session.key(run, self)
        if self.segment is None:
            session.emit(EnterFlow(self.flow, values, key))
        else:
            session.wide.append(Input("enter segment", self.flow, session.now, key, {"segment": self.segment, "with": values}))
            session.fact("brought", run, self.at, {"flow": self.flow, "segment": self.segment})
        return self.index + 1


class Exit(Instruction):
    """``exit "reason"``: leaves the whole flow."""

    def __init__(self, at: Where, reason: str) -> None:
        super().__init__(at)
        self.reason = reason

    def perform(self, session: Session, run: Run) -> int | None:
        session.leave(run, "exit", detail=self.reason)
        return None
