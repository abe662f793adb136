"""Several workers on one database do what one does: each person's inputs in order, nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from hashlib import sha256
from itertools import groupby, islice
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from fake_machine import QUIET, FakeMachine
from killing.forks import start
from move_people import POISON, Standing, move_people
from postgresql import Databases, autocommit

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.rota import Rota
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.store import Store

EVENTS = int(os.environ.get("TRIGGERFISH_EVENTS", "4000"))
MANY = 100_000
"""From so many events on, the worker that is compared with is on PostgreSQL too, and the figures are printed."""
KILLS = int(os.environ.get("TRIGGERFISH_KILLS", "4"))
PEOPLE = EVENTS // 10
NOON = 1_800_000_000_000


def history(events: int, people: int, *, poison: int = 0) -> Iterator[tuple[str, Input]]:
    """Half of the events belong to one person in a hundred; all of them happen within the last hours before noon.

    Every so many one is such that the machine cannot handle it.
    """
    chance = random.Random(11)
    few = max(people // 100, 1)
    for number in range(events):
        person = f"p{chance.randrange(few if number % 2 else people)}"
        name = POISON if poison and number % poison == 7 else "order_completed"
        yield person, Input("event", name, NOON - events + number, f"m{number}", {"total": number})


def append(store: Store, inputs: Iterable[tuple[str, Input]], size: int = 250) -> None:
    some = iter(inputs)
    while chunk := list(islice(some, size)):
        store.events.append(chunk, 1)


class Contents(NamedTuple):
    """Of each person a digest of the journal and of the state with its due moment; the keys of all deliveries."""

    journals: dict[str, str]
    states: dict[str, str]
    keys: set[str]
    facts: int
    set_aside: int


def contents(address: str) -> Contents:
    """What it has come to; the events of each person must have been handled in their order."""
    journals: dict[str, str] = {}
    facts = 0
    with Store(address) as store:
        assert store.events.ahead() == 0
        for person, some in groupby(store.journal.all(), key=lambda each: each[0]):
            story = [fact for _, fact in some]
            facts += len(story)
            journals[person] = sha256(msgspec.json.encode(story)).hexdigest()
            totals = [fact.data["total"] for fact in story if fact.kind == "noted"]
            assert totals == sorted(totals), person
        cells = store.profiles.load(store.profiles.ids(limit=10**6))
        states = {person: sha256(repr((cell.state, cell.due)).encode()).hexdigest() for person, cell in cells.items()}
        with store.database.read() as connection:
            keys = set(connection.exec_driver_sql("SELECT key FROM outbox").scalars())
        return Contents(journals, states, keys, facts, store.quarantine.count())


def alone(address: str, inputs: Iterable[tuple[str, Input]]) -> Contents:
    """What one worker makes of it."""
    with Store(address) as store:
        append(store, inputs, 5_000)
    for now in (NOON, NOON + 2 * QUIET):
        move_people(address, now)
    return contents(address)


class Workers:
    """Processes that move people on; ``log`` holds what they say."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder, self.log = address, folder, folder / "log"
        self.started = 0

    def spawn(self, now: int) -> tuple[BaseProcess, Path]:
        self.started += 1
        begun = self.folder / f"begun-{self.started}"
        return start(move_people, self.address, now, begun, log=self.log), begun

    def finish(self, *workers: tuple[BaseProcess, Path]) -> None:
        for process, _ in workers:
            process.join(3_000)
            assert process.exitcode == 0, self.log.read_text()[-2_000:]

    def disturb(self, now: int, harm: Callable[[BaseProcess], None]) -> None:
        """Let two work; harm one of them again and again, and put another in its place where it died."""
        workers = [self.spawn(now) for _ in range(2)]
        chance = random.Random(now)
        for harmed in range(KILLS // 2):
            which = harmed % 2
            process, begun = workers[which]
            while process.is_alive() and not begun.exists():
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.2))
            harm(process)
            if not process.is_alive():
                assert process.exitcode in (0, -signal.SIGKILL), self.log.read_text()[-2_000:]
                workers[which] = self.spawn(now)
        self.finish(*workers)
        self.finish(self.spawn(now))


@pytest.fixture
def address(postgresql: Databases) -> Iterator[str]:
    with postgresql.with_tables() as address:
        yield address


@pytest.fixture
def workers(address: str, tmp_path: Path) -> Workers:
    return Workers(address, tmp_path)


def test_two_workers_do_what_one_does_while_inputs_arrive(
    address: str, workers: Workers, postgresql: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    two = [workers.spawn(NOON), workers.spawn(NOON)]

    def arrive(which: int) -> None:
        with Store(address) as store:
            append(store, (each for each in history(EVENTS, PEOPLE) if int(each[0][1:]) % 2 == which))

    appending = [threading.Thread(target=arrive, args=(which,)) for which in (0, 1)]
    for thread in appending:
        thread.start()
    for thread in appending:
        thread.join()
    workers.finish(*two)
    workers.finish(workers.spawn(NOON))  # they may have been through before the last inputs came
    workers.finish(workers.spawn(NOON + 2 * QUIET), workers.spawn(NOON + 2 * QUIET))
    seconds = [time.monotonic() - began]
    found = contents(address)
    assert found.facts >= EVENTS + len(found.journals)
    began = time.monotonic()
    with postgresql.with_tables("alone") if EVENTS >= MANY else nullcontext(f"sqlite:///{tmp_path / 'alone.db'}") as other:
        expected = alone(other, history(EVENTS, PEOPLE))
    seconds.append(time.monotonic() - began)
    if EVENTS >= MANY:
        with capsys.disabled():
            same = "the same" if found == expected else "not the same"
            print(f"\n{EVENTS} events of {len(found.states)} people, {found.facts} facts, {len(found.keys)} deliveries: {same};", end=" ")  # noqa: T201
            print(f"two workers {seconds[0]:.0f} s, one {seconds[1]:.0f} s, each with the intake and with reading it all")  # noqa: T201
    assert found == expected


@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_workers_that_are_killed_or_cut_off_lose_nothing_and_repeat_nothing(
    address: str, workers: Workers, tmp_path: Path, how: str
) -> None:
    with Store(address) as store:
        append(store, history(400 * KILLS, 60 * KILLS, poison=100), 1_000)

    def kill(process: BaseProcess) -> None:
        process.kill()
        process.join()

    def cut_off(_: BaseProcess) -> None:
        with autocommit(address) as engine, engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    for now in (NOON, NOON + 2 * QUIET):
        workers.disturb(now, kill if how == "killed" else cut_off)
    found = contents(address)
    assert found.set_aside == 4 * KILLS
    assert found == alone(f"sqlite:///{tmp_path / 'alone.db'}", history(400 * KILLS, 60 * KILLS, poison=100))


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
