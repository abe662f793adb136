"""Claim, act, record: the outbox as delivery needs it."""

from __future__ import annotations

from pathlib import Path

from triggerfish.runtime.delivery.contract import Finished, Outbox
from triggerfish.runtime.machine.effects import Advance, Delivery
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.store import Store


def post(store: Store, *rows: tuple[str, int, int]) -> None:
    """Rows of ``(key, at, urgency)``."""
    batch = Batch(1)
    deliveries = [
        Delivery(key, "send", "email", at, "f", "1", 1, urgency, {"message": "m"}, {"x": 1})
        for key, at, urgency in rows
    ]
    batch.take("ana", Advance(None, [], deliveries, [], None))
    store.commit(batch)


def status(store: Store) -> dict[str, str]:
    return {posted.delivery.key: posted.status for posted in store.outbox.of_person("ana")}


def test_the_urgent_go_first_then_the_older_then_in_order(store: Store) -> None:
    outbox: Outbox = store.outbox
    post(store, ("a", 20, 2), ("b", 10, 2), ("c", 10, 2), ("d", 30, 4), ("later", 99, 4), ("e", 1, 0))
    assert [one.delivery.key for one in outbox.claim(3, now=50)] == ["d", "b", "c"]
    assert [one.delivery.key for one in outbox.claim(9, now=50)] == ["a", "e"]
    assert outbox.claim(9, now=50) == []
    assert store.outbox.next_attempt() == 99


def test_a_rate_is_shared_by_all_workers(store: Store, address: str) -> None:
    post(store, *((f"k{number:02}", 1, 2) for number in range(30)))
    with Store(address) as other:
        clock, rates = 1_800_000_000_000, {"email": 10.0}
        first = store.outbox.claim(7, 50, rates, clock)
        second = other.outbox.claim(7, 50, rates, clock)
        assert [len(first), len(second)] == [7, 3], "a second's worth at once"
        assert store.outbox.claim(7, 50, rates, clock) == []
        assert store.outbox.pause(50, rates, clock) == 100
        assert store.outbox.pause(0, rates, clock) == 0, "nothing is due"
        assert len(other.outbox.claim(7, 50, rates, clock + 250)) == 2
        assert store.outbox.claim(7, 50, rates, clock - 3_600_000), "a clock that is set back holds up nothing"
        assert len(store.outbox.claim(30, 50, {"sms": 1.0}, clock)) == 30 - 7 - 3 - 2 - 7
    rows = store.outbox.by_status("claimed")
    assert len({one.delivery.key for one in rows}) == 30


def test_a_slow_channel_does_not_hold_up_the_others(store: Store) -> None:
    post(store, *((f"k{number}", 1, 4) for number in range(5)))
    batch = Batch(1)
    text = Delivery("t", "send", "sms", 2, "f", "1", 1, 0, {"message": "m"}, {})
    batch.take("ana", Advance(None, [], [text], [], None))
    store.commit(batch)
    claimed = store.outbox.claim(3, 50, {"email": 1.0}, 1_800_000_000_000)
    assert [one.delivery.key for one in claimed] == ["k0", "t"]


def test_what_another_worker_has_taken_over_is_not_begun(store: Store, address: str) -> None:
    post(store, ("a", 1, 2), ("b", 1, 2))
    keys = [one.delivery.key for one in store.outbox.claim(9, now=5)]
    store.database.liveness.close()  # as when its connection breaks, or the process dies
    with Store(address) as other:
        other.outbox.recover()
        assert [one.delivery.key for one in other.outbox.claim(1, now=5)] == ["a"]
        assert store.outbox.start(keys) == []
        assert other.outbox.start(["a"]) == ["a"]


def test_the_life_of_a_row(store: Store) -> None:
    post(store, ("a", 1, 2), ("b", 1, 2), ("c", 1, 2))
    claimed = store.outbox.claim(10, now=5)
    assert [(one.person, one.attempts) for one in claimed] == [("ana", 0)] * 3
    assert set(status(store).values()) == {"claimed"}
    store.outbox.start(["a", "b"], [Finished("c", "ana", "failed", 6, 1, reason="no address")])
    assert status(store) == {"a": "sending", "b": "sending", "c": "failed"}
    told = Input("event", "email_sent", 7, "sent/a", {"message": "m"})
    store.outbox.finish(
        [
            Finished("a", "ana", "sent", 7, 1, provider_id="p1", inputs=(told,)),
            Finished("b", "ana", "waiting", 7, 1, retry_at=60, reason="451"),
        ]
    )
    assert status(store) == {"a": "sent", "b": "waiting", "c": "failed"}
    assert store.outbox.claim(10, now=59) == []
    [again] = store.outbox.claim(10, now=60)
    assert (again.delivery.key, again.attempts) == ("b", 1)
    pending, _ = store.events.arrived(store.cursors.positions(), 10)
    assert [(one.person, one.input) for one in pending] == [("ana", told)]
    assert store.outbox.counts() == {
        ("email", "f", "sent"): 1,
        ("email", "f", "claimed"): 1,
        ("email", "f", "failed"): 1,
    }


def test_telling_the_outcome_twice_changes_nothing(store: Store) -> None:
    post(store, ("a", 1, 2))
    store.outbox.claim(1, now=5)
    store.outbox.start(["a"])
    told = Input("event", "email_sent", 7, "sent/a", {})
    store.outbox.finish([Finished("a", "ana", "sent", 7, 1, inputs=(told,))])
    store.outbox.finish([Finished("a", "ana", "failed", 8, 2, inputs=(told,))])
    assert status(store) == {"a": "sent"}
    assert store.events.count(origin="delivery") == 1


def test_what_a_dead_worker_left_is_taken_over_and_a_living_ones_is_not(address: str) -> None:
    with Store(address, upgrade=True) as mine:
        other = Store(address)
        post(mine, *((key, 1, 2) for key in "abcd"))
        other.outbox.claim(3, now=5)
        other.outbox.start(["a", "b"])
        assert mine.outbox.recover() == []
        assert [one.delivery.key for one in mine.outbox.claim(9, now=5)] == ["d"]
        other.close()  # lets go of its lock, as the operating system does for a killed process
        taken = mine.outbox.recover()
        assert [(one.delivery.key, one.attempts) for one in taken] == [("a", 1), ("b", 1)]
        assert status(mine) == {"a": "sending", "b": "sending", "c": "waiting", "d": "claimed"}
        assert mine.outbox.recover() == []
        assert [one.delivery.key for one in mine.outbox.claim(9, now=5)] == ["c"]


def test_locks_of_dead_workers_are_cleared_away(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with Store(address) as other:
        post(other, ("a", 1, 2))
        other.outbox.claim(1, now=5)
    with Store(address) as mine:
        mine.outbox.recover()
        assert len(list((tmp_path / "store.db-workers").iterdir())) == 1
