"""Waiting: for a time, until a moment, for events and conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.expressions import Expr
from triggerfish.dsl.ir.steps import MomentRule, Where
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.trace import Miss
from triggerfish.runtime.machine.uses import Key

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.signals import Happened
    from triggerfish.runtime.machine.state import Run


class WaitFor(Instruction):
    """``wait 2 days``: days and longer keep local time and follow a person who changes zone."""

    def __init__(self, at: Where, duration: Function) -> None:
        super().__init__(at)
        self.duration = duration

    def perform(self, session: Session, run: Run) -> int | None:
        span = session.ask(self.duration, run)
        if span is None:
            session.leave(run, "unknown duration")
            return None
        due = self._end(session, run, span, session.now)
        if due <= session.now:
            return self.index + 1
        session.rest(run, self.at, due)
        return None

    @staticmethod
    def _end(session: Session, run: Run, span: tuple[int, int, int], since: int) -> int:
        zone = session.zone(run)
        target = calendar.local_step(since, span, zone)
        if target is not None:
            run.wait = ["local", target.isoformat()]
            return calendar.moment(target, zone)
        run.wait = ["moment"]
        return calendar.step(since, span, zone)

    def taken_over(self, session: Session, run: Run) -> None:
        span = session.ask(self.duration, run)
        if span is not None:
            run.due = max(self._end(session, run, span, run.wait_since), session.now)

    def elapsed(self, session: Session, run: Run) -> int | None:
        return self.index + 1

    def moved(self, session: Session, run: Run, field: str) -> None:
        if field == "timezone" and run.wait and run.wait[0] == "local":
            run.due = calendar.moment(dt.datetime.fromisoformat(run.wait[1]), session.zone(run))


class WaitUntil(Instruction):
    """``wait until monday at 9:00``: a moment at or after now; one that has passed does not wait."""

    def __init__(self, at: Where, rule: MomentRule, date: Function | None, fields: frozenset[str]) -> None:
        super().__init__(at)
        self.rule = rule
        self.date = date
        self.fields = fields

    def perform(self, session: Session, run: Run) -> int | None:
        due = self.moment(session, run, session.now)
        if due is None:
            session.leave(run, "unknown date")
            return None
        if due <= session.now:
            return self.index + 1
        run.wait = self.waiting(session, run, due)
        session.rest(run, self.at, due)
        return None

    def taken_over(self, session: Session, run: Run) -> None:
        due = self.moment(session, run, run.wait_since)
        if due is not None:
            run.wait = self.waiting(session, run, due)
            run.due = max(due, session.now)

    def waiting(self, session: Session, run: Run, due: int) -> list[str]:
        """How the moment is kept, so that it can move with its field or with the person's zone."""
        return ["field"] if self.date else ["local", calendar.local(due, session.zone(run)).isoformat()]

    def elapsed(self, session: Session, run: Run) -> int | None:
        return self.index + 1

    def moved(self, session: Session, run: Run, field: str) -> None:
        if field != "timezone" and field not in self.fields:
            return
        if run.wait and run.wait[0] == "local":
            run.due = calendar.moment(dt.datetime.fromisoformat(run.wait[1]), session.zone(run))
            return
        due = self.moment(session, run, run.wait_since)
        if due is None:
            session.leave(run, "unknown date")
        else:
            run.due = max(due, session.now)

    def moment(self, session: Session, run: Run, now: int) -> int | None:
        """The moment as things stand now; None where its date is unknown."""
        zone = session.zone(run)
        if self.date is None:
            return next_clock(now, self.rule, zone)
        value = session.ask(self.date, run)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                day = dt.date.fromisoformat(value)
            except ValueError:
                return None
        elif self.rule.clock is None:
            return int(value)
        else:
            day = calendar.today(value, zone)
        return calendar.clock(day, self.rule.clock or 0, zone)


