"""The ticker wakes in time, survives what goes wrong, and the live runtime moves people and mail side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest
from fake_machine import FakeMachine

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.ticker import Task, Ticker
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.profiles import Change
from triggerfish.runtime.store.store import Store


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


class Running:
    """Something with ``run`` in a thread, stopped at the end."""

    def __init__(self, run: Callable[[], None], stop: threading.Event) -> None:
        self.stop = stop
        self.thread = threading.Thread(target=run)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def ticker(
    tick: Callable[[], None], next_moment: Callable[[], int | None] = lambda: None, poll: float = 0.05
) -> tuple[Ticker, threading.Event, list[str]]:
    stop, told = threading.Event(), list[str]()
    return Ticker([Task("work", tick, next_moment)], WallClock(), told.append, stop, poll_seconds=poll), stop, told


def test_it_ticks_at_once_and_again_and_again() -> None:
    ticks: list[float] = []
    made, stop, _ = ticker(lambda: ticks.append(time.monotonic()))
    with Running(made.run, stop):
        until(lambda: len(ticks) >= 4)
    number = len(ticks)
    time.sleep(0.15)
    assert len(ticks) == number


def test_it_wakes_for_the_next_moment_and_when_told() -> None:
    clock = WallClock()
    ticks: list[int] = []
    moments = [clock.now() + 300]
    made, stop, _ = ticker(lambda: ticks.append(clock.now()), lambda: moments[0] if len(ticks) < 2 else None, poll=2)
    with Running(made.run, stop):
        until(lambda: len(ticks) == 2)
        assert 0 <= ticks[1] - moments[0] < 500
        began = clock.now()
        made.wake("work")
        until(lambda: len(ticks) == 3)
        assert ticks[2] - began < 500


def test_what_a_tick_raises_is_told_and_the_next_one_comes() -> None:
    ticks: list[int] = []

    def fail() -> None:
        ticks.append(1)
        raise ZeroDivisionError("bug")

    made, stop, told = ticker(fail)
    with Running(made.run, stop):
        until(lambda: len(ticks) >= 3)
    assert told[0] == "work failed and is repeated: ZeroDivisionError: bug"


def test_ticks_never_overlap_however_long_they_take() -> None:
    inside, most, ticks = [0], [0], [0]

    def slow() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.12)
        inside[0] -= 1
        ticks[0] += 1

    made, stop, _ = ticker(slow, poll=0.03)
    with Running(made.run, stop):
        until(lambda: ticks[0] >= 3)
    assert most[0] == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_whose_thread_died_is_built_anew() -> None:
    ticks: list[int] = []
    made, stop, told = ticker(lambda: ticks.append(1))
    with Running(made.run, stop):
        until(lambda: len(ticks) >= 2)
        scheduler: Any = made._scheduler
        thread = scheduler._thread

        def die() -> None:
            raise RuntimeError("as APScheduler does when a job was removed meanwhile")

        scheduler._process_jobs = die
        until(lambda: not thread.is_alive())
        assert scheduler.running
        number = len(ticks)
        until(lambda: len(ticks) >= number + 3)
    assert "the scheduler's thread has died; it is started again" in told


def live(store: Store, stop: threading.Event, told: list[str], deliverer: Any = None) -> LiveRuntime:
    return LiveRuntime(
        Engine(store, FakeMachine(), WallClock(), notice=told.append), stop, deliverer=deliverer, poll_seconds=0.05
    )


def test_the_live_runtime_handles_what_arrives_and_delivers(store: Store) -> None:
    class Deliverer:
        delivered: ClassVar[list[str]] = []
        recovered = 0

        def recover(self, now: int | None = None) -> int:
            self.recovered += 1
            return 0

        def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
            assert now is not None
            claimed = store.outbox.claim(10, now)
            self.delivered += [one.delivery.key for one in claimed]
            return len(claimed)

    stop, told, deliverer = threading.Event(), list[str](), Deliverer()
    with Running(live(store, stop, told, deliverer).run, stop):
        # Ninety days ago and more: the win-back is due at once.
        store.events.append([("ana", Input("event", "order_completed", 1, "m1", {}))], 1)
        until(lambda: deliverer.delivered == ["ana/1"])
        store.events.append([("bo", Input("event", "order_completed", 1, "m2", {}))], 1)
        until(lambda: deliverer.delivered == ["ana/1", "bo/1"])
    assert (told, deliverer.recovered) == ([], 1)


def test_the_live_runtime_waits_for_a_database_that_is_gone(store: Store) -> None:
    stop, told = threading.Event(), list[str]()
    commit, broken = store.commit, [True]

    def sometimes(batch: Any) -> int:
        if broken[0]:
            raise StoreUnavailable("gone", "unplugged")
        return commit(batch)

    store.commit = sometimes  # type: ignore[method-assign]
    store.events.append([("ana", Input("event", "order_completed", 1, "m1", {}))], 1)
    with Running(live(store, stop, told).run, stop):
        until(lambda: bool(told))
        broken[0] = False
        until(lambda: len(store.journal.of_person("ana")) == 2)
    assert told[0].startswith("the database cannot be reached")
    assert told[0].endswith("(unplugged); trying again in 0.1 s")


def test_the_live_runtime_stops_while_it_waits_for_the_database(store: Store) -> None:
    stop, told = threading.Event(), list[str]()

    def fail(batch: Any) -> int:
        raise StoreUnavailable("full", "x")

    store.commit = fail  # type: ignore[method-assign]
    store.events.append([("ana", Input("event", "order_completed", 1, "m1", {}))], 1)
    with Running(live(store, stop, told).run, stop):
        until(lambda: bool(told))
    assert all("disk is full" in one for one in told)


@pytest.fixture
def only_writer(tmp_path: Path) -> Iterator[Store]:
    """A store that no other worker can be at."""
    with Store(f"sqlite:///{tmp_path / 'only.db'}") as opened:
        yield opened


def test_who_becomes_due_behind_the_last_look_is_not_kept_waiting(only_writer: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store = only_writer
    monkeypatch.setattr("triggerfish.runtime.engine.live.TAKEN_MILLISECONDS", 3_600_000)
    stop, engine = threading.Event(), Engine(store, FakeMachine(), WallClock())
    process, looks = engine.process_due, list[int]()

    def look(now: int) -> int:
        found = process(now)
        looks.append(found)
        if len(looks) == 1:
            batch = Batch(received=now)
            batch.changes = [Change("ana", None, now - 1, 0)]
            store.commit(batch)
        return found

    engine.process_due = look  # type: ignore[method-assign,assignment]
    with Running(LiveRuntime(engine, stop, poll_seconds=3_600).run, stop):
        until(lambda: 1 in looks)
