"""Batches from the store through the machine and back, each in one transaction.

What a batch holds is decided by the database alone (fixed sizes, fixed order), so a run that is killed anywhere and started
again does exactly what an undisturbed one does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from triggerfish.runtime.engine import asking
from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.everyone import audience, for_person
from triggerfish.runtime.engine.kin import Elsewhere, Kin, concerned
from triggerfish.runtime.engine.maker import Following, Maker, Observe
from triggerfish.runtime.engine.rota import Rota
from triggerfish.runtime.engine.turn import Machine, Notice
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.store.batch import Move
from triggerfish.runtime.store.batches import Note
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import Pending, event_row
from triggerfish.runtime.store.profiles import EMPTY, Cell
from triggerfish.runtime.store.store import Store

EVENTS_A_BATCH = 1_000
PEOPLE_A_BATCH = 500


class Engine(Maker):
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
        programs: Following | None = None,
    ) -> None:
        super().__init__(store, machine, clock, notice, observe, programs)
        self._events_a_batch = events_a_batch
        self._people_a_batch = people_a_batch
        self._workspace_open = False
        self._indexed: Machine | None = None
        self._events = Rota(store.events.waiting, events_a_batch)
        self._due = Rota(lambda limit: store.profiles.overdue(self._now, limit), people_a_batch)
        self._now = 0
        self._stride = events_a_batch
        self._answered = 0
        self.ripe: int | None = None
        """Up to which moment actions that were asked are to be run before history goes on; set by each step of a replay."""
        self.fired = 0
        """How many of those of the last step of a replay were people with something due."""

    @property
    def position(self) -> Position:
        """How far the events have been consumed."""
        return self.store.cursors.position()

    def process_events(self, now: int) -> int:
        """One batch of events in the order they arrived, at the moment ``now``; how many there were.

        A replay that was begun and not finished is finished first, in its own order. Shards that another worker is at are
        passed over.
        """
        self._index()
        if number := self._tell(now):
            return number
        while wanted := self._events.next():
            taken = self._take_arrived(wanted, now)
            number = self._replay(now) if taken is None else taken
            if number or (taken is not None and self._events.through):
                return number
        return 0

    def _take_arrived(self, wanted: Sequence[int], now: int) -> int | None:
        """A batch of these shards' events; how many there were, None while a replay is under way."""
        also: frozenset[int] = frozenset()
        while True:
            try:
                with self.store.shards.hold(wanted, also) as held:
                    mine = [shard for shard in held if shard in wanted]
                    positions = self.store.cursors.positions(mine) if mine else {}
                    if any(position.replaying for position in positions.values()):
                        return None
                    pending, moved = self._arrived(positions)
                    self._consume(pending, [Move(shard, positions[shard], new) for shard, new in moved.items()], now, held)
                    return len(pending)
            except Elsewhere as concerned:
                also |= concerned.shards

    def begin_replay(self) -> int:
        """Take what has arrived as history to replay, unless a replay is under way; how many events lie ahead."""
        self._index()
        with self.store.shards.hold_all(appends=True):
            old = self.position
            if not old.replaying:
                self._consume([], [Move(None, old, self.store.events.begin_replay(old))], None, self.store.shards.all)
        return self.store.events.ahead()

    def replay_events(self) -> int:
        """One step of the replay in the order of the events' own times, time taken from them; how many events or people it was.

        What happened for everyone finds everybody brought up to its moment, as it does live; with ``release`` everything does.
        Actions that were asked are run when their moment is over: a step that finds such a one sets ``ripe`` and does nothing.
        """
        return self._replay(None)

    def replay_answers(self) -> int:
        """What actions answered that history asked, at the moments at which it did; how many answers there were."""
        with self.store.shards.hold_all():
            came = self.store.events.answers(max(self.position.top, self._answered), self._events_a_batch)
            if not came:
                return 0
            self._follow()
            batch = self._batch()
            kin = Kin(self.store, concerned(came))
            given = asking.answers(came, kin)
            known = self.store.events.known([each.input.id for each in given])
            given = [each for each in given if each.input.id not in known]
            if given:
                batch.given += [event_row(each.person, each.input, batch.received, "machine") for each in given]
                shards = sorted({self.store.shards.of(each.person) for each in given})
                batch.notes = [Note(shard, "told", None, live=False) for shard in shards]
                first = min(each.input.at for each in given)
                self._turn(batch, kin.cells.values(), first, live=False).inputs(given, kin.cells, None)
                self._commit(batch, 0, history=True)
            self._answered = came[-1].seq
        return len(came)

    def _replay(self, now: int | None) -> int:
        every = self.store.shards.all
        self.fired = 0
        with self.store.shards.hold_all():
            if now is None and (one := self.store.announcements.next(every, replaying=True)) is not None:
                if self._ripens(one.input.at):
                    return 0
                self.fired = self._catch_up(one.input.at)
            if number := self.fired or self._announce(every, now, every):
                return number
            old = self.position
            pending, new = self.store.events.replayed(old, self._events_a_batch if now is not None else 1) if old.replaying else ([], old)
            if now is None and self._ripens(pending[0].input.at if pending else None):
                return 0
            if not old.replaying:
                return 0
            if not pending or now is not None:
                self._consume(pending, [Move(None, old, new)], now, every)
                return len(pending)
            at = pending[0].input.at
            due = self._workspace_due(at)
            if due is not None and due <= at:
                return self._move_workspace(due)
            if pending[0].person == NOBODY or self._in_step:
                self.fired = self._catch_up(at)
            return self.fired or self._go_on(old, due)

    def _ripens(self, until: int | None) -> bool:
        """Whether something was asked before a moment (None: at all)."""
        self.ripe = max((moment for moment in self._asked if until is None or moment < until), default=None)
        if self.ripe is not None:
            self._asked = {moment for moment in self._asked if moment > self.ripe}
        return self.ripe is not None

    @property
    def _in_step(self) -> bool:
        """Whether what one person does depends on all the others."""
        return bool(getattr(self.machine, "releases", {}))

    def _go_on(self, old: Position, until: int | None) -> int:
        """As much of history as can be handled at once, up to a moment; how many events there were, or people with something due."""
        every = self.store.shards.all
        if self._in_step and (due := self.store.profiles.earliest_due()) is not None:
            until = due if until is None else min(due, until)
        pending, new = self.store.events.replayed(old, self._stride, until)
        number = asking.by_themselves(pending) if self._in_step else asking.up_to_workspace(pending)
        if number < len(pending):
            pending, new = self.store.events.replayed(old, number, until)
        batch, kin = self._made(pending, [Move(None, old, new)], None, every)
        questions = asking.asked(batch)
        number = asking.in_step(pending, batch, questions) if self._in_step else asking.until_asked(pending, kin, questions)
        if number == len(pending):
            self._stride = min(self._events_a_batch, 2 * self._stride)
        else:
            self._stride = max(1, number)
            if not number and (fired := self._catch_up(pending[0].input.at)):
                self.fired = fired
                return fired
            pending, new = self.store.events.replayed(old, self._stride, until)
            batch, _ = self._made(pending, [Move(None, old, new)], None, every)
        self._commit(batch, len(pending), history=True)
        return len(pending)

    def _catch_up(self, until: int) -> int:
        """One batch of everybody with something due by a moment of history; how many people there were."""
        due = self.store.profiles.due(until, self._people_a_batch)
        if not due:
            return 0
        if self._in_step:
            until = min((cell.due for _, cell in due if cell.due), default=until)
            due = [(person, cell) for person, cell in due if (cell.due or 0) <= until]
        batch = self._fired(due, until, live=False, more=True)
        first = min(asking.asked(batch).values(), default=until)
        if first < until:  # whoever asked waits for the answer, and so does everybody else
            due = [(person, cell) for person, cell in due if (cell.due or 0) <= first]
            batch = self._fired(due, first, live=False, more=True)
        self._commit(batch, 0, history=True)
        return len(due)

    def process_due(self, now: int, *, live: bool = True) -> int:
        """One batch of people with something due by ``now``; how many there were."""
        self._follow()
        if self._programs is not None:
            self._programs.settle(self._people_a_batch)
        if not live:
            with self.store.shards.hold_all():
                return 0 if self._ripens(None) else self._catch_up(now)
        self._open_workspace(now)
        self._now = now
        while wanted := self._due.next():
            with self.store.shards.hold(wanted) as held:
                due = self.store.profiles.due(now, self._people_a_batch, held) if held else []
                if due:
                    self._commit(self._fired(due, now, live=True, more=len(due) == self._people_a_batch), 0)
                if due or self._due.through:
                    return len(due)
        return 0

    # --- for everyone, for the workspace ------------------------------------------------------------------

    def _index(self) -> None:
        """Make the indexes that find the people concerned, once for each machine."""
        if self._indexed is self.machine:
            return
        wanted = getattr(self.machine, "looked_up", ())
        if not self.store.candidates.prepared(wanted):
            with self.store.shards.hold_all():
                self.store.candidates.prepare(wanted)
        self._indexed = self.machine

    def _tell(self, now: int) -> int:
        """One batch of people who are told what happened for everyone; how many, at least 1 if there was anything to tell."""
        wanted = self.store.announcements.shards()
        if not wanted:
            return 0
        also: frozenset[int] = frozenset()
        while True:
            try:
                with self.store.shards.hold(wanted, also) as held:
                    mine = [shard for shard in held if shard in wanted]
                    return self._announce(mine, now, held) if mine else 0
            except Elsewhere as concerned_too:
                also |= concerned_too.shards

    def _arrived(self, positions: dict[int, Position]) -> tuple[list[Pending], dict[int, Position]]:
        if not positions:
            return [], {}
        return self.store.events.arrived(positions, self._events_a_batch, self.store.announcements.before(list(positions)))

    def _announce(self, shards: Sequence[int], now: int | None, held: Collection[int]) -> int:
        one = self.store.announcements.next(shards, replaying=now is None or self.position.replaying)
        if one is None:
            return 0
        self._follow()
        told = audience(self.store, self.machine, one, one.input.at if now is None else now, self._people_a_batch)
        batch = self._batch()
        batch.told = one, told.after
        if told.people:
            kin = Kin(self.store, told.people)
            kin.hold(told.people, held)
            given = [(person, for_person(one.input, person)) for person in dict.fromkeys(map(kin.home, told.people))]
            # Who was told under another name is not told again.
            known = self.store.events.known([each.id for _, each in given])
            pending = [Pending(one.seq, person, each) for person, each in given if each.id not in known]
            batch.given += [event_row(person, each, batch.received, "machine") for _, person, each in pending]
            batch.notes.append(Note(one.shard, "told", now, now is not None))
            turn = self._turn(batch, kin.cells.values(), one.input.at, live=now is not None)
            turn.inputs(pending, kin.cells, now)
        self._commit(batch, len(told.people), history=now is None)
        return len(told.people) or 1

    def _open_workspace(self, now: int) -> None:
        """Begin the workspace's own profile, once there are flows for it: from then on their starts are planned."""
        if self._workspace_open or getattr(self.machine, "workspace", None) is None:
            return
        with self.store.shards.hold([self.store.shards.of(WORKSPACE)]) as held:
            if held and not self.store.profiles.load([WORKSPACE]):
                self._advance_workspace(EMPTY, now, live=True)
            self._workspace_open = bool(held)

    def _workspace_due(self, first: int) -> int | None:
        """When a flow for the workspace goes on by itself next; its profile begins at the ``first`` moment of a replay."""
        if getattr(self.machine, "workspace", None) is None:
            return None
        cell = self.store.profiles.load([WORKSPACE]).get(WORKSPACE)
        return first if cell is None else cell.due

    def _move_workspace(self, due: int) -> int:
        cell = self.store.profiles.load([WORKSPACE]).get(WORKSPACE, EMPTY)
        self._advance_workspace(cell, due, live=False)
        return 1

    def _advance_workspace(self, cell: Cell, now: int, *, live: bool) -> None:
        self._follow()
        batch = self._batch()
        batch.notes = [Note(self.store.shards.of(WORKSPACE), "workspace", now, live)]
        self._turn(batch, [cell], now, live=live).timers([(WORKSPACE, cell)], now)
        self._commit(batch, 0, history=not live)
