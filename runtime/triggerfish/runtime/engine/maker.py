"""Batches: made by one machine out of inputs and of what is due, and committed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from triggerfish.runtime.engine import asking
from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.engine.kin import Kin, concerned, copied, take
from triggerfish.runtime.engine.turn import Machine, Notice, Turn
from triggerfish.runtime.machine.everyone import NOBODY
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.release import LONGEST
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.announcements import announcement_row
from triggerfish.runtime.store.batch import Batch, Move
from triggerfish.runtime.store.batches import EVERY, Note
from triggerfish.runtime.store.events import Pending
from triggerfish.runtime.store.profiles import Cell
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


class Maker:
    """Makes and commits batches; what they are made of, and when, is the engine's to say."""

    def __init__(
        self, store: Store, machine: Machine, clock: Clock, notice: Notice, observe: Observe, programs: Following | None
    ) -> None:
        self.store = store
        self.machine = machine
        self.clock = clock
        self.notice = notice
        self.observe = observe
        self._programs = programs
        self._asked: set[int] = set()

    def _fired(self, due: Sequence[tuple[str, Cell]], now: int, *, live: bool, more: bool) -> Batch:
        batch = self._batch()
        batch.notes = self._due_notes(due, now, live=live, more=more)
        self._turn(batch, [cell for _, cell in due], now, live=live).timers(due, now)
        return batch

    def _due_notes(self, due: Sequence[tuple[str, Cell]], now: int, *, live: bool, more: bool) -> list[Note]:
        """Whose turn it was: everybody's who was due, or up to the last of them where there were more."""
        person, cell = due[-1]
        last = (cell.due, person) if more else (None, None)
        shards = sorted({self.store.shards.of(person) for person, _ in due})
        return [Note(shard, "due", now, live, None, None, *last) for shard in shards]

    def _consume(self, pending: list[Pending], moves: list[Move], now: int | None, held: Collection[int]) -> None:
        moves = [move for move in moves if move.old != move.new]
        if moves:
            batch, _ = self._made(pending, moves, now, held)
            self._commit(batch, len(pending))

    def _made(self, pending: list[Pending], moves: list[Move], now: int | None, held: Collection[int]) -> tuple[Batch, Kin]:
        """What becomes of people by these inputs."""
        self._follow()
        batch = self._batch()
        batch.moves = moves
        batch.wide += [announcement_row(event.input, event.seq) for event in pending if event.person == NOBODY]
        pending = [event for event in pending if event.person != NOBODY]
        people = concerned(pending)
        kin = Kin(self.store, people)
        if pending:
            batch.notes = [_note(move, now) for move in moves]
            kin.hold(people, held)
            first = min(event.input.at for event in pending)
            take(kin, self._turn(batch, kin.cells.values(), first, live=now is not None), batch, pending, now)
        return batch, kin

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

    def _commit(self, batch: Batch, inputs: int, *, history: bool = False) -> None:
        repeated = self.store.commit(batch)
        if history:
            self._asked.update(asking.asked(batch).values())
        self.observe(batch, inputs)
        if repeated:
            said = "{number} deliveries had a key that was used before and were left out"
            self.notice(Remark("delivery_repeated", said, level="error", number=repeated))


def _note(move: Move, now: int | None) -> Note:
    """What a batch that moved a cursor tells of itself."""
    if move.shard is None:
        return Note(EVERY, "replay", now, now is not None, move.new.top, move.new.row, move.new.at)
    return Note(move.shard, "events", now, now is not None, move.new.seq, move.old.seq)
