"""``release``: no more people than there is room for, whoever lets them in."""

from __future__ import annotations

import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import Persistence
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.released import recorded_counts

HOUR = 3_600_000
TEXT = """
event begin

flow walk
    start when begin
    release 5 per hour
    wait 2 days
"""


@pytest.fixture(scope="module")
def program() -> Program:
    compiled = compile_sources({"a.flow": TEXT}, load_plugins().catalog()).program
    assert compiled is not None
    return compiled


def begin(store: Store, people: list[str], at: int) -> None:
    store.events.append([(each, Input("event", "begin", at, f"{each} {at}", {})) for each in people], at)


def run(store: Store, program: Program, clock: Any, batch: int = 3) -> None:
    engine = Engine(store, Machine(program), clock, events_a_batch=batch)
    persistence = Persistence(clock, lambda _: None, threading.Event(), None)
    while persistence.run(lambda: engine.process_due(clock.now())) or persistence.run(lambda: engine.process_events(clock.now())):
        pass


def kinds(store: Store, people: list[str], kind: str) -> list[str]:
    return [each for each in people for fact in store.journal.of_person(each) if fact.kind == kind]


def test_room_is_counted_over_all_people_and_batches_and_comes_back_with_the_hour(
    store: Store, program: Program, clock: Any
) -> None:
    people = [f"p{number:02}" for number in range(12)]
    begin(store, people, clock.now())
    run(store, program, clock)
    assert (len(kinds(store, people, "entered")), len(kinds(store, people, "refused"))) == (5, 7)
    clock.moment += HOUR
    others = [f"q{number:02}" for number in range(12)]
    begin(store, others, clock.now())
    run(store, program, clock)
    assert (len(kinds(store, others, "entered")), len(kinds(store, people, "entered"))) == (5, 5)


def test_a_batch_that_saw_too_much_room_is_not_committed(store: Store) -> None:
    slot = ("walk", "hour", 0)
    batches = [Batch(1), Batch(1)]
    for batch in batches:
        batch.seen = store.releases.since(["walk"], 0)
        batch.released[slot] += 3  # type: ignore[index]
    store.commit(batches[0])
    with pytest.raises(Conflict, match="let people into walk meanwhile"):
        store.commit(batches[1])
    batches[1].seen = store.releases.since(["walk"], 0)
    store.commit(batches[1])
    assert store.releases.since(["walk"], 0) == {slot: 6}


def test_several_workers_let_in_no_more_than_one_would(store: Store, program: Program, clock: Any) -> None:
    people = [f"p{number:03}" for number in range(200)]
    begin(store, people, clock.now())
    workers = [threading.Thread(target=run, args=(store, program, clock, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run(store, program, clock)
    assert (len(kinds(store, people, "entered")), len(kinds(store, people, "refused"))) == (5, 195)


def test_a_replay_of_one_person_repeats_the_recorded_decision(store: Store, program: Program, clock: Any) -> None:
    people = [f"p{number}" for number in range(8)]
    begin(store, people, clock.now())
    run(store, program, clock)
    machine = Machine(program)
    for person in people:
        facts = store.journal.of_person(person)
        given = [each.input for each in store.events.of_person(person)]
        counts = recorded_counts(facts, program)
        again = machine.advance(person, None, given, given[-1].at, live=False, released=counts)
        assert [fact.kind for fact in again.facts] == [fact.kind for fact in facts]
    refused = kinds(store, people, "refused")
    (told,) = [sentences.fact(fact, ZoneInfo("UTC")) for fact in store.journal.of_person(refused[0])]
    assert told == "was not let into walk (release): 5 per hour were let in already"


def test_a_program_without_release_asks_the_store_nothing(store: Store, clock: Any) -> None:
    plain = compile_sources({"a.flow": TEXT.replace("    release 5 per hour\n", "")}, load_plugins().catalog()).program
    assert plain is not None

    def asked(*_: object) -> dict[Any, int]:
        raise AssertionError("nothing is to be looked up")

    store.releases.since = asked  # type: ignore[method-assign]
    begin(store, ["ana"], clock.now())
    run(store, plain, clock)
    assert kinds(store, ["ana"], "entered") == ["ana"]
