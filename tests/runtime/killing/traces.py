"""What a run has left behind, without the moments at which it happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.record import read
from triggerfish.runtime.story.replay import replay
from triggerfish.runtime.story.versions import Machines

REPLAYED = 12
"""So many people's inputs are replayed; those with the most first."""


@dataclass
class Traces:
    """Sorted, so that two of them can be compared; ``unknown`` are the orders whose mail is of unknown fate."""

    facts: list[tuple[Any, ...]] = field(default_factory=list)
    profiles: list[tuple[str, Any]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    deliveries: list[tuple[Any, ...]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def traces(address: str) -> Traces:
    """Read them, and check on the way what holds for every run."""
    found = Traces()
    with Store(address) as store:
        facts = list(store.journal.all())
        found.facts = sorted((person, fact.flow, fact.run, fact.step, fact.kind, _timeless(fact)) for person, fact in facts)
        _check_numbers(found, facts)
        _check_outbox(found, store)
        with store.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT id, person, kind, name, fields, origin FROM events").all()
            found.events = sorted(tuple(row) for row in rows)
            found.faults += [f"set aside: {row}" for row in connection.exec_driver_sql("SELECT * FROM rejected")]
        _check_states(found, store, [person for person, _ in Counter(person for person, _ in facts).most_common()])
    return found


def _timeless(fact: Fact) -> str:
    return str(sorted((name, value) for name, value in fact.data.items() if not _moment(value)))


def _moment(value: Any) -> bool:
    return isinstance(value, int) and value > 10**12


def _check_numbers(found: Traces, facts: list[tuple[str, Fact]]) -> None:
    """Each person's facts are numbered without a gap, and what happened did so in the order in which it came in."""
    orders: dict[str, list[int]] = defaultdict(list)
    last: dict[str, int] = defaultdict(int)
    for person, fact in facts:
        if fact.number != last[person] + 1:
            found.faults.append(f"{person}: fact {fact.number} follows fact {last[person]}")
        last[person] = fact.number
        if fact.kind == "entered" and fact.flow == "thanks":
            orders[person].append(int(str(fact.data["event"]).removeprefix("o")))
    found.faults += [f"{person}: the orders came out of order: {each}" for person, each in orders.items() if each != sorted(each)]


def _check_outbox(found: Traces, store: Store) -> None:
    with store.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT key, person, kind, target, status, context FROM outbox").all()
    for key, person, kind, target, status, context in rows:
        if status == "unknown" and target == "email":
            number = msgspec.json.decode(context)["event"]["number"]
            found.unknown.add(str(int(number)))
        elif status != "sent":
            found.faults.append(f"{key} is {status}")
        found.deliveries.append((key, person, kind, target, context))
    found.deliveries.sort()


def _check_states(found: Traces, store: Store, people: list[str]) -> None:
    """Where everybody has come to; a replay of their inputs gives the same facts."""
    cells = store.profiles.load(people)
    for person, cell in sorted(cells.items()):
        state = decode(cell.state or b"")
        values = {name: value for name, value in state.profile.items() if not _moment(value)}
        found.profiles.append((person, (values, [run.flow for run in state.runs])))
    machines = Machines(store.programs, {}, _no_folder)
    for person in people[:REPLAYED]:
        replayed = replay(read(store, person, machines))
        if replayed.difference is not None:
            found.faults.append(f"{person}: a replay differs: {replayed.difference}")


def _no_folder() -> Program:
    raise LookupError("what runs was deployed")
