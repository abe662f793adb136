"""Batches from the store through the machine and back, each in one transaction.

What a batch holds is decided by the database alone (fixed sizes, fixed order), so a run that is killed anywhere and started
again does exactly what an undisturbed one does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.everyone import audience, for_person
from triggerfish.runtime.engine.kin import Elsewhere, Kin, concerned, copied, take
from triggerfish.runtime.engine.rota import Rota
from triggerfish.runtime.engine.turn import Machine, Notice, Turn
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.release import LONGEST
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.announcements import announcement_row
from triggerfish.runtime.store.batch import Batch, Move
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import Pending, event_row
from triggerfish.runtime.store.profiles import EMPTY, Cell
from triggerfish.runtime.store.store import Store

Observe = Callable[[Batch, int], None]
"""Takes each batch that was committed and the number of inputs it consumed."""


class Following(Protocol):
    """Where the program comes from, for a runtime that follows what is deployed while it runs."""

    @property
    def version(self) -> int:
        """The version that the machine given last belongs to."""
        ...

    def newer(self) -> Machine | None:
        """The machine of the version in force, if that is not the one given last."""
        ...

    def settle(self, people: int) -> None:
        """Let so many more people be looked at who have not been since the deploy."""
        ...


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
        programs: Following | None = None,
    ) -> None:
        self.store = store
        self.machine = machine
        self.clock = clock
        self.notice = notice
        self.observe = observe
        self._events_a_batch = events_a_batch
        self._people_a_batch = people_a_batch
        self._programs = programs
        self._workspace_open = False
        self._indexed: Machine | None = None
        self._events = Rota(store.events.waiting, events_a_batch)
        self._due = Rota(lambda limit: store.profiles.overdue(self._now, limit), people_a_batch)
        self._now = 0

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
        """One batch of the replay in the order of the events' own times, time taken from them; how many there were."""
        return self._replay(None)

    def _replay(self, now: int | None) -> int:
        with self.store.shards.hold_all():
            if number := self._announce(self.store.shards.all, now, self.store.shards.all):
                return number
            old = self.position
            if not old.replaying:
                return 0
            pending, new = self.store.events.replayed(old, self._events_a_batch)
            if pending and now is None and (due := self._workspace_due(pending[0].input.at)) is not None:
                if due <= pending[0].input.at:
                    return self._move_workspace(due)
                pending, new = self.store.events.replayed(old, self._events_a_batch, until=due)
            self._consume(pending, [Move(None, old, new)], now, self.store.shards.all)
        return len(pending)

    def process_due(self, now: int, *, live: bool = True) -> int:
        """One batch of people with something due by ``now``; how many there were."""
        self._follow()
        if self._programs is not None:
            self._programs.settle(self._people_a_batch)
        if live:
            self._open_workspace(now)
        self._now = now
        while wanted := self._due.next():
            with self.store.shards.hold(wanted) as held:
                due = self.store.profiles.due(now, self._people_a_batch, held) if held else []
                if due:
                    batch = self._batch()
                    self._turn(batch, [cell for _, cell in due], now, live=live).timers(due, now)
                    self._commit(batch, 0)
                if due or self._due.through:
                    return len(due)
        return 0

    def _consume(self, pending: list[Pending], moves: list[Move], now: int | None, held: Collection[int]) -> None:
        moves = [move for move in moves if move.old != move.new]
        if not moves:
            return
        self._follow()
        batch = self._batch()
        batch.moves = moves
        batch.wide += [announcement_row(event.input, event.seq) for event in pending if event.person == NOBODY]
        consumed, pending = len(pending), [event for event in pending if event.person != NOBODY]
        if pending:
            people = concerned(pending)
            kin = Kin(self.store, people)
            kin.hold(people, held)
            first = min(event.input.at for event in pending)
            take(kin, self._turn(batch, kin.cells.values(), first, live=now is not None), batch, pending, now)
        self._commit(batch, consumed)

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
            batch.recorded += [event_row(person, each, batch.received, "machine") for _, person, each in pending]
            turn = self._turn(batch, kin.cells.values(), one.input.at, live=now is not None)
            turn.inputs(pending, kin.cells, now)
        self._commit(batch, len(told.people))
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
        self._turn(batch, [cell], now, live=live).timers([(WORKSPACE, cell)], now)
        self._commit(batch, 0)

    def _follow(self) -> None:
        """Go on with the program in force, if it is another one by now."""
        newer = self._programs.newer() if self._programs is not None else None
        if newer is not None:
            self.machine = newer

    def _batch(self) -> Batch:
        batch = Batch(self.clock.now())
        if self._programs is not None:
            batch.program = self._programs.version
        return batch

    def _turn(self, batch: Batch, cells: Iterable[Cell], first: int, *, live: bool) -> Turn:
        """For people with these cells; nothing happens to them before ``first``, unless something was due earlier."""
        released = None
        flows: dict[str, str] = getattr(self.machine, "releases", {})
        if flows:
            since = min([first, *(cell.due for cell in cells if cell.due)]) - max(LONGEST.values())
            released = self.store.releases.since(flows, since)
        return Turn(self.machine, batch, live=live, notice=self.notice, past=self._past, released=released)

    def _past(self, people: list[str], events: frozenset[str]) -> dict[str, list[Input]]:
        """What happened to these people, under names they had before as well."""
        names: dict[str, str] = {}
        more = self.store.profiles.merged_into(people)
        while more:
            names.update(more)
            more = self.store.profiles.merged_into(list(more))
        found = self.store.events.past([*people, *names], events)
        for name in names:
            home = name
            while home in names:
                home = names[home]
            copies = {each.id for some in found.values() for each in some}
            others = [each for each in found.pop(name, []) if copies.isdisjoint(copied(each, to).id for to in (home, *names.values()))]
            found[home] = sorted([*found.get(home, []), *others], key=lambda each: each.at)
        return found

    def _commit(self, batch: Batch, inputs: int) -> None:
        repeated = self.store.commit(batch)
        self.observe(batch, inputs)
        if repeated:
            said = "{number} deliveries had a key that was used before and were left out"
            self.notice(Remark("delivery_repeated", said, level="error", number=repeated))