def next_clock(now: int, rule: MomentRule, zone: ZoneInfo) -> int:
    """The first moment at or after now with the rule's weekday and clock time; now itself inside its window.

    A window across midnight belongs to the day on which it begins.
    """
    today = calendar.today(now, zone)
    for ahead in range(-1, 9):
        day = calendar.add_days(today, ahead)
        if rule.weekdays and day.weekday() not in rule.weekdays:
            continue
        begin = calendar.clock(day, rule.clock or 0, zone)
        if begin >= now:
            return begin
        if rule.clock_end is not None:
            last = day if rule.clock_end > (rule.clock or 0) else calendar.add_days(day, 1)
            if now < calendar.clock(last, rule.clock_end, zone):
                return now
        if rule.clock is None and rule.clock_end is None and ahead == 0:
            return now
    return now


@dataclass(slots=True)
class EventArm:
    """``for E where C as NAME`` of a wait."""

    events: frozenset[str]
    where: Function | None
    name: str | None
    line: int
    condition: Expr | None
    target: int = 0


@dataclass(slots=True)
class ConditionArm:
    """``until C`` of a wait."""

    test: Function
    flip: Function | None
    line: int
    condition: Expr
    target: int = 0


class WaitUpTo(Instruction):
    """``wait up to 2 days`` for events or until conditions: the first that comes true decides."""

    def __init__(
        self, at: Where, duration: Function, arms: Sequence[EventArm | ConditionArm], name: str | None, watches: frozenset[Key]
    ) -> None:
        super().__init__(at)
        self.duration = duration
        self.arms = arms
        self.name = name
        self.watches = watches
        self.events = frozenset(event for arm in arms if isinstance(arm, EventArm) for event in arm.events)
        self.otherwise = 0

    def perform(self, session: Session, run: Run) -> int | None:
        if self.name:
            run.vars[self.name] = {"happened": False}
        now_true = self.holds(session, run)
        if now_true is not None:
            return now_true
        span = session.ask(self.duration, run)
        if span is None:
            session.leave(run, "unknown duration")
            return None
        due = calendar.window_end(session.now, span, session.zone(run))
        if due <= session.now:
            return self.elapsed(session, run)
        run.wait = ["moment"]
        session.rest(run, self.at, due)
        return None

    def taken_over(self, session: Session, run: Run) -> None:
        if self.name:
            run.vars.setdefault(self.name, {"happened": False})
        span = session.ask(self.duration, run)
        if span is not None:
            run.wait = ["moment"]
            run.due = max(calendar.window_end(run.wait_since, span, session.zone(run)), session.now)

    def elapsed(self, session: Session, run: Run) -> int | None:
        session.fact("resumed", run, self.at, {"by": "time"})
        return self.otherwise

    def happened(self, session: Session, run: Run, event: Happened) -> int | None:
        if event.at < run.entered:
            return None
        for arm in self.arms:
            if not isinstance(arm, EventArm) or event.name not in arm.events:
                continue
            if arm.where is None or arm.where(session.state, session.now, event.fields, run):
                for name in (self.name, arm.name):
                    if name:
                        run.vars[name] = {**session.captured(run, name, event), "happened": True}
                session.fact("resumed", run, self.at, {"by": event.name}, line=arm.line)
                return arm.target
            miss = Miss(session.now, run.flow, arm.line, self.at.text, (), self.at.id, event.name, "wait")
            session.asked(arm.condition, run, miss, event.fields)
        return None

    def holds(self, session: Session, run: Run) -> int | None:
        for arm in self.arms:
            if isinstance(arm, ConditionArm) and arm.test(session.state, session.now, None, run):
                if self.name:
                    run.vars[self.name] = {"happened": True}
                session.fact("resumed", run, self.at, {"by": "condition"}, line=arm.line)
                return arm.target
        return None

    def turns(self, session: Session, run: Run) -> int | None:
        moments = [
            arm.flip(session.state, session.now, None, run)
            for arm in self.arms
            if isinstance(arm, ConditionArm) and arm.flip is not None
        ]
        return min((moment for moment in moments if moment is not None), default=None)
