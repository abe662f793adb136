"""When a schedule fires next, and until when a wait would last: said behind its line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.check import schedules
from triggerfish.dsl.check.policy import minutes
from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.source import Sources
from triggerfish.dsl.check.symbols import Symbols
from triggerfish.dsl.ir.steps import MomentRule
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.outside import Outside
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Remark:
    """``text`` stands behind the line; ``more`` is shown when one points at it."""

    text: str
    more: str


class Coming:
    """What is to be said of the moments in one flow."""

    def __init__(self, flow: tf.Flow, document: Document, outside: Outside) -> None:
        state = document.state
        self._outside = outside
        texts = {piece.path: piece.text for piece in state.pieces() if piece.path == flow.span.file}
        self._context = Context(Symbols(state.catalog), Report(), Sources((), texts.get))
        own = [line.zone.value for line in flow.headers if isinstance(line, tf.FlowTimezone)]
        policies = [line for one in state.declared.others if isinstance(one, td.Policy) for line in one.lines]
        shared = [line.zone.value for line in policies if isinstance(line, td.PolicyTimezone)]
        self._zone = next(iter([*own, *shared]), "UTC")
        if own:
            self._more = f"In {self._zone}, the zone of this flow."
        else:
            whose = "the policy" if shared else "a project whose policy names none"
            self._more = f"In {self._zone}, the zone of {whose}. For each person it is that time where they live."

    def of(self, node: Any) -> Remark | None:
        """The remark on a part of a flow, if it has a moment."""
        match node:
            case tf.StartSchedule():
                start, _ = schedules.schedule(node, self._context)
                found = self._outside.coming(start, self._zone)
                return Remark(f"next {_shown(found)}", self._more) if found is not None else None
            case tf.StartOn():
                return self._away(node.moment.date, node.moment.hour * 60 + node.moment.minute)
            case ts.WaitUntil(date=tx.Date(date=day), clock=clock):
                return self._away(day, minutes(clock) if clock is not None else 0)
            case ts.WaitUntil(date=tx.Moment(date=day, hour=hour, minute=minute), clock=clock):
                return self._away(day, minutes(clock) if clock is not None else hour * 60 + minute)
            case ts.WaitUntil(date=None):
                return self._wait(node)
            case _:
                return None

    def _wait(self, node: ts.WaitUntil) -> Remark | None:
        days = tuple(ts.WEEKDAYS.index(day) for day in node.weekdays)
        begin, end = (minutes(clock) if clock is not None else None for clock in (node.clock, node.clock_end))
        found = self._outside.coming(MomentRule(None, None, days, begin, end), self._zone)
        if found is None:
            return None
        if found <= self._outside.local(self._zone):
            return Remark("reached now: goes on at once", self._more)
        return Remark(f"reached now: until {_shown(found)}", self._more)

    def _away(self, day: dt.date, clock: int) -> Remark:
        now = self._outside.local(self._zone)
        if dt.datetime.combine(day, dt.time(clock // 60, clock % 60)) < now:
            return Remark("has passed", self._more)
        days = (day - now.date()).days
        text = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
        return Remark(text, self._more)


def _shown(moment: dt.datetime) -> str:
    return f"{_DAYS[moment.weekday()]} {moment:%Y-%m-%d} {moment.hour}:{moment:%M}"
