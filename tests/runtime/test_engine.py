"""Batches, replays, people who fail, and a database that cannot be used for a while."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fake_machine import QUIET, FakeMachine

from triggerfish.dsl.ir.program import Event, Program, Source
from triggerfish.runtime.engine import programs
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.retry import LONGEST_DELAY, Persistence, Stopped
from triggerfish.runtime.engine.runs import Ran, Run
from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.errors import Conflict, StoreUnavailable
from triggerfish.runtime.store.errors import Trouble as Kind
from triggerfish.runtime.store.store import Store

DAY = 86_400_000


def order(number: int, person: str, day: float, name: str = "order_completed") -> tuple[str, Input]:
    return person, Input("event", name, int(day * DAY), f"m{number}", {"total": number})


def journal(store: Store) -> list[tuple[str, int, int, str]]:
    return [(person, fact.number, fact.at // DAY, fact.kind) for person, fact in store.journal.all()]


def engine(store: Store, clock: Any, machine: Any = None, **options: Any) -> Engine:
    return Engine(store, machine or FakeMachine(), clock, **options)


def test_a_replay_takes_time_from_the_events(store: Store, clock: Any) -> None:
    store.events.append(
        [order(1, "ana", 300), order(2, "ana", 1), order(3, "bo", 5), order(4, "ana", 50), order(5, "cy", 290)], 1
    )
    seen: list[tuple[int, int]] = []
    shell = engine(store, clock, events_a_batch=2)
    ran = Run(shell, progress=lambda done, total: seen.append((done, total))).until_idle("events")
    assert (ran.events, ran.stopped) == (5, False)
    assert seen == [(2, 5), (4, 5), (5, 5)]
    assert journal(store) == [
        ("ana", 1, 1, "noted"),
        ("ana", 2, 50, "noted"),
        ("ana", 3, 140, "sent"),
        ("ana", 4, 300, "noted"),
        ("bo", 1, 5, "noted"),
        ("bo", 2, 95, "sent"),
        ("cy", 1, 290, "noted"),
    ]
    assert store.profiles.earliest_due() == 290 * DAY + QUIET
    assert shell.position == Position(seq=5, latest=300 * DAY)
    assert Run(shell).until_idle("events") == Ran(0, 0, 0, stopped=False)


def test_the_size_of_batches_does_not_change_a_replay(tmp_path: Path, clock: Any) -> None:
    results = []
    for size in (1, 3, 1000):
        with Store(f"sqlite:///{tmp_path / str(size)}.db") as store:
            store.events.append([order(n, f"p{n % 5}", (n * 37) % 211) for n in range(60)], 1)
            Run(engine(store, clock, events_a_batch=size, people_a_batch=size)).until_idle("events")
            results.append((journal(store), [store.profiles.load([f"p{n}"])[f"p{n}"].state for n in range(5)]))
    assert results[0] == results[1] == results[2]


def test_live_runs_go_by_arrival_and_the_clock(store: Store, clock: Any) -> None:
    clock.moment = 100 * DAY
    store.events.append([order(1, "ana", 99), order(2, "bo", 98)], 1)
    shell = engine(store, clock)
    assert Run(shell).until_idle().events == 2
    assert journal(store) == [("ana", 1, 99, "noted"), ("bo", 1, 98, "noted")]
    clock.moment = 188 * DAY + 30_000
    assert Run(shell).until_idle().due == 1
    clock.moment = 500 * DAY
    assert Run(shell).once().due == 1
    assert journal(store)[1] == ("ana", 2, 500, "sent")
    assert journal(store)[3] == ("bo", 2, 188, "sent")
    assert store.events.count(origin="machine") == 2


def test_a_replay_cut_short_is_finished_by_a_live_run_in_its_own_order(store: Store, clock: Any) -> None:
    clock.moment = 400 * DAY
    store.events.append([order(n, "ana", 10 - n) for n in range(6)], 1)
    shell = engine(store, clock, events_a_batch=2)
    shell.begin_replay()
    shell.replay_events()
    store.events.append([order(9, "ana", 2)], 1)
    Run(shell).until_idle()
    totals = [fact.data["total"] for fact in store.journal.of_person("ana") if fact.kind == "noted"]
    assert totals == [5, 4, 3, 2, 1, 0, 9]


def test_events_are_consumed_once_whoever_asks(store: Store, clock: Any) -> None:
    store.events.append([order(n, "ana", n) for n in range(10)], 1)
    clock.moment = 20 * DAY
    first, second = engine(store, clock, events_a_batch=3), engine(store, clock, events_a_batch=4)
    while first.process_events(clock.now()) + second.process_events(clock.now()):
        pass
    assert len(journal(store)) == 10


def test_somebody_who_fails_does_not_stop_the_others(store: Store, clock: Any) -> None:
    told: list[str] = []
    store.events.append(
        [order(1, "ana", 1), order(2, "bo", 2), order(3, "bo", 3, "poison"), order(4, "bo", 4), order(5, "cy", 5)], 1
    )
    shell = engine(store, clock, FakeMachine(frozenset({"poison"})), notice=told.append)
    assert Run(shell).until_idle("events").events == 5
    facts = store.journal.of_person("bo")
    assert [(fact.number, fact.kind, fact.at // DAY) for fact in facts] == [
        (1, "noted", 2),
        (-1, "error", 3),
        (2, "noted", 4),
    ]
    assert facts[1].data["error"].startswith("RuntimeError: cannot digest poison (advance, line ")
    assert facts[1].data | {"error": ""} == {"error": "", "what": "event", "name": "poison", "id": "m3"}
    [refused] = store.quarantine.newest()
    assert refused.place == "event m3"
    assert '"person":"bo"' in refused.raw
    assert len(told) == 1
    assert "'poison' of 'bo' could not be handled and was set aside" in told[0]


class Stubborn(FakeMachine):
    """Fails in ways the shell must bear."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def advance(
        self, person: str, state: bytes | None, inputs: Sequence[Input], now: int, *, live: bool = True
    ) -> Advance:
        result = super().advance(person, state, inputs, now, live=live)
        if person == "bad" and self.how == "unstorable":
            result.facts.append(Fact(99, now, "noted", "", 0, "", 0, {"x": object()}))
        if person == "bad" and not inputs and self.how == "raises":
            raise ZeroDivisionError("timer")
        if person == "bad" and self.how == "stuck":
            return Advance(result.state, [], [], [], now)
        return result


