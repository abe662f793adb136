"""``collect``: a digest of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.steps.waits import WaitUntil

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.signals import Happened
    from triggerfish.runtime.machine.state import Run

ITEMS_AT_MOST = 1_000
NAME = "@"
"""Under this key a caught event carries its name, in flows that collect."""


class Collect(Instruction):
    """Gathers events until the time is over or there are enough; the starting event is the first, if it is of that kind."""

    def __init__(
        self, at: Where, events: frozenset[str], where: Function | None, limit: int | None,
        duration: Function | None, until: WaitUntil | None, name: str,
    ) -> None:
        super().__init__(at)
        self.events = events
        self.where = where
        self.limit = min(limit or ITEMS_AT_MOST, ITEMS_AT_MOST)
        self.duration = duration
        self.until = until
        self.name = name

    def perform(self, session: Session, run: Run) -> int | None:
        """Begin with the starting event, if it fits, and wait."""
        items: list[Any] = []
        started = run.vars.get("event")
        if isinstance(started, dict) and started.get(NAME) in self.events:
            items.append({name: value for name, value in started.items() if name not in {"", NAME}})
        run.vars[self.name] = items
        if len(items) >= self.limit:
            return self.index + 1
        due = self._end(session, run, session.now)
        if due is None:
            session.leave(run, "unknown date" if self.until is not None else "unknown duration")
            return None
        if due <= session.now:
            return self.index + 1
        run.wait = ["moment"] if self.until is None else self.until.waiting(session, run, due)
        session.rest(run, self.at, due)
        return None

    def _end(self, session: Session, run: Run, since: int) -> int | None:
        if self.until is not None:
            return self.until.moment(session, run, since)
        span = session.ask(self.duration, run) if self.duration is not None else None
        return None if span is None else calendar.window_end(since, span, session.zone(run))

    def taken_over(self, session: Session, run: Run) -> None:
        """It may last longer or less long, counted from its beginning."""
        run.vars.setdefault(self.name, [])
        due = self._end(session, run, run.wait_since)
        if due is not None:
            run.wait = ["moment"] if self.until is None else self.until.waiting(session, run, due)
            run.due = max(due, session.now)

    def moved(self, session: Session, run: Run, field: str) -> None:
        """The date it lasts until has changed, or the person's zone."""
        if self.until is not None:
            self.until.moved(session, run, field)

    def elapsed(self, session: Session, run: Run) -> int | None:
        """The time is over."""
        session.fact("resumed", run, self.at, {"by": "time", "collected": len(run.vars[self.name])})
        return self.index + 1

    def happened(self, session: Session, run: Run, event: Happened) -> int | None:
        """One more; with the last one that fits the run goes on."""
        if event.at < run.entered or event.id == run.event_id:
            return None
        if self.where is not None and not self.where(session.state, session.now, event.fields, run):
            return None
        items = run.vars[self.name]
        items.append(dict(event.fields))
        if len(items) < self.limit:
            return None
        session.fact("resumed", run, self.at, {"by": event.name, "collected": len(items)})
        return self.index + 1
