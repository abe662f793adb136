"""The live runtime: people are moved on as time passes and events arrive, and what they are to get is delivered."""

from __future__ import annotations

import threading

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import Persistence, Stopped
from triggerfish.runtime.engine.runs import Deliverer
from triggerfish.runtime.engine.ticker import POLL_SECONDS, Task, Ticker

PEOPLE = "moving people on"
DELIVERY = "delivery"


class LiveRuntime:
    """Machine and delivery side by side, each in its own thread, until ``stop`` is set.

    While the database cannot be used both wait and say so; nothing is lost and nothing done twice.
    """

    def __init__(
        self,
        engine: Engine,
        stop: threading.Event,
        *,
        deliverer: Deliverer | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._engine = engine
        self._stop = stop
        self._deliverer = deliverer
        self._persistence = Persistence(engine.clock, engine.notice, stop, patience=None)
        tasks = [Task(PEOPLE, self._move_people, lambda: engine.store.profiles.earliest_due())]
        if deliverer is not None:
            tasks.append(Task(DELIVERY, self._deliver, lambda: engine.store.outbox.next_attempt()))
        self._ticker = Ticker(tasks, engine.clock, engine.notice, stop, poll_seconds=poll_seconds)

    def run(self) -> None:
        """Run until ``stop`` is set and the batches at hand are finished."""
        self._ticker.run()

    def wake(self) -> None:
        """Look at once; for a process that has just stored events."""
        self._ticker.wake(PEOPLE)

    def _move_people(self) -> None:
        engine, run = self._engine, self._persistence.run
        try:
            while not self._stop.is_set():
                now = engine.clock.now()
                # Who is due comes first; a crowd of events must not hold up the timers, nor the other way round.
                batch = run(lambda: engine.process_due(now)) + run(lambda: engine.process_events(now))
                if not batch:
                    break
                if self._deliverer is not None:
                    self._ticker.wake(DELIVERY)
        except Stopped:
            return

    def _deliver(self) -> None:
        deliverer = self._deliverer
        try:
            while deliverer is not None and not self._stop.is_set():
                if not self._persistence.run(lambda: deliverer.deliver(self._engine.clock.now())):
                    break
                self._ticker.wake(PEOPLE)
        except Stopped:
            return
