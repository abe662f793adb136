"""Profiles that turn out to be one person: whose inputs are whose, and how two become one.

Both may live on different shards; their worker holds both. What comes in under the name that is given up is given to the
profile that goes on, with a copy in the event log under its id, so that a replay of one person sees all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from triggerfish.runtime.engine.turn import Turn
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import StateError, decode
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.events import Pending, event_row
from triggerfish.runtime.store.profiles import EMPTY, Cell
from triggerfish.runtime.store.store import Store


class Elsewhere(Exception):  # noqa: N818 - no error: the batch is made again
    """Inputs concern people of shards that are not held."""

    def __init__(self, shards: Collection[int]) -> None:
        super().__init__(f"people of shards {sorted(shards)} are concerned too")
        self.shards = frozenset(shards)


def copied(given: Input, person: str) -> Input:
    """An input as it is given to somebody whom it did not name; its id is the same however often it is tried."""
    return Input(given.kind, given.name, given.at, f"{given.id} for {person}", given.fields)


class Kin:
    """The cells of people, and of those whom they were merged into."""

    def __init__(self, store: Store, people: Iterable[str]) -> None:
        self._store = store
        self.cells = store.profiles.load(list(dict.fromkeys(people)))
        while missing := {cell.into for cell in self.cells.values() if cell.into is not None} - {*self.cells}:
            found = store.profiles.load(sorted(missing))
            self.cells.update({person: found.get(person, EMPTY) for person in missing})

    def home(self, person: str) -> str:
        """The profile that a person's inputs belong to."""
        while (into := self.cells.get(person, EMPTY).into) is not None:
            person = into
        return person

    def hold(self, people: Iterable[str], held: Collection[int]) -> None:
        """Raises Elsewhere unless the shards of these people's profiles are held."""
        outside = {self._store.shards.of(self.home(person)) for person in people} - {*held}
        if outside:
            raise Elsewhere(outside)


def concerned(pending: Iterable[Pending]) -> list[str]:
    """Whom inputs concern, those named by an alias included."""
    people = dict.fromkeys(event.person for event in pending)
    people.update(dict.fromkeys(event.input.name for event in pending if event.input.kind == "alias"))
    return list(people)


def take(kin: Kin, turn: Turn, batch: Batch, pending: Sequence[Pending], now: int | None) -> None:
    """Give people their inputs, each in its turn with the profiles that become one."""
    if not any(event.input.kind == "alias" or kin.cells.get(event.person, EMPTY).into is not None for event in pending):
        turn.inputs(pending, kin.cells, now)
        return
    group: list[Pending] = []
    batch.cuts = [(event.input.at, event.seq) for event in pending if event.input.kind == "alias"]
    # Live they are in the order of their shards; here those of several may be one person's.
    for event in pending if now is None else sorted(pending, key=lambda each: each.seq):
        if event.input.kind == "alias":
            _give(kin, turn, batch, group, now)
            group = []
            _unite(kin, turn, batch, event, now)
            _settle(kin, batch)
        else:
            group.append(event)
    _give(kin, turn, batch, group, now)
    batch.changes = list({change.person: change for change in batch.changes}.values())


def _give(kin: Kin, turn: Turn, batch: Batch, group: Sequence[Pending], now: int | None) -> None:
    given: list[Pending] = []
    for event in group:
        home = kin.home(event.person)
        if home != event.person:
            event = Pending(event.seq, home, copied(event.input, home))  # noqa: PLW2901 - the same, for somebody else
            batch.given.append(event_row(home, event.input, batch.received, "machine"))
        given.append(event)
    turn.inputs(given, kin.cells, now)
    _settle(kin, batch)


def _settle(kin: Kin, batch: Batch) -> None:
    """Go on from what the batch has come to; the versions stay those that were read."""
    for change in batch.changes:
        kin.cells[change.person] = Cell(change.state, change.due, change.version, change.into)


def _unite(kin: Kin, turn: Turn, batch: Batch, event: Pending, now: int | None) -> None:
    """Merge two profiles, unless that was done, or the other name is somebody else's by now."""
    loser, survivor = event.person, kin.home(event.input.name)
    if kin.home(loser) != loser or loser == survivor or {loser, survivor} & {NOBODY, WORKSPACE}:
        return
    if event.input.fields.get("elder") and older(kin.cells.get(loser, EMPTY).state, kin.cells.get(survivor, EMPTY).state):
        loser, survivor = survivor, loser
    if turn.merge(event, loser, survivor, kin.cells, now):
        batch.merged.append((loser, survivor))


def older(one: bytes | None, other: bytes | None) -> bool:
    """Whether the person of the one state was known before that of the other; who has no state yet was not."""
    created = [_created(state) for state in (one, other)]
    return created[0] is not None and (created[1] is None or created[0] < created[1])


def _created(state: bytes | None) -> int | None:
    try:
        return None if state is None else decode(state).profile.get("created_at")
    except StateError:
        return None
