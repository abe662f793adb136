"""Batches from the store through the machine and back, each in one transaction.

What a batch holds is decided by the database alone (fixed sizes, fixed order), so a run that is killed anywhere and started
again does exactly what an undisturbed one does.
"""

from __future__ import annotations

from collections.abc import Callable

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.turn import Machine, Notice, Turn
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.batch import Batch, Move
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import Pending
from triggerfish.runtime.store.store import Store

Observe = Callable[[Batch, int], None]
"""Takes each batch that was committed and the number of inputs it consumed."""

CURSOR = "inputs"
EVENTS_A_BATCH = 1_000
PEOPLE_A_BATCH = 500


class Engine:
    """The shell around one machine. Not for several threads at once; the store may be shared.

    All methods raise StoreUnavailable or Conflict with nothing written; calling them again goes on where they were.
    """

    def __init__(
        self,
        store: Store,
        machine: Machine,
        clock: Clock,
        *,
        notice: Notice = lambda _: None,
        observe: Observe = lambda _batch, _inputs: None,
        events_a_batch: int = EVENTS_A_BATCH,
        people_a_batch: int = PEOPLE_A_BATCH,
    ) -> None:
        self.store = store
        self.machine = machine
        self.clock = clock
        self.notice = notice
        self.observe = observe
        self._events_a_batch = events_a_batch
        self._people_a_batch = people_a_batch

    @property
    def position(self) -> Position:
        """How far the events have been consumed."""
        return self.store.cursors.position(CURSOR)

    def process_events(self, now: int) -> int:
        """One batch of events in the order they arrived, at the moment ``now``; how many there were.

        A replay that was begun and not finished is finished first, in its own order.
        """
        old = self.position
        pending: list[Pending] = []
        new = old
        if old.replaying:
            pending, new = self.store.events.replayed(old, self._events_a_batch)
            if not pending:
                self._consume([], old, new, now)
                old = new
        if not pending:
            pending, new = self.store.events.arrived(old, self._events_a_batch)
        self._consume(pending, old, new, now)
        return len(pending)

    def begin_replay(self) -> int:
        """Take what has arrived as history to replay, unless a replay is under way; how many events lie ahead."""
        old = self.position
        if not old.replaying:
            new = self.store.events.begin_replay(old)
            self._consume([], old, new, None)
            old = new
        return self.store.events.ahead(old)

    def replay_events(self) -> int:
        """One batch of the replay in the order of the events' own times, time taken from them; how many there were."""
        old = self.position
        if not old.replaying:
            return 0
        pending, new = self.store.events.replayed(old, self._events_a_batch)
        self._consume(pending, old, new, None)
        return len(pending)

    def process_due(self, now: int, *, live: bool = True) -> int:
        """One batch of people with something due by ``now``; how many there were."""
        due = self.store.profiles.due(now, self._people_a_batch)
        if due:
            batch = Batch(self.clock.now())
            Turn(self.machine, batch, live=live, notice=self.notice, past=self._past).timers(due, now)
            self._commit(batch, 0)
        return len(due)

    def _consume(self, pending: list[Pending], old: Position, new: Position, now: int | None) -> None:
        if old == new:
            return
        batch = Batch(self.clock.now())
        batch.move = Move(CURSOR, old, new)
        if pending:
            cells = self.store.profiles.load(list({event.person: None for event in pending}))
            turn = Turn(self.machine, batch, live=now is not None, notice=self.notice, past=self._past)
            turn.inputs(pending, cells, now)
        self._commit(batch, len(pending))

    def _past(self, people: list[str], events: frozenset[str]) -> dict[str, list[Input]]:
        return self.store.events.past(people, events, self.position)

    def _commit(self, batch: Batch, inputs: int) -> None:
        repeated = self.store.commit(batch)
        self.observe(batch, inputs)
        if repeated:
            self.notice(f"{repeated} deliveries had a key that was used before and were left out")
