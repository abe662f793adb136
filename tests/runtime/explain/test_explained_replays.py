"""The replay that ``explain`` looks at is what was recorded, however it was handled; where it is not, that is told."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_up_lives import HOUR, PEOPLE, Life, programs
from sqlalchemy import delete, select, update

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.machine.everyone import WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import decode, encode
from triggerfish.runtime.store.retention import Retention
from triggerfish.runtime.store.schema import batches, journal
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.explain import Explanation
from triggerfish.runtime.story.record import Record, read
from triggerfish.runtime.story.replay import Replayed, replay
from triggerfish.runtime.story.versions import Machines

CASES = int(os.environ.get("TRIGGERFISH_EXPLAIN_CASES", "2"))
"""Lives that are made up, each of six people and the workspace."""
FIRST = int(os.environ.get("TRIGGERFISH_EXPLAIN_FIRST", "0"))
DAY = 24 * HOUR


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lives") / "empty.db"
    Store(f"sqlite:///{path}").close()
    return path


@contextmanager
def fresh(empty: Path) -> Iterator[Store]:
    path = empty.with_name("life.db")
    shutil.copy(empty, path)
    with Store(f"sqlite:///{path}") as store:
        yield store
    path.unlink()


def recorded(store: Store, person: str) -> Record:
    return read(store, person, Machines(store.programs, {}, lambda: programs()[0]))


def followed(record: Record) -> Replayed:
    """The replay, which is what was recorded."""
    found = replay(record)
    assert found.difference is None
    assert found.followed == sum(fact.number > 0 for fact in record.facts)
    assert decode(found.state or b"") == decode(record.state or b"")
    return found


def test_a_life_is_followed_to_the_last_fact_and_state(empty: Path) -> None:
    """Outages, restarts, deploys, merges, replays that are cut off, a clock that is set back, late and early inputs."""
    facts = 0
    for seed in range(FIRST, FIRST + CASES):
        with fresh(empty) as store:
            Life(store, seed).live(30)
            for person in (*PEOPLE, WORKSPACE):
                record = recorded(store, person)
                facts += followed(record).followed if record.state is not None else 0
    assert facts > 20 * CASES


def test_the_same_on_any_database(store: Store) -> None:
    Life(store, 7).live(15)
    found = [recorded(store, person) for person in (*PEOPLE, WORKSPACE)]
    assert sum(followed(record).followed for record in found if record.state is not None) > 10


def test_the_state_of_any_moment_is_what_it_was_then(empty: Path) -> None:
    """In an outage, too: what had come in by then and was handled later had not happened."""
    seen: list[tuple[int, dict[str, bytes]]] = []
    with fresh(empty) as store:
        life = Life(store, 1)
        for _ in range(15):
            life.come(late=False)
            life.moment += life.chance.choice([10 * 60_000, HOUR, 9 * HOUR, 3 * DAY])
            for _ in range(life.chance.choice([0, 1, 50])):
                life.engine.process_due(life.moment)
                life.engine.process_events(life.moment)
            cells = store.profiles.load(PEOPLE)
            seen.append((life.moment, {person: cell.state for person, cell in cells.items() if cell.state is not None}))
            life.moment += 10 * 60_000
        for person in PEOPLE:
            record = recorded(store, person)
            for moment, states in seen:
                then = replay(record, moment)
                assert then.difference is None
                assert (None if then.state is None else decode(then.state)) == (decode(states[person]) if person in states else None)


def test_a_journal_that_says_otherwise_is_told(empty: Path) -> None:
    with fresh(empty) as store:
        Life(store, 3).live(40)
        person = next(one for one in PEOPLE if any(fact.kind == "entered" for fact in recorded(store, one).facts))
        with store.database.write() as connection:
            here = (journal.c.person == person, journal.c.kind == "entered")
            number = connection.scalar(select(journal.c.number).where(*here).order_by(journal.c.number).limit(1))
            changed = update(journal).where(journal.c.person == person, journal.c.number == number)
            connection.execute(changed.values(kind="refused", data='{"reason":"again","why":"made up"}'))
        [told] = [each for each in Explanation(recorded(store, person), 2**41).entries() if each.kind == "differs"]
        assert "the replay differs from what was recorded at" in told.why
        assert "(again): made up" in told.why
        assert "entered" in told.why


def test_a_state_that_is_another_one_is_told(empty: Path) -> None:
    with fresh(empty) as store:
        Life(store, 3).live(40)
        person = next(one for one in PEOPLE if recorded(store, one).state is not None)
        with store.database.write() as connection:
            state = decode(recorded(store, person).state or b"")
            state.profile["visits"] = 4711
            connection.exec_driver_sql("UPDATE profiles SET state = ? WHERE id = ?", (encode(state), person))
        [told] = [each for each in Explanation(recorded(store, person), 2**41).entries() if each.kind == "differs"]
        assert "another state" in told.why


def test_what_was_handled_before_batches_were_kept_is_taken_at_its_own_time(empty: Path) -> None:
    """That is right for what was handled in time."""
    with fresh(empty) as store:
        life = Life(store, 5)
        for _ in range(10):
            life.come(late=False)
            while life.engine.process_events(life.moment):
                pass
            life.moment += HOUR
            while life.engine.process_due(life.moment, live=False):
                pass
        with store.database.write() as connection:
            connection.execute(delete(batches).where(batches.c.kind != "settle"))
        assert [replay(recorded(store, person)).difference for person in PEOPLE] == [None] * len(PEOPLE)


def test_nobody_who_was_erased_is_named_and_the_others_are_followed(empty: Path) -> None:
    with fresh(empty) as store:
        life = Life(store, 11, people=(1,))
        life.live(30)
        named = [each.person for each in _rows(store) if each.person]
        assert named
        store.erasure.erase([named[0]], [], life.moment)
        assert named[0] not in {each.person for each in _rows(store)}
        for person in PEOPLE:
            record = recorded(store, person)
            if record.state is not None:
                followed(record)


def test_batches_go_with_the_events_they_are_about(empty: Path) -> None:
    with fresh(empty) as store:
        life = Life(store, 2)
        life.live(60)
        middle = (life.moment + 1_772_000_000_000) // 2
        retention = Retention(store.database)
        assert retention.batches(middle).deleted > 0
        assert min(each.at for each in _rows(store)) >= middle
        assert retention.batches(middle).deleted == 0


def _rows(store: Store) -> list[Any]:
    with store.database.read() as connection:
        return list(connection.execute(select(batches)))


TWO_VERSIONS = """
event begin
event other

