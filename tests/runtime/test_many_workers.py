"""Several workers on one database do what one does: each person's inputs in order, nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_machine import QUIET, FakeMachine
from move_people import Standing, move_people
from postgresql import Databases, autocommit

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.rota import Rota
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.store import Store

EVENTS = int(os.environ.get("TRIGGERFISH_EVENTS", "50000"))
KILLS = int(os.environ.get("TRIGGERFISH_KILLS", "10"))
PEOPLE = EVENTS // 10
NOON = 1_800_000_000_000
CHILD = Path(__file__).with_name("move_people.py")

Contents = tuple[list[tuple[str, Fact]], dict[str, Any], set[str]]


def history(events: int, people: int) -> list[tuple[str, Input]]:
    """Half of the events belong to one person in a hundred; all of them happen within the last hours before noon."""
    chance = random.Random(11)
    few = max(people // 100, 1)
    made = []
    for number in range(events):
        person = f"p{chance.randrange(few if number % 2 else people)}"
        made.append((person, Input("event", "order_completed", NOON - events + number, f"m{number}", {"total": number})))
    return made


def append(store: Store, inputs: list[tuple[str, Input]], size: int = 250) -> None:
    for start in range(0, len(inputs), size):
        store.events.append(inputs[start : start + size], 1)


def contents(address: str) -> Contents:
    """The journal, every state and when it is due, and the keys of all deliveries."""
    with Store(address) as store:
        assert store.events.ahead() == 0
        cells = store.profiles.load(store.profiles.ids(limit=10**6))
        states = {person: (cell.state, cell.due) for person, cell in cells.items()}
        keys = {one.delivery.key for one in store.outbox.by_status("waiting")}
        return list(store.journal.all()), states, keys


def alone_on_sqlite(path: Path, inputs: list[tuple[str, Input]]) -> Contents:
    """What one worker makes of it."""
    address = f"sqlite:///{path}"
    with Store(address) as store:
        append(store, inputs, 5_000)
    for now in (NOON, NOON + 2 * QUIET):
        move_people(address, now)
    return contents(address)


def spawn(address: str, now: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), address, str(now)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(*children: subprocess.Popen[str]) -> str:
    """Wait for workers; what they complained of."""
    errors = ""
    for child in children:
        _, error = child.communicate(timeout=500)
        assert child.returncode == 0, error
        errors += error
    return errors


@pytest.fixture
def address(postgresql: Databases) -> Iterator[str]:
    with postgresql.with_tables() as address:
        yield address


def test_two_workers_do_what_one_does_while_inputs_arrive(address: str, tmp_path: Path, capsys: Any) -> None:
    inputs = history(EVENTS, PEOPLE)
    workers = [spawn(address, NOON), spawn(address, NOON)]

    def arrive(which: int) -> None:
        with Store(address) as store:
            append(store, [(person, given) for person, given in inputs if int(person[1:]) % 2 == which])

    appending = [threading.Thread(target=arrive, args=(which,)) for which in (0, 1)]
    for thread in appending:
        thread.start()
    for thread in appending:
        thread.join()
    finish(*workers)
    finish(spawn(address, NOON))  # they may have been through before the last inputs came
    finish(spawn(address, NOON + 2 * QUIET), spawn(address, NOON + 2 * QUIET))
    found = contents(address)
    assert len(found[0]) > EVENTS
    orders: dict[str, list[Any]] = {}
    for person, fact in found[0]:
        if fact.kind == "noted":
            orders.setdefault(person, []).append(fact.data["total"])
    assert sum(map(len, orders.values())) == EVENTS
    assert all(totals == sorted(totals) for totals in orders.values())
    assert found == alone_on_sqlite(tmp_path / "alone.db", inputs)


def disturb(address: str, now: int, harm: Callable[[subprocess.Popen[str]], None]) -> None:
    """Let two workers work; harm one of them again and again, and put another in its place where it died."""
    workers = [spawn(address, now) for _ in range(2)]
    chance = random.Random(now)
    for harmed in range(KILLS // 2):
        which = harmed % 2
        stdout = workers[which].stdout
        assert stdout is not None
        stdout.readline()
        time.sleep(chance.uniform(0.01, 0.25))
        harm(workers[which])
        if workers[which].poll() is not None:
            assert workers[which].returncode in (0, -signal.SIGKILL), workers[which].communicate()
            workers[which].communicate()
            workers[which] = spawn(address, now)
    finish(*workers)
    finish(spawn(address, now))


def kill(worker: subprocess.Popen[str]) -> None:
    worker.kill()
    worker.wait()


@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_workers_that_are_killed_or_cut_off_lose_nothing_and_repeat_nothing(address: str, tmp_path: Path, how: str) -> None:
    inputs = history(400 * KILLS, 60 * KILLS)
    with Store(address) as store:
        append(store, inputs, 1_000)

    def cut_off(_: subprocess.Popen[str]) -> None:
        with autocommit(address) as engine, engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    for now in (NOON, NOON + 2 * QUIET):
        disturb(address, now, kill if how == "killed" else cut_off)
    assert contents(address) == alone_on_sqlite(tmp_path / "alone.db", inputs)


def test_a_worker_passes_over_shards_that_another_holds(address: str) -> None:
    with Store(address) as store, Store(address) as other:
        people = [f"p{number}" for number in range(200)]
        append(store, [(person, Input("event", "order_completed", NOON, f"m{person}", {})) for person in people])
        taken = other.shards.of("p7")
        engine = Engine(store, FakeMachine(), Standing(NOON))
        with other.shards.hold([taken]) as held:
            assert held == [taken]
            while engine.process_events(NOON):
                pass
            left = {person for person in people if not store.journal.of_person(person)}
            assert left == {person for person in people if store.shards.of(person) == taken}
            assert engine.process_due(NOON + 2 * QUIET)
        assert engine.process_events(NOON) == len(left)
        assert store.events.ahead() == 0


def test_inputs_of_one_shard_become_visible_in_their_order(address: str) -> None:
    """A number drawn early and committed late must not be stepped over."""
    with Store(address) as store:
        late = threading.Event()
        inserted = threading.Event()

        def slowly() -> None:
            with store.database.write() as connection:
                row = ("slow", "ana", "event", "x", 1, 1, "{}", "intake")
                store.events.write(connection, [row])
                inserted.set()
                late.wait(10)

        first = threading.Thread(target=slowly)
        first.start()
        assert inserted.wait(10)
        others = [f"p{number}" for number in range(50)]
        elsewhere = [person for person in others if store.shards.of(person) != store.shards.of("ana")]
        # Other shards are not held up by it.
        append(store, [(person, Input("event", "x", 1, person, {})) for person in elsewhere])
        second = threading.Thread(target=store.events.append, args=([("ana", Input("event", "x", 1, "quick", {}))], 1))
        second.start()
        positions = store.cursors.positions([store.shards.of("ana")])
        assert store.events.arrived(positions, 10)[0] == []
        late.set()
        first.join()
        second.join()
        assert [one.input.id for one in store.events.arrived(positions, 10)[0]] == ["slow", "quick"]


def noted(store: Store) -> list[Fact]:
    return [fact for fact in store.journal.of_person("ana") if fact.kind == "noted"]


def test_an_idle_worker_is_woken_by_what_another_process_appends(address: str) -> None:
    """The worker would look by itself in an hour only."""
    stop = threading.Event()
    with Store(address) as store, Store(address) as other:
        runtime = LiveRuntime(Engine(store, FakeMachine(), WallClock()), stop, poll_seconds=3_600)
        thread = threading.Thread(target=runtime.run)
        thread.start()
        try:
            for number in range(3):
                other.events.append([("ana", Input("event", "order_completed", 1, f"m{number}", {}))], 1)
                until = time.monotonic() + 20
                while len(noted(store)) <= number and time.monotonic() < until:
                    time.sleep(0.01)
            assert len(noted(store)) == 3
        finally:
            stop.set()
            thread.join(20)


def test_the_shard_of_a_person_never_changes(address: str) -> None:
    with Store(address) as store:
        assert store.shards.count == 64
        assert [store.shards.of(person) for person in ("ana", "bo", "zoë")] == [34, 19, 20]


def test_the_rota_goes_round_and_lets_quiet_shards_share_a_batch() -> None:
    rounds = [[(0, 10), (1, 2), (2, 3), (3, 10)], [(0, 10), (3, 1)], []]
    rota = Rota(lambda limit: rounds.pop(0), 10)
    assert [rota.next() for _ in range(5)] == [[0], [1, 2, 3], [0], [3], []]
    rounds = [[(0, 1), (5, 10)], [(0, 10), (5, 1), (7, 10)]]
    assert [rota.next() for _ in range(4)] == [[5], [0], [5, 7], [0]]
