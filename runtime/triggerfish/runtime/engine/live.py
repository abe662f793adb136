"""The live runtime: people are moved on as time passes and events arrive, and what they are to get is delivered."""

from __future__ import annotations

import threading

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import Persistence, Stopped
from triggerfish.runtime.engine.runs import Deliverer
from triggerfish.runtime.engine.ticker import POLL_SECONDS, Task, Ticker

RECOVERY_MILLISECONDS = 30_000
"""How often is looked for what dead workers have left."""

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
        self._recovered = 0
        self._persistence = Persistence(engine.clock, engine.notice, stop, patience=None)
        tasks = [Task(PEOPLE, self._move_people, engine.store.profiles.earliest_due)]
        if deliverer is not None:
            tasks.append(Task(DELIVERY, self._deliver, engine.store.outbox.next_attempt))
        self._ticker = Ticker(tasks, engine.clock, engine.notice, stop, poll_seconds=poll_seconds)

    def run(self) -> None:
        """Run until ``stop`` is set and the batches at hand are finished."""
        self._ticker.run()

    def wake(self) -> None:
        """Look at once; for a process that has just stored events."""
        self._ticker.wake(PEOPLE)

    def _move_people(self) -> None:
        engine, run, now = self._engine, self._persistence.run, self._engine.clock.now
        try:
            while not self._stop.is_set():
                # Who is due comes first; a crowd of events must not hold up the timers, nor the other way round.
                if not run(lambda: engine.process_due(now())) + run(lambda: engine.process_events(now())):
                    break
                if self._deliverer is not None:
                    self._ticker.wake(DELIVERY)
        except Stopped:
            return

    def _deliver(self) -> None:
        deliverer, run, now = self._deliverer, self._persistence.run, self._engine.clock.now
        try:
            if deliverer is not None and now() - self._recovered >= RECOVERY_MILLISECONDS:
                run(lambda: deliverer.recover(now()))
                self._recovered = now()
            while deliverer is not None and not self._stop.is_set() and run(lambda: deliverer.deliver(now())):
                self._ticker.wake(PEOPLE)
        except Stopped:
            return
