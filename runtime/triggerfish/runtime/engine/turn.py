"""One batch of people moved forward: inputs in, effects gathered.

A person whose advance raises does not hold up the others: their inputs are tried one by one, those that fail are set
aside with the error, and the state stays as it was before them.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from triggerfish.runtime.machine.effects import Advance, Slot
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.merging import carried
from triggerfish.runtime.observation.remark import Remark, parts_of
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.events import Pending, event_row
from triggerfish.runtime.store.profiles import EMPTY, Cell, Change
from triggerfish.runtime.store.quarantine import Refused

Notice = Callable[[str], None]
"""Takes a sentence about something that went wrong and was dealt with."""

PUT_OFF = 3_600_000
"""A person whose timers cannot be run is tried again after an hour."""


class Machine(Protocol):
    """The pure machine, as far as the shell needs it."""

    def advance(
        self, person: str, state: bytes | None, inputs: Sequence[Input], now: int, *, live: bool = True
    ) -> Advance:
        """The new state and the effects.

        A machine with ``lacking`` also takes ``past``, one with ``releases`` also ``released`` (see ``machine.Machine``).
        """
        ...


Past = Callable[[list[str], frozenset[str]], dict[str, list[Input]]]
"""What was consumed of these events of these people, in order of time."""


class Turn:
    """Advances people and gathers the effects in ``batch``."""

    def __init__(self, machine: Machine, batch: Batch, *, live: bool, notice: Notice, past: Past | None = None,
                 released: Mapping[Slot, int] | None = None) -> None:
        self._machine_advance = machine.advance
        self._lacking: Callable[[bytes | None], frozenset[str]] | None = getattr(machine, "lacking", None)
        self._look_up = past
        self._past: dict[str, list[Input]] = {}
        self._batch = batch
        self._live = live
        self._notice = notice
        self._released = None if released is None else Counter(released)
        if released is not None:
            batch.seen = released

    def inputs(self, pending: Sequence[Pending], cells: Mapping[str, Cell], now: int | None) -> None:
        """Give people their inputs, each person's in the order given.

        ``now`` None takes the time from the events: each person's ends with their last input.
        """
        groups: dict[str, list[Input]] = {}
        for _, person, given in pending:
            group = groups.get(person)
            if group is None:
                groups[person] = [given]
            else:
                group.append(given)
        live = self._live
        self._prepare([(person, cells.get(person, EMPTY)) for person in groups])
        advance_one, take = self._steps()
        for person, group in groups.items():
            cell = cells.get(person, EMPTY)
            try:
                advance = advance_one(person, cell.state, group, group[-1].at if now is None else now, live=live)
                take(person, advance)
            except Exception:  # noqa: BLE001 - looked into one by one
                self._one_by_one(person, cell, group, now)
            else:
                self._keep(person, cell, advance.state, advance.due)

    def timers(self, due: Iterable[tuple[str, Cell]], now: int) -> None:
        """Let what is due by ``now`` happen."""
        people = list(due)
        live = self._live
        self._prepare(people)
        advance_one, take = self._steps()
        for person, cell in people:
            try:
                advance = advance_one(person, cell.state, (), now, live=live)
                take(person, advance)
            except Exception as error:  # noqa: BLE001 - one person's bug is not the others'
                self._batch.failed.append((person, now, {"error": _describe(error), "what": "timers"}))
                said = "what was due for {person!r} failed and is tried again in an hour: {error}{detail}{place}"
                self._notice(Remark("timers_failed", said, level="error", person=person, **parts_of(error)))
                self._keep(person, cell, cell.state, now + PUT_OFF)
                continue
            if advance.due is not None and advance.due <= now:
                said = "{person!r} is due again at a moment that has passed; put off for an hour"
                self._notice(Remark("timers_put_off", said, level="error", person=person))
                self._keep(person, cell, advance.state, now + PUT_OFF)
            else:
                self._keep(person, cell, advance.state, advance.due)

    def merge(self, event: Pending, loser: str, survivor: str, cells: Mapping[str, Cell], now: int | None) -> bool:
        """Let one profile take over another, which is retired; whether that was done."""
        at, live = event.input.at, self._live
        moment = at if now is None else now
        theirs, mine = cells.get(loser, EMPTY), cells.get(survivor, EMPTY)
        self._prepare([(loser, theirs), (survivor, mine)])
        retiring = Input("merged", survivor, at, f"{event.input.id} for {loser}", {})
        given, taken = [(loser, retiring)], []
        try:
            last, united = theirs, mine
            if theirs.state is not None:
                carried_on = self._advance(loser, theirs.state, (), moment, live=live)
                taking = Input("merge", loser, at, f"{event.input.id} for {survivor}", carried(carried_on.state or b""))
                advance = self._advance(survivor, mine.state, (taking,), moment, live=live)
                last, united = Cell(carried_on.state, None, theirs.version), Cell(advance.state, advance.due, mine.version)
                given.append((survivor, taking))
                taken += [(loser, carried_on), (survivor, advance)]
            gone = self._advance(loser, last.state, (retiring,), moment, live=live)
            rows = [event_row(person, one, self._batch.received, "machine") for person, one in given]
            for person, advance in [*taken, (loser, gone)]:
                self._take(person, advance)
        except Exception as error:  # noqa: BLE001 - one person's bug is not the others'
            self._set_aside(event.person, event.input, error)
            return False
        self._batch.given += rows
        self._batch.changes.append(Change(loser, gone.state, gone.due, theirs.version, survivor))
        if united is not mine:
            self._batch.changes.append(Change(survivor, united.state, united.due, mine.version))
        return True

    def _steps(self) -> tuple[Callable[..., Advance], Callable[[str, Advance], None]]:
        """How somebody is moved on and where the effects go: by the shortest way where the machine is told no more than what came."""
        if self._released is None and not self._past:
            return self._machine_advance, self._batch.take
        return self._advance, self._take

    def _prepare(self, people: Iterable[tuple[str, Cell]]) -> None:
        """Look up the past that a newer program wants to know of some of them."""
        if self._lacking is None or self._look_up is None:
            return
        lacking_in = self._lacking
        lacking = {person: events for person, cell in people if cell.state is not None and (events := lacking_in(cell.state))}
        if lacking:
            found = self._look_up(list(lacking), frozenset().union(*lacking.values()))
            self._past = {person: found.get(person, []) for person in lacking}

    def _advance(self, person: str, state: bytes | None, inputs: Sequence[Input], now: int, *, live: bool) -> Advance:
        if self._released is None and person not in self._past:
            return self._machine_advance(person, state, inputs, now, live=live)
        given: dict[str, Any] = {} if self._released is None else {"released": self._released}
        if person in self._past:
            # Asked again for each call: the first one brings the state up to date.
            given["past"] = self._past[person] if self._lacking is not None and self._lacking(state) else None
        advance: Callable[..., Advance] = self._machine_advance
        return advance(person, state, inputs, now, live=live, **given)

    def _take(self, person: str, advance: Advance) -> None:
        self._batch.take(person, advance)
        if self._released is not None:
            self._released.update(advance.released)

    def _keep(self, person: str, cell: Cell, state: bytes | None, due: int | None) -> None:
        if state != cell.state or due != cell.due:
            self._batch.changes.append(Change(person, state, due, cell.version, cell.into))

    def _one_by_one(self, person: str, cell: Cell, group: list[Input], now: int | None) -> None:
        state, due = cell.state, cell.due
        for given in group:
            try:
                advance = self._advance(person, state, (given,), given.at if now is None else now, live=self._live)
                self._take(person, advance)
            except Exception as error:  # noqa: BLE001 - one person's bug is not the others'
                self._set_aside(person, given, error)
            else:
                state, due = advance.state, advance.due
        self._keep(person, cell, state, due)

    def _set_aside(self, person: str, given: Input, error: Exception) -> None:
        reason = _describe(error)
        raw = msgspec.json.encode({"person": person, "input": given}).decode()
        self._batch.refused.append(Refused(raw, reason, f"event {given.id}"))
        data = {"error": reason, "what": given.kind, "name": given.name, "id": given.id}
        self._batch.failed.append((person, given.at, data))
        said = "{kind} {name!r} of {person!r} could not be handled and was set aside: {error}{detail}{place}"
        self._notice(Remark("input_set_aside", said, level="error", kind=given.kind, name=given.name, person=person, **parts_of(error)))


def _describe(error: Exception) -> str:
    """The error and where in the code it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
