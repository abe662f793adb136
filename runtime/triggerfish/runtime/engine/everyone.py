"""Who is told of what happened for everyone: of each shard the people concerned, a chunk at a time.

They are told with ordinary inputs, which are kept in the event log, so that a replay of one person sees them too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from triggerfish.dsl.ir.concerns import Trace
from triggerfish.dsl.ir.expressions import Constant
from triggerfish.runtime.engine.turn import Machine
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.everyone import WORKSPACE, Concerned
from triggerfish.runtime.machine.history import dig
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import StateError
from triggerfish.runtime.store.announcements import Announcement
from triggerfish.runtime.store.candidates import Lookup
from triggerfish.runtime.store.store import Store


class Audience(NamedTuple):
    """People to tell now, in the order of their ids, and up to whom everybody knows then (None: all of the shard)."""

    people: list[str]
    after: str | None


def for_person(given: Input, person: str) -> Input:
    """What one person is told; its id is the same however often it is tried."""
    return Input(given.kind, given.name, given.at, f"{given.id}/{person}", given.fields)


def audience(store: Store, machine: Machine, one: Announcement, now: int, limit: int) -> Audience:
    """The next chunk of the people whom an announcement concerns. Raises StoreUnavailable."""
    if one.input.kind == "enter segment":
        page = store.candidates.everybody(one.shard, one.after, limit)
        people = _perhaps_inside(store, machine, page, one.input.fields["segment"], now)
    else:
        page = people = _concerned(store, machine, one, limit)
    return Audience(people, page[-1] if len(page) == limit else None)


def _perhaps_inside(store: Store, machine: Machine, page: list[str], segment: str, now: int) -> list[str]:
    """Who is not in the segment, and cannot have come into it by now, is not even told."""
    perhaps = getattr(machine, "perhaps_inside", None)
    cells = store.profiles.load(page)
    found = []
    for person in page:
        try:
            if person != WORKSPACE and perhaps is not None and perhaps(cells[person].state, segment, now):
                found.append(person)
        except StateError:
            found.append(person)  # told, so that it is set aside with the error
    return found


def _concerned(store: Store, machine: Machine, one: Announcement, limit: int) -> list[str]:
    ask = getattr(machine, "concerned", None)
    concerned = ask(one.input.name) if ask is not None else Concerned()
    mine = concerned.workspace and store.shards.of(WORKSPACE) == one.shard
    lookups = [found for trace in concerned.traces if (found := lookup(trace, one.input)) is not None]
    position = store.cursors.positions([one.shard])[one.shard]
    return store.candidates.concerned(
        lookups, one.input.name, one.shard, one.after, limit, position, workspace=mine, everybody=concerned.everybody
    )


def lookup(trace: Trace, given: Input) -> Lookup | None:
    """None where nobody can have such a trace: a comparison with what is unknown never holds."""
    since = -1 if trace.within is None else given.at - calendar.at_most(trace.within.span)
    field: tuple[str, ...] = trace.field
    value: Any = None
    if field:
        value = trace.given.value if isinstance(trace.given, Constant) else dig(given.fields, trace.given)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            field = ()
    return Lookup(trace.event, field, value, since)
