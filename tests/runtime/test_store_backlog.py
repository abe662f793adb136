"""What waits and what failed, who works, and the counts that every batch keeps up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from triggerfish.runtime.delivery.contract import Finished
from triggerfish.runtime.machine.effects import Advance, Delivery, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store import migrate
from triggerfish.runtime.store.backlog import Depth
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.quarantine import Refused
from triggerfish.runtime.store.store import Store

NOW = 1_800_000_000_000


def delivery(number: int, target: str = "email", *, kind: Any = "send") -> Delivery:
    return Delivery(f"ana/1/send:{number}/1", kind, target, NOW, "welcome", f"send:{number}", 1, 2, {"message": "m"}, {})


def commit(store: Store, *deliveries: Delivery, facts: tuple[Fact, ...] = (), person: str = "ana") -> None:
    batch = Batch(NOW)
    batch.take(person, Advance(b"x", list(facts), list(deliveries), [], None))
    store.commit(batch)


def finished(number: int, status: Any, reason: str | None = None, *, at: int = NOW, attempts: int = 1) -> Finished:
    return Finished(f"ana/1/send:{number}/1", "ana", status, at, attempts, retry_at=at + 60_000, reason=reason)


def test_depths_tell_waiting_from_trying_again_and_being_sent(store: Store) -> None:
    commit(store, *(delivery(number) for number in range(4)), delivery(9, "crm.update", kind="action"))
    claimed = [one.delivery.key for one in store.outbox.claim(4, NOW)]
    store.outbox.start(claimed, [])
    store.outbox.finish([finished(0, "waiting", "busy"), finished(1, "sent"), finished(2, "failed", "no such mailbox")])
    assert store.backlog.depths() == [
        Depth("crm.update", "waiting", 1, NOW), Depth("email", "retry", 1, NOW + 60_000), Depth("email", "sending", 1, NOW),
    ]  # fmt: skip


def test_failures_are_those_since_a_moment_by_reason(store: Store) -> None:
    commit(store, *(delivery(number) for number in range(5)))
    store.outbox.start([one.delivery.key for one in store.outbox.claim(5, NOW)], [])
    store.outbox.finish([
        finished(0, "failed", "full"), finished(1, "failed", "full"), finished(2, "unknown", "crashed"),
        finished(3, "failed", "long ago", at=NOW - 100), finished(4, "sent"),
    ])  # fmt: skip
    assert [tuple(each) for each in store.backlog.failures(NOW - 50)] == [
        ("email", "failed", "full", 2), ("email", "unknown", "crashed", 1),
    ]  # fmt: skip
    assert store.backlog.failed() == {("email", "failed"): 3, ("email", "unknown"): 1}


def test_the_oldest_event_is_the_one_that_came_in_first(store: Store) -> None:
    assert store.backlog.oldest_event() is None
    store.events.append([("ana", Input("event", "x", 1, "a", {}))], NOW - 500)
    store.events.append([("ben", Input("event", "x", 2, "b", {}))], NOW)
    assert store.backlog.oldest_event() == NOW - 500


def test_what_was_set_aside_lately_by_reason(store: Store) -> None:
    store.quarantine.add([Refused("1", "no time", "a:1"), Refused("2", "no time", "a:2"), Refused("3", "no person", "a:3")], NOW)
    store.quarantine.add([Refused("4", "long ago", "a:4")], NOW - 100)
    assert [tuple(each) for each in store.backlog.set_aside(NOW)] == [("no time", "a:1", 2), ("no person", "a:3", 1)]


def test_facts_are_counted_as_they_are_written(store: Store) -> None:
    for number, person in enumerate(("ana", "ben", "cleo", "ana"), 1):
        facts = (Fact(number, NOW, "entered", "welcome", 1, "", 0, {}), Fact(number + 10, NOW, "set", "", 0, "", 0, {}))
        commit(store, facts=facts, person=person)
    failed = Batch(NOW)
    failed.failed.append(("ana", NOW, {"error": "x"}))
    store.commit(failed)
    assert store.tallies.counts() == store.journal.counts() == {("entered", "welcome"): 4, ("set", ""): 4, ("error", ""): 1}


def test_a_batch_that_is_not_committed_counts_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(store.outbox, "write", fail)
    with pytest.raises(OSError, match="power cut"):
        commit(store, facts=(Fact(1, NOW, "entered", "welcome", 1, "", 0, {}),))
    assert store.tallies.counts() == {}


def test_an_upgrade_counts_what_there_is(empty_address: str) -> None:
    database = Database(empty_address)
    migrate.upgrade(database, "0005")
    insert = "INSERT INTO journal VALUES ('ana', 1, 1, 'entered', 'welcome', 1, '', 0, '{}'), ('ana', 2, 2, 'exited', 'welcome', 1, '', 0, '{}')"
    with database.write() as connection:
        connection.execute(text(insert))
    database.close()
    with Store(empty_address, upgrade=True) as store:
        commit(store, facts=(Fact(3, NOW, "entered", "welcome", 2, "", 0, {}),))
        assert store.tallies.counts() == {("entered", "welcome"): 2, ("exited", "welcome"): 1}


def test_who_works_is_seen_from_elsewhere(address: str) -> None:
    with Store(address, upgrade=True) as onlooker:
        assert onlooker.database.liveness.alive() == []
        with Store(address) as worker:
            worker.outbox.recover()
            (one,) = onlooker.database.liveness.alive()
            assert one.process.isdigit()
            assert one.since > 0
            with worker.shards.hold_all(), worker.database.read():
                assert onlooker.database.liveness.alive() == [one]
        assert onlooker.database.liveness.alive() == []
