"""Running until nothing is left to do, live or through history."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import Persistence, Stopped

Progress = Callable[[int, int], None]
"""Takes events done and events in all."""

PATIENCE = 60.0
"""Seconds a run that somebody waits for bears with a database that cannot be used."""


class Deliverer(Protocol):
    """Hands out what is in the outbox."""

    def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
        """One batch at the moment ``now`` (None: the clock's); how many rows were taken, 0 when nothing is left to do.

        With ``at_once`` actions answer at the moment at which they were asked.
        """
        ...

    def pause(self, now: int | None = None) -> float:
        """Seconds until a channel that keeps messages waiting for its rate may go on; 0 if none does."""
        ...

    def recover(self, now: int | None = None) -> int:
        """Settle what workers that are gone have left half done; how many rows that were."""
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did: events consumed, times people were found due, deliveries attempted; whether it was stopped early."""

    events: int
    due: int
    delivered: int
    stopped: bool


class Run:
    """A run in the foreground. ``stop`` ends it after the batch at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        deliverer: Deliverer | None = None,
        progress: Progress = lambda _done, _total: None,
        stop: threading.Event | None = None,
        patience: float | None = PATIENCE,
    ) -> None:
        self._engine = engine
        self._deliverer = deliverer
        self._progress = progress
        self._stop = stop or threading.Event()
        self._persistence = Persistence(engine.clock, engine.notice, self._stop, patience)
        self._events = self._due = self._delivered = 0
        self._total = 0
        self._recovered = False

    def until_idle(self, clock: Literal["live", "events"] = "live") -> Ran:
        """Go on until there are no events, nothing is due, and nothing can be delivered.

        With ``events`` the time is taken from the events and everybody is brought up to the time of the last one.
        Raises StoreUnavailable once the patience is used up.
        """
        work = self._live_round if clock == "live" else self._replay_round
        with suppress(Stopped):
            while not self._stop.is_set() and work():
                pass
        return Ran(self._events, self._due, self._delivered, self._stop.is_set())

    def once(self) -> Ran:
        """What there is to do now, live: one round, and one more for what its deliveries brought back."""
        with suppress(Stopped):
            if self._live_round():
                self._live_round()
        return Ran(self._events, self._due, self._delivered, self._stop.is_set())

    def _live_round(self) -> int:
        now = self._engine.clock.now
        self._total = self._events + self._persistence.run(self._ahead)
        before = self._events + self._due
        while not self._stop.is_set():
            # Due timers first, as within a person's own moment.
            due = self._drain_due(lambda: self._engine.process_due(now()))
            if not self._count(self._persistence.run(lambda: self._engine.process_events(now()))) and not due:
                break
        return self._events + self._due - before + self._deliver(now)

    def _replay_round(self) -> int:
        run, engine, before = self._persistence.run, self._engine, self._events + self._due
        if run(lambda: engine.position).replaying:
            self._left_behind()
        self._total = self._events + run(engine.begin_replay)
        while not self._stop.is_set() and ((number := run(engine.replay_events)) or self._answer()):
            self._due += engine.fired
            self._count(number - engine.fired)
        latest = run(lambda: engine.position).latest
        while not self._stop.is_set() and ((number := run(lambda: engine.process_due(latest, live=False))) or self._answer()):
            self._due += number
        return self._events + self._due - before + self._deliver(lambda: latest)

    def _left_behind(self) -> None:
        """Run the actions that a replay which was cut off was about to run."""
        engine, run = self._engine, self._persistence.run
        while (waiting := run(engine.store.outbox.next_attempt)) is not None and waiting <= engine.clock.now():
            if not self._deliver(lambda: waiting, at_once=True):
                break
        while run(engine.replay_answers):
            pass

    def _answer(self) -> bool:
        """Run the actions that history has asked, so that it goes on with what they answer; whether there were any."""
        engine = self._engine
        asked, engine.ripe = engine.ripe, None
        if asked is not None:
            self._deliver(lambda: asked, at_once=True)
            while self._persistence.run(engine.replay_answers):
                pass
        return asked is not None

    def _ahead(self) -> int:
        return self._engine.store.events.ahead()

    def _count(self, number: int) -> int:
        if number:
            self._events += number
            self._total = max(self._total, self._events)
            self._progress(self._events, self._total)
        return number

    def _drain_due(self, step: Callable[[], int]) -> int:
        before = self._due
        while not self._stop.is_set() and (number := self._persistence.run(step)):
            self._due += number
        return self._due - before

    def _deliver(self, now: Callable[[], int], *, at_once: bool = False) -> int:
        deliverer, before = self._deliverer, self._delivered
        if deliverer is None:
            return 0
        if not self._recovered:
            self._delivered += self._persistence.run(lambda: deliverer.recover(now()))
            self._recovered = True
        while not self._stop.is_set():
            if number := self._persistence.run(lambda: deliverer.deliver(now(), at_once=at_once)):
                self._delivered += number
                continue
            pause = 0.0 if at_once else self._persistence.run(lambda: deliverer.pause(now()))
            if not pause or self._engine.clock.wait(self._stop, pause):
                break
        return self._delivered - before