def test_effects_that_cannot_be_stored_are_that_persons_alone(store: Store, clock: Any) -> None:
    store.events.append([order(1, "bad", 1), order(2, "ana", 1)], 1)
    Run(engine(store, clock, Stubborn("unstorable"))).until_idle("events")
    assert journal(store) == [("ana", 1, 1, "noted"), ("bad", -1, 1, "error")]
    assert store.profiles.load(["bad"]) == {}


@pytest.mark.parametrize(("how", "errors"), [("raises", 1), ("stuck", 0)])
def test_timers_that_fail_are_put_off_and_hold_up_nobody(store: Store, clock: Any, how: str, errors: int) -> None:
    told: list[str] = []
    clock.moment = 10 * DAY
    store.events.append([order(1, "bad", 1), order(2, "ana", 2)], 1)
    shell = engine(store, clock, Stubborn(how), notice=told.append)
    shell.process_events(clock.now())
    clock.moment = 200 * DAY
    assert Run(shell).until_idle().due == 2
    assert ("ana", 2, 200, "sent") in journal(store)
    assert len(told) == 1
    assert [one for one in journal(store) if one[3] == "error"] == [("bad", -1, 200, "error")] * errors
    assert store.profiles.earliest_due() == clock.moment + 3_600_000
    assert Run(shell).until_idle().due == 0


class Trouble:
    """A store whose commits fail a number of times."""

    def __init__(self, store: Store, times: int, error: Exception) -> None:
        self.store, self.times, self.error = store, times, error
        self.commit = store.commit
        store.commit = self.fail  # type: ignore[method-assign]

    def fail(self, batch: Any) -> int:
        if self.times:
            self.times -= 1
            raise self.error
        return self.commit(batch)


@pytest.mark.parametrize(
    "error",
    [StoreUnavailable("locked", "x"), StoreUnavailable("full", "x"), StoreUnavailable("gone", "x"), Conflict("y")],
)
def test_trouble_that_passes_is_waited_for(store: Store, clock: Any, error: Exception) -> None:
    told: list[str] = []
    store.events.append([order(1, "ana", 1)], 1)
    shell = engine(store, clock, notice=told.append)
    Trouble(store, 3, error)
    assert Run(shell).until_idle("events").events == 1
    assert clock.waits == [0.1, 0.2, 0.4]
    assert len(told) == 1  # said once, not at every attempt
    assert journal(store) == [("ana", 1, 1, "noted")]


