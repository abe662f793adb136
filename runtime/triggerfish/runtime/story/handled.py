"""When a person was moved on: the batches of the store that held inputs of theirs, and those in which something was due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from triggerfish.runtime.store.batches import Batches, Handled
from triggerfish.runtime.store.events import Logged

MERGING = ("merge", "merged")

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What a person was given in one batch, one call of the machine after another.

    ``number`` is that of the batch; ``now`` the moment it was handled at, None where each input brings its own.
    ``program`` is None where no version was noted. ``known`` is False for what was handled before batches were kept: it
    is taken one by one, each at its own time.
    """

    number: int
    now: int | None
    live: bool
    program: int | None
    groups: tuple[tuple[Logged, ...], ...]
    known: bool = True

    @property
    def moment(self) -> int:
        """When it was handled; what brings its own time, at that of the last."""
        return self.now if self.now is not None else max((one.input.at for group in self.groups for one in group), default=0)


@dataclass(frozen=True)
class Handling:
    """Finds the batches of one person.

    Args:
        person: the profile's id.
        batches: the table.
        shard: the person's.
        places: of what came in under another name by its id: the number at which it came.
        workspace: whether this is the profile of the flows for the workspace.
    """

    person: str
    batches: Batches
    shard: int
    places: Mapping[str, int] = field(default_factory=dict)
    workspace: bool = False

    def steps(self, given: Sequence[Logged], in_force: Callable[[int], int]) -> list[Step]:
        """The batches with inputs of the person in their order; ``in_force`` is the version of a moment."""
        early: list[Step] = []
        found: dict[int, tuple[Handled, list[Logged]]] = {}
        for one, batch in self._batches(given):
            if batch is None or batch.kind == "before":
                early.append(Step(0, None, False, in_force(one.received), ((one,),), known=False))
            else:
                found.setdefault(batch.number, (batch, []))[1].append(one)
        for batch in self.batches.of_workspace(self.shard) if self.workspace else ():
            found.setdefault(batch.number, (batch, []))
        late = [
            Step(number, batch.now, batch.live, batch.program, tuple(self._groups(batch, some)) or ((),))
            for number, (batch, some) in sorted(found.items())
        ]
        return [*early, *late]

    def tick(self, due: int | None, *, after: int, before: int | None) -> Step | None:
        """The next batch in which the person was moved on by time, or because of a deploy, between two numbers."""
        found = self.batches.due(self.shard, self.person, due, after=after, before=before)
        deploy = next((number for number in self._settled if number > after), None)
        if deploy is not None:
            earlier = before if found is None else found.seq
            found = self.batches.due(self.shard, self.person, 0, after=deploy, before=earlier) or found
        return None if found is None else Step(found.seq, found.now, found.live, found.program, ((),))

    @cached_property
    def _settled(self) -> list[int]:
        return self.batches.settled(self.person)

    def _batches(self, given: Sequence[Logged]) -> Iterator[tuple[Logged, Handled | None]]:
        told = self.batches.of(one.batch for one in given if one.batch is not None)
        last: Handled | None = None
        for one in sorted(given, key=lambda each: each.seq):
            if one.batch is not None:
                yield one, told.get(one.batch)
            elif one.origin == "machine":
                yield one, None
            else:
                if last is None or not _holds(last, one):
                    last = self.batches.took(self.shard, one.seq, one.input.at)
                yield one, last

    def _groups(self, batch: Handled, some: Sequence[Logged]) -> Iterator[tuple[Logged, ...]]:
        """The inputs that were given together: a merge of anybody in the batch parts them, and is given by itself."""
        cuts = sorted(self._key(batch, at, seq) for at, seq in batch.cuts or ())
        group: list[Logged] = []
        for one in sorted(some, key=lambda each: self._key_of(batch, each)):
            key = self._key_of(batch, one)
            if group and (one.input.kind in MERGING or group[-1].input.kind in MERGING or any(self._key_of(batch, group[-1]) < cut <= key for cut in cuts)):
                yield tuple(group)
                group = []
            group.append(one)
        if group:
            yield tuple(group)

    def _key_of(self, batch: Handled, one: Logged) -> Key:
        return self._key(batch, one.input.at, self.places.get(one.input.id, one.seq))

    @staticmethod
    def _key(batch: Handled, at: int, place: int) -> Key:
        """Replays take their inputs in order of time, unless live, where several people become one."""
        return (at, place) if batch.kind == "replay" and (batch.now is None or batch.cuts is None) else (place,)


def _holds(batch: Handled, one: Logged) -> bool:
    return batch.kind in ("events", "before") and batch.after is not None and batch.last is not None and batch.after < one.seq <= batch.last
