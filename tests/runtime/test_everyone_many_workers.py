"""What happens for everyone while several workers are at work; and a goal that it reaches."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from postgresql import Databases
from two_workers import work_together

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.everyone import NOBODY
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.store import Store

NOW, DAY, PEOPLE = 1_800_000_000_000, 86_400_000, 24
FLOWS = """
event viewed
    product_id  text

event dropped for everyone
    product_id  text

event ended for everyone

flow drop
    start when dropped for everyone where did (viewed where product_id is event.product_id) in last 30 days
    goal ended within 3 days
    stop when ended
    wait 3 days

flow looked
    start when viewed
    goal ended within 2 days
    wait 1 hour
"""
PROGRAM = compile_sources({"a.flow": FLOWS}, load_plugins().catalog()).program


def machine() -> Machine:
    assert PROGRAM is not None
    return Machine(PROGRAM)


def happened(name: str, at: int, id_: str, **fields: Any) -> Input:
    return Input("event", name, at, id_, fields)


def rounds(number: int) -> Iterator[tuple[int, list[tuple[str, Input]]]]:
    """Moments and what comes in then: every third has viewed what becomes cheaper, and half of them what does so later."""
    views = [(f"person{each}", happened("viewed", NOW, f"v{each}", product_id="q" if each % 3 else "p1")) for each in range(number)]
    yield NOW, views
    more = [(f"person{each}", happened("viewed", NOW + 2_000, f"w{each}", product_id="q0")) for each in range(0, number, 2)]
    # Each person's inputs keep their order; what is for everyone has none among them, unless it was told before.
    yield NOW + 1_000, [(NOBODY, happened("dropped", NOW + 1_000, "d1", product_id="p1"))]
    yield NOW + 2_000, more
    last = [(NOBODY, happened("ended", NOW + 3_000, "e1")), (NOBODY, happened("dropped", NOW + 3_500, "d2", product_id="q0"))]
    yield NOW + 4_000, last
    yield NOW + 5_000, [(NOBODY, happened("ended", NOW + 5_000, "e2"))]


def outcome(store: Store) -> dict[str, Any]:
    people = store.profiles.ids(limit=10_000)
    told = [(person, one.input.id) for person in people for one in store.events.of_person(person) if one.origin == "machine"]
    states = {person: (cell.state, cell.due) for person, cell in store.profiles.load(people).items()}
    return {"journal": list(store.journal.all()), "states": states, "told": sorted(told), "left": store.announcements.shards()}


def test_a_goal_is_reached_by_what_happens_for_everyone(store: Store, clock: Any) -> None:
    """By each whose window is open, once; and by nobody else.

    > Told are those whom a start can concern: whoever did what its `where` asks for, found by an index that is made when the program begins to
    > run; and whoever waits for the event in a flow or a chain (`wait`, `collect`, `stop when`, `goal`, `then`).
    """
    store.events.append([
        ("inside", happened("viewed", NOW - 3_600_000 // 2, "v1", product_id="p1")),
        ("through", happened("viewed", NOW - DAY, "v2", product_id="p1")),
        ("late", happened("viewed", NOW - 5 * DAY, "v3", product_id="p1")),
    ], NOW)  # fmt: skip
    store.events.append([(NOBODY, happened("ended", NOW - 1_000, "e1")), (NOBODY, happened("ended", NOW - 900, "e2"))], NOW)
    Run(Engine(store, machine(), clock, people_a_batch=1)).until_idle("events")
    goals = [(person, fact.flow, fact.at) for person, fact in store.journal.all() if fact.kind == "goal"]
    assert goals == [("inside", "looked", NOW - 1_000), ("through", "looked", NOW - 1_000)]


@pytest.mark.parametrize("harm", [False, True])
def test_two_workers_tell_everyone_as_one_does(
    postgresql: Databases, tmp_path: Path, clock: Any, harm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one in eight of their commits is lost."""
    chance, lost, commit = random.Random(4), [], Store.commit

    def perhaps(store: Store, batch: Any) -> int:
        if store.database.dialect.name == "postgresql" and harm and chance.random() < 0.125:
            lost.append(batch)
            raise StoreUnavailable("gone", "power cut")
        return commit(store, batch)

    monkeypatch.setattr(Store, "commit", perhaps)
    found = []
    with postgresql.with_tables() as address, ExitStack() as stack:
        for where, number in ((address, 2), (f"sqlite:///{tmp_path / 'alone.db'}", 1)):
            stores = [stack.enter_context(Store(where)) for _ in range(number)]
            engines = [Engine(store, machine(), clock, events_a_batch=8, people_a_batch=3) for store in stores]
            handled = [0] * number
            for clock.moment, arrived in rounds(PEOPLE):
                stores[0].events.append(arrived, clock.moment)
                handled = [before + more for before, more in zip(handled, work_together(engines), strict=True)]
            assert all(handled), "each of them had something to do"
            found.append(outcome(stores[0]))
    assert bool(lost) is harm
    kinds = [(fact.flow, fact.kind) for _, fact in found[1]["journal"]]
    assert kinds.count(("drop", "entered")) == kinds.count(("drop", "exited")) == PEOPLE // 3 + PEOPLE // 2
    assert kinds.count(("drop", "goal")) == PEOPLE // 3 + PEOPLE // 2
    assert found[1]["left"] == []
    for name, expected in found[1].items():
        assert found[0][name] == expected, name