flow walk
    start when begin
    wait {days} days
"""


def test_late_batches_and_deploys_are_followed_in_a_store(store: Store, clock: Any) -> None:
    first, second = (compile_sources({"a.flow": TWO_VERSIONS.format(days=days)}, load_plugins().catalog()).program for days in (1, 9))
    assert first is not None
    assert second is not None
    begun = clock.now()
    deploy(store.programs, first, begun)
    programs = InForce(store.programs, {})
    machine = programs.newer()
    assert machine is not None
    engine = Engine(store, machine, clock, programs=programs)

    def handle(name: str, after: int, late: int) -> None:
        clock.moment += after
        store.events.append([("ana", Input("event", name, clock.now(), f"{name} {clock.now()}", {}))], clock.now())
        clock.moment += late
        while engine.process_due(clock.now()) or engine.process_events(clock.now()):
            pass

    handle("begin", HOUR, 3 * HOUR)
    handle("other", HOUR, 0)
    deploy(store.programs, second, clock.now() + 1)
    handle("begin", 40 * HOUR, 0)
    handle("begin", HOUR, 2 * HOUR)
    record = read(store, "ana", Machines(store.programs, {}, lambda: first))
    found = replay(record)
    assert found.difference is None
    assert found.followed == len(record.facts) > 3
    assert [version for _, version in found.versions] == [1, 2]
    cell = store.profiles.load(["ana"])["ana"]
    assert decode(found.state or b"") == decode(cell.state or b"")
    middle = decode(replay(record, begun + 10 * HOUR).state or b"")
    assert [(run.flow, run.version, run.entered) for run in middle.runs] == [("walk", 1, begun + 4 * HOUR)]