def test_patience_has_an_end_where_somebody_waits(store: Store, clock: Any) -> None:
    store.events.append([order(1, "ana", 1)], 1)
    Trouble(store, 10**6, StoreUnavailable("full", "x"))
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        Run(engine(store, clock), patience=60).until_idle("events")
    assert 20 < sum(clock.waits) <= 60
    assert journal(store) == []


def test_without_an_end_it_goes_on_until_it_is_stopped(clock: Any) -> None:
    stop = threading.Event()
    clock.on_wait = lambda: stop.set() if len(clock.waits) == 50 else None

    def fail() -> None:
        raise StoreUnavailable("gone", "x")

    with pytest.raises(Stopped):
        Persistence(clock, lambda _: None, stop, None).run(fail)
    assert max(clock.waits) == LONGEST_DELAY


@pytest.mark.parametrize("trouble", ["damaged", "refused", "missing"])
def test_what_does_not_pass_by_itself_is_not_waited_for_where_somebody_waits(clock: Any, trouble: Kind) -> None:
    def fail() -> None:
        raise StoreUnavailable(trouble, "x")

    with pytest.raises(StoreUnavailable):
        Persistence(clock, lambda _: None, threading.Event(), 60).run(fail)
    assert clock.waits == []


@pytest.mark.parametrize("trouble", ["damaged", "refused", "missing"])
def test_what_runs_for_ever_waits_for_somebody_to_see_to_it_and_says_why_once_a_minute(clock: Any, trouble: Kind) -> None:
    told: list[str] = []

    def work() -> str:
        if sum(clock.waits) < 100:
            raise StoreUnavailable(trouble, "x")
        return "done"

    assert Persistence(clock, told.append, threading.Event(), None).run(work) == "done"
    assert (clock.waits[:3], max(clock.waits)) == ([0.1, 0.2, 0.4], LONGEST_DELAY)
    assert told[:2] == [f"{StoreUnavailable(trouble, 'x')}; trying again in {seconds} s" for seconds in ("0.1", "5")]
    assert len(told) == 3
    assert told[2].startswith("the database can be used again")


def test_a_stop_ends_the_run_after_the_batch_at_hand(store: Store, clock: Any) -> None:
    stop = threading.Event()
    store.events.append([order(n, "ana", n) for n in range(10)], 1)
    shell = engine(store, clock, events_a_batch=3)
    ran = Run(shell, stop=stop, progress=lambda done, _: stop.set() if done >= 6 else None).until_idle("events")
    assert (ran.events, ran.stopped) == (6, True)
    assert len(journal(store)) == 6
    Run(shell).until_idle("events")
    assert len(journal(store)) == 10


def test_results_of_deliveries_are_taken_up_in_the_same_run(store: Store, clock: Any) -> None:
    class Deliverer:
        asked: ClassVar[list[int | None]] = []
        recovered = 0

        def recover(self, now: int | None = None) -> int:
            self.recovered += 1
            return 0

        def pause(self, now: int | None = None) -> float:
            return 0

        def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
            self.asked.append(now)
            if len(self.asked) > 1:
                return 0
            store.events.append([order(77, "ana", 3, "email_sent")], 1, "delivery")
            return 1

    deliverer = Deliverer()
    store.events.append([order(1, "ana", 3)], 1)
    ran = Run(engine(store, clock), deliverer=deliverer).until_idle("events")
    assert (ran.events, ran.delivered, deliverer.recovered) == (2, 1, 1)
    assert set(deliverer.asked) == {3 * DAY}


def program(name: str, text: str = "") -> Program:
    return Program(events=(Event(name, None, False, ()),), sources=(Source("a.flow", text),))


def test_a_changed_program_becomes_a_version_and_the_older_ones_stay_readable(store: Store) -> None:
    first = programs.deploy(store.programs, program("a", "one"), 5)
    assert (first.version, first.changed, dict(first.older)) == (1, True, {})
    assert not programs.deploy(store.programs, program("a", "one # comment"), 6).changed
    third = programs.deploy(store.programs, program("b"), 7)
    assert (third.version, third.changed) == (2, True)
    assert dict(third.older) == {1: program("a", "one")}
    back = programs.deploy(store.programs, program("a", "one"), 8)
    assert back.version == 3
    assert back.older[2].events[0].name == "b"
    with pytest.raises(KeyError):
        back.older[3]
