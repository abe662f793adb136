"""The live runtime: people are moved on as time passes and events arrive, and what they are to get is delivered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import Persistence, Stopped
from triggerfish.runtime.engine.runs import Deliverer
from triggerfish.runtime.engine.ticker import POLL_SECONDS, Task, Ticker
from triggerfish.runtime.engine.upkeep import Upkeep

RECOVERY_MILLISECONDS = 30_000
"""How often is looked for what dead workers have left."""

TAKEN_MILLISECONDS = 100
"""How soon is looked again at what another worker was at."""

UPKEEP_MILLISECONDS = 100
"""How long is cleared away within each second."""

PEOPLE = "moving people on"
DELIVERY = "delivery"
UPKEEP = "clearing away"


class LiveRuntime:
    """Machine and delivery side by side, each in its own thread, until ``stop`` is set.

    While the database cannot be used both wait and say so; nothing is lost and nothing done twice. ``alive`` is called by
    whoever moves people on, batch by batch, and every second while there is nothing to do.
    """

    def __init__(
        self,
        engine: Engine,
        stop: threading.Event,
        *,
        deliverer: Deliverer | None = None,
        poll_seconds: float = POLL_SECONDS,
        alive: Callable[[], None] = lambda: None,
        upkeep: Upkeep | None = None,
    ) -> None:
        self._engine = engine
        self._alive = alive
        self._stop = stop
        self._deliverer = deliverer
        self._recovered = 0
        self._persistence = Persistence(engine.clock, engine.notice, stop, patience=None)
        # Where there is one writer, who became due after the last look is nobody else's.
        taken = TAKEN_MILLISECONDS if engine.store.database.dialect.many_workers else 0
        tasks = [Task(PEOPLE, self._move_people, self._soon(engine.store.profiles.earliest_due, taken))]
        if deliverer is not None:
            tasks.append(Task(DELIVERY, self._deliver, self._soon(engine.store.outbox.next_attempt, TAKEN_MILLISECONDS)))
        if upkeep is not None:
            tasks.append(Task(UPKEEP, lambda: self._keep_up(upkeep), lambda: None))
        self._ticker = Ticker(tasks, engine.clock, engine.notice, stop, poll_seconds=poll_seconds)

    def run(self) -> None:
        """Run until ``stop`` is set and the batches at hand are finished."""
        listener = threading.Thread(target=self._listen, name="listener", daemon=True)
        listener.start()
        self._ticker.run()
        listener.join()

    def wake(self) -> None:
        """Look at once; for a process that has just stored events."""
        self._ticker.wake(PEOPLE)

    def _listen(self) -> None:
        """Wake when other processes have appended inputs; where the database cannot tell, the ticker alone does it."""
        try:
            quiet = Persistence(self._engine.clock, lambda _: None, self._stop, patience=None)
            quiet.run(lambda: self._engine.store.database.listen(self.wake, self._stop))
        except Stopped:
            return

    def _soon(self, moment: Callable[[], int | None], taken: int) -> Callable[[], int | None]:
        """The next moment; what is over after a tick that did all it could is asked for in ``taken`` milliseconds.

        It may be another worker's by then, or wait for its channel.
        """

        def soon() -> int | None:
            try:
                found, now = self._persistence.run(moment), self._engine.clock.now()
            except Stopped:
                return None
            return found if found is None or found > now else now + taken

        return soon

    def _move_people(self) -> None:
        engine, run, now = self._engine, self._persistence.run, self._engine.clock.now
        try:
            while not self._stop.is_set():
                self._alive()
                # Who is due comes first; a crowd of events must not hold up the timers, nor the other way round.
                if not run(lambda: engine.process_due(now())) + run(lambda: engine.process_events(now())):
                    break
                if self._deliverer is not None:
                    self._ticker.wake(DELIVERY)
        except Stopped:
            return

    def _keep_up(self, upkeep: Upkeep) -> None:
        """A few chunks a tick, each its own transaction, so that nobody waits for it."""
        now = self._engine.clock.now
        begun = now()
        with suppress(Stopped):
            while self._persistence.run(lambda: upkeep.step(now())) and 0 <= now() - begun < UPKEEP_MILLISECONDS:
                if self._stop.is_set():
                    break

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
